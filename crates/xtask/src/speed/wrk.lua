-- Asks what `asks` lists, one after the other and again from the first, and says what came of it in one line.
-- Each thread of wrk has its own place in the list.
local texts = {}
local at = 0

function init(_)
   for number, ask in ipairs(asks) do
      texts[number] = wrk.format("GET", ask.path, ask.fields)
   end
end

function request()
   at = at % #texts + 1
   return texts[at]
end

function done(summary, latency, _)
   local errors = summary.errors
   io.write(string.format(
      "haas requests %d bytes %d time_us %d connect %d read %d write %d status %d timeout %d p99_us %d\n",
      summary.requests, summary.bytes, summary.duration,
      errors.connect, errors.read, errors.write, errors.status, errors.timeout, latency:percentile(99)))
end
