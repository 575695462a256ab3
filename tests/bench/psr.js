// SPDX-License-Identifier: Apache-2.0
// k6: rate prompts at a fixed rate, each iteration another owner and prompt out of OWNERS × PROMPTS.
import http from "k6/http";
import { check } from "k6";

const { URL, TOKENS, RATE, SECONDS } = __ENV;
const OWNERS = TOKENS.split(",");
const PROMPTS = 1000;

export const options = {
  discardResponseBodies: true,
  summaryTrendStats: ["avg", "med", "p(95)", "p(99)", "max"],
  scenarios: {
    rate: {
      executor: "constant-arrival-rate",
      rate: Number(RATE),
      timeUnit: "1s",
      duration: `${SECONDS}s`,
      preAllocatedVUs: 50,
    },
  },
};

const number = (below) => Math.floor(Math.random() * below);

export default function () {
  const prompt = number(PROMPTS).toString(16).padStart(12, "0");
  const body = JSON.stringify({
    prompt_id: `00000000-0000-4000-8000-${prompt}`,
    rating: 1 + number(5),
    source: "copy",
    version: "v2.1",
    note: "cut it from 1200 to 300 words, and that was too short",
  });
  const headers = {
    "Content-Type": "application/json",
    Authorization: `Bearer ${OWNERS[number(OWNERS.length)]}`,
  };
  check(http.post(`${URL}/psr`, body, { headers }), { "is 200": (r) => r.status === 200 });
}

export function handleSummary(data) {
  const { http_req_duration: ms, http_reqs: requests, checks } = data.metrics;
  return {
    stdout: JSON.stringify({
      requests: requests.values.count,
      failed: checks.values.fails,
      dropped: data.metrics.dropped_iterations ? data.metrics.dropped_iterations.values.count : 0,
      ...ms.values,
    }),
  };
}
