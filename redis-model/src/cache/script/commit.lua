-- Stores an entry that was computed, or removes it, unless its computation was overtaken: another one leads, or the entry was
-- invalidated.
--
-- Why a script: the lock must still be the caller's in the moment in which the entry is written, and the clock the server's.
--
-- KEYS   1 the entry, 2 its lock
-- ARGV   1 the caller's token; '' to overtake whoever computes it
--        2 how long the entry is fresh, in milliseconds
--        3 how long it may be served beyond that, in milliseconds
--        4 the entry, with any time at bytes 3 to 8; '' if there is to be none
-- Reply  1 done; 0 overtaken: nothing was written

if ARGV[1] ~= '' and redis.call('GET', KEYS[2]) ~= ARGV[1] then
  -- A commit whose reply was lost comes twice.
  local entry = redis.call('GET', KEYS[1])
  if entry and string.sub(entry, 9) == string.sub(ARGV[4], 9) then return 1 end
  return 0
end
if ARGV[4] == '' then
  redis.call('DEL', KEYS[2], KEYS[1])
  return 1
end
local time = redis.call('TIME')
local fresh_until = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2]
local bytes = {}
for place = 6, 1, -1 do
  bytes[place] = string.char(fresh_until % 256)
  fresh_until = math.floor(fresh_until / 256)
end
local entry = string.sub(ARGV[4], 1, 2) .. table.concat(bytes) .. string.sub(ARGV[4], 9)
redis.call('DEL', KEYS[2])
redis.call('SET', KEYS[1], entry, 'PX', ARGV[2] + ARGV[3])
return 1
