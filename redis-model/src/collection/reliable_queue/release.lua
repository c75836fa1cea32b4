-- Gives a job back: it waits as the next one, or is given up when it was handed out so often.
--
-- ARGV   1 its id, 2 the delivery, 3 after how many deliveries it is given up, 0 for never
-- Reply  as acknowledge.lua

local found = standing(ARGV[1], ARGV[2])
if found == 1 then
  pick_up(ARGV[1])
  ring(take_back(ARGV[1], tonumber(ARGV[3])))
end
return found
