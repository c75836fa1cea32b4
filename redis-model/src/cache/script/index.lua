-- Notes an entry in the index of its function, and tells those that are too many: the ones that expire soonest.
--
-- Why a script: who is too many depends on what is in there, and the clock must be the server's.
--
-- KEYS   1 the index, a sorted set of entries by the end of their life
-- ARGV   1 the entry, 2 how long it lives, in milliseconds, 3 how many there may be
-- Reply  the entries that are too many; they stay in the index until they are removed

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
redis.call('PEXPIREAT', KEYS[1], last[2])
local surplus = redis.call('ZCARD', KEYS[1]) - ARGV[3]
if surplus <= 0 then return {} end
return redis.call('ZRANGE', KEYS[1], 0, surplus - 1)
