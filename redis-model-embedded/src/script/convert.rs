//! Between Lua's values and Redis' replies, by Redis' rules.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use mlua::{IntoLua, Lua, Table, Value};

use crate::{
    number::truncate,
    protocol::{ErrorReply, Protocol, Reply, c_string, double_text},
};

/// The protocol that the running script has chosen with `redis.setresp`: the shape of the replies it gets.
#[derive(Debug, Clone, Default)]
pub(super) struct ScriptProtocol {
    is_resp3: Arc<AtomicBool>,
}

impl ScriptProtocol {
    pub(super) fn get(&self) -> Protocol {
        if self.is_resp3.load(Ordering::Relaxed) { Protocol::Resp3 } else { Protocol::Resp2 }
    }

    pub(super) fn set(&self, protocol: Protocol) {
        self.is_resp3.store(protocol == Protocol::Resp3, Ordering::Relaxed);
    }
}

/// A command's reply as a script sees it.
pub(super) fn to_lua(lua: &Lua, reply: Reply, protocol: Protocol) -> mlua::Result<Value> {
    let resp3 = protocol == Protocol::Resp3;
    let string = |bytes: &[u8]| lua.create_string(bytes).map(Value::String);
    match reply {
        Reply::Ok => field(lua, "ok", "OK"),
        Reply::Status(text) => field(lua, "ok", string(&text)?),
        Reply::Error(error) => field(lua, "err", string(error.as_bytes())?),
        Reply::Int(number) => Ok(Value::Integer(number)),
        Reply::Bulk(bytes) => string(&bytes),
        Reply::Nil | Reply::NilArray if resp3 => Ok(Value::Nil),
        Reply::Nil | Reply::NilArray => Ok(Value::Boolean(false)),
        Reply::Bool(yes) if resp3 => Ok(Value::Boolean(yes)),
        Reply::Bool(yes) => Ok(Value::Integer(i64::from(yes))),
        Reply::Double(number) if resp3 => field(lua, "double", Value::Number(number)),
        Reply::Double(number) => string(double_text(number).as_bytes()),
        Reply::BigNumber(digits) if resp3 => field(lua, "big_number", string(&digits)?),
        Reply::BigNumber(digits) => string(&digits),
        Reply::Verbatim { format, text } if resp3 => {
            let table = lua.create_table_with_capacity(0, 2)?;
            table.raw_set("format", string(&format)?)?;
            table.raw_set("string", string(&text)?)?;
            field(lua, "verbatim_string", Value::Table(table))
        }
        Reply::Verbatim { text, .. } => string(&text),
        Reply::Set(members) if resp3 => {
            let table = lua.create_table()?;
            for member in members {
                table.raw_set(to_lua(lua, member, protocol)?, true)?;
            }
            field(lua, "set", Value::Table(table))
        }
        Reply::Map(pairs) if resp3 => {
            // No room is made in advance: how a table has grown decides the order in which it is read.
            let table = lua.create_table()?;
            for (key, value) in pairs {
                table.raw_set(to_lua(lua, key, protocol)?, to_lua(lua, value, protocol)?)?;
            }
            field(lua, "map", Value::Table(table))
        }
        Reply::Pairs(pairs) if resp3 => {
            let couples = pairs.into_iter().map(|(first, second)| Reply::Array(vec![first, second]));
            sequence(lua, couples, protocol)
        }
        Reply::Map(pairs) | Reply::Pairs(pairs) => {
            sequence(lua, pairs.into_iter().flat_map(|(first, second)| [first, second]), protocol)
        }
        Reply::Array(items) | Reply::Set(items) | Reply::Push(items) | Reply::Several(items) => {
            sequence(lua, items, protocol)
        }
    }
}

fn field(lua: &Lua, name: &str, value: impl IntoLua) -> mlua::Result<Value> {
    lua.create_table_from([(name, value)]).map(Value::Table)
}

