use std::sync::Arc;

use mlua::{IntoLua, Lua, Table, Value};
use parking_lot::Mutex;

use super::super::call::{Call, native};

/// What scripts can set about `cjson`. It lasts as long as the engine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    /// Arrays that are too sparse become objects instead of errors.
    pub(super) is_sparse_object: bool,
    /// An array is too sparse if it has more than so many places for each item; zero if none is.
    pub(super) sparse_ratio: i32,
    /// Arrays of no more places than this are never too sparse.
    pub(super) sparse_safe: i32,
    pub(super) encode_depth: i32,
    pub(super) decode_depth: i32,
    /// Significant digits of a number.
    pub(super) precision: i32,
    /// Kept for scripts that ask; it says how the C library uses its memory.
    keeps_buffer: bool,
    pub(super) invalid_numbers: InvalidNumbers,
    /// JSON texts may hold hexadecimal numbers, infinity and NaN.
    pub(super) takes_invalid_numbers: bool,
}

/// What becomes of infinity and NaN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InvalidNumbers {
    Refused,
    Written,
    Null,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            is_sparse_object: false,
            sparse_ratio: 2,
            sparse_safe: 10,
            encode_depth: 1_000,
            decode_depth: 1_000,
            precision: 14,
            keeps_buffer: true,
            invalid_numbers: InvalidNumbers::Refused,
            takes_invalid_numbers: true,
        }
    }
}

/// The settings that the functions of one table share.
#[derive(Debug, Clone, Default)]
pub(super) struct SharedSettings(Arc<Mutex<Settings>>);

impl SharedSettings {
    pub(super) fn get(&self) -> Settings {
        *self.0.lock()
    }

    /// Adds the functions that change settings; each gives the value that then holds.
    pub(super) fn add_functions(&self, lua: &Lua, library: &Table) -> mlua::Result<()> {
        self.add(lua, library, "encode_sparse_array", |settings, call| {
            check_count(call, 3)?;
            Ok((
                switch(call, 1, &mut settings.is_sparse_object)?,
                number(call, 2, &mut settings.sparse_ratio, (0, i32::MAX))?,
                number(call, 3, &mut settings.sparse_safe, (0, i32::MAX))?,
            ))
        })?;
        self.add(lua, library, "encode_max_depth", |settings, call| {
            one(call, |call| number(call, 1, &mut settings.encode_depth, (1, i32::MAX)))
        })?;
        self.add(lua, library, "decode_max_depth", |settings, call| {
            one(call, |call| number(call, 1, &mut settings.decode_depth, (1, i32::MAX)))
        })?;
        self.add(lua, library, "encode_number_precision", |settings, call| {
            one(call, |call| number(call, 1, &mut settings.precision, (1, 14)))
        })?;
        self.add(lua, library, "encode_keep_buffer", |settings, call| {
            one(call, |call| switch(call, 1, &mut settings.keeps_buffer))
        })?;
        self.add(lua, library, "encode_invalid_numbers", |settings, call| {
            one(call, |call| invalid_numbers(call, &mut settings.invalid_numbers))
        })?;
        self.add(lua, library, "decode_invalid_numbers", |settings, call| {
            one(call, |call| switch(call, 1, &mut settings.takes_invalid_numbers))
        })
    }

    fn add<R: mlua::IntoLuaMulti + 'static>(
        &self,
        lua: &Lua,
        library: &Table,
        name: &str,
        change: fn(&mut Settings, &Call<'_>) -> mlua::Result<R>,
    ) -> mlua::Result<()> {
        let shared = self.clone();
        library.set(name, native(lua, move |call| change(&mut shared.0.lock(), call))?)
    }
}

fn check_count(call: &Call<'_>, most: usize) -> mlua::Result<()> {
    if call.len() > most { Err(call.refuse(most + 1, "found too many arguments")) } else { Ok(()) }
}

fn one<R>(call: &Call<'_>, change: impl FnOnce(&Call<'_>) -> mlua::Result<R>) -> mlua::Result<R> {
    check_count(call, 1)?;
    change(call)
}

fn number(call: &Call<'_>, place: usize, setting: &mut i32, (least, most): (i32, i32)) -> mlua::Result<i32> {
    if !call.is_absent(place) {
        // The C library looks at the lower 32 bits.
        let value = call.small_integer(place)?;
        if !(least..=most).contains(&value) {
            // It blames the first argument, whichever it was.
            return Err(call.refuse(1, format!("expected integer between {least} and {most}")));
        }
        *setting = value;
    }
    Ok(*setting)
}

fn switch(call: &Call<'_>, place: usize, setting: &mut bool) -> mlua::Result<bool> {
    match call.get(place) {
        None | Some(Value::Nil) => {}
        Some(Value::Boolean(yes)) => *setting = *yes,
        Some(_) => *setting = option(call, place, ["off", "on"])? == 1,
    }
    Ok(*setting)
}

fn invalid_numbers(call: &Call<'_>, setting: &mut InvalidNumbers) -> mlua::Result<Value> {
    const ORDER: [InvalidNumbers; 3] = [InvalidNumbers::Refused, InvalidNumbers::Written, InvalidNumbers::Null];
    match call.get(1) {
        None | Some(Value::Nil) => {}
        Some(Value::Boolean(yes)) => *setting = ORDER[usize::from(*yes)],
        Some(_) => *setting = ORDER[option(call, 1, ["off", "on", "null"])?],
    }
    match setting {
        InvalidNumbers::Null => "null".into_lua(call.lua),
        other => Ok(Value::Boolean(*other == InvalidNumbers::Written)),
    }
}

/// Which of the words an argument is.
fn option<const COUNT: usize>(call: &Call<'_>, place: usize, words: [&str; COUNT]) -> mlua::Result<usize> {
    let text = call.string(place)?;
    let text = crate::protocol::c_string(&text.as_bytes()).to_vec();
    let found = words.iter().position(|word| word.as_bytes() == text);
    found.ok_or_else(|| call.refuse(place, [b"invalid option '".as_slice(), &text, b"'"].concat()))
}
