-- How many permits are held. Changes nothing.
--
-- Why a script: leases end by the server's clock.
--
-- Reply  the number

return redis.call('ZCOUNT', permits, '(' .. string.format('%.0f', now), '+inf')
