-- Gives a job up: its value goes to the dead ones.
--
-- ARGV   1 its id, 2 the delivery
-- Reply  as acknowledge.lua

local found = standing(ARGV[1], ARGV[2])
if found == 1 then
  pick_up(ARGV[1])
  bury(ARGV[1])
end
return found
