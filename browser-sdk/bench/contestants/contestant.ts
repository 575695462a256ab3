// SPDX-License-Identifier: Apache-2.0

/** What the benchmark does with each SDK, by that SDK's own documented means. */
export interface Contestant {
  /** Start, with defaults except where they keep the SDK from sending to this server. */
  start(endpoint: string): void;
  /** Track a copied prompt; the id says which one. */
  track(promptId: string): void;
  /** Send what is queued, where the SDK has such a call. */
  flush(): Promise<unknown>;
}

declare global {
  interface Window {
    contestant: Contestant;
  }
}
