-- The short way to a lock that is free, for an owner that holds nothing in the tree, and while nothing is to be mended: what
-- most requests are. It writes what the long way would write, and leaves all else to it. It is one piece, as making
-- functions would take as much of its time as all that it does.

local owner, id, mode, path, lease = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5] + 0
local is_fair = ARGV[7] == '1'
local waiter = owner .. '/' .. id
do
  local is_shared = mode == 'S'
  local fields, last = {'#', 'h:' .. owner, 'x:' .. waiter, 'c:'}, 4
  if path ~= '' then
    local dot = find(path, '.', 1, true)
    while dot do
      last = last + 1
      fields[last] = 'c:' .. sub(path, 1, dot - 1)
      dot = find(path, '.', dot + 1, true)
    end
    last = last + 1
    fields[last] = 'c:' .. path
  end
  local values = call('HMGET', HASH, unpack(fields))
  local fence, entries, waiters, due, expiry, indexed = match(values[1] or '', NUMBERS)
  local lease_end, is_free = now + lease, false
  if fence and not values[2] and not values[3] then
    entries, due = entries + 0, due + 0
    is_free = (due == 0 or due > now) and lease_end + KEEP <= expiry + 0 and (indexed == '1' or entries < MANY)
      and (indexed == '0' or call('ZCARD', INDEX) == entries)
  end

  -- The path's fields with this request counted in, each with its value.
  local written = {}
  for i = 4, last do
    local text = is_shared and '0:0:1:0' or '0:0:0:1'
    if i == last then text = is_shared and '1:0:0:0' or '0:1:0:0' end
    if is_free and values[i] then
      local s, x, is, ix = match(values[i], COUNTS)
      -- Where anything is counted on the path itself, an exclusive request is not free.
      is_free = x == '0' and (is_shared or s == '0') and (i < last or (is_shared and ix == '0'))
      if not is_free then break end
      if i == last then
        text = format('%d:0:%s:0', s + 1, is)
      else
        text = is_shared and format('%s:0:%d:%s', s, is + 1, ix) or format('0:0:%s:%d', is, ix + 1)
      end
    end
    written[2 * i - 7], written[2 * i - 6] = fields[i], text
  end

  if is_free and waiters ~= '0' then
    local awaited = {'q:' .. waiter}
    for i = 4, last do awaited[i - 2] = 'w:' .. sub(fields[i], 3) end
    values = call('HMGET', HASH, unpack(awaited))
    is_free = not values[1] and call('ZCARD', QUEUE) == waiters + 0
    for i = 2, is_fair and #awaited or 0 do
      if values[i] then
        local s, x, is, ix = match(values[i], COUNTS)
        is_free = is_free and x == '0' and (is_shared or s == '0') and (i < #awaited or (is_shared and ix == '0'))
      end
    end
  end

  if is_free then
    local number = format('%d', math.max(micros, fence + 1))
    if due == 0 or lease_end < due then due = lease_end end
    local numbers = format('%s %d %s %d %s %s', number, entries + 1, waiters, due, expiry, indexed)
    local holds = format('%d\n%s|%s|%s|%s\n', lease_end, id, mode, number, path)
    call('HSET', HASH, '#', numbers, fields[2], holds, unpack(written))
    if indexed == '1' then call('ZADD', INDEX, lease_end, fields[2]) end
    return {1, number}
  end
end
