-- Changes a list, or reads of it, where one command cannot say how.
--
-- Why a script: what is written depends on how long the list is and on what lies where, and nobody may come between. One
-- for all operations, so that several of them can be steps of one isolated request.
--
-- KEYS   1 the list
-- ARGV   1 the operation, then by operation
--          splice from to limit value ..   puts the values in the place of what lies between two indexes, the second not
--                                 included; limit: how long the list may get, or ''
--          beside limit where pivot value   LINSERT
--          pick first last step    reads every step-th element from the first to the last index, both included, backwards
--                                  if the step is negative
--          thin first last step    removes these
--          assign first last step value ..   puts the values in their place
--          rotate count            moves so many elements from the front to the back
--          reverse
--          swap index index
--          sort option ..          SORT with these options, into itself
-- Indexes count from 0, negative ones from the end.
-- Reply  splice: the new length, then what was removed; beside: the new length, -1 without the pivot, 0 without the list;
--        pick, thin: the elements; assign: 1, or 0 when there are not as many values as elements; swap: 0, or which of the
--        two indexes is out of range; else the length. An error FULL where the list would get longer than its limit;
--        nothing is written then

-- One call takes at most about 7,990 arguments from the stack of Lua.
local LIMIT = 7000

local key = KEYS[1]
local length = redis.call('LLEN', key)
local operation = ARGV[1]

-- Each operation runs as soon as its functions are there: to make those that a call does not need takes longer than most
-- calls do.

-- The shorter way round.
local function rotate(count)
  if length < 2 then return length end
  count = count % length
  local take, give = 'LPOP', 'RPUSH'
  if count > length / 2 then
    count, take, give = length - count, 'RPOP', 'LPUSH'
  end
  while count > 0 do
    local piece = math.min(count, LIMIT)
    redis.call(give, key, unpack(redis.call(take, key, piece)))
    count = count - piece
  end
  return length
end

if operation == 'rotate' then return rotate(tonumber(ARGV[2])) end

local function swap(a, b)
  local first, second = redis.call('LINDEX', key, a), redis.call('LINDEX', key, b)
  if not first then return 1 end
  if not second then return 2 end
  redis.call('LSET', key, a, second)
  redis.call('LSET', key, b, first)
  return 0
end

if operation == 'swap' then return swap(ARGV[2], ARGV[3]) end

local function full()
  return redis.error_reply('FULL the list has reached its limit')
end

local function beside(limit, where, pivot, value)
  if limit ~= '' and length >= tonumber(limit) and redis.call('LPOS', key, pivot) then return full() end
  return redis.call('LINSERT', key, where, pivot, value)
end

if operation == 'beside' then return beside(ARGV[2], ARGV[3], ARGV[4], ARGV[5]) end

-- What SORT stores has no time to live.
local function sort()
  if length < 2 then return length end
  local at = redis.call('PEXPIRETIME', key)
  redis.call('SORT', key, 'STORE', key, unpack(ARGV, 2))
  if at >= 0 then redis.call('PEXPIREAT', key, at) end
  return length
end

if operation == 'sort' then return sort() end

