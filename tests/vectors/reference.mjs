// SPDX-License-Identifier: Apache-2.0
// The JavaScript twin of service_kit/hashing.py: what the browser SDK must compute.
// As a program it reads {texts: [...], filters: [...]} from stdin and writes, for each text,
// [normalised, hash], and for each set of filters [canonical, hash], or null where it is refused.

import { text as readAll } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

const LONE_SURROGATE = /\p{Surrogate}/u;

export function normaliseQuery(text) {
  return text
    .replace(/\p{Surrogate}/gu, "\ufffd")
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll("ς", "σ")
    .normalize("NFKC")
    .replace(/\s+/g, " ")
    .trim();
}

export function canonicalFilters(filters) {
  const members = Object.entries(filters).map(([key, value]) => [checkedKey(key), canonicalValue(value)]);
  const kept = members.filter(([, json]) => json).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${kept.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(",")}}`;
}

export const hashQuery = (text) => sha256(normaliseQuery(text));

export const hashFilters = async (filters) => sha256(canonicalFilters(filters));

function checkedKey(key) {
  if (LONE_SURROGATE.test(key)) throw new RangeError("a filter's name is a well-formed string");
  return key;
}

function canonicalValue(value) {
  if (!Array.isArray(value)) return canonicalScalar(value);
  const items = [...new Set(value.map(canonicalScalar))].filter(Boolean).sort();
  return items.length ? `[${items.join(",")}]` : "";
}

function canonicalScalar(value) {
  if (value == null) return "";
  if (typeof value === "string") {
    const normalised = normaliseQuery(value);
    return normalised && JSON.stringify(normalised);
  }
  if (typeof value === "boolean" || Number.isSafeInteger(value)) return JSON.stringify(value);
  throw new RangeError("a filter's value is a string, a boolean, a safe integer, or a list of these");
}

async function sha256(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function answerFilters(filters) {
  try {
    return [canonicalFilters(filters), await hashFilters(filters)];
  } catch (refusal) {
    if (refusal instanceof RangeError) return null;
    throw refusal;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { texts = [], filters = [] } = JSON.parse(await readAll(process.stdin));
  const answers = {
    texts: await Promise.all(texts.map(async (text) => [normaliseQuery(text), await hashQuery(text)])),
    filters: await Promise.all(filters.map(answerFilters)),
  };
  process.stdout.write(JSON.stringify(answers));
}
