// SPDX-License-Identifier: Apache-2.0
// What the documentation's TypeScript leaves to its reader's own application.

declare module "*.css";

declare const process: { env: Record<string, string | undefined> };

interface Props {
  id: string;
  version: string;
  copied: boolean;
}

declare const track: typeof import("@telesift/browser").track;
declare const usePsr: typeof import("@telesift/browser/react").usePsr;
declare const prompt_id: string;
declare const promptId: string;
declare const version: string;
declare const variant: "body" | "front_matter" | "json";
declare const source: "card" | "detail";
declare const title: string;
declare const text: string;
declare const path: string;
declare const query: string;
declare const results: unknown[];
declare const copies: number;
declare const button: HTMLButtonElement;
declare const below: HTMLElement;
declare function stopwatch(): () => number;
