// SPDX-License-Identifier: Apache-2.0
// The story's promise, on the whole stack: 200 requests per second of ten events each, and ratings
// beside them, by the vault's users with their session cookies.
//
//   TELESIFT_RATE_LIMIT=100000 make up
//   build/k6 run tests/bench/k6/stack.js
//
// VAULT, PROCESSOR, PSR, RATE and RATINGS (requests per second) and DURATION change it.
import { check } from "k6";
import http from "k6/http";

const VAULT = __ENV.VAULT || "http://127.0.0.1:8000";
const PROCESSOR = __ENV.PROCESSOR || "http://127.0.0.1:4319";
const PSR = __ENV.PSR || "http://127.0.0.1:4320";
const EVENTS = 10;
const USERS = { ada: "analytical-engine", grace: "first-compiler" };
const SESSIONS = 5; // of each user

const steady = (rate, exec) => ({
  exec,
  executor: "constant-arrival-rate",
  rate: Number(rate),
  timeUnit: "1s",
  duration: __ENV.DURATION || "2m",
  preAllocatedVUs: 30,
  maxVUs: 200,
});

export const options = {
  scenarios: {
    ingest: steady(__ENV.RATE || 200, "ingest"),
    ratings: steady(__ENV.RATINGS || 20, "rate"),
  },
  summaryTrendStats: ["med", "p(95)", "p(99)", "max"],
  thresholds: {
    "http_req_duration{scenario:ingest}": ["p(95)<100"],
    "http_req_duration{scenario:ratings}": ["p(95)<100"],
    "checks{scenario:ingest}": ["rate==1"],
    "checks{scenario:ratings}": ["rate==1"],
    dropped_iterations: ["count==0"],
  },
};

const any = (list) => list[Math.floor(Math.random() * list.length)];

/** Sign in, and look at the prompts. */
export function setup() {
  const names = Object.keys(USERS).flatMap((name) => Array(SESSIONS).fill(name));
  return names.map((name) => {
    const form = JSON.stringify({ name, password: USERS[name] });
    const answer = http.post(`${VAULT}/sign-in`, form, {
      headers: { "Content-Type": "application/json" },
    });
    const headers = {
      "Content-Type": "application/json",
      Cookie: `session=${answer.cookies.session[0].value}`,
      Origin: VAULT,
    };
    http.cookieJar().clear(VAULT); // Or it would send the last one's cookie, too.
    const prompts = http.get(`${VAULT}/prompts`, { headers }).json("items.#.id");
    return { headers, prompts };
  });
}

export function ingest(visitors) {
  const { headers, prompts } = any(visitors);
  const answer = http.post(`${PROCESSOR}/v1/logs`, JSON.stringify(batch(prompts)), { headers });
  // An OTLP answer names rejections; a full success names none.
  check(answer, { "every event is taken": (a) => a.status === 200 && !a.body.includes("rejected") });
}

export function rate(visitors) {
  const { headers, prompts } = any(visitors);
  const rating = { prompt_id: any(prompts), rating: any([1, 2, 3, 4, 5]), source: "copy" };
  const answer = http.post(`${PSR}/psr`, JSON.stringify(rating), { headers });
  check(answer, { "every rating is kept": (a) => a.status === 200 });
}

function batch(prompts) {
  const scope = { name: "@telesift/browser" };
  const logRecords = Array.from({ length: EVENTS }, () => copied(any(prompts)));
  return { resourceLogs: [{ resource: {}, scopeLogs: [{ scope, logRecords }] }] };
}

function copied(prompt_id) {
  const text = { "log.record.uid": crypto.randomUUID(), prompt_id, variant: "body", source: "card" };
  const attributes = Object.entries(text).map(([key, stringValue]) => ({ key, value: { stringValue } }));
  attributes.push({ key: "latency_ms", value: { intValue: "12" } });
  return { timeUnixNano: `${Date.now()}000000`, eventName: "prompt_copied", attributes };
}
