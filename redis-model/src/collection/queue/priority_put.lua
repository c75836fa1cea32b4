-- Puts values with their priorities, each behind those of the same priority.
--
-- Why a script: each value gets a number that nobody else has, and that is higher than all before.
--
-- KEYS   1 the queue: a sorted set of values by priority, each behind its number of 16 digits
--        2 the last number that was given; it need not be kept for long, as numbers are never below the server's
--          microseconds
-- ARGV   1 how long the last number is kept, in ms; then a priority and a value, and so on
-- Reply  how many values were put

local time = redis.call('TIME')
local number = math.max(time[1] * 1000000 + time[2], tonumber(redis.call('GET', KEYS[2]) or 0))
-- One call takes at most about 7,990 arguments from the stack of Lua.
local PIECE = 7000
for from = 2, #ARGV, PIECE do
  local members = {}
  for at = from, math.min(from + PIECE, #ARGV) - 1, 2 do
    number = number + 1
    members[#members + 1] = ARGV[at]
    members[#members + 1] = string.format('%016.0f', number) .. ARGV[at + 1]
  end
  redis.call('ZADD', KEYS[1], unpack(members))
end
redis.call('SET', KEYS[2], string.format('%.0f', number), 'PX', ARGV[1])
return (#ARGV - 1) / 2
