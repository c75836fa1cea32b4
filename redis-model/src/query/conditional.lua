-- Checks conditions, then runs commands and steps: the only way a write depends on what is stored.
--
-- Why a script: the check and the write must see the same state, and WATCH cannot be used on a shared connection.
--
-- KEYS   every key that is read or written
-- ARGV   number of conditions
--        each condition:  kind, index of its key, then by kind
--          e                      the key exists
--          m                      the key is missing
--          h  n m f.. v.. g..     its n fields f hold the values v, its m fields g are absent
--          s  value               it holds this string
--          n                      it holds no string
--          l  field id            its field is a lease that has not ended, with the hold id: the lease's end (ms since the
--                                 epoch), then lines that begin with the id of a hold and `|`
--          p  member              its sorted set has the member, by a lease that has not ended (ms since the epoch)
--          t  type                it is of this type, or missing
--          a  n field old..       nothing: moves the field from the first of its n old names that is there, removes all
--        each command or step:  kind, number of its arguments, arguments
--          +  command             runs it and keeps the reply
--          -  command             runs it and drops the reply
--          *  group name key ..   runs it in pieces of whole groups of arguments, keeps the sum of the replies
--          /  group name key ..   the same, and drops it
--          >  group name key ..   the same, and keeps the last reply
--          i  key field by low high   HINCRBY, kept between low and high where given; keeps the sum as text
--          g  key by low high     INCRBY, the same
--          x  key number          stops with the number of a condition if the key is no longer there
--          r  key ttl with..      sets the ttl (ms) again once less than 95 % of it is left, never on a key without one;
--                                 then the keys `with` expire together with it
--          n  key mark value ttl version left..   makes the record if it is missing: its mark, ttl (ms), first version;
--                                 the keys `left` of an earlier record go
--          w  key                 notes whether the key is missing, for d
--          d  key ttl             sets the ttl (ms) if it was
--          u  key field           moves a version on, unless the write has ended the record
--          c  key like            lets the key expire no later than `like`
--          e  key with            lets the key expire together with `with`
--          m  key by              moves what lies at `by` to the key, whose time to live stays
--          v  key field           writes the server's microseconds into the field; keeps them
--          b  k keys.. args..     runs the body of the script with these keys and arguments, keeps its reply
-- Reply  an array of the kept replies; or the number of the first condition that does not hold; or the number,
--        negative, of the step i whose sum was out of range; or an error and where it was met: the number of the
--        condition, or that of the step, negative. In the last two cases what comes before has run, as Redis undoes
--        nothing

local at = 2

-- Where an error is met: the number of the condition, or that of the step, negative.
local place = 0

-- The milliseconds since the epoch, once a condition has asked for them.
local now

local function is_to_come(lease_end)
  if not now then
    local time = redis.call('TIME')
    now = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  return lease_end and lease_end > now
end

local function holds(kind, key)
  if kind == 'e' then
    return redis.call('EXISTS', key) == 1
  elseif kind == 'm' then
    return redis.call('EXISTS', key) == 0
  elseif kind == 'h' then
    local present, absent = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
    local fields, values = at + 2, at + 2 + present
    local gone = values + present
    at = gone + absent
    for i = 0, present - 1 do
      if redis.call('HGET', key, ARGV[fields + i]) ~= ARGV[values + i] then return false end
    end
    for i = 0, absent - 1 do
      if redis.call('HEXISTS', key, ARGV[gone + i]) == 1 then return false end
    end
    return true
  elseif kind == 's' then
    at = at + 1
    return redis.call('GET', key) == ARGV[at - 1]
  elseif kind == 'n' then
    return redis.call('GET', key) == false
  elseif kind == 'a' then
    local last = at + 1 + tonumber(ARGV[at])
    local field = ARGV[at + 1]
    for i = at + 2, last do
      local value = redis.call('HGET', key, ARGV[i])
      if value then
        redis.call('HSETNX', key, field, value)
        redis.call('HDEL', key, ARGV[i])
      end
    end
    at = last + 1
    return true
  elseif kind == 't' then
    local type = redis.call('TYPE', key).ok
    at = at + 1
    return type == 'none' or type == ARGV[at - 1]
  elseif kind == 'l' then
    at = at + 2
    local lines = redis.call('HGET', key, ARGV[at - 2])
    local first = lines and string.find(lines, '\n', 1, true)
    if not first then return false end
    if not is_to_come(tonumber(string.sub(lines, 1, first - 1))) then return false end
    return string.find(lines, '\n' .. ARGV[at - 1] .. '|', first, true) ~= nil
  elseif kind == 'p' then
    at = at + 1
    return is_to_come(tonumber(redis.call('ZSCORE', key, ARGV[at - 1])))
  end
