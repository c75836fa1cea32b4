-- Runs two commands and answers for the first: a shorter conditional.lua for what has to follow a write, as the trim of a list
-- with a limit follows a push.
--
-- Why a script: nobody may see the one without the other, and the second must not run if the first has failed.
--
-- KEYS   the key of both
-- ARGV   how many arguments the first command has; the first command; the second command
-- Reply  an array of the first command's reply

local split = ARGV[1] + 1
local reply = redis.call(unpack(ARGV, 2, split))
redis.call(unpack(ARGV, split + 1))
return {reply or false}
