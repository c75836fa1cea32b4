-- Puts jobs behind all that wait.
--
-- ARGV   an id and a value, and so on
-- Reply  nothing of use

for at = 1, #ARGV, 2 do
  redis.call('RPUSH', waiting, ARGV[at])
  redis.call('HSET', values, ARGV[at], ARGV[at + 1])
end
ring(#ARGV / 2)
return redis.status_reply('OK')
