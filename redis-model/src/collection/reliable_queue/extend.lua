-- Lets a job's lease end so long from now.
--
-- ARGV   1 its id, 2 the delivery, 3 ms
-- Reply  as acknowledge.lua

local found = standing(ARGV[1], ARGV[2])
if found == 1 then
  pick_up(ARGV[1])
  redis.call('ZADD', leases, string.format('%.0f', now + ARGV[3]), ARGV[1])
end
return found
