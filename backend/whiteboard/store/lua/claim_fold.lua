-- Claim the right to fold the older part of a board's log into a snapshot (SPEC.md L10).
--
-- KEYS: the log (stream), its meta (hash), the lease
-- ARGV: the name of the snapshot to be, the lease's lifetime in ms, how long a commit is kept at least in ms, the fewest
--       commits that are worth a snapshot, the most that one claim may fold
-- Returns: the log's floor; and if there is something to fold and nobody at it, the name of the present snapshot ('' if
--       there is none) and the number of the last commit to fold.

local time = redis.call('TIME')
local old_ms = time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[3]
local known = redis.call('HMGET', KEYS[2], 'head', 'floor', 'snapshot')
local head, floor = tonumber(known[1] or 0), tonumber(known[2] or 0)

local function is_old(n)
  local entry = redis.call('XRANGE', KEYS[1], '0-' .. n, '0-' .. n)[1]
  for i = 1, entry and #entry[2] or 0, 2 do
    if entry[2][i] == 't' then return tonumber(entry[2][i + 1]) <= old_ms end
  end
  return false
end

local upto, beyond = floor + ARGV[4], math.min(floor + ARGV[5], head) + 1
if not is_old(upto) then return {floor} end
if not redis.call('SET', KEYS[3], ARGV[1], 'NX', 'PX', ARGV[2]) then return {floor} end
while beyond - upto > 1 do
  local n = math.floor((upto + beyond) / 2)
  if is_old(n) then upto = n else beyond = n end
end
return {floor, known[3] or '', upto}
