// Generated from processors/catalog, do not edit: make generate
// SPDX-License-Identifier: Apache-2.0

import type { EventName } from "./events.js";

/** What an attribute may hold; a pattern matches the whole value. */
export type Rule =
  | { readonly type: "enum"; readonly members: readonly string[] }
  | { readonly type: "string"; readonly pattern: RegExp; readonly maxLength: number }
  | { readonly type: "int" | "double"; readonly min: number; readonly max: number }
  | { readonly type: "boolean" };

/** What one event must and may carry. */
export interface EventRules {
  readonly required: readonly string[];
  readonly attributes: Readonly<Record<string, Rule>>;
}

const sessionIdRule: Rule = { type: "string", pattern: /^(?:[A-Za-z0-9._:-]+)$/, maxLength: 128 };
const promptIdRule: Rule = { type: "string", pattern: /^(?:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$/, maxLength: 36 };
const versionRule: Rule = { type: "string", pattern: /^(?:[A-Za-z0-9._+-]+)$/, maxLength: 64 };
const latencyMsRule: Rule = { type: "int", min: 0, max: 600000 };
const resultCountRule: Rule = { type: "int", min: 0, max: 9007199254740991 };
const queryLenRule: Rule = { type: "int", min: 0, max: 9007199254740991 };
const filterHashRule: Rule = { type: "string", pattern: /^(?:[0-9a-f]{64})$/, maxLength: 64 };
const countRule: Rule = { type: "int", min: 0, max: 9007199254740991 };
const createdRule: Rule = { type: "int", min: 0, max: 9007199254740991 };
const skippedRule: Rule = { type: "int", min: 0, max: 9007199254740991 };
const errorCountRule: Rule = { type: "int", min: 0, max: 9007199254740991 };
const variantRule: Rule = { type: "enum", members: ["body", "front_matter", "json"] };
const modelRule: Rule = { type: "string", pattern: /^(?:[A-Za-z0-9][A-Za-z0-9._:\/@+-]*)$/, maxLength: 64 };
const shareTokenRule: Rule = { type: "string", pattern: /^(?:[!#-&(-\[\]-~]+)$/, maxLength: 256 };

/** The rules of every event. */
export const RULES: Readonly<Record<EventName, EventRules>> = {
  "auth.login.success": {
    required: [],
    attributes: { session_id: sessionIdRule, version: versionRule, latency_ms: latencyMsRule },
  },
  "auth.login.failure": {
    required: [],
    attributes: { session_id: sessionIdRule, version: versionRule, latency_ms: latencyMsRule },
  },
  "auth.logout": {
    required: [],
    attributes: { session_id: sessionIdRule, version: versionRule, latency_ms: latencyMsRule },
  },
  "export.requested": {
    required: [],
    attributes: { session_id: sessionIdRule, version: versionRule, latency_ms: latencyMsRule, result_count: resultCountRule },
  },
  "export.completed": {
    required: [],
    attributes: { session_id: sessionIdRule, version: versionRule, latency_ms: latencyMsRule, result_count: resultCountRule },
  },
  "import.started": {
    required: [],
    attributes: { session_id: sessionIdRule, version: versionRule, latency_ms: latencyMsRule, source: { type: "enum", members: ["file", "paste", "url", "api"] } },
  },
  "import.completed": {
    required: [],
    attributes: { session_id: sessionIdRule, version: versionRule, latency_ms: latencyMsRule, created: createdRule, skipped: skippedRule, error_count: errorCountRule },
  },
  "models.selected": {
    required: [],
    attributes: { session_id: sessionIdRule, version: versionRule, latency_ms: latencyMsRule, prompt_id: promptIdRule, model: modelRule },
  },
  "prompts.create": {
    required: ["prompt_id"],
    attributes: { session_id: sessionIdRule, version: versionRule, latency_ms: latencyMsRule, prompt_id: promptIdRule, source: { type: "enum", members: ["editor", "card", "detail", "import", "duplicate", "api", "other"] } },
  },
  "prompts.update": {
    required: ["prompt_id"],
    attributes: { session_id: sessionIdRule, version: versionRule, latency_ms: latencyMsRule, prompt_id: promptIdRule, source: { type: "enum", members: ["editor", "card", "detail", "import", "duplicate", "api", "other"] } },
  },
  "prompts.duplicate": {
    required: ["prompt_id"],
    attributes: { session_id: sessionIdRule, version: versionRule, latency_ms: latencyMsRule, prompt_id: promptIdRule, source: { type: "enum", members: ["editor", "card", "detail", "import", "duplicate", "api", "other"] } },
  },
  "prompts.delete": {
    required: ["prompt_id"],
    attributes: { session_id: sessionIdRule, version: versionRule, latency_ms: latencyMsRule, prompt_id: promptIdRule, source: { type: "enum", members: ["editor", "card", "detail", "import", "duplicate", "api", "other"] } },
  },
  "prompt_copied": {
    required: ["prompt_id", "source", "variant"],
    attributes: { session_id: sessionIdRule, version: versionRule, latency_ms: latencyMsRule, prompt_id: promptIdRule, variant: variantRule, source: { type: "enum", members: ["card", "detail"] } },
  },
  "share.created": {
    required: [],
    attributes: { session_id: sessionIdRule, version: versionRule, latency_ms: latencyMsRule, prompt_id: promptIdRule, share_token: shareTokenRule },
  },
  "share.viewed": {
    required: [],
    attributes: { session_id: sessionIdRule, version: versionRule, latency_ms: latencyMsRule, prompt_id: promptIdRule, share_token: shareTokenRule },
  },
  "share.revoked": {
    required: [],
    attributes: { session_id: sessionIdRule, version: versionRule, latency_ms: latencyMsRule, prompt_id: promptIdRule, share_token: shareTokenRule },
  },
  "tags.added": {
    required: [],
    attributes: { session_id: sessionIdRule, version: versionRule, latency_ms: latencyMsRule, prompt_id: promptIdRule, count: countRule },
  },
  "tags.removed": {
    required: [],
    attributes: { session_id: sessionIdRule, version: versionRule, latency_ms: latencyMsRule, prompt_id: promptIdRule, count: countRule },
  },
  "vault.search_performed": {
    required: [],
    attributes: { session_id: sessionIdRule, version: versionRule, latency_ms: latencyMsRule, result_count: resultCountRule, filter_hash: filterHashRule, query_len: queryLenRule },
  },
  "vault.filtered_collection": {
    required: [],
    attributes: { session_id: sessionIdRule, version: versionRule, latency_ms: latencyMsRule, result_count: resultCountRule, filter_hash: filterHashRule },
  },
};
