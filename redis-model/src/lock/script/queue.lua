-- Those who wait in a tree.

function queue()
  -- The queue's entries that are yet to be removed.
  local unqueued = {}
  -- The channels of waiters that were granted their lock, and what each is to be told.
  local channels, news = {}, {}

  -- A request that waits, as a table; nothing for one that does not.
  local function waiting(waiter)
    local text = get('q:' .. waiter)
    if not text then return end
    local deadline, lease, mode, ticket, channel, path = match(text, '^(%d+)|(%d+)|([SX])|(%d+)|([^|]*)|([^\n]*)$')
    if not deadline then damaged('q:' .. waiter) end
    return {
      deadline = deadline + 0, lease = lease + 0, mode = mode, ticket = ticket, channel = channel, path = path,
      id = waiter, owner = match(waiter, '^(.*)/'),
    }
  end

  local function write(w)
    set('q:' .. w.id, format('%d|%d|%s|%s|%s|%s', w.deadline, w.lease, w.mode, w.ticket, w.channel, w.path))
    note('q:' .. w.id, w.deadline)
  end

  local function place(w)
    return w.path .. '\0' .. w.mode .. w.ticket .. '\0' .. w.id
  end

  local function join(w)
    entries, waiters = entries + 1, waiters + 1
    write(w)
    count(w.mode, steps_to('w:', w.path), 1)
    call('ZADD', QUEUE, 0, place(w))
    is_expiry_due = is_expiry_due or waiters == 1
  end

  local function leave(w)
    remove('q:' .. w.id)
    waiters = waiters - 1
    count(w.mode, steps_to('w:', w.path), -1)
    freed[#freed + 1] = w.path
    unqueued[#unqueued + 1] = place(w)
  end

  -- Forgets all who wait, as their queue was lost: they ask again.
  local function forget()
    whole().complete()
    for _, field in ipairs(whole().fields_of('q:')) do remove(field) end
    for _, field in ipairs(whole().fields_of('w:')) do set(field, false) end
    call('DEL', QUEUE)
    waiters = 0
  end

  local function waiting_in_queue(waiter)
    return waiting(waiter) or damaged('the queue')
  end

  -- The ticket and the name of who has waited longest on a path in a mode, of those with a ticket from `first` on.
  local function first_in_queue(path, mode, first)
    local from = path .. '\0' .. mode
    local found = call('ZRANGEBYLEX', QUEUE, '[' .. from .. first, '(' .. from .. ':', 'LIMIT', 0, 1)[1]
    if found then return sub(found, #from + 1, #from + 17), sub(found, #from + 19) end
  end

  -- Calls back with each path below `path` on which somebody waits, the last first, until that answers with true.
  local function each_waiting_below(path, visit)
    local lowest, highest = '[' .. path .. '.', '(' .. path .. '/'
    if path == '' then lowest, highest = '(\1', '+' end
    while true do
      local last = call('ZREVRANGEBYLEX', QUEUE, highest, lowest, 'LIMIT', 0, 1)[1]
      if not last then return false end
      local found = sub(last, 1, find(last, '\0', 1, true) - 1)
      if visit(found) then return true end
      highest = '(' .. found .. '\0'
    end
  end

  -- Whether somebody who excludes the waiter has waited for longer.
  local function is_behind_others(w, steps)
    local function is_before(path, mode)
      local ticket = first_in_queue(path, mode, '0')
      return ticket and ticket < w.ticket
    end
    fetch(steps)
    for i = 1, #steps do
      local s, x = counts(steps[i])
      if x > 0 and is_before(sub(steps[i], 3), 'X') then return true end
      if s > 0 and w.mode == 'X' and is_before(sub(steps[i], 3), 'S') then return true end
    end
    -- Whoever waits below for longer than an exclusive waiter is kept back by a hold that keeps that back as well.
    local _, _, _, below = counts('w:' .. w.path)
    return w.mode == 'S' and below > 0 and each_waiting_below(w.path, function(path) return is_before(path, 'X') end)
  end

  -- Gives a waiter its lock if it is its turn, for no longer than it may be silent: so long a lost message may take.
  local function grant(w)
    local held, awaited, own = steps_to('c:', w.path), steps_to('w:', w.path), contributions(w.owner)
    if is_excluded(w.mode, held, own) then return end
    if not own and is_behind_others(w, awaited) then return end
    remove('q:' .. w.id)
    waiters = waiters - 1
    count(w.mode, awaited, -1)
    call('ZREM', QUEUE, place(w))
    local id = sub(w.id, #w.owner + 2)
    return hold(w.owner, id, w.mode, w.path, held, math.min(now + w.lease, w.deadline))
  end

  -- The same for one who does not ask just now, and has to be told; whether it has got its lock.
  local function grant_and_tell(w)
    local number = grant(w)
    if number and w.channel ~= '' then
      if not news[w.channel] then channels[#channels + 1] = w.channel end
      news[w.channel] = (news[w.channel] or '') .. w.id .. ' ' .. number .. '\n'
    end
    return number ~= nil
  end

  -- Who has waited longest on a path without having held something; nothing where nobody does.
  local function next_in_queue(path)
    local s, x = counts('w:' .. path)
    local shared, exclusive, first, other
    if s > 0 then shared, first = first_in_queue(path, 'S', '1') end
    if x > 0 then exclusive, other = first_in_queue(path, 'X', '1') end
    if exclusive and not (shared and shared < exclusive) then first = other end
    return first and waiting_in_queue(first)
  end

  -- Serves those who wait on a path for as long as it is their turn.
  local function serve_path(path)
    repeat
      local w = next_in_queue(path)
    until not w or not grant_and_tell(w) or w.mode == 'X'
  end

  -- Serves those who wait on these paths and hold something already: they wait for nobody who waits.
  local function serve_holders(paths)
    local holders = {}
    for i = 1, #paths do
      for _, mode in ipairs({'S', 'X'}) do
        local from = paths[i] .. '\0' .. mode
        local found = call('ZRANGEBYLEX', QUEUE, '[' .. from .. '0', '(' .. from .. '1')
        for j = 1, #found do holders[#holders + 1] = waiting_in_queue(sub(found[j], #from + 19)) end
      end
    end
    table.sort(holders, function(a, b) return a.ticket < b.ticket end)
    for i = 1, #holders do grant_and_tell(holders[i]) end
  end

  -- The paths on which somebody waits whom what has ended may have kept back: above it, on it, and below it.
  local function waiting_near()
    local paths, seen = {}, {}
    local function add(path)
      if not seen[path] then paths[#paths + 1] = path end
      seen[path] = true
    end
    for i = 1, #freed do
      local steps = steps_to('w:', freed[i])
      fetch(steps)
      for j = 1, #steps do
        local s, x = counts(steps[j])
        if s + x > 0 then add(sub(steps[j], 3)) end
      end
      local _, _, is, ix = counts('w:' .. freed[i])
      if is + ix > 0 then each_waiting_below(freed[i], add) end
    end
    return paths
  end

  -- Serves those whom what has ended may have kept back.
  local function serve()
    in_chunks('ZREM', QUEUE, unqueued)
    unqueued = {}
    local paths = waiting_near()
    serve_holders(paths)
    -- The lower ones first: who waits further up excludes them, and is passed over if it came later.
    table.sort(paths, function(a, b) return a > b end)
    for i = 1, #paths do serve_path(paths[i]) end
  end

  local function close()
    in_chunks('ZREM', QUEUE, unqueued)
    for i = 1, #channels do
      -- A user without the right to publish has waiters that look again by themselves.
      redis.pcall('PUBLISH', channels[i], news[channels[i]])
    end
  end

  local functions = {
    waiting = waiting, write = write, join = join, leave = leave, forget = forget, grant = grant, serve = serve,
    close = close,
  }
  queue, is_queue_used = function() return functions end, true
  return functions
end
