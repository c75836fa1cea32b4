-- Removes a key if it still holds this token.
--
-- Why a script: between a look and the removal the lease may end, and the key may be somebody else's.
--
-- KEYS   1 the key
-- ARGV   1 the token
-- Reply  1 removed; 0 the key is gone, or holds something else

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
