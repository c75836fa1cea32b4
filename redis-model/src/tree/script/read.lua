-- Operations that only read.
--
--   get                  the leaf's JSON; or an array of the leaves below and one of their JSON; or nothing
--   page  after count    as get, of so many leaves at most behind the leaf `after` ('' for the first), with the leaf to go on
--                        behind before the arrays, '' at the end; expired leaves count, so that a page may be empty
--   children             the segments right below the path, in no order
--   keys                 the leaves at and below the path
--   len                  how many leaves there are at and below the path
--   exists               1 if there is one, else 0
--   ttl                  ms until the last of them expires; -1 if one never does, -2 if there is none

local function read(leaves)
  return #leaves > 0 and redis.call('HMGET', tree, unpack(leaves)) or {}
end

local function append(list, more)
  for i = 1, #more do list[#list + 1] = more[i] end
end

if operation == 'get' then
  local leaf = path ~= '' and redis.call('HGET', tree, path)
  if leaf then return not is_expired(path) and leaf end
  local names, values = {}, {}
  each_page(64, function(leaves)
    local found = read(leaves)
    if #names == 0 then
      names, values = leaves, found
    else
      append(names, leaves)
      append(values, found)
    end
  end)
  return #names > 0 and {names, values}
end

if operation == 'page' then
  if is_leaf() then
    local leaves = ARGV[3] == '' and live({path}) or {}
    return {'', leaves, read(leaves)}
  end
  local from = ARGV[3] == '' and first or '(' .. ARGV[3]
  local count = math.min(tonumber(ARGV[4]), LIMIT)
  local page = redis.call('ZRANGEBYLEX', paths, from, last, 'LIMIT', 0, count)
  local leaves = live(page)
  return {#page == count and page[count] or '', leaves, read(leaves)}
end

-- From one child the search goes on behind all that is below it, so that of a large child only a page is read. Pages grow
-- where they show many children: to look at what is below a small one costs less than one more search.
if operation == 'children' then
  local children, from, size = {}, first, 8
  while true do
    local page = redis.call('ZRANGEBYLEX', paths, from, last, 'LIMIT', 0, size)
    local leaves, final = live(page), page[#page]
    local gain, passed, is_within = #page - #leaves, nil, false
    for _, leaf in ipairs(leaves) do
      if not passed or string.sub(leaf, 1, #passed) ~= passed then
        local dot = string.find(leaf, '.', #prefix + 1, true)
        children[#children + 1] = string.sub(leaf, #prefix + 1, dot and dot - 1 or nil)
        gain, passed = gain + 1, dot and string.sub(leaf, 1, dot)
        is_within = passed and string.sub(final, 1, #passed) == passed
        if is_within then break end
      end
    end
    if #page < size then return children end
    from = is_within and '[' .. string.sub(passed, 1, -2) .. '/' or '(' .. final
    size = gain * 16 >= size and math.min(size * 2, LIMIT) or math.floor(size / 2)
  end
end

if operation == 'keys' then
  if is_leaf() then return live({path}) end
  local leaves = {}
  each_page(64, function(more)
    if #leaves == 0 then leaves = more else append(leaves, more) end
  end)
  return leaves
end

-- How many of the outdated leaves are below the path. They are looked at by their rank in the order of their deadlines.
local function count_outdated_below()
  local count, outdated = 0, count_outdated()
  for rank = 0, outdated - 1, LIMIT do
    for _, leaf in ipairs(redis.call('ZRANGE', deadlines, rank, math.min(rank + LIMIT, outdated) - 1)) do
      if string.sub(leaf, 1, #prefix) == prefix then count = count + 1 end
    end
  end
  return count
end

if operation == 'len' then
  if is_leaf() then return #live({path}) end
  local total = redis.call('ZLEXCOUNT', paths, first, last)
  if path == '' or total == 0 or count_outdated() == 0 then return total - (total > 0 and count_outdated() or 0) end
  if outdated <= total then return total - count_outdated_below() end
  local count = 0
  each_page(LIMIT, function(leaves) count = count + #leaves end)
  return count
end

if operation == 'exists' then
  if is_leaf() then return #live({path}) end
  local found = 0
  each_page(1, function(leaves)
    found = #leaves > 0 and 1 or 0
    return found == 1
  end)
  return found
end

if operation == 'ttl' then
  if is_leaf() then
    local deadline = redis.call('ZSCORE', deadlines, path)
    if not deadline then return -1 end
    return is_over(deadline) and -2 or tonumber(deadline) - clock()
  end
  local left = -2
  each_page(1, function(leaves)
    if #leaves == 0 then return end
    for _, deadline in ipairs(redis.call('ZMSCORE', deadlines, unpack(leaves))) do
      if not deadline then
        left = -1
        return true
      end
      left = math.max(left, tonumber(deadline) - clock())
    end
  end)
  return left
end
