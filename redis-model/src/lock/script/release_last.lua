-- The short way to give back the only lock of its owner, while nobody waits for it and nothing is to be mended. It writes
-- what the long way would write, and leaves all else to it. It is one piece, as making functions would take as much of its
-- time as all that it does.

local owner, id, refusal, path = ARGV[1], ARGV[2], ARGV[3] + 0, ARGV[4]
do
  local fields, last = {'#', 'h:' .. owner, 'c:'}, 3
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
  local is_short, is_shared = false
  if fence and values[2] and refusal == 0 then
    -- Who holds several locks has several lines, which do not match.
    local number, mode, held = match(values[2], '^%d+\n(%d+)|([SX])|%d+|([^\n]*)\n$')
    entries, is_shared = entries - 1, mode == 'S'
    is_short = number == id and held == path and due + 0 > now and (indexed == '0' or entries >= FEW)
      and (indexed == '0' or call('ZCARD', INDEX) == entries + 1)
  end

  -- The path's fields with this hold counted out: those to write, each with its value, and those to remove.
  local written, gone = {}, {}
  local alone, alone_below = is_shared and '1:0:0:0' or '0:1:0:0', is_shared and '0:0:1:0' or '0:0:0:1'
  for i = 3, last do
    if values[i] == (i == last and alone or alone_below) then
      gone[#gone + 1] = fields[i]
    else
      local s, x, is, ix = match(values[i] or '', COUNTS)
      -- Exclusive holds exclude all others on their path.
      is_short = is_short and s and x == '0' and (i < last or is_shared)
      if not is_short then break end
      if i == last then
        s = s - 1
      else
        if is_shared then is = is - 1 else ix = ix - 1 end
      end
      s, is, ix = s + 0, is + 0, ix + 0
      -- Less than nothing is what was lost before.
      if s < 0 or is < 0 or ix < 0 then is_short = false end
      written[#written + 1], written[#written + 2] = fields[i], format('%d:0:%d:%d', s, is, ix)
    end
  end

  if is_short and waiters ~= '0' then
    local awaited = {}
    for i = 3, last do awaited[i - 2] = 'w:' .. sub(fields[i], 3) end
    values = call('HMGET', HASH, unpack(awaited))
    is_short = call('ZCARD', QUEUE) == waiters + 0
    -- Those above the path, on it, and below it may wait for it.
    for i = 1, #awaited do
      if values[i] then
        local s, x, is, ix = match(values[i], COUNTS)
        is_short = is_short and s == '0' and x == '0' and (i < #awaited or (is == '0' and ix == '0'))
      end
    end
  end

  if is_short then
    if entries == 0 then due = '0' end
    call('HSET', HASH, '#', format('%s %d %s %s %s %s', fence, entries, waiters, due, expiry, indexed), unpack(written))
    call('HDEL', HASH, fields[2], unpack(gone))
    if indexed == '1' then call('ZREM', INDEX, fields[2]) end
    return {1}
  end
end
