-- How a tree is changed: what is read is remembered, and what changes is written at the end.

local fence, entries, waiters, due, expiry, indexed


-- How many arguments one call takes at most.
local CHUNK = 6000

-- The hash's fields as they are here, false where absent, and those that are yet to be written.
local known, changed = {}, {}
-- The index' entries that are yet to be written, each with its deadline, or false to remove it.
local reindexed = {}
-- The paths on which a hold has ended or a waiter has left.
local freed = {}
-- Whether a count was found to be wrong.
local is_damaged = false
-- Whether a key is new, or all of them are to live for longer.
local is_expiry_due = false

-- Making functions takes as much of a script's time as calling them, so those that few scripts need are made when they are
-- first called for: those that look at the whole tree, and those about the queue.
local whole, queue
local is_queue_used = false

local function damaged(what)
  error({err = 'LOCKSTATE ' .. what .. ' is not what these scripts have written'})
end

local function fetch(fields)
  local missing = {}
  for i = 1, #fields do
    if known[fields[i]] == nil then missing[#missing + 1] = fields[i] end
  end
  for i = 1, #missing, CHUNK do
    local values = call('HMGET', HASH, unpack(missing, i, math.min(i + CHUNK - 1, #missing)))
    for j = 1, #values do known[missing[i + j - 1]] = values[j] end
  end
end

local function get(field)
  if known[field] == nil then known[field] = call('HGET', HASH, field) end
  return known[field]
end

-- Reads the tree's numbers, which are known.
local function read_numbers()
  fence, entries, waiters, due, expiry, indexed = match(known['#'], NUMBERS)
  if not fence then damaged('#') end
  fence, entries, waiters, due, expiry = fence + 0, entries + 0, waiters + 0, due + 0, expiry + 0
  indexed = indexed + 0
end

local function write_numbers()
  return format('%d %d %d %d %d %d', fence, entries, waiters, due, expiry, indexed)
end

-- The next number of the tree, above all before it, also after the hash was lost.
local function next_number()
  fence = math.max(micros, fence + 1)
  return format('%d', fence)
end

-- The fields of the root, of each step on the way to the path, and of the path: `c:`, `c:a`, `c:a.b`.
local function steps_to(kind, path)
  local steps, dot = {kind}, 0
  if path == '' then return steps end
  while true do
    dot = find(path, '.', dot + 1, true)
    if not dot then break end
    steps[#steps + 1] = kind .. sub(path, 1, dot - 1)
  end
  steps[#steps + 1] = kind .. path
  return steps
end

-- The four counts of a field.
local function counts(field)
  local text = get(field)
  if not text then return 0, 0, 0, 0 end
  local s, x, is, ix = match(text, COUNTS)
  if not s then damaged(field) end
  return s + 0, x + 0, is + 0, ix + 0
end

local function set(field, value)
  known[field], changed[field] = value, true
end

local function in_chunks(command, key, arguments)
  for i = 1, #arguments, CHUNK do
    call(command, key, unpack(arguments, i, math.min(i + CHUNK - 1, #arguments)))
  end
end

-- Counts a hold or a waiter in, or out with -1.
local function count(mode, steps, by)
  fetch(steps)
  for i = 1, #steps do
    local s, x, is, ix = counts(steps[i])
    if i < #steps then
      if mode == 'S' then is = is + by else ix = ix + by end
    else
      if mode == 'S' then s = s + by else x = x + by end
    end
    -- Then a count was lost, and all are made again before any is written.
    if s < 0 or x < 0 or is < 0 or ix < 0 then is_damaged, s, x, is, ix = true, 0, 0, 0, 0 end
    set(steps[i], s + x + is + ix > 0 and format('%d:%d:%d:%d', s, x, is, ix))
  end
end

-- The lease's end and the lines of an owner; nothing for one who holds nothing.
local function holds_of(owner)
  local text = get('h:' .. owner)
  if not text then return end
  local lease_end, lines = match(text, '^(%d+)\n(.*)$')
  if not lease_end then damaged('h:' .. owner) end
  return lease_end + 0, lines
end

-- Calls back with the mode and the path of each line.
local function each_hold(lines, visit)
  for mode, path in string.gmatch(lines, '[^|\n]+|([SX])|%d+|([^\n]*)\n') do visit(mode, path) end
end

-- The fence, the mode and the path of the hold with this id, and the lines before and after it.
local function find_hold(lines, id)
  local from = find('\n' .. lines, '\n' .. id .. '|', 1, true)
  if not from then return end
  local to = find(lines, '\n', from, true)
  local mode, number, path = match(sub(lines, from + #id + 1, to), '^([SX])|(%d+)|([^\n]*)\n$')
  if not mode then damaged('a hold') end
  return number, mode, path, sub(lines, 1, from - 1), sub(lines, to + 1)
end

-- Notes the deadline of an entry, and keeps all keys for longer than that.
local function note(field, deadline)
  if deadline + KEEP > expiry then expiry, is_expiry_due = deadline + 2 * KEEP, true end
  if due == 0 or deadline < due then due = deadline end
  if indexed == 1 then reindexed[field] = deadline end
end

-- Removes an entry.
local function remove(field)
  set(field, false)
  entries = entries - 1
  if indexed == 1 then reindexed[field] = false end
end

local function write_holds(owner, lease_end, lines)
  set('h:' .. owner, format('%d\n%s', lease_end, lines))
  note('h:' .. owner, lease_end)
end

local function hold(owner, id, mode, path, steps, lease_end)
  local before, lines = holds_of(owner)
  local number = next_number()
  if before then
    lease_end = math.max(lease_end, before)
  else
    entries = entries + 1
  end
  write_holds(owner, lease_end, (lines or '') .. id .. '|' .. mode .. '|' .. number .. '|' .. path .. '\n')
  count(mode, steps, 1)
  return number
end

-- What an owner's holds contribute to the counts of each path; nothing for an owner without holds.
local function contributions(owner)
  local _, lines = holds_of(owner)
  if not lines then return end
  local own = {}
  each_hold(lines, function(mode, path)
    local steps = steps_to('c:', path)
    for i = 1, #steps do
      local mine = own[steps[i]] or {0, 0, 0, 0}
      local at = (mode == 'S' and 1 or 2) + (i < #steps and 2 or 0)
      mine[at] = mine[at] + 1
      own[steps[i]] = mine
    end
  end)
  return own
end

-- Whether those who are counted in these fields exclude a request; `own` are an owner's own contributions.
local function is_excluded(mode, steps, own)
  fetch(steps)
  for i = 1, #steps do
    local s, x, is, ix = counts(steps[i])
    local mine = own and own[steps[i]]
    if mine then s, x, is, ix = s - mine[1], x - mine[2], is - mine[3], ix - mine[4] end
    if x > 0 or (mode == 'X' and s > 0) then return true end
    if i == #steps and (ix > 0 or (mode == 'X' and is > 0)) then return true end
  end
  return false
end

-- Reads the tree's numbers and the given fields, makes again what was lost, and ends what has lapsed.
local function open(fields)
  fields[#fields + 1] = '#'
  fetch(fields)
  if not known['#'] then
    -- A script that has once written, or only tried to delete, may go on when memory is full.
    if call('EXISTS', HASH, INDEX, QUEUE) > 0 then call('DEL', HASH, INDEX, QUEUE) end
    fence, entries, waiters, due, expiry, indexed = 0, 0, 0, 0, 0, 0
    return
  end
  read_numbers()
  if waiters > 0 and call('ZCARD', QUEUE) ~= waiters then queue().forget() end
  if indexed == 1 and call('ZCARD', INDEX) ~= entries then whole().make_index() end
  if due > 0 and due <= now then whole().prune(fields) end
end

-- Serves those whom what has ended may have kept back.
local function serve_freed()
  if is_damaged then whole().recount() end
  if waiters > 0 and #freed > 0 then queue().serve() end
end

local function write_index()
  if indexed == 0 then whole().make_index() end
  if entries < FEW then
    call('DEL', INDEX)
    indexed = 0
    return
  end
  local written, gone = {}, {}
  for field, deadline in pairs(reindexed) do
    if deadline then
      written[#written + 1] = format('%d', deadline)
      written[#written + 1] = field
    else
      gone[#gone + 1] = field
    end
  end
  in_chunks('ZADD', INDEX, written)
  in_chunks('ZREM', INDEX, gone)
end

-- Writes what has changed, and tells those who have got their locks.
local function close()
  if is_damaged then whole().recount() end
  -- There was nothing, and nothing has come: a key written now would stay for ever.
  if expiry == 0 then return end
  if entries == 0 then due = 0 end
  if indexed == 1 or entries > MANY then write_index() end
  set('#', write_numbers())
  local written, gone = {}, {}
  for field in pairs(changed) do
    if known[field] then
      written[#written + 1] = field
      written[#written + 1] = known[field]
    else
      gone[#gone + 1] = field
    end
  end
  in_chunks('HSET', HASH, written)
  in_chunks('HDEL', HASH, gone)
  if is_queue_used then queue().close() end
  if is_expiry_due then
    for i = 1, 3 do call('PEXPIREAT', KEYS[i], format('%d', expiry)) end
  end
end

function whole()
  -- How many lapsed entries one script removes.
  local PRUNED = 500
  local is_complete = false

  -- Reads all of the hash that is not known yet.
  local function complete()
    if is_complete then return end
    local all = call('HGETALL', HASH)
    for i = 1, #all, 2 do
      if known[all[i]] == nil then known[all[i]] = all[i + 1] end
    end
    is_complete = true
  end

  -- The fields of a kind, as far as they are known.
  local function fields_of(kind)
    local found = {}
    for field, value in pairs(known) do
      if value and sub(field, 1, 2) == kind then found[#found + 1] = field end
    end
    return found
  end

  -- The deadline of an entry; nothing for other fields, and for none.
  local function deadline_of(field)
    local text = known[field]
    if not text or not find(field, '^[hqx]:') then return end
    local deadline = match(text, '^%d+')
    if not deadline then damaged(field) end
    return deadline + 0
  end

  -- Makes the index of all entries.
  local function make_index()
    complete()
    call('DEL', INDEX)
    local members = {}
    for field in pairs(known) do
      local deadline = deadline_of(field)
      if deadline then
        members[#members + 1] = format('%d', deadline)
        members[#members + 1] = field
      end
    end
    in_chunks('ZADD', INDEX, members)
    indexed, entries = 1, #members / 2
    reindexed, is_expiry_due = {}, true
  end

  -- Counts all holds and waiters again, from what is written about them.
  local function recount()
    complete()
    for _, kind in ipairs({'c:', 'w:'}) do
      for _, field in ipairs(fields_of(kind)) do set(field, false) end
    end
    for _, field in ipairs(fields_of('h:')) do
      local _, lines = holds_of(sub(field, 3))
      each_hold(lines, function(mode, path) count(mode, steps_to('c:', path), 1) end)
    end
    for _, field in ipairs(fields_of('q:')) do
      local w = queue().waiting(sub(field, 3))
      count(w.mode, steps_to('w:', w.path), 1)
    end
    is_damaged = false
  end

  -- Ends what has lapsed: a lease, the wait of somebody who was not heard of, the memory of a cancelled request.
  local function end_entry(field)
    local kind, name = sub(field, 1, 2), sub(field, 3)
    if kind == 'q:' then return queue().leave(queue().waiting(name)) end
    if kind == 'h:' then
      local _, lines = holds_of(name)
      each_hold(lines, function(mode, path)
        count(mode, steps_to('c:', path), -1)
        freed[#freed + 1] = path
      end)
    end
    remove(field)
  end

  local function end_lapsed(fields)
    for i = 1, #fields do
      local deadline = deadline_of(fields[i])
      if deadline and deadline <= now then end_entry(fields[i]) end
    end
  end

  -- Ends what has lapsed, the entries among `fields` in any case.
  local function prune(fields)
    if indexed == 1 then
      local lapsed = call('ZRANGEBYSCORE', INDEX, '-inf', now, 'LIMIT', 0, PRUNED)
      fetch(lapsed)
      end_lapsed(lapsed)
      end_lapsed(fields)
      due = tonumber(call('ZRANGE', INDEX, #lapsed, #lapsed, 'WITHSCORES')[2] or 0)
      return
    end
    complete()
    local all = {}
    for field in pairs(known) do all[#all + 1] = field end
    end_lapsed(all)
    due = 0
    for field in pairs(known) do
      local deadline = deadline_of(field)
      if deadline and (due == 0 or deadline < due) then due = deadline end
    end
  end

  local functions = {
    complete = complete, fields_of = fields_of, make_index = make_index, recount = recount, prune = prune,
  }
  whole = function() return functions end
  return functions
end
