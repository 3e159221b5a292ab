-- Write a session whole, new or gone from Redis as it may be, unless somebody has claimed it since (SPEC.md R2, S1).
--
-- KEYS: the session (hash)
-- ARGV: the writer's generation, the lifetime in ms, then the other fields and values
-- Returns: the generation that holds the session now: if it is not the writer's, nothing was written.

local held = redis.call('HGET', KEYS[1], 'generation')
if held and tonumber(held) > tonumber(ARGV[1]) then return tonumber(held) end
redis.call('HSET', KEYS[1], 'generation', ARGV[1], unpack(ARGV, 3))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return tonumber(ARGV[1])
