-- Renews leases and says that waiters are still there: one call for all of a process.
--
-- ARGV   number of holds, for each its owner, its id and its lease in ms; time in ms that a waiter may be silent; waiters
-- Reply  for each hold 1 renewed, 0 lost; for each waiter 0 still waiting, its fence where it holds the lock by now,
--        -1 not known any more; at last how many ms the next deadline is away, or -1

local holds, replies, at = tonumber(ARGV[1]), {}, 2
local fields = {}
for i = 1, holds do fields[i] = 'h:' .. ARGV[3 * i - 1] end
for i = 3 * holds + 3, #ARGV do
  fields[#fields + 1] = 'q:' .. ARGV[i]
  fields[#fields + 1] = 'h:' .. match(ARGV[i], '^(.*)/')
end
open(fields)
serve_freed()

for i = 1, holds do
  local owner, id, lease = ARGV[at], ARGV[at + 1], ARGV[at + 2] + 0
  at = at + 3
  local lease_end, lines = holds_of(owner)
  -- An owner that has lost this hold may have got another one since.
  if lines and find_hold(lines, id) then
    write_holds(owner, math.max(lease_end, now + lease), lines)
    replies[i] = 1
  else
    replies[i] = 0
  end
end

local silence = ARGV[at] + 0
for i = at + 1, #ARGV do
  local waiter, reply = ARGV[i]
  local w = known['q:' .. waiter] and queue().waiting(waiter)
  if w then
    w.deadline = now + silence
    queue().write(w)
    -- One whose owner has got something else meanwhile passes the others.
    reply = holds_of(w.owner) and queue().grant(w) or 0
  else
    local owner, id = match(waiter, '^(.*)/(.*)$')
    local _, lines = holds_of(owner)
    reply = lines and find_hold(lines, id) or -1
  end
  replies[#replies + 1] = reply
end

replies[#replies + 1] = due > 0 and math.max(due - now, 0) or -1
close()
return replies
