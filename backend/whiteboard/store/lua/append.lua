-- Append ops to a board's log, at most once each, in one atomic step (SPEC.md L1 to L5, L7).
--
-- KEYS: the log (stream), its meta (hash), then one key for each client that has ops in this commit
-- ARGV: the bus channel, the format version, the seconds a client is remembered, then three for each op:
--       the index of its client among the client keys (from 1), its number n, the op
-- Returns: the epoch, the commit's number (0 if nothing was new), then for each op '' if it entered the log,
--       in the order given, or the offset at which its client's last op had entered before.
--
-- The run id is asked of the server itself, in the same step: a replica could name one that has gone a moment ago.

local log, meta = KEYS[1], KEYS[2]
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local known = redis.call('HMGET', meta, 'run', 'epoch', 'head')
local epoch, head = tonumber(known[2] or 0), tonumber(known[3] or 0)
if known[1] ~= run then
  if epoch > 0 then redis.call('HSET', meta, 'end:' .. epoch, head) end
  -- By the clock, so that a board that was lost whole does not begin again with an epoch that positions of old name.
  epoch = math.max(epoch + 1, now_ms)
  redis.call('HSET', meta, 'run', run, 'epoch', epoch)
end

local last, text, at = {}, {}, {}
for i = 3, #KEYS do
  local n, offset = string.match(redis.call('GET', KEYS[i]) or '', '^(%d+) (%S+)$')
  last[i - 2], at[i - 2] = tonumber(n or 0), offset
end

local reply, fresh, touched = {epoch, 0}, {}, {}
for i = 4, #ARGV, 3 do
  local client, n = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
  if n <= last[client] then
    reply[#reply + 1] = at[client]
  else
    last[client], text[client] = n, ARGV[i + 1]  -- as it came: Lua would write large numbers as 1e+14
    at[client] = epoch .. '-' .. (head + 1) .. '-' .. #fresh
    touched[client] = true
    fresh[#fresh + 1] = ARGV[i + 2]
    reply[#reply + 1] = ''
  end
end
if #fresh == 0 then return reply end

local body = '[' .. table.concat(fresh, ',') .. ']'
local n = head + 1
-- An explicit id: should the stream ever be ahead of its meta, this fails before any op is written.
redis.call('XADD', log, '0-' .. n, 'v', ARGV[2], 'e', epoch, 't', now_ms, 'b', body)
redis.call('HSET', meta, 'head', n)
for client in pairs(touched) do
  redis.call('SET', KEYS[client + 2], text[client] .. ' ' .. at[client], 'EX', ARGV[3])
end
redis.call('PUBLISH', ARGV[1], ARGV[2] .. ' ' .. epoch .. '-' .. n .. ' ' .. body)
reply[2] = n
return reply
