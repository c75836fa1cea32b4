-- The state of one tree of locks: what all scripts of locks begin with.
--
-- Why scripts: whether a lock is free, and taking it, must see the same state.
--
-- KEYS  1 the hash, 2 the index, 3 the queue; all with the hash tag of what is locked
--
-- hash   #          fence, entries, waiters, due, expiry, indexed: the last fence or ticket; how many owners, waiters
--                   and cancelled requests there are, and how many of them wait; a time before which none of their
--                   deadlines lies; when the keys expire; whether there is an index
--        h:owner    lease end, then a line for each hold: id|mode|fence|path
--        q:waiter   deadline|lease|mode|ticket|channel|path of a request that waits; a waiter is owner/id
--        x:waiter   deadline of a request that was cancelled before it came
--        c:path     shared:exclusive:intention-shared:intention-exclusive holds; intentions are holds further down
--        w:path     the same of those who wait
-- index  entry -> deadline, where there are many entries; a copy that can be made again
-- queue  path, 0, mode, ticket, 0, waiter: in lexicographic order, all with the score 0
--
-- Losing the hash is losing everything, so that evicting keys never leaves half a tree. Times are milliseconds of the
-- server's clock. Paths and ids hold no control characters and no `|` before their last field.

local HASH, INDEX, QUEUE = KEYS[1], KEYS[2], KEYS[3]
local call, match, find, sub, format = redis.call, string.match, string.find, string.sub, string.format

local time = call('TIME')
local micros = time[1] * 1000000 + time[2]
local now = math.floor(micros / 1000)

-- How long the keys stay beyond the last deadline, and by how much more their expiry is moved, so that it moves rarely.
local KEEP = 60000
-- With more entries than the first there is an index; with fewer than the second there is none.
local MANY, FEW = 32, 8
-- The hash's numbers, and counts.
local NUMBERS = '^(%d+) (%d+) (%d+) (%d+) (%d+) ([01])$'
local COUNTS = '^(%d+):(%d+):(%d+):(%d+)$'
