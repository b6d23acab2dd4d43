-- Applies all writes of one refresh or none.
-- KEYS: watermark, lease, channel of commits, then the keys that the writes name by their position.
-- ARGV: expected watermark ('' = must be missing), new watermark ('' = leave), lease token,
--       lease ms, then groups of four: operation, key position, a, b
--         R  SETRANGE key a b     S  SET key b     H  HSET key a b     F  HDEL key a     D  DEL key
--         T  LTRIM key a -1 (take the first a off a list)
-- A commit that moves or confirms the watermark is published on the channel.
-- Returns 1, or 0 when fenced: another worker holds the lease or has moved the watermark.
local watermark = redis.call('GET', KEYS[1]) or ''
if watermark ~= ARGV[1] or redis.call('GET', KEYS[2]) ~= ARGV[3] then
    return 0
end
redis.call('PEXPIRE', KEYS[2], ARGV[4])
for i = 5, #ARGV, 4 do
    local key, a, b = KEYS[tonumber(ARGV[i + 1])], ARGV[i + 2], ARGV[i + 3]
    if ARGV[i] == 'R' then
        redis.call('SETRANGE', key, a, b)
    elseif ARGV[i] == 'H' then
        redis.call('HSET', key, a, b)
    elseif ARGV[i] == 'F' then
        redis.call('HDEL', key, a)
    elseif ARGV[i] == 'D' then
        redis.call('DEL', key)
    elseif ARGV[i] == 'T' then
        redis.call('LTRIM', key, a, -1)
    else
        redis.call('SET', key, b)
    end
end
if ARGV[2] ~= '' then
    redis.call('SET', KEYS[1], ARGV[2])
    redis.call('PUBLISH', KEYS[3], ARGV[2])
end
return 1
