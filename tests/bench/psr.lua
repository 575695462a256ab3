-- SPDX-License-Identifier: Apache-2.0
-- wrk: rate prompts as fast as the answers come, out of TOKENS × 1000 prompts.
local tokens = {}
for token in os.getenv("TOKENS"):gmatch("[^,]+") do tokens[#tokens + 1] = token end

local body = '{"prompt_id":"00000000-0000-4000-8000-%012x","rating":%d,"source":"copy",'
  .. '"version":"v2.1","note":"cut it from 1200 to 300 words, and that was too short"}'

function request()
  local headers = {
    ["Content-Type"] = "application/json",
    ["Authorization"] = "Bearer " .. tokens[math.random(#tokens)],
  }
  local text = string.format(body, math.random(0, 999), math.random(1, 5))
  return wrk.format("POST", "/psr", headers, text)
end

function done(summary, latency)
  io.write(string.format('{"requests":%d,"seconds":%.3f,"failed":%d,"mean_ms":%.3f}\n',
    summary.requests, summary.duration / 1e6,
    summary.errors.status + summary.errors.timeout, latency.mean / 1000))
end
