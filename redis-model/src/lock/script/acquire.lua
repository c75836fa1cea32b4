-- Takes a lock, or joins those who wait for it.
--
-- ARGV   owner, id, mode `S` or `X`, path, lease in ms, time in ms that a waiter may be silent or 0 not to wait,
--        1 to let those who wait go first, the waiter's channel
-- Reply  {1, fence} granted, also when this very request was granted before; {0, ms} not, and how long the next
--        deadline is away; {2} this request was cancelled

local silence, channel = ARGV[6] + 0, ARGV[8]

local steps = steps_to('c:', path)

local fields = {'h:' .. owner, 'q:' .. waiter, 'x:' .. waiter}
for i = 1, #steps do fields[3 + i] = steps[i] end
open(fields)
serve_freed()

-- The answer, or nothing where the request is denied.
local function answer()
  -- It may come more than once: the memory of it stays for its time.
  if known['x:' .. waiter] then return {2} end
  local lease_end, lines = holds_of(owner)
  local before = lines and find_hold(lines, id)
  if before then
    write_holds(owner, math.max(lease_end, now + lease), lines)
    return {1, before}
  end
  if known['q:' .. waiter] then
    local w = queue().waiting(waiter)
    w.deadline = now + silence
    queue().write(w)
    local number = queue().grant(w)
    return number and {1, number}
  end
  local is_free = not is_excluded(mode, steps, lines and contributions(owner))
  -- Who holds something passes those who wait, as they may be waiting for just that.
  if is_free and is_fair and not lines and waiters > 0 then is_free = not is_excluded(mode, steps_to('w:', path)) end
  if is_free then return {1, hold(owner, id, mode, path, steps, now + lease)} end
  if silence > 0 then
    -- Tickets of those who hold something come before all others.
    local ticket = (lines and '0' or '1') .. format('%016d', next_number())
    queue().join({
      id = waiter, mode = mode, path = path, ticket = ticket, lease = lease, deadline = now + silence, channel = channel,
    })
  end
end

local reply = answer() or {0, math.max(due - now, 0)}
close()
return reply
