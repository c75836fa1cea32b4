-- Removes a job that is done.
--
-- ARGV   1 its id, 2 the delivery
-- Reply  1 done; 0 it was handed out again; -1 it is no longer in the queue

local found = standing(ARGV[1], ARGV[2])
if found == 1 then
  pick_up(ARGV[1])
  redis.call('HDEL', values, ARGV[1])
  redis.call('HDEL', deliveries, ARGV[1])
end
return found
