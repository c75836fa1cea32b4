-- Adds to many counts, or combines the counts of two counters, so that all change or none.
--
-- Why a script: what is combined must not change in between, and what has been added before a sum that is out of range is
-- taken back.
--
-- KEYS   1 the counter, a hash of value -> count; 2 the other one, except for `add`
-- ARGV   1 the operation: add (value count)..   adds these
--                         plus, minus           adds or subtracts the counts of the other
--                         most, least           keeps the greater or the smaller count of each value, and of those only the
--                                               positive ones
-- Reply  how many counts were added or are left; or Redis' own error where a sum would be out of range or a count is no
--        number, and then nothing has changed

local key, operation = KEYS[1], ARGV[1]

-- One call takes at most about 7,990 arguments from the stack of Lua.
local LIMIT = 7000

local function in_pieces(command, list)
  for from = 1, #list, LIMIT do
    redis.call(command, key, unpack(list, from, math.min(from + LIMIT - 1, #list)))
  end
end

local function put_back(values, before)
  local gone, stored = {}, {}
  for i = 1, #before do
    if before[i] then
      stored[#stored + 1], stored[#stored + 2] = values[i], before[i]
    else
      gone[#gone + 1] = values[i]
    end
  end
  in_pieces('HSET', stored)
  in_pieces('HDEL', gone)
end

-- The one number that Redis does not take, and that comes of the lowest count when that is subtracted.
local BEYOND = '9223372036854775808'

local function increment(value, count)
  if count ~= BEYOND then return redis.pcall('HINCRBY', key, value, count) end
  local sum = redis.pcall('HINCRBY', key, value, '9223372036854775807')
  return type(sum) == 'table' and sum or redis.pcall('HINCRBY', key, value, '1')
end

local function add(values, counts)
  local before = {}
  for i, value in ipairs(values) do
    local stored = redis.call('HGET', key, value)
    local sum = increment(value, counts[i])
    before[i] = stored
    if type(sum) == 'table' then
      put_back(values, before)
      return sum
    end
  end
  return #values
end

local function counts_of(counter)
  local flat, values, counts = redis.call('HGETALL', counter), {}, {}
  for i = 1, #flat, 2 do
    values[#values + 1], counts[#counts + 1] = flat[i], flat[i + 1]
  end
  return values, counts
end

local function negated(count)
  if count == '0' then return count end
  return string.sub(count, 1, 1) == '-' and string.sub(count, 2) or '-' .. count
end

-- Lua's numbers are doubles, so positive counts are compared digit by digit.
local function is_less(a, b)
  if #a ~= #b then return #a < #b end
  return a < b
end

local function is_positive(count)
  return count and string.find(count, '^[1-9]%d*$') ~= nil
end

-- What is left of two counters, each a list of values and one of counts.
local function combined(values, counts, other_values, other_counts)
  local others, mine, kept = {}, {}, {}
  for i, value in ipairs(other_values) do others[value] = other_counts[i] end
  for i, value in ipairs(values) do mine[value] = counts[i] end
  local function keep(value, a, b)
    local count
    if operation == 'least' then
      count = is_positive(a) and is_positive(b) and (is_less(a, b) and a or b)
    elseif is_positive(a) and is_positive(b) then
      count = is_less(a, b) and b or a
    else
      count = is_positive(a) and a or is_positive(b) and b
    end
    if count then kept[#kept + 1], kept[#kept + 2] = value, count end
  end
  for i, value in ipairs(values) do keep(value, counts[i], others[value]) end
  for i, value in ipairs(other_values) do
    if not mine[value] then keep(value, nil, other_counts[i]) end
  end
  return kept
end

if operation == 'add' then
  local values, counts = {}, {}
  for i = 2, #ARGV, 2 do
    values[#values + 1], counts[#counts + 1] = ARGV[i], ARGV[i + 1]
  end
  return add(values, counts)
end

local other_values, other_counts = counts_of(KEYS[2])

if operation == 'plus' or operation == 'minus' then
  if operation == 'minus' then
    for i, count in ipairs(other_counts) do other_counts[i] = negated(count) end
  end
  return add(other_values, other_counts)
end

local values, counts = counts_of(key)
local kept = combined(values, counts, other_values, other_counts)
-- What stays is written first, so that the key, and its time to live, is there until the end.
in_pieces('HSET', kept)
local is_kept, gone = {}, {}
for i = 1, #kept, 2 do is_kept[kept[i]] = true end
for _, value in ipairs(values) do
  if not is_kept[value] then gone[#gone + 1] = value end
end
in_pieces('HDEL', gone)
return #kept / 2
