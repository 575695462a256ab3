// SPDX-License-Identifier: Apache-2.0
// Ingest at a steady rate: batches of whitelisted events, as the browser SDK sends them.
//
//   build/k6 run tests/bench/ingest.js            (the processor of `make up`)
//
// BASE_URL, TOKEN, RATE (requests per second), BATCH (events per request) and DURATION change it.
// The limits are DESIGN's: p95 < 10 ms, p99 < 25 ms, no error; the story asks for p95 < 100 ms.
import { check } from 'k6';
import http from 'k6/http';

const BASE_URL = __ENV.BASE_URL || 'http://127.0.0.1:4319';
const TOKEN = __ENV.TOKEN || 'dev-user';
const BATCH = Number(__ENV.BATCH || 10);

export const options = {
  scenarios: {
    ingest: {
      executor: 'constant-arrival-rate',
      rate: Number(__ENV.RATE || 200),
      timeUnit: '1s',
      duration: __ENV.DURATION || '5m',
      preAllocatedVUs: 20,
      maxVUs: 200,
    },
  },
  summaryTrendStats: ['med', 'p(95)', 'p(99)', 'max'],
  thresholds: {
    http_req_duration: ['p(95)<10', 'p(99)<25'],
    http_req_failed: ['rate==0'],
    checks: ['rate==1'],
    dropped_iterations: ['count==0'],
  },
};

const headers = { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' };

export default function () {
  const answer = http.post(`${BASE_URL}/v1/logs`, JSON.stringify(request()), { headers });
  // An OTLP answer names rejections; a full success names none.
  check(answer, { 'every event is taken': (a) => a.status === 200 && !a.body.includes('rejected') });
}

function request() {
  const scope = { name: 'k6', version: '1' };
  const logRecords = Array.from({ length: BATCH }, logRecord);
  return { resourceLogs: [{ resource: {}, scopeLogs: [{ scope, logRecords }] }] };
}

function logRecord() {
  return {
    timeUnixNano: `${Date.now()}000000`,
    eventName: 'prompt_copied',
    attributes: [
      text('log.record.uid', crypto.randomUUID()),
      text('session.id', `s-${__VU}`),
      text('prompt_id', crypto.randomUUID()),
      text('variant', 'body'),
      text('source', 'card'),
      { key: 'latency_ms', value: { intValue: '12' } },
    ],
  };
}

function text(key, stringValue) {
  return { key, value: { stringValue } };
}
