-- Hands out the next job, after taking back those whose lease has ended.
--
-- ARGV   1 the lease in ms, 2 after how many deliveries a job is given up when it comes back, 0 for never
-- Reply  {id, value, delivery}; or how many ms are left until the next lease ends, -1 if there is none

local _, back = take_back_lapsed(tonumber(ARGV[2]), 100)
local id, value
repeat
  id = redis.call('LPOP', waiting)
  value = id and redis.call('HGET', values, id)
until value or not id
ring(back)
if not id then
  local next = redis.call('ZRANGE', leases, 0, 0, 'WITHSCORES')
  return next[2] and math.max(next[2] - now, 0) or -1
end
redis.call('ZADD', leases, string.format('%.0f', now + ARGV[1]), id)
return {id, value, redis.call('HINCRBY', deliveries, id, 1)}
