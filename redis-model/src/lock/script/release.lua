-- Gives a lock back, or leaves the queue, and lets those run whose turn it is.
--
-- ARGV   owner, id, time in ms for which a request that comes only now is refused, or 0; the path; 1 if the request was sent
--        more than once, so that one more may come although it is known, else 0
-- Reply  {1} released; {0} not held any more; {2, ms} had been waiting, and how long the lease of those who hold what it
--        waited for lasts, or -1 where that is not known

local may_come_again = ARGV[5] == '1'
local waiter = owner .. '/' .. id
open({'h:' .. owner, 'q:' .. waiter, 'x:' .. waiter})

-- How long the longest lease lasts that keeps a waiter back.
local function lease_in_the_way(w)
  if indexed == 1 then return -1 end
  local function is_related(a, b)
    if #a > #b then a, b = b, a end
    return a == '' or a == b or sub(b, 1, #a + 1) == a .. '.'
  end
  whole().complete()
  local longest = -1
  for _, field in ipairs(whole().fields_of('h:')) do
    local holder = sub(field, 3)
    local lease_end, lines = holds_of(holder)
    each_hold(lines, function(mode, path)
      local is_in_the_way = holder ~= w.owner and is_related(path, w.path) and (mode == 'X' or w.mode == 'X')
      if is_in_the_way then longest = math.max(longest, lease_end - now) end
    end)
  end
  return longest
end

local function refuse()
  if refusal == 0 then return end
  if not known['x:' .. waiter] then entries = entries + 1 end
  set('x:' .. waiter, format('%d', now + refusal))
  note('x:' .. waiter, now + refusal)
end

local function answer()
  if may_come_again then refuse() end
  local lease_end, lines = holds_of(owner)
  if lines then
    local number, mode, path, before, after = find_hold(lines, id)
    if number then
      if before .. after == '' then
        remove('h:' .. owner)
      else
        set('h:' .. owner, format('%d\n%s%s', lease_end, before, after))
      end
      count(mode, steps_to('c:', path), -1)
      freed[#freed + 1] = path
      return {1}
    end
  end
  if known['q:' .. waiter] then
    local w = queue().waiting(waiter)
    queue().leave(w)
    return {2, lease_in_the_way(w)}
  end
  refuse()
  return {0}
end

local reply = answer()
serve_freed()
close()
return reply
