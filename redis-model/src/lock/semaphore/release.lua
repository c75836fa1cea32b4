-- Gives a permit back.
--
-- Why a script: whether its lease had ended, and its removal, must be of one moment.
--
-- ARGV   1 the token
-- Reply  1 released; 0 it was not held any more

local was_held = lease_end(ARGV[1])
redis.call('ZREM', permits, ARGV[1])
return was_held and 1 or 0
