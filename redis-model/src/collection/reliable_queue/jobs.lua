-- Jobs that are handed out under a lease: what the scripts of a reliable queue have in common.
--
-- KEYS   1 a list: the ids of the jobs that wait, the next one first
--        2 a hash: each job's value by its id; a job is in the queue as long as it is there
--        3 a sorted set: the ids of the jobs that are handed out, by the end of their lease in ms of the server's clock
--        4 a hash: how often a job was handed out, by its id
--        5 a list: tokens that wake those who wait, one for each job that waits, up to a bound
--        6 a list: the values of the jobs that were given up
--
-- Why scripts: a job moves from one key to another as a whole, whenever a consumer dies.

local waiting, values, leases, deliveries, bell, dead = unpack(KEYS)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- Each token wakes one of those who wait: there need not be more of them than consumers.
local MOST_TOKENS = 1000

-- Lets as many tokens lie there as jobs wait, when `new` of these have come. A consumer that dies takes its token with it;
-- one is there at least whenever somebody has looked.
local function ring(new)
  local tokens = redis.call('LLEN', bell)
  local wanted = math.min(redis.call('LLEN', waiting), math.max(tokens + new, 1), MOST_TOKENS)
  if wanted == 0 then
    redis.call('DEL', bell)
  elseif tokens > wanted then
    redis.call('LTRIM', bell, 0, wanted - 1)
  else
    for _ = tokens + 1, wanted do redis.call('RPUSH', bell, '') end
  end
end

local function bury(id)
  local value = redis.call('HGET', values, id)
  if value then redis.call('RPUSH', dead, value) end
  redis.call('HDEL', values, id)
  redis.call('HDEL', deliveries, id)
end

-- Takes a job from its consumer; it waits as the next one, or is given up when it was handed out so often. 0 is no bound.
local function take_back(id, most)
  redis.call('ZREM', leases, id)
  if most > 0 and tonumber(redis.call('HGET', deliveries, id) or 0) >= most then
    bury(id)
    return 0
  end
  redis.call('LPUSH', waiting, id)
  return 1
end

-- Takes back the jobs whose lease has ended, at most so many; those that were handed out first come first. How many were
-- taken back, and how many of them wait.
local function take_back_lapsed(most, limit)
  local lapsed = redis.call('ZRANGE', leases, '-inf', now, 'BYSCORE', 'LIMIT', 0, limit)
  local back = 0
  for at = #lapsed, 1, -1 do back = back + take_back(lapsed[at], most) end
  return #lapsed, back
end

-- Whether a job is still that of the consumer that it was handed out to as that delivery: 1; 0 when it was handed out again
-- since then; -1 when it is no longer in the queue.
local function standing(id, delivery)
  local current = redis.call('HGET', deliveries, id)
  if not current then return -1 end
  return current == delivery and 1 or 0
end

-- Ends a job's lease, or takes it from those that wait, where it is if the lease has ended before.
local function pick_up(id)
  if redis.call('ZREM', leases, id) == 0 then
    redis.call('LREM', waiting, 1, id)
    ring(0)
  end
end
