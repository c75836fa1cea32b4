-- The short ways of what is done most: to read a leaf without a deadline, or a small subtree of a tree without any; to set
-- a leaf that is there, in such a tree. They do what read.lua and write.lua would; what they cannot do falls through to
-- that. They come before everything else, as the functions of the others would take longer to make than all that is done here.

if ARGV[2] == 'get' and ARGV[1] ~= '' then
  local leaf = redis.call('HGET', KEYS[1], ARGV[1])
  if leaf then
    if not redis.call('ZSCORE', KEYS[3], ARGV[1]) then return leaf end
  elseif redis.call('ZCARD', KEYS[3]) == 0 then
    local page = redis.call('ZRANGEBYLEX', KEYS[2], '[' .. ARGV[1] .. '.', '(' .. ARGV[1] .. '/', 'LIMIT', 0, 64)
    if #page == 0 then return false end
    if #page < 64 then return {page, redis.call('HMGET', KEYS[1], unpack(page))} end
  end
end

if ARGV[2] == 'set' and #ARGV == 5 and ARGV[4] == ARGV[1] and ARGV[3] == '' then
  if redis.call('ZCARD', KEYS[3]) == 0 and redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then
    redis.call('HSET', KEYS[1], ARGV[1], ARGV[5])
    return 1
  end
end
