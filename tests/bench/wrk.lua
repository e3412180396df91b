-- Requests from a file of lines `METHOD PATH [BODY]`, drawn at random; prints `result REQUESTS MICROSECONDS P50 P99 BAD`.
local ready = {}

function init()
	local key, idempotent = os.getenv("BENCH_KEY"), os.getenv("BENCH_IDEMPOTENT") ~= ""
	math.randomseed(os.time())
	for line in io.lines(os.getenv("BENCH_REQUESTS")) do
		local method, path, body = line:match("^(%u+) (%S+) ?(.*)$")
		local headers = { ["Host"] = "127.0.0.1" }
		if key ~= "" then headers["Authorization"] = "Bearer " .. key end
		if body == "" then body = nil else headers["Content-Type"] = "application/json" end
		-- a placeholder of the length of a key: a new one is written over it every time
		if idempotent then headers["Idempotency-Key"] = "KKKKKKKKKKKKKKKKKKKKKKKK" end
		ready[#ready + 1] = wrk.format(method, path, headers, body)
	end
	if idempotent then
		local n, start = 0, string.format("%012x", os.time() * 4096 + math.random(0, 4095))
		request = function()
			n = n + 1
			return (ready[math.random(#ready)]:gsub("KKKKKKKKKKKKKKKKKKKKKKKK", start .. string.format("%012x", n), 1))
		end
	end
end

function request()
	return ready[math.random(#ready)]
end

function done(summary, latency)
	local e = summary.errors
	print(string.format("result %d %d %d %d %d", summary.requests, summary.duration, latency:percentile(50),
		latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
