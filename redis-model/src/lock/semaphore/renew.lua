-- Renews the lease of a permit; never makes one anew, never shortens it.
--
-- Why a script: between a look and the renewal the lease may end, and somebody else may have the permit.
--
-- ARGV   1 the token, 2 its lease in ms
-- Reply  1 renewed; 0 it is not held any more

if not lease_end(ARGV[1]) then return 0 end
hold(ARGV[1], tonumber(ARGV[2]))
return 1
