-- Lets one caller compute an entry.
--
-- Why a script: the entry and the lock must be looked at in one moment, and the clock must be the server's.
--
-- KEYS   1 the entry, 2 its lock
-- ARGV   1 the caller's token
--        2 how long it may take, in milliseconds
--        3 '1' to lead whatever is there: who led before can no longer commit
--        4 how the entry begins that the caller finds outdated although it may be fresh; '' for none
-- Reply  what is to be done, the server's time in milliseconds, two values that concern it, and the entry (nil if there
--        is none):
--        0 the entry is fresh: use it
--        1 lead: compute it
--        2 somebody else leads; how long the lease lasts at most, in milliseconds, and that caller's token

local entry = redis.call('GET', KEYS[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- Whether the entry has the number of our format, is not the one that the caller has seen, and is fresh.
local function is_fresh()
  if not entry or #entry < 13 or string.byte(entry, 1) ~= 1 then return false end
  local seen = ARGV[4]
  if seen ~= '' and string.sub(entry, 1, #seen) == seen then return false end
  local until_time = 0
  for place = 3, 8 do until_time = until_time * 256 + string.byte(entry, place) end
  return until_time > now
end

if ARGV[3] == '1' then
  redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
  return {1, now, 0, '', entry}
end
if is_fresh() then return {0, now, 0, '', entry} end
local leader = redis.call('SET', KEYS[2], ARGV[1], 'NX', 'GET', 'PX', ARGV[2])
-- A claim whose reply was lost comes twice.
if not leader or leader == ARGV[1] then return {1, now, 0, '', entry} end
return {2, now, redis.call('PTTL', KEYS[2]), leader, entry}