local function push(command, values, first)
  for from = first, #values, LIMIT do
    redis.call(command, key, unpack(values, from, math.min(from + LIMIT - 1, #values)))
  end
end

local function reverse()
  if length < 2 then return length end
  push('LPUSH', redis.call('LRANGE', key, 0, -1), 1)
  redis.call('LTRIM', key, 0, length - 1)
  return length
end

if operation == 'reverse' then return reverse() end

-- The elements from one place to before another.
local function elements(from, to)
  if from >= to then return {} end
  return redis.call('LRANGE', key, from, to - 1)
end

-- Pushes values to the front so that they keep their order.
local function push_in_front(values, first)
  local backwards = {}
  for i = #values, first, -1 do backwards[#backwards + 1] = values[i] end
  push('LPUSH', backwards, 1)
end

-- Puts the values from number `first` on in the place of what lies from one place to before another. Only what lies between
-- there and the nearer end is moved. What grows the list comes first, as a server without memory refuses only the first
-- write of a script; and the key is never empty in between, as it would lose its time to live.
local function put(from, to, values, first)
  local count = #values - first + 1
  if from == to and from == length then
    push('RPUSH', values, first)
  elseif from == to and from == 0 then
    push_in_front(values, first)
  elseif from == 0 and to == length then
    push('RPUSH', values, first)
    redis.call('LTRIM', key, length, -1)
  elseif length - to <= from then
    local tail = elements(to, length)
    if count > to - from then redis.call('RPUSH', key, values[first]) end
    redis.call('LTRIM', key, 0, from - 1)
    push('RPUSH', values, first)
    push('RPUSH', tail, 1)
  else
    local head = elements(0, from)
    if count > to - from then
      redis.call('LPUSH', key, values[first])
      to = to + 1
    end
    redis.call('LTRIM', key, to, -1)
    push_in_front(values, first)
    push_in_front(head, 1)
  end
end

-- The place that an index means; what is beyond an end means that end.
local function place(index)
  index = tonumber(index)
  if index < 0 then index = math.max(index + length, 0) end
  return math.min(index, length)
end

local function splice(from, to, limit)
  from, to = place(from), place(to)
  to = math.max(from, to)
  local count = #ARGV - 4
  local grown = length + count - (to - from)
  if limit ~= '' and grown > length and grown > tonumber(limit) then return full() end
  local reply = elements(from, to)
  if count > 0 or to > from then put(from, to, ARGV, 5) end
  table.insert(reply, 1, grown)
  return reply
end

if operation == 'splice' then return splice(ARGV[2], ARGV[3], ARGV[4]) end

-- The first and the last place of a slice that are within the list.
local function within(first, last, step)
  first, last = tonumber(first), tonumber(last)
  if first < 0 then first = first + length end
  if last < 0 then last = last + length end
  if step > 0 then
    first, last = math.max(first, 0), math.min(last, length - 1)
  else
    first, last = math.min(first, length - 1), math.max(last, 0)
  end
  return first, last
end

-- The places of a slice's elements.
local function picks(first, last, step)
  step = tonumber(step)
  first, last = within(first, last, step)
  local places = {}
  for place = first, last, step do places[#places + 1] = place end
  return places
end

-- To find one element takes about as long as to read so many that lie beside each other.
local FAR = 50

local function pick(first, last, step)
  local picked = {}
  if math.abs(step) >= FAR then
    for i, place in ipairs(picks(first, last, step)) do picked[i] = redis.call('LINDEX', key, place) end
    return picked
  end
  first, last = within(first, last, step)
  -- In pieces of whole steps, so that what lies between is not in memory all at once.
  local piece = 100 * math.abs(step)
  for from = first, last, 100 * step do
    if step > 0 then
      local found = redis.call('LRANGE', key, from, math.min(from + piece - 1, last))
      for i = 1, #found, step do picked[#picked + 1] = found[i] end
    else
      local found = redis.call('LRANGE', key, math.max(from - piece + 1, last), from)
      for i = #found, 1, step do picked[#picked + 1] = found[i] end
    end
  end
  return picked
end

if operation == 'pick' then return pick(ARGV[2], ARGV[3], tonumber(ARGV[4])) end

local function thin(places)
  if #places == 0 then return {} end
  local low, high = math.min(places[1], places[#places]), math.max(places[1], places[#places])
  local found = elements(low, high + 1)
  local removed, is_removed, kept = {}, {}, {}
  for i, place in ipairs(places) do
    removed[i] = found[place - low + 1]
    is_removed[place - low + 1] = true
  end
  for i, element in ipairs(found) do
    if not is_removed[i] then kept[#kept + 1] = element end
  end
  put(low, high + 1, kept, 1)
  return removed
end

if operation == 'thin' then return thin(picks(ARGV[2], ARGV[3], ARGV[4])) end

local function assign(places)
  if #ARGV - 4 ~= #places then return 0 end
  for i, place in ipairs(places) do redis.call('LSET', key, place, ARGV[4 + i]) end
  return 1
end

if operation == 'assign' then return assign(picks(ARGV[2], ARGV[3], ARGV[4])) end
