-- Set fields of a session, unless somebody has claimed it since (SPEC.md R2).
--
-- KEYS: the session (hash)
-- ARGV: the writer's generation, the lifetime in ms, then fields and values
-- Returns: 1, or 0 if the session has another generation or is gone.

if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
