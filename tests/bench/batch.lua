-- SPDX-License-Identifier: Apache-2.0
-- wrk: post the batch in BATCH_FILE again and again, with fresh event ids each time:
-- the processor would answer a repeated id without storing it.
local pieces = {}
local rest = io.open(os.getenv("BATCH_FILE")):read("*a")
while true do
  local from, to = rest:find("@UID@", 1, true)
  if not from then break end
  pieces[#pieces + 1] = rest:sub(1, from - 1)
  rest = rest:sub(to + 1)
end

local threads = 0
function setup(thread)
  thread:set("run", os.time() * 16 + threads)
  threads = threads + 1
end

local count = 0
local parts = {}
local headers = {
  ["Content-Type"] = "application/json",
  ["Authorization"] = "Bearer " .. os.getenv("TOKEN"),
}
function request()
  for i, piece in ipairs(pieces) do
    count = count + 1
    parts[2 * i - 1] = piece
    parts[2 * i] = string.format("%08x-0000-4000-8000-%012x", run % 0x100000000, count)
  end
  parts[2 * #pieces + 1] = rest
  return wrk.format("POST", "/v1/logs", headers, table.concat(parts))
end

local failed = 0
function response(status)
  if status ~= 200 then failed = failed + 1 end
end

function done(summary, latency)
  io.write(string.format(
    '{"requests":%d,"seconds":%.3f,"failed":%d,"p50_ms":%.3f,"p95_ms":%.3f,"p99_ms":%.3f}\n',
    summary.requests, summary.duration / 1e6, summary.errors.status + summary.errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000))
end
