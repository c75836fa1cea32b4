-- Keeps the greater or the smaller of the stored and the given decimal number.
--
-- Why a script: Redis has no such command, and Lua's numbers are doubles, so texts are compared, digit by digit.
--
-- KEYS   the record
-- ARGV   field, number, 'max' or 'min'
-- Reply  the number that is stored now, as text

local field, given, keep = ARGV[1], ARGV[2], ARGV[3]
local stored = redis.call('HGET', KEYS[1], field)

local function is_less(a, b)
  local a_negative, b_negative = string.sub(a, 1, 1) == '-', string.sub(b, 1, 1) == '-'
  if a_negative ~= b_negative then return a_negative end
  if string.find(a .. b, '[^%d-]') then return tonumber(a) < tonumber(b) end
  if #a ~= #b then return (#a < #b) ~= a_negative end
  if a == b then return false end
  return (a < b) ~= a_negative
end

if stored and not tonumber(stored) then
  return redis.error_reply('ERR hash value is not a number')
end
if stored and stored ~= given and is_less(given, stored) == (keep == 'max') then
  return stored
end
redis.call('HSET', KEYS[1], field, given)
return given
