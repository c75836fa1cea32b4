//! What a script passes to a native function, checked by the rules and with the error texts of Lua's own functions.

use std::borrow::Cow;

use mlua::{Function, IntoLuaMulti, Lua, MultiValue, Table, Value};

use super::failure;
use crate::number::truncate;

/// How many values Lua keeps for one native function at once (`LUAI_MAXCSTACK`).
pub(super) const STACK_SLOTS: usize = 8_000;

/// One call of a native function: its arguments, counted from 1.
pub(super) struct Call<'a> {
    pub(super) lua: &'a Lua,
    arguments: MultiValue,
}

/// Makes a function that scripts can call.
pub(super) fn native<R: IntoLuaMulti>(
    lua: &Lua,
    run: impl Fn(&Call<'_>) -> mlua::Result<R> + Send + 'static,
) -> mlua::Result<Function> {
    lua.create_function(move |lua, arguments| run(&Call { lua, arguments }))
}

impl Call<'_> {
    /// How many arguments there are.
    pub(super) fn len(&self) -> usize {
        self.arguments.len()
    }

    /// An argument, or `None` past the last one.
    pub(super) fn get(&self, place: usize) -> Option<&Value> {
        self.arguments.get(place.wrapping_sub(1))
    }

    /// An argument of any type, nil for one that is not there.
    pub(super) fn value(&self, place: usize) -> Value {
        self.get(place).cloned().unwrap_or(Value::Nil)
    }

    /// Whether an argument is nil or not there.
    pub(super) fn is_absent(&self, place: usize) -> bool {
        self.get(place).is_none_or(Value::is_nil)
    }

    /// An argument that must be there, if only as nil.
    pub(super) fn any(&self, place: usize) -> mlua::Result<Value> {
        self.get(place).cloned().ok_or_else(|| self.refuse(place, "value expected"))
    }

    pub(super) fn table(&self, place: usize) -> mlua::Result<&Table> {
        match self.get(place) {
            Some(Value::Table(table)) => Ok(table),
            _ => Err(self.wrong_type(place, "table")),
        }
    }

    /// A string, or a number as its text.
    pub(super) fn string(&self, place: usize) -> mlua::Result<mlua::String> {
        match self.get(place) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(number @ (Value::Integer(_) | Value::Number(_))) => {
                self.lua.coerce_string(number.clone())?.ok_or_else(|| self.wrong_type(place, "string"))
            }
            _ => Err(self.wrong_type(place, "string")),
        }
    }

    /// A number, or a text that is one.
    pub(super) fn number(&self, place: usize) -> mlua::Result<f64> {
        match self.get(place) {
            Some(Value::Number(number)) => Ok(*number),
            #[expect(clippy::cast_precision_loss, reason = "Lua 5.1 has only doubles, so it came from one")]
            Some(Value::Integer(number)) => Ok(*number as f64),
            Some(text @ Value::String(_)) => {
                self.lua.coerce_number(text.clone())?.ok_or_else(|| self.wrong_type(place, "number"))
            }
            _ => Err(self.wrong_type(place, "number")),
        }
    }

    /// A number without its fraction.
    pub(super) fn integer(&self, place: usize) -> mlua::Result<i64> {
        self.number(place).map(truncate)
    }

    /// A number without its fraction, as C keeps it in an `int`: what does not fit loses its upper bits.
    pub(super) fn small_integer(&self, place: usize) -> mlua::Result<i32> {
        #[expect(clippy::cast_possible_truncation, reason = "this is what Redis does")]
        self.integer(place).map(|number| number as i32)
    }

    pub(super) fn optional_integer(&self, place: usize, default: i64) -> mlua::Result<i64> {
        if self.is_absent(place) { Ok(default) } else { self.integer(place) }
    }

    /// An error about one argument.
    pub(super) fn refuse(&self, place: usize, why: impl AsRef<[u8]>) -> mlua::Error {
        let called = self.lua.inspect_stack(0, |frame| {
            let names = frame.names();
            (names.name.map(Cow::into_owned), names.name_what == Some("method"))
        });
        let (name, is_method) = called.unwrap_or_default();
        let name = name.unwrap_or_else(|| "?".into());
        let start = match place.checked_sub(usize::from(is_method)) {
            Some(0) if is_method => format!("calling '{name}' on bad self ("),
            place => format!("bad argument #{} to '{name}' (", place.unwrap_or_default()),
        };
        self.fail([start.as_bytes(), why.as_ref(), b")"].concat())
    }

    /// An error about the call.
    pub(super) fn fail(&self, text: impl AsRef<[u8]>) -> mlua::Error {
        failure::raise_at_line(self.lua, text)
    }

    /// An error about an argument's type.
    pub(super) fn wrong_type(&self, place: usize, wanted: &str) -> mlua::Error {
        self.refuse(place, format!("{wanted} expected, got {}", self.get(place).map_or("no value", type_name)))
    }

    /// Refuses a call that would need more of Lua's stack than a function may have: `used` slots beside the arguments.
    pub(super) fn check_stack(&self, used: usize, what: &str) -> mlua::Result<()> {
        if self.len() + used <= STACK_SLOTS {
            return Ok(());
        }
        Err(self.fail(format!("stack overflow ({what})")))
    }
}

/// Lua's name of a value's type.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::LightUserData(_) | Value::Error(_) => "userdata",
        Value::Integer(_) => "number",
        other => other.type_name(),
    }
}
