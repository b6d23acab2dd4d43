-- wrk: one viewer per connection, who asks for the news of one of 8 extruders once a second.
-- With FLAT_OUT in the environment nobody waits between two requests.
local number = 0

function request()
  number = number + 1
  return wrk.format("GET", "/windows/" .. (number % 8 + 1) .. "/delta", {
    ["Host"] = "meltwatch", ["Accept-Encoding"] = "gzip"
  })
end

if not os.getenv("FLAT_OUT") then
  -- ms before each request; the jitter is that of assets/live/feed.mjs.
  function delay()
    return 950 + math.random(0, 100)
  end
end
