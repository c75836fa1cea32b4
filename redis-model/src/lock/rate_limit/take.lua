-- Takes all of the keys for so long, or none.
--
-- Why a script: a key that is taken while another is looked at would be taken for nothing, or for ever.
--
-- KEYS   the keys
-- ARGV   1 milliseconds, 2 the token of this request, which may come twice
-- Reply  0 taken, also when this request has taken them before; else how many milliseconds it is until all are free

local period, token, wait = ARGV[1], ARGV[2], 0
for _, key in ipairs(KEYS) do
  local holder = redis.call('GET', key)
  if holder and holder ~= token then
    local left = redis.call('PTTL', key)
    if left < 0 then
      -- Nothing here writes a key without an end: one that has got none gets it now.
      redis.call('PEXPIRE', key, period)
      left = tonumber(period)
    end
    wait = math.max(wait, left, 1)
  end
end
if wait > 0 then return wait end
for _, key in ipairs(KEYS) do redis.call('SET', key, token, 'PX', period) end
return 0
