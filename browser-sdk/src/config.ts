// SPDX-License-Identifier: Apache-2.0
// @telesift/browser/config: what the processor says of itself.

import type { InitOptions } from "./core/options.js";

/**
 * Ask `GET /telemetry/config` whether telemetry is on, and how much a request may carry.
 *
 * Spread the answer into `init()`. A processor that cannot be asked leaves it switched off.
 */
export async function loadConfig(
  url = "/telemetry/config",
  request: RequestInit = {},
): Promise<Pick<InitOptions, "enabled" | "eventsPerRequest">> {
  try {
    const { flags, limits } = await (await fetch(url, request)).json();
    return { enabled: flags.telemetry === true, eventsPerRequest: limits.records_per_request };
  } catch {
    return { enabled: false };
  }
}
