-- What all operations on a tree share. One text does them all, so that any of them can be isolated together.
--
-- Why a script: whether a path is a leaf or holds others, and which leaves have expired, must be seen in the same state in
-- which is read or written.
--
-- KEYS   hash: leaf -> JSON; sorted set of the leaves, all by score 0; sorted set of deadlines: leaf by ms since the epoch
-- ARGV   path, '' for the root; operation; what the operation takes
-- Reply  see read.lua and write.lua; or NOTANUMBER
--
-- No leaf has leaves below it, expired or not. A leaf without a deadline never expires; one whose deadline has come is not
-- there for any operation, whether or not it was removed.

local tree, paths, deadlines = KEYS[1], KEYS[2], KEYS[3]
local path, operation = ARGV[1], ARGV[2]

-- What is below a path begins with the path and a dot; a slash is what comes next after a dot.
local prefix, first, last = '', '-', '+'
if path ~= '' then
  prefix = path .. '.'
  first, last = '[' .. prefix, '(' .. path .. '/'
end

-- Leaves to a call: with a score each, they are less than the 7,990 arguments that fit the stack of Lua.
local LIMIT = 3500

-- The milliseconds since the epoch, once a deadline is looked at.
local now

local function clock()
  if not now then
    local time = redis.call('TIME')
    now = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  return now
end

local function is_over(deadline)
  return deadline and tonumber(deadline) <= clock()
end

local function is_expired(leaf)
  return is_over(redis.call('ZSCORE', deadlines, leaf))
end

local function is_leaf()
  return path ~= '' and redis.call('HEXISTS', tree, path) == 1
end

-- How many leaves of the tree have expired and are still there.
local outdated

local function count_outdated()
  if not outdated then
    outdated = redis.call('ZCARD', deadlines)
    if outdated > 0 then outdated = redis.call('ZCOUNT', deadlines, '-inf', clock()) end
  end
  return outdated
end

-- Those of at most LIMIT leaves that have not expired.
local function live(leaves)
  if #leaves == 0 or count_outdated() == 0 then return leaves end
  local ends, kept = redis.call('ZMSCORE', deadlines, unpack(leaves)), {}
  for i, leaf in ipairs(leaves) do
    if not is_over(ends[i]) then kept[#kept + 1] = leaf end
  end
  return kept
end

-- Shows the live leaves below the path, and all of them, page by page in their order, until it is told to stop. Pages grow, as
-- most subtrees are small, and begin where the last one ended: an offset would be walked to each time.
local function each_page(size, visit)
  local from = first
  while true do
    local page = redis.call('ZRANGEBYLEX', paths, from, last, 'LIMIT', 0, size)
    if #page == 0 or visit(live(page), page) or #page < size then return end
    from, size = '(' .. page[#page], math.min(size * 8, LIMIT)
  end
end
