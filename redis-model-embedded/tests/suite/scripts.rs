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
