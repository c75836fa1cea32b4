-- Runs one command and deletes the epoch of its record: a shorter conditional.lua for what most writes are of models that
-- invalidate.
--
-- Why a script: nobody may see the one without the other. The deletion comes second, as a server whose memory is full
-- refuses only the first write of a script; a single command that fails has written nothing.
--
-- KEYS   the epoch; those of the command; the record that must exist, if it is another
-- ARGV   which of the keys is that of the record that must exist, or 0; the command
-- Reply  an array of the command's reply; or 1, the number of the condition that does not hold

local record = KEYS[tonumber(ARGV[1])]
if record and redis.call('EXISTS', record) == 0 then return 1 end
local reply = redis.call(unpack(ARGV, 2))
redis.call('UNLINK', KEYS[1])
return {reply or false}