end

-- The keys that were noted, and whether they were missing then.
local was_missing = {}

-- Answers with the number of the first condition that does not hold.
local function check()
  for i = 1, tonumber(ARGV[1]) do
    local kind, key = ARGV[at], KEYS[tonumber(ARGV[at + 1])]
    at, place = at + 2, i
    if not holds(kind, key) then return i end
  end
end

-- One call takes at most about 7,990 arguments from the stack of Lua.
local LIMIT = 7000

local function in_pieces(group, name, key, first, last, adds_up)
  local piece, sum = LIMIT - LIMIT % group, 0
  for from = first, last, piece do
    local reply = redis.call(name, key, unpack(ARGV, from, math.min(from + piece - 1, last)))
    sum = adds_up and type(reply) == 'number' and sum + reply or reply
  end
  return sum
end

local function is_within(text, low, high)
  local number = tonumber(text)
  return (low == '' or number >= tonumber(low)) and (high == '' or number <= tonumber(high))
end

-- Goes a step in the other direction. There is none in one step for the least of 64 bits.
local function go_back(by, go)
  if by == '-9223372036854775808' then
    go('9223372036854775807')
    go('1')
  else
    go(string.sub(by, 1, 1) == '-' and string.sub(by, 2) or '-' .. by)
  end
end

-- The reply of HINCRBY comes as a double and is inexact beyond 2^53, so the field's text is read instead. What goes too
-- far is subtracted again: to write what was there would drop the time to live that a field may have.
local function increment(key, field, by, low, high)
  local is_new = redis.call('HEXISTS', key, field) == 0
  redis.call('HINCRBY', key, field, by)
  local text = redis.call('HGET', key, field)
  if is_within(text, low, high) then return text end
  if is_new then
    redis.call('HDEL', key, field)
  else
    go_back(by, function(step) redis.call('HINCRBY', key, field, step) end)
  end
end

local function increment_string(key, by, low, high)
  local is_new = redis.call('EXISTS', key) == 0
  redis.call('INCRBY', key, by)
  local text = redis.call('GET', key)
  if is_within(text, low, high) then return text end
  if is_new then
    redis.call('DEL', key)
  else
    go_back(by, function(step) redis.call('INCRBY', key, step) end)
  end
end

-- What hangs on a record expires no later than it, and is gone when it is.
local function expire_like(key, record)
  local limit = redis.call('PEXPIRETIME', record)
  if limit == -2 then
    redis.call('UNLINK', key)
  elseif limit >= 0 then
    local own = redis.call('PEXPIRETIME', key)
    if own > limit or own == -1 then redis.call('PEXPIREAT', key, limit) end
  end
end

-- What shares the life of a record expires together with it, and is gone when it is.
local function expire_with(key, record)
  local at = redis.call('PEXPIRETIME', record)
  if at == -2 then
    redis.call('UNLINK', key)
  elseif at == -1 then
    redis.call('PERSIST', key)
  else
    redis.call('PEXPIREAT', key, at)
  end
end

