-- The permits of a semaphore: what acquire, renew, release and count have in common.
--
-- KEYS   1 a sorted set: the token of each permit, by the end of its lease in milliseconds of the server's clock
--
-- A lease that has ended counts no more, whether or not its token was removed. The key lives as long as the last lease.

local permits, time = KEYS[1], redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- The end of a token's lease, if it has not ended.
local function lease_end(token)
  local ends = tonumber(redis.call('ZSCORE', permits, token))
  return ends and ends > now and ends
end

-- Lets a token's lease last for so long from now, or longer if it does already.
local function hold(token, lease)
  local ends = string.format('%.0f', math.max(lease_end(token) or 0, now + lease))
  redis.call('ZADD', permits, ends, token)
  local last = redis.call('ZRANGE', permits, -1, -1, 'WITHSCORES')
  redis.call('PEXPIREAT', permits, string.format('%.0f', last[2]))
end
