//! Scripts where the engine's own rules count; what they answer otherwise is compared with a real server.

use redis_model_embedded::{Engine, Reply};

fn eval(script: &str) -> Reply {
    Engine::new().connection().execute(&[b"EVAL", script.as_bytes(), b"0"])
}

fn error_of(reply: Reply) -> String {
    match reply {
        Reply::Error(error) => error.to_string(),
        other => panic!("the script should have failed, and gave {other:?}"),
    }
}

#[test]
fn an_endless_script_is_stopped() {
    assert!(error_of(eval("while true do end")).contains("Script stopped"));
}

#[test]
fn an_endless_script_cannot_catch_its_end() {
    let script = "while true do pcall(function() while true do end end) end";
    assert!(error_of(eval(script)).contains("Script stopped"));
}

#[test]
fn the_next_script_has_its_whole_time_again() {
    let mut con = Engine::new().connection();
    assert!(con.execute(&[b"EVAL", b"while true do end", b"0"]).is_error());
    let sum = b"local sum = 0 for i = 1, 100000 do sum = sum + i end return sum";
    assert_eq!(con.execute(&[b"EVAL", sum, b"0"]), Reply::Int(5_000_050_000));
}

#[test]
fn a_script_keeps_nothing_for_the_next() {
    let mut con = Engine::new().connection();
    con.execute(&[b"EVAL", b"KEYS.mine = 1 return 1", b"1", b"a"]);
    assert_eq!(con.execute(&[b"EVAL", b"return KEYS.mine", b"1", b"a"]), Reply::Nil);
}

#[test]
fn a_script_that_fails_keeps_what_it_did() {
    let mut con = Engine::new().connection();
    let script = b"redis.call('SET', KEYS[1], 1) redis.call('HGET', KEYS[1], 'f') redis.call('SET', KEYS[1], 2)";
    assert!(con.execute(&[b"EVAL", script, b"1", b"a"]).is_error());
    assert_eq!(con.execute(&[b"GET", b"a"]), Reply::Bulk(b"1".to_vec()));
}

#[test]
fn compiled_code_is_refused() {
    assert!(error_of(eval("\x1bLua")).contains("Error compiling script"));
    assert_eq!(eval("return loadstring(string.dump(function() end)) == nil"), Reply::Int(1));
}

#[test]
fn a_value_that_holds_itself_ends_in_an_error() {
    let mut reply = eval("local t = {} t[1] = t return t");
    while let Reply::Array(mut items) = reply {
        reply = items.pop().expect("each table holds one value");
    }
    assert_eq!(error_of(reply), "ERR reached lua stack limit");
}

#[test]
fn an_error_in_a_coroutine_reaches_the_caller() {
    let script = "local co = coroutine.create(function() redis.call('INCR') end) \
                  local ok, e = coroutine.resume(co) return {tostring(ok), type(e)}";
    let texts = ["false", "table"].map(|text| Reply::Bulk(text.into()));
    assert_eq!(eval(script), Reply::Array(texts.into()));
}

/// Scripts that would run for ever, each in a way of its own.
const ENDLESS: &[&str] = &[
    "local function g() while true do pcall(g) end end g()",
    "while true do xpcall(function() while true do end end, function() while true do end end) end",
    "while true do coroutine.wrap(function() while true do end end)() end",
    "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
    "table.sort({3, 1, 2}, function() while true do end end)",
    "return ('x'):gsub('x', function() while true do end end)",
    "local t = setmetatable({}, {__index = function() while true do end end}) return t.x",
    "while true do collectgarbage() end",
    "while true do ('x'):rep(500000000) end",
];

#[test]
fn every_endless_script_is_stopped_and_the_engine_lives_on() {
    let mut con = Engine::new().connection();
    for script in ENDLESS {
        let error = error_of(con.execute(&[b"EVAL", script.as_bytes(), b"0"]));
        assert!(error.contains("Script stopped"), "{script}: {error}");
        assert_eq!(
            con.execute(&[b"EVAL", b"return redis.call('PING')", b"0"]),
            Reply::Status(b"PONG".as_slice().into())
        );
    }
}

