-- Says of elements whether a HyperLogLog may have seen them: whether it would stay as it is if they were inserted.
-- KEYS   1 the HyperLogLog; 2 a key beside it that nobody else has
-- ARGV   the elements
-- Reply  an array with 1 for each that it may have seen, else 0
-- A script, as there is no command that asks: each is inserted into a copy, which nobody else may see or keep.

local HYPER_LOG_LOG, COPY = KEYS[1], KEYS[2]

-- What is of another type fails here, where there is no copy yet.
if redis.call('PFCOUNT', HYPER_LOG_LOG) == 0 then
  local none = {}
  for i = 1, #ARGV do none[i] = 0 end
  return none
end

local seen, is_changed = {}, true
for i, element in ipairs(ARGV) do
  if is_changed then redis.call('COPY', HYPER_LOG_LOG, COPY, 'REPLACE') end
  is_changed = redis.call('PFADD', COPY, element) == 1
  seen[i] = is_changed and 0 or 1
end
redis.call('UNLINK', COPY)
return seen
