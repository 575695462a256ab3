// SPDX-License-Identifier: Apache-2.0
import { withTrace } from "@telesift/browser";

/** A prompt, as the back end gives it. */
export interface Prompt extends Draft {
  id: string;
  version: number;
  updated_at: string;
  share_token: string | null;
}

/** The parts of a prompt that somebody writes. */
export interface Draft {
  title: string;
  body: string;
  collection: string;
  tags: string[];
  model: string;
}

/** Who is signed in, what is switched on for them, and where Telesift's services are. */
export interface Me {
  user_id: string;
  session_id: string;
  name: string;
  features: { telemetry: boolean; psr: boolean; psr_after_duplicate: boolean };
  /** The dashboard is for analysts. */
  services: { processor: string; psr: string; dashboard?: string };
}

/** What a list is narrowed by. */
export interface Search {
  q: string;
  collection: string;
  tag: string;
}

/** A list, and what it could be narrowed by. */
export interface Found {
  items: Prompt[];
  collections: string[];
  tags: string[];
}

/** What an import did. */
export interface ImportCounts {
  created: number;
  skipped: number;
  error_count: number;
}

export type Variant = "body" | "front_matter" | "json";

/** The back end's refusal. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Call the back end; the events that follow belong to its answer's trace. */
async function call<T>(method: string, path: string, body?: object): Promise<T> {
  const response = withTrace(
    await fetch(path, {
      method,
      ...(body && {
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    }),
  );
  if (response.status === 204) return undefined as T;
  const answer = await response.json();
  if (!response.ok) throw new Refused(response.status, answer.detail);
  return answer;
}

export const signIn = (name: string, password: string) =>
  call<void>("POST", "/sign-in", { name, password });
export const signOut = () => call<void>("POST", "/sign-out");
export const me = () => call<Me>("GET", "/me");

export function search({ q, collection, tag }: Search) {
  const given = Object.entries({ q, collection, tag }).filter(([, value]) => value);
  return call<Found>("GET", `/prompts?${new URLSearchParams(given)}`);
}

export const read = (id: string) => call<Prompt>("GET", `/prompts/${id}`);
export const create = (draft: Draft) => call<Prompt>("POST", "/prompts", draft);
export const change = (id: string, parts: Partial<Draft>) =>
  call<Prompt>("PATCH", `/prompts/${id}`, parts);
export const remove = (id: string) => call<void>("DELETE", `/prompts/${id}`);
export const duplicate = (id: string) => call<Prompt>("POST", `/prompts/${id}/duplicates`);
export const copyText = (id: string, variant: Variant) =>
  call<{ text: string }>("GET", `/prompts/${id}/copy?variant=${variant}`);
export const share = (id: string) => call<Prompt>("POST", `/prompts/${id}/share`);
export const unshare = (id: string) => call<void>("DELETE", `/prompts/${id}/share`);
export const importText = (text: string, source: "file" | "paste") =>
  call<ImportCounts>("POST", "/imports", { text, source });
export const exportAll = () => call<{ prompts: Draft[] }>("GET", "/export");
