-- Makes the world that scripts see, and returns the function that runs one script in it.
--
-- Receives native, what only the engine can give (library.rs). One that fails raises an engine error,
-- which is no Lua value that a script should see: native.failure_text gives its text.
-- Returns  run(script, call, keys, arguments) -> true, result | false, error table;  and the table of globals.
--
-- Functions that raise errors are native, even where Lua could express them: `return f()` replaces the caller of a Lua
-- function, but not that of a native one, and an error must name the caller's line.
local native = ...
local error, getmetatable, next, pcall, rawget, rawset, select, setmetatable, type, xpcall =
  error, getmetatable, next, pcall, rawget, rawset, select, setmetatable, type, xpcall
local find, sub, concat = string.find, string.sub, table.concat
local loadstring, resume = loadstring, coroutine.resume

local READONLY = "Attempt to modify a readonly table"

-- Protection: scripts get empty tables that read through to the real ones, because plain Lua knows no read-only table.
local contents = setmetatable({}, { __mode = "k" })

local function protect(real)
  local proxy = {}
  contents[proxy] = real
  return setmetatable(proxy, {
    __index = real,
    __newindex = function() error(READONLY, 2) end,
    __metatable = {},
  })
end

local globals = {}
for _, name in ipairs {
  "_VERSION", "assert", "collectgarbage", "error", "gcinfo", "getmetatable", "ipairs", "next", "pairs", "rawequal",
  "select", "tonumber", "tostring", "type", "unpack",
} do
  globals[name] = _G[name]
end

function globals.setmetatable(value, metatable)
  if contents[value] then error(READONLY, 0) end
  return setmetatable(value, metatable)
end

function globals.rawset(value, key, item)
  if contents[value] then error(READONLY, 0) end
  return rawset(value, key, item)
end

function globals.rawget(value, key)
  return rawget(contents[value] or value, key)
end

-- An error as scripts see it: what a command raised is a table with err.
local function as_table(failure)
  if type(failure) ~= "userdata" then return failure end
  local text, is_reply = native.failure_text(failure)
  return is_reply and { err = text, ignore_error_stats_update = true } or text
end

-- Redis' pcall gives the text of such a table, not the table.
local function caught(ok, ...)
  if ok then return true, ... end
  local failure = as_table((...))
  if type(failure) == "table" and type(failure.err) == "string" then return false, failure.err end
  return false, failure
end

function globals.pcall(...)
  return caught(pcall(...))
end

function globals.xpcall(f, handler)
  return xpcall(f, function(failure) return handler(as_table(failure)) end)
end

local function resumed(ok, ...)
  if ok then return true, ... end
  return false, as_table((...))
end

-- Compiled code is refused: it could make the machine do anything.
function globals.loadstring(text, name)
  if type(text) == "string" and sub(text, 1, 1) == "\27" then return nil, "attempt to load compiled code" end
  return loadstring(text, name)
end

function globals.load(reader, name)
  local parts = {}
  while true do
    local part = reader()
    if part == nil or part == "" then break end
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

globals.coroutine = extended(coroutine, { resume = function(...) return resumed(resume(...)) end })
globals.math = extended(math, { random = native.random, randomseed = native.randomseed })
globals.table = extended(table, {})
globals.string = extended(string, {})
local string_metatable = getmetatable("")
string_metatable.__index = globals.string
string_metatable.__metatable = protect { __index = globals.string }

-- The redis table. Its `call` is another function for each script.
local redis = {
  LOG_DEBUG = 0, LOG_VERBOSE = 1, LOG_NOTICE = 2, LOG_WARNING = 3,
  REPL_NONE = 0, REPL_AOF = 1, REPL_SLAVE = 2, REPL_REPLICA = 2, REPL_ALL = 3,
  REDIS_VERSION = native.version, REDIS_VERSION_NUM = native.version_number,
  sha1hex = native.sha1hex, log = native.log, setresp = native.setresp,
}

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
  if sub(text, 1, 1) == "-" then text = sub(text, 2) end
  return { err = find(text, " ", 1, true) and text or "ERR " .. text }
end

function redis.status_reply(...)
  local text = ...
  if select("#", ...) ~= 1 or type(text) ~= "string" then return { err = WRONG_ARGUMENTS } end
  return { ok = text }
end

function redis.replicate_commands() return true end
function redis.set_repl() end
function redis.breakpoint() return false end
function redis.debug() end
function redis.acl_check_cmd() return true end

globals.redis = protect(redis)
globals.cjson = protect(native.cjson)
globals.KEYS, globals.ARGV = {}, {}

setmetatable(globals, {
  __index = function(_, name)
    error("Script attempted to access nonexistent global variable '" .. tostring(name) .. "'", 2)
  end,
})
globals._G = protect(globals)

local function run(script, call, keys, arguments)
  redis.call = call
  globals.KEYS, globals.ARGV = keys, arguments
  return xpcall(script, native.describe_error)
end

return run, globals._G
