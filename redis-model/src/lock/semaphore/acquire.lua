-- Takes a permit, if fewer than so many are held.
--
-- Why a script: the count, and the permit that is taken for it, must be those of one moment.
--
-- ARGV   1 the token, 2 its lease in ms, 3 how many may be held
-- Reply  {1} granted, also when this token was granted before; {0, ms} not, and how long the lease in the way lasts

local token, lease, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', permits, '-inf', now)
local held = redis.call('ZCARD', permits)
if held >= most and not lease_end(token) then
  -- So many leases have to end until one may be taken.
  local last = redis.call('ZRANGE', permits, held - most, held - most, 'WITHSCORES')
  return {0, math.max(last[2] - now, 0)}
end
hold(token, lease)
return {1}