/// Scripts that ask for more memory than there is.
const GREEDY: &[&str] = &[
    "return ('x'):rep(2147483647)",
    "local s = 'x' while true do pcall(function() s = s .. s end) end",
    "local s = 'x' while true do xpcall(function() s = s .. s end, error) end",
    "local t = {} for i = 1, 100000000 do t[i] = i end",
    "return table.concat({('x'):rep(500000000), ('x'):rep(500000000), ('x'):rep(500000000)})",
    "local t = {} t[2147483647] = 1 cjson.encode_sparse_array(false, 0) return cjson.encode(t)",
];

#[test]
fn a_script_that_asks_for_too_much_memory_fails_and_the_engine_lives_on() {
    let mut con = Engine::new().connection();
    for script in GREEDY {
        let error = error_of(con.execute(&[b"EVAL", script.as_bytes(), b"0"]));
        assert!(error.contains("not enough memory"), "{script}: {error}");
        let sum = b"local t = {} for i = 1, 1000 do t[i] = ('x'):rep(i) end return #table.concat(t)";
        assert_eq!(con.execute(&[b"EVAL", sum, b"0"]), Reply::Int(500_500), "{script}");
    }
}

#[test]
fn garbage_is_collected_before_the_memory_is_full() {
    let long = "for i = 1, 15 do local s = ('x'):rep(100000000 + i) end return 1";
    assert_eq!(eval(long), Reply::Int(1));
    let stopped = "collectgarbage('stop') for i = 1, 1000000 do local t = {i} end return 1";
    assert_eq!(eval(stopped), Reply::Int(1));
}

/// Scripts that nest calls until Lua's stack, or the machine's, is full.
const DEEP: &[&str] = &[
    "local function f() return 1 + f() end return f()",
    "local function f() return coroutine.wrap(f)() end return f()",
    "local t = setmetatable({}, {__index = function(t, k) return t[k + 1] end}) return t[1]",
    "local t = setmetatable({}, {__concat = function(a, b) return a .. b end}) return t .. t",
    "local t = setmetatable({}, {__tostring = function(t) return tostring(t) end}) return tostring(t)",
    "local function f() return ('x'):gsub('x', f) end return f()",
    "local function f() table.sort({1, 2}, f) end return f()",
    "local function f() for i in f do end end return f()",
];

#[test]
fn deep_recursion_ends_in_an_error() {
    for script in DEEP {
        assert!(error_of(eval(script)).contains("stack overflow"), "{script}");
    }
}

#[test]
fn a_script_may_return_and_catch_many_values() {
    let many = "local t = {} for i = 1, 100 do t[i] = i end ";
    assert_eq!(eval(&format!("{many} return unpack(t)")), Reply::Int(1));
    assert_eq!(eval(&format!("{many} return select('#', pcall(unpack, t))")), Reply::Int(101));
    let deep = "local function f() return pcall(f) end return f()";
    assert_eq!(eval(deep), Reply::Int(1));
}

#[test]
fn a_protected_table_gives_nothing_away() {
    let scripts = [
        "local _, t = pairs(redis) return rawequal(t, redis)",
        "for k, v in pairs(_G) do if v == _G then return 1 end end",
        "return rawequal(getmetatable(_G), getmetatable(_G))",
    ];
    for script in scripts {
        assert_eq!(eval(script), Reply::Int(1), "{script}");
    }
    let mut con = Engine::new().connection();
    let attacks = [
        "local m = getmetatable(_G) m.__index = function() return 1 end",
        "getmetatable('').__index = {}",
        "local _, t = pairs(string) t.rep = 1",
        "table.insert(string, 1)",
        "setmetatable(string, nil)",
        "rawset(getmetatable(''), '__index', nil)",
    ];
    for script in attacks {
        assert!(con.execute(&[b"EVAL", script.as_bytes(), b"0"]).is_error(), "{script}");
        assert_eq!(con.execute(&[b"EVAL", b"return ('x'):rep(2)", b"0"]), Reply::Bulk(b"xx".to_vec()));
        assert!(con.execute(&[b"EVAL", b"return nosuch", b"0"]).is_error());
    }
}
