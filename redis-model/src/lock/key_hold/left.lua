-- How long a key that holds this token lives.
--
-- Why a script: the token and the time must be those of one moment.
--
-- KEYS   1 the key
-- ARGV   1 the token
-- Reply  milliseconds; 0 if the key is gone, or holds something else

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PTTL', KEYS[1])