local function replace(key, by)
  local at = redis.call('PEXPIRETIME', key)
  local reply = redis.pcall('RENAME', by, key)
  if reply.err then
    -- Nobody else knows of it, so that it would stay for ever.
    redis.call('UNLINK', by)
    error(reply, 0)
  end
  if at >= 0 then redis.call('PEXPIREAT', key, at) end
end

local function microseconds()
  local time = redis.call('TIME')
  return string.format('%d%06d', time[1], time[2])
end

-- The records that this request has made, and in which step: one that is made only for a write that then fails
-- goes again.
local made = {}

local function run()
  local failed = check()
  if failed then return failed end
  local replies, kept, step = {}, 0, 0
  while at <= #ARGV do
    local kind, first = ARGV[at], at + 2
    local last = at + 1 + tonumber(ARGV[at + 1])
    local key, second = ARGV[first], ARGV[first + 1]
    step, at = step + 1, last + 1
    place = -step
    local reply
    if kind == '+' or kind == '-' then
      reply = redis.call(unpack(ARGV, first, last))
    elseif kind == '*' or kind == '/' or kind == '>' then
      reply = in_pieces(tonumber(key), second, ARGV[first + 2], first + 3, last, kind == '*')
    elseif kind == 'i' then
      reply = increment(key, second, ARGV[first + 2], ARGV[first + 3], ARGV[first + 4])
      if not reply then
        if made[key] == step - 1 then redis.call('UNLINK', key) end
        return -step
      end
    elseif kind == 'g' then
      reply = increment_string(key, second, ARGV[first + 2], ARGV[first + 3])
      if not reply then return -step end
    elseif kind == 'x' then
      if redis.call('EXISTS', key) == 0 then return tonumber(second) end
    elseif kind == 'r' then
      local left = redis.call('PTTL', key)
      if left >= 0 and left < tonumber(second) * 0.95 then
        redis.call('PEXPIRE', key, second)
        for i = first + 2, last do expire_with(ARGV[i], key) end
      end
    elseif kind == 'n' then
      if redis.call('EXISTS', key) == 0 then
        made[key] = step
        redis.call('HSET', key, second, ARGV[first + 2])
        if ARGV[first + 3] ~= '' then redis.call('PEXPIRE', key, ARGV[first + 3]) end
        if ARGV[first + 4] ~= '' then redis.call('HSET', key, ARGV[first + 4], microseconds()) end
        if last > first + 4 then redis.call('UNLINK', unpack(ARGV, first + 5, last)) end
      end
    elseif kind == 'w' then
      was_missing[key] = redis.call('EXISTS', key) == 0
    elseif kind == 'u' then
      if redis.call('EXISTS', key) == 1 then redis.call('HINCRBY', key, second, 1) end
    elseif kind == 'd' then
      if was_missing[key] then redis.call('PEXPIRE', key, second) end
    elseif kind == 'c' then
      expire_like(key, second)
    elseif kind == 'e' then
      expire_with(key, second)
    elseif kind == 'm' then
      replace(key, second)
    elseif kind == 'v' then
      reply = microseconds()
      redis.call('HSET', key, second, reply)
    elseif kind == 'b' then
      local names, split = {}, first + tonumber(key)
      for i = first + 1, split do names[#names + 1] = ARGV[i] end
      local arguments = {}
      for i = split + 1, last do arguments[#arguments + 1] = ARGV[i] end
      reply = body(names, arguments)
      -- An error inside of the array of replies would be one of them; alone it is that of the request.
      if type(reply) == 'table' and reply.err then error(reply, 0) end
    end
    if string.find('+*>igvb', kind, 1, true) then
      kept = kept + 1
      if reply == nil then reply = false end
      replies[kept] = reply
    end
  end
  return replies
end

local succeeded, reply = pcall(run)
if succeeded then return reply end
for key, step in pairs(made) do
  if step == -place - 1 then redis.call('UNLINK', key) end
end
if type(reply) ~= 'table' then reply = redis.error_reply(tostring(reply)) end
return {reply, place}