/// A list by position: an item that is nil in Lua leaves a hole, and does not move those behind it.
fn sequence(lua: &Lua, items: impl IntoIterator<Item = Reply>, protocol: Protocol) -> mlua::Result<Value> {
    let items = items.into_iter();
    // Room made in advance would change what `#` says of a list with holes, which only RESP3 has.
    let room = if protocol == Protocol::Resp3 { 0 } else { items.size_hint().0 };
    let table = lua.create_table_with_capacity(room, 0)?;
    for (place, item) in items.enumerate() {
        table.raw_set(place + 1, to_lua(lua, item, protocol)?)?;
    }
    Ok(Value::Table(table))
}

/// Tables may hold themselves, and a reply that nests without end would use up the stack of whoever reads it: redis-rs
/// gives up at 100. Redis goes on until Lua's stack is full.
const MAX_DEPTH: usize = 200;

/// What a script returned, as a reply to its caller.
pub(super) fn to_reply(value: &Value, protocol: Protocol) -> mlua::Result<Reply> {
    nested_reply(value, protocol, 0)
}

fn nested_reply(value: &Value, protocol: Protocol, depth: usize) -> mlua::Result<Reply> {
    if depth > MAX_DEPTH {
        return Ok(Reply::Error(ErrorReply::fixed("ERR reached lua stack limit")));
    }
    Ok(match value {
        Value::String(text) => Reply::bulk(text.as_bytes().as_ref()),
        Value::Integer(number) => Reply::Int(*number),
        Value::Number(number) => Reply::Int(truncate(*number)),
        Value::Boolean(yes) if protocol == Protocol::Resp3 => Reply::Bool(*yes),
        Value::Boolean(true) => Reply::Int(1),
        Value::Table(table) => table_reply(table, protocol, depth + 1)?,
        _ => Reply::Nil,
    })
}

/// A table with one of the known fields stands for another type of reply; any other is a list up to its first nil.
fn table_reply(table: &Table, protocol: Protocol, depth: usize) -> mlua::Result<Reply> {
    if let Value::String(text) = table.raw_get("err")? {
        return Ok(Reply::Error(ErrorReply::new(c_string(&text.as_bytes()))));
    }
    if let Value::String(text) = table.raw_get("ok")? {
        return Ok(Reply::Status(one_line(c_string(&text.as_bytes())).into()));
    }
    if let Value::Integer(_) | Value::Number(_) = table.raw_get("double")? {
        return Ok(Reply::Double(table.raw_get("double")?));
    }
    if let Value::Table(map) = table.raw_get("map")? {
        let mut pairs = Vec::new();
        for pair in map.pairs::<Value, Value>() {
            let (key, value) = pair?;
            pairs.push((nested_reply(&key, protocol, depth)?, nested_reply(&value, protocol, depth)?));
        }
        return Ok(Reply::Map(pairs));
    }
    if let Value::Table(set) = table.raw_get("set")? {
        let members = set.pairs::<Value, Value>().map(|pair| nested_reply(&pair?.0, protocol, depth));
        return Ok(Reply::Set(members.collect::<mlua::Result<_>>()?));
    }
    if let Value::String(digits) = table.raw_get("big_number")? {
        return Ok(Reply::BigNumber(one_line(&digits.as_bytes())));
    }
    if let Value::Table(verbatim) = table.raw_get("verbatim_string")?
        && let (Value::String(format), Value::String(text)) = (verbatim.raw_get("format")?, verbatim.raw_get("string")?)
    {
        let name = c_string(&format.as_bytes()).to_vec();
        let format = std::array::from_fn(|place| name.get(place).copied().unwrap_or(b' '));
        return Ok(Reply::Verbatim { format, text: text.as_bytes().to_vec() });
    }
    let mut items = Vec::new();
    for item in table.sequence_values::<Value>() {
        items.push(nested_reply(&item?, protocol, depth)?);
    }
    Ok(Reply::Array(items))
}

/// Status lines and big numbers end at the first line break, so they hold none.
fn one_line(text: &[u8]) -> Vec<u8> {
    text.iter().map(|byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte }).collect()
}
