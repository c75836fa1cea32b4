-- Lets a key that still holds this token live for so long from now; never makes it anew, never shortens its life.
--
-- Why a script: between a look and the renewal the lease may end, and the key may be somebody else's.
--
-- KEYS   1 the key
-- ARGV   1 the token, 2 milliseconds
-- Reply  1 renewed; 0 the key is gone, or holds something else

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2], 'GT')
return 1
