-- Operations that write. Each removes up to 100 leaves that have expired, so that none of them takes long for that.
--
--   set  ttl (leaf json)..   replaces what is at and below the path, and leaves above it, by these leaves, with a ttl (ms) or ''
--   delete                   removes what is at and below the path; how many leaves there were
--   add  kind number         adds to a leaf, 'i' an integer and 'f' a float, by default to 0; the sum as text. Else NOTANUMBER and
--                            what is there instead, or the error of an overflow, and nothing has changed
--   expire  ttl              gives all leaves at and below the path a ttl (ms); how many they are
--   persist                  takes it from them; how many had one

-- Of the keys, one of another type is met here, or by the first command on the hash, which all others come behind.
redis.call('ZCARD', paths)
local has_deadlines = redis.call('ZCARD', deadlines) > 0

local function remove(leaves)
  if #leaves == 0 then return end
  redis.call('HDEL', tree, unpack(leaves))
  redis.call('ZREM', paths, unpack(leaves))
  if has_deadlines then redis.call('ZREM', deadlines, unpack(leaves)) end
end

if has_deadlines then
  remove(redis.call('ZRANGEBYSCORE', deadlines, '-inf', clock(), 'LIMIT', 0, 100))
end

local function remove_above()
  local above, dot = {}, string.find(path, '.', 1, true)
  while dot do
    above[#above + 1] = string.sub(path, 1, dot - 1)
    dot = string.find(path, '.', dot + 1, true)
  end
  if #above == 0 or redis.call('HDEL', tree, unpack(above)) == 0 then return end
  redis.call('ZREM', paths, unpack(above))
  if has_deadlines then redis.call('ZREM', deadlines, unpack(above)) end
end

-- Answers with how many live leaves there were.
local function remove_below()
  local count = 0
  if path == '' then
    count = redis.call('ZCARD', paths) - count_outdated()
    redis.call('UNLINK', tree, paths, deadlines)
    return count
  end
  local is_found = false
  each_page(64, function(leaves, page)
    is_found, count = true, count + #leaves
    redis.call('HDEL', tree, unpack(page))
    if has_deadlines then redis.call('ZREM', deadlines, unpack(page)) end
  end)
  if is_found then redis.call('ZREMRANGEBYLEX', paths, first, last) end
  return count
end

-- Each of these leaves, with a score before it.
local function scored(score, leaves)
  local list = {}
  for i, leaf in ipairs(leaves) do
    list[2 * i - 1], list[2 * i] = score, leaf
  end
  return list
end

local function deadline_after(ttl)
  return string.format('%.0f', clock() + ttl)
end

if operation == 'set' then
  local is_one = #ARGV == 5 and ARGV[4] == path
  -- What is a leaf already has none above it and none below.
  local is_there = is_one and is_leaf()
  if not is_there then
    remove_above()
    remove_below()
    if not is_one and path ~= '' then remove({path}) end
  end
  for from = 4, #ARGV, 2 * LIMIT do
    local to = math.min(from + 2 * LIMIT - 1, #ARGV)
    redis.call('HSET', tree, unpack(ARGV, from, to))
    local leaves = {}
    for i = from, to, 2 do leaves[#leaves + 1] = ARGV[i] end
    if not is_there then redis.call('ZADD', paths, unpack(scored(0, leaves))) end
    if ARGV[3] ~= '' then redis.call('ZADD', deadlines, unpack(scored(deadline_after(ARGV[3]), leaves))) end
  end
  if is_there and has_deadlines and ARGV[3] == '' then redis.call('ZREM', deadlines, path) end
  return 1
end

if operation == 'delete' then
  if not is_leaf() then return remove_below() end
  local count = #live({path})
  remove({path})
  return count
end

-- What JSON is, by its first character.
local KINDS = {['"'] = 'a text', t = 'a bool', f = 'a bool', n = 'null', ['['] = 'an array', ['{'] = 'an empty map'}

-- What is there that cannot be added to.
local function obstacle(leaf, kind)
  if not leaf then
    local is_found = false
    each_page(1, function(leaves)
      is_found = #leaves > 0
      return is_found
    end)
    return is_found and 'leaves below it'
  end
  local text = KINDS[string.sub(leaf, 1, 1)]
  if text then return text end
  if kind == 'i' and leaf ~= '0' and not string.find(leaf, '^%-?[1-9]%d*$') then return 'a float' end
end

if operation == 'add' then
  local kind, number = ARGV[3], ARGV[4]
  local leaf = redis.call('HGET', tree, path)
  if leaf and is_expired(path) then
    remove({path})
    leaf = false
  end
  local found = obstacle(leaf, kind)
  if found then return redis.error_reply('NOTANUMBER ' .. found) end
  local sum = redis.pcall(kind == 'i' and 'HINCRBY' or 'HINCRBYFLOAT', tree, path, number)
  if type(sum) == 'table' then
    if string.sub(sum.err, 1, 4) ~= 'ERR ' then return sum end
    return redis.error_reply('ERR increment or decrement would overflow')
  end
  if not leaf then
    remove_above()
    remove_below()
    redis.call('ZADD', paths, 0, path)
  end
  -- The reply of HINCRBY comes as a double and is inexact beyond 2^53, so the leaf's text is read instead.
  return redis.call('HGET', tree, path)
end

-- Calls with the live leaves at and below the path; answers with the sum of the replies.
local function for_live(change)
  if is_leaf() then return change(live({path})) end
  local count = 0
  each_page(64, function(leaves) count = count + change(leaves) end)
  return count
end

if operation == 'expire' then
  return for_live(function(leaves)
    if #leaves > 0 then redis.call('ZADD', deadlines, unpack(scored(deadline_after(ARGV[3]), leaves))) end
    return #leaves
  end)
end

if operation == 'persist' then
  return for_live(function(leaves)
    return #leaves > 0 and redis.call('ZREM', deadlines, unpack(leaves)) or 0
  end)
end
