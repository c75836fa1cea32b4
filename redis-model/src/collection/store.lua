-- Puts what a command makes of several keys in the place of what lies at the first, whose time to live stays.
--
-- Why a script: SUNIONSTORE and its kind drop the time to live, and between reading and setting it again it may change.
--
-- KEYS   1 the destination, 2.. the sources, the destination may be among them
-- ARGV   1 a command that takes a destination and sources, 2.. what comes behind the keys
-- Reply  how many elements the destination has; or the command's error

local is_counted = string.sub(ARGV[1], 1, 1) == 'Z'
local call = {ARGV[1], KEYS[1]}
if is_counted then call[3] = #KEYS - 1 end
for i = 2, #KEYS do call[#call + 1] = KEYS[i] end
for i = 2, #ARGV do call[#call + 1] = ARGV[i] end

local at = redis.call('PEXPIRETIME', KEYS[1])
local size = redis.call(unpack(call))
if at >= 0 then redis.call('PEXPIREAT', KEYS[1], at) end
return size
