-- Let a board's log begin at a snapshot that has been written (SPEC.md L9, L10). What lies before may then be trimmed.
--
-- KEYS: the log (stream), its meta (hash), the lease, the snapshot (list), the snapshot that it replaces (or itself)
-- ARGV: the snapshot's name, the name of the one that it replaces ('' if none), the epoch and number of its last commit,
--       how many items it has, for how many seconds the replaced one is kept for those who are reading it
-- Returns: 1; 0 if the snapshot may not stand.
--
-- The claim must still hold. The snapshot that was folded further must still be the present one, so snapshots only go
-- forward. And its last commit must be in the log as it was: a run of Redis that has lost its last moments may have
-- another one there, or none (L7). Then all before it is there as well.

local log, meta, n = KEYS[1], KEYS[2], ARGV[4]
if redis.call('GET', KEYS[3]) ~= ARGV[1] then return 0 end
if (redis.call('HGET', meta, 'snapshot') or '') ~= ARGV[2] then return 0 end
if redis.call('LLEN', KEYS[4]) ~= tonumber(ARGV[5]) then return 0 end
local entry = redis.call('XRANGE', log, '0-' .. n, '0-' .. n)[1]
local epoch
for i = 1, entry and #entry[2] or 0, 2 do
  if entry[2][i] == 'e' then epoch = entry[2][i + 1] end
end
if epoch ~= ARGV[3] then return 0 end

redis.call('HSET', meta, 'snapshot', ARGV[1], 'floor', n)
if ARGV[2] ~= '' then redis.call('EXPIRE', KEYS[5], ARGV[6]) end
redis.call('PERSIST', KEYS[4])
redis.call('DEL', KEYS[3])
return 1
