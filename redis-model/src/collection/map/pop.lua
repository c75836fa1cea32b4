-- Removes an entry by chance and answers with it.
--
-- Why a script: Redis has no such command, and between two others somebody else may take the same entry.
--
-- KEYS   the hash
-- Reply  the field and its value, or nothing of both

local entry = redis.call('HRANDFIELD', KEYS[1], 1, 'WITHVALUES')
if entry[1] then redis.call('HDEL', KEYS[1], entry[1]) end
return entry
