-- Requests from a file of lines `METHOD PATH [BODY]`, drawn at random; prints `result REQUESTS MICROSECONDS P50 P99 BAD`.
-- As with pgbench, where each client keeps what it has drawn for DRAWS transactions, as many requests as there are connections are
-- in use at a time and each is used DRAWS times: neither side has the better of the processor's caches.
local DRAWS = 100
local ready, used, n = {}, {}, 0
local spread = tonumber(os.getenv("BENCH_CONNECTIONS") or 64)

local function draw()
	n = n + 1
	local slot = n % spread
	if used[slot] == nil or math.floor(n / spread) % DRAWS == 0 then used[slot] = ready[math.random(#ready)] end
	return used[slot]
end

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
		local keys, start = 0, string.format("%012x", os.time() * 4096 + math.random(0, 4095))
		request = function()
			keys = keys + 1
			return (draw():gsub("KKKKKKKKKKKKKKKKKKKKKKKK", start .. string.format("%012x", keys), 1))
		end
	end
end

function request()
	return draw()
end

function done(summary, latency)
	local e = summary.errors
	print(string.format("result %d %d %d %d %d", summary.requests, summary.duration, latency:percentile(50),
		latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
