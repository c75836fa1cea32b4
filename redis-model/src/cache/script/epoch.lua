-- Reads an epoch, made if it is absent, and lets it live for as long as is needed at least. One that has less left gets
-- twice that: each change of it is news to all processes that keep values with its tag, which they then let go of.
--
-- Why a script: so that it may be sent again when its reply was lost.
--
-- KEYS   1 the epoch
-- ARGV   1 how long it has to live, in milliseconds
--        2 what it is made of if it is absent; '' to leave it so
-- Reply  the epoch; nil if it is absent

local epoch = redis.call('GET', KEYS[1])
if epoch then
  local left = redis.call('PTTL', KEYS[1])
  if left >= 0 and left < tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], 2 * ARGV[1]) end
  return epoch
end
if ARGV[2] == '' then return false end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[1])
return ARGV[2]
