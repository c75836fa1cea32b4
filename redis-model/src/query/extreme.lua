-- Keeps the greater or the smaller of the stored and the given decimal number, in a field of a hash or in a string, whose
-- time to live stays.
--
-- Why a script: Redis has no such command, and Lua's numbers are doubles, so texts are compared, digit by digit.
--
-- KEYS   the hash or the string
-- ARGV   the field, of a hash only; number; 'max' or 'min'
-- Reply  the number that is stored now, as text

local field = #ARGV == 3 and ARGV[1]
local given, keep = ARGV[#ARGV - 1], ARGV[#ARGV]
local stored
if field then
  stored = redis.call('HGET', KEYS[1], field)
else
  stored = redis.call('GET', KEYS[1])
end

local function is_less(a, b)
  local a_negative, b_negative = string.sub(a, 1, 1) == '-', string.sub(b, 1, 1) == '-'
  if a_negative ~= b_negative then return a_negative end
  if string.find(a .. b, '[^%d-]') then return tonumber(a) < tonumber(b) end
  if #a ~= #b then return (#a < #b) ~= a_negative end
  if a == b then return false end
  return (a < b) ~= a_negative
end

if stored and not tonumber(stored) then
  return redis.error_reply('ERR value is not a number')
end
if stored and stored ~= given and is_less(given, stored) == (keep == 'max') then
  return stored
end
if field then
  redis.call('HSET', KEYS[1], field, given)
else
  redis.call('SET', KEYS[1], given, 'KEEPTTL')
end
return given
