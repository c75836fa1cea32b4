-- Whether somebody's hold excludes a lock just now. Changes nothing.
--
-- ARGV   owner whose own holds do not count, or nothing; mode `S` or `X`; path
-- Reply  1 or 0

local owner, mode, path = ARGV[1], ARGV[2], ARGV[3]
local steps = steps_to('c:', path)
local fields = {'#'}
for i = 1, #steps do fields[1 + i] = steps[i] end
fetch(fields)
if not known['#'] then return 0 end

-- Leases that have lapsed are taken out of the counts here only, and written nowhere. The owner's own go with all else
-- that it holds.
local function leave_out(holder)
  local lease_end, lines = holds_of(holder)
  if lease_end > now or holder == owner then return end
  each_hold(lines, function(mode, path) count(mode, steps_to('c:', path), -1) end)
end

read_numbers()
if due > 0 and due <= now then
  if indexed == 1 and call('ZCARD', INDEX) == entries then
    fetch(call('ZRANGEBYSCORE', INDEX, '-inf', now))
  else
    whole().complete()
  end
  for _, field in ipairs(whole().fields_of('h:')) do leave_out(sub(field, 3)) end
end
return is_excluded(mode, steps, owner ~= '' and contributions(owner)) and 1 or 0
