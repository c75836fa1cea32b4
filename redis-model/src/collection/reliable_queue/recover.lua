-- Takes back the jobs whose lease has ended.
--
-- ARGV   1 after how many deliveries a job is given up when it comes back, 0 for never; 2 how many are taken back at most
-- Reply  how many were

local lapsed, back = take_back_lapsed(tonumber(ARGV[1]), tonumber(ARGV[2]))
ring(back)
return lapsed
