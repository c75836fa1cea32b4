-- Makes the world that scripts see, and returns the function that runs one script in it.
--
-- Receives native, what only the engine can give (library.rs). One that fails raises an engine error,
-- which is no Lua value that a script should see: native.failure_text gives its text.
-- Returns  run(script, call, keys, arguments) -> true, result | false, error table;  and the table of globals.
--
-- Functions that raise errors are native, even where Lua could express them: `return f()` replaces the caller of a Lua
-- function, but not that of a native one, and an error must name the caller's line. Those that catch errors are Lua,
-- because the engine cannot hold every value that a script may raise.
local native = ...
local fail = native.fail
local pcall, select, setmetatable, type, unpack, xpcall = pcall, select, setmetatable, type, unpack, xpcall
local find, gsub, sub, concat = string.find, string.gsub, string.sub, table.concat
local resume = coroutine.resume

-- Protection: scripts get empty tables that read through to the real ones, because plain Lua knows no read-only table.
local protected = {}

local function protect(real)
  local proxy = setmetatable({}, { __index = real, __newindex = native.refuse_change })
  protected[#protected + 1], protected[#protected + 2] = proxy, real
  return proxy
end

local globals = {
  collectgarbage = native.collectgarbage, getmetatable = native.getmetatable, loadstring = native.loadstring,
  pairs = native.pairs, rawget = native.rawget, rawset = native.rawset, setmetatable = native.setmetatable,
  __redis__err__handler = native.describe_error,
}
for _, name in ipairs {
  "_VERSION", "assert", "error", "gcinfo", "ipairs", "next", "rawequal", "select", "tonumber", "tostring", "type",
  "unpack",
} do
  globals[name] = _G[name]
end

-- An error as scripts see it: what a command raised is a table with err, and no text names a place in this file.
-- Nobody catches the want of memory.
local function as_table(failure)
  if failure == "not enough memory" then native.stop_for_memory() end
  if type(failure) == "string" and sub(failure, 1, 7) == "engine:" then return (gsub(failure, "^engine:%d+: ", "")) end
  if type(failure) ~= "userdata" then return failure end
  local text, is_reply, is_counted = native.failure_text(failure)
  if text == "not enough memory" then native.stop_for_memory() end
  if not is_reply then return text end
  return is_counted and { err = text, ignore_error_stats_update = true } or { err = text }
end

-- Lua's own functions that catch errors need a slot for their verdict beside the results, and do not ask for it: where
-- Lua is built with checks, as in debug builds, 20 results would end the process. So many of them travel in a table.
local FEW = 15
local MANY = {}

local function packed(...)
  local count = select("#", ...)
  if count <= FEW then return ... end
  return MANY, { ... }, count
end

local function unpacked(_, results, count)
  return unpack(results, 1, count)
end

-- Lua finds no name for a function that is called like this, and its errors show none, as when its own pcall calls it.
local function call_packed(f, ...)
  return packed((f or nil)(...))
end

-- Redis' pcall gives the text of such a table, not the table; beside a table without a text it gives what stands there.
local function caught(ok, ...)
  if ok then
    if (...) == MANY then return true, unpacked(...) end
    return true, ...
  end
  local failure = as_table((...))
  if type(failure) ~= "table" then return false, failure end
  local text = failure.err
  if type(text) == "string" or type(text) == "number" then return false, text end
  return false, failure, text
end

function globals.pcall(...)
  -- What Redis' own pcall then calls is a slot that it has made for its verdict.
  if select("#", ...) == 0 then return false, "attempt to call a boolean value" end
  if type((...)) ~= "function" then return caught(pcall(...)) end
  return caught(pcall(call_packed, ...))
end

local function xcaught(ok, ...)
  if (...) == MANY then return ok, unpacked(...) end
  if not ok and (...) == "not enough memory" then native.stop_for_memory() end
  return ok, ...
end

-- The script's handler does not run after the script was stopped, since in it nothing would count instructions.
local function handled(handler, failure)
  if native.is_stopped() then return failure end
  return handler(as_table(failure))
end

function globals.xpcall(...)
  if select("#", ...) < 2 then fail "bad argument #2 to 'xpcall' (value expected)" end
  local f, handler = ...
  local function called() return packed((f or nil)()) end
  return xcaught(xpcall(type(f) == "function" and called or f, function(failure) return handled(handler, failure) end))
end

local function resumed(ok, ...)
  if ok then return true, ... end
  return false, as_table((...))
end

local function resume_coroutine(...)
  if type((...)) ~= "thread" then fail "bad argument #1 to 'resume' (coroutine expected)" end
  return resumed(resume(...))
end

function globals.load(...)
  local reader, name = ...
  if type(reader) ~= "function" then
    fail("bad argument #1 to 'load' (function expected, got " .. (select("#", ...) == 0 and "no value" or type(reader)) .. ")")
  end
  local parts = {}
  while true do
    local ok, part = pcall(reader)
    if not ok then return nil, as_table(part) end
    if part == nil or part == "" then break end
    if type(part) ~= "string" and type(part) ~= "number" then return nil, "reader function must return a string" end
    parts[#parts + 1] = part
  end
  return globals.loadstring(concat(parts), name or "=(load)")
end

local function extended(library, additions)
  local result = {}
  for name, item in next, library do result[name] = item end
  for name, item in next, additions do result[name] = item end
  return protect(result)
end

globals.coroutine = extended(coroutine, { resume = resume_coroutine })
globals.math = extended(math, { random = native.random, randomseed = native.randomseed })
globals.table = extended(table, { insert = native.insert })
globals.string = extended(string, { rep = native.rep })
local string_metatable = getmetatable("")
string_metatable.__index = globals.string
string_metatable.__metatable = protect { __index = globals.string }

-- The redis table. Its `call` is another function for each script.
local redis = {
  LOG_DEBUG = 0, LOG_VERBOSE = 1, LOG_NOTICE = 2, LOG_WARNING = 3,
  REPL_NONE = 0, REPL_AOF = 1, REPL_SLAVE = 2, REPL_REPLICA = 2, REPL_ALL = 3,
  REDIS_VERSION = native.version, REDIS_VERSION_NUM = native.version_number,
}
for name, item in next, native.redis do redis[name] = item end

local function reply_or_table(ok, reply)
  if ok then return reply end
  return as_table(reply)
end

function redis.pcall(...)
  return reply_or_table(pcall(redis.call, ...))
end

local WRONG_ARGUMENTS = "ERR wrong number or type of arguments"

function redis.error_reply(...)
  local text = ...
  if select("#", ...) ~= 1 or type(text) ~= "string" then return { err = WRONG_ARGUMENTS } end
  -- To Redis the text is one of C, which ends at the first NUL.
  text = sub(text, 1, (find(text, "\0", 1, true) or #text + 1) - 1)
  if sub(text, 1, 1) == "-" then text = sub(text, 2) end
  return { err = find(text, " ", 1, true) and text or "ERR " .. text }
end

function redis.status_reply(...)
  local text = ...
  if select("#", ...) ~= 1 or type(text) ~= "string" then return { err = WRONG_ARGUMENTS } end
  return { ok = text }
end

function redis.replicate_commands() return true end
function redis.breakpoint() return false end
function redis.debug() end

globals.redis = protect(redis)
for _, name in ipairs { "bit", "cjson", "cmsgpack", "struct" } do
  globals[name] = protect(native[name])
end
globals.KEYS, globals.ARGV = {}, {}

setmetatable(globals, {
  __index = native.refuse_global,
  __metatable = protect { __index = native.refuse_global },
})
globals._G = protect(globals)
native.set_protected(protected)

local current

-- A script has one result, whatever it returns.
local function first_result()
  return (current())
end

local function run(script, call, keys, arguments)
  redis.call = call
  current, globals.KEYS, globals.ARGV = script, keys, arguments
  return xpcall(first_result, native.describe_error)
end

return run, globals._G
