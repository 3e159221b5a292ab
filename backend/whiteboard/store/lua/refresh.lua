-- Start a session's lifetime anew, unless somebody has claimed it since (SPEC.md R2, S1).
--
-- KEYS: the session (hash)
-- ARGV: its holder's generation, the lifetime in ms
-- Returns: the generation that holds the session, 0 if it is gone: if it is not the holder's, nothing has changed.

local held = tonumber(redis.call('HGET', KEYS[1], 'generation') or 0)
if held == tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return held
