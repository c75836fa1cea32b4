-- Runs one command if its record exists: a shorter conditional.lua for what most writes are.
--
-- Why a script: the check and the write must see the same state.
--
-- KEYS   the record; the key that the command works on, if it is another
-- ARGV   the command
-- Reply  an array of the command's reply; or 1, the number of the condition that does not hold

if redis.call('EXISTS', KEYS[1]) == 0 then return 1 end
return {redis.call(unpack(ARGV)) or false}
