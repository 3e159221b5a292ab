-- Claim a session for a replica: raise its generation, so that whoever held it can write to it no more (SPEC.md R2).
-- By the clock, since a generation that Redis has lost is to be raised as well: its holder may write it again.
--
-- KEYS: the session (hash)
-- ARGV: the replica, the lifetime in ms, the prefix of replicas' channels, what to tell the replica that held it before,
--       the client
-- Returns: the session's fields and values, nothing if the client has no such session.

if redis.call('HGET', KEYS[1], 'client') ~= ARGV[5] then return {} end
local former = redis.call('HGET', KEYS[1], 'owner')
local time = redis.call('TIME')
local generation = redis.call('HGET', KEYS[1], 'generation') + 1
generation = math.max(generation, time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('HSET', KEYS[1], 'generation', generation, 'owner', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
if former then redis.call('PUBLISH', ARGV[3] .. former, ARGV[4] .. ' ' .. generation) end
return redis.call('HGETALL', KEYS[1])
