//! Tables that scripts can read, but not change.
//!
//! Plain Lua knows none, so a script gets an empty table in the place of each, which reads through to the real one by its
//! metatable. The functions here are those that would see the difference. `next` is not among them: it would be
//! slower for all tables, and nobody goes through the functions of a library with it.

use std::sync::{Arc, OnceLock};

use mlua::{Function, Lua, MultiValue, Table, Value};

use super::{
    call::{Call, native},
    failure,
};

const READONLY: &str = "Attempt to modify a readonly table";

/// The protected tables: each one's address, and the real table behind it.
#[derive(Clone, Default)]
pub(super) struct Protection {
    tables: Arc<OnceLock<Vec<(usize, Table)>>>,
}

impl Protection {
    /// Adds the functions that globals.lua needs to protect tables, and those that scripts use on them.
    pub(super) fn add_functions(&self, lua: &Lua, functions: &Table) -> mlua::Result<()> {
        let next: Function = lua.globals().get("next")?;
        let add = |name: &str, run: fn(&Self, &Call<'_>) -> mlua::Result<Value>| {
            let this = self.clone();
            functions.set(name, native(lua, move |call| run(&this, call))?)
        };
        add("set_protected", Self::set_protected)?;
        add("refuse_change", |_, call| Err(call.fail(READONLY)))?;
        add("rawget", Self::raw_get)?;
        add("rawset", Self::raw_set)?;
        add("getmetatable", Self::get_metatable)?;
        add("setmetatable", Self::set_metatable)?;
        let this = self.clone();
        functions.set("insert", native(lua, move |call| this.insert(call))?)?;
        let this = self.clone();
        functions.set("pairs", native(lua, move |call| this.pairs(call, &next))?)
    }

    /// Takes the list of all protected tables and their real ones, once and for all: `{protected, real, ...}`.
    fn set_protected(&self, call: &Call<'_>) -> mlua::Result<Value> {
        let list: Vec<Table> = call.table(1)?.sequence_values().collect::<mlua::Result<_>>()?;
        let pairs = list.chunks_exact(2).map(|pair| (pair[0].to_pointer() as usize, pair[1].clone()));
        self.tables.get_or_init(|| pairs.collect());
        Ok(Value::Nil)
    }

    /// The real table behind a protected one.
    fn behind(&self, table: &Table) -> Option<&Table> {
        let address = table.to_pointer() as usize;
        self.tables.get()?.iter().find(|(protected, _)| *protected == address).map(|(_, real)| real)
    }

    fn check_writable(&self, table: &Table) -> mlua::Result<()> {
        if self.behind(table).is_some() { Err(failure::raise_text(READONLY)) } else { Ok(()) }
    }

    fn raw_get(&self, call: &Call<'_>) -> mlua::Result<Value> {
        let table = call.table(1)?;
        let key = call.any(2)?;
        self.behind(table).unwrap_or(table).raw_get(key)
    }

    fn raw_set(&self, call: &Call<'_>) -> mlua::Result<Value> {
        let table = call.table(1)?;
        let (key, value) = (call.any(2)?, call.any(3)?);
        self.check_writable(table)?;
        table.raw_set(key, value)?;
        Ok(Value::Table(table.clone()))
    }

    fn get_metatable(&self, call: &Call<'_>) -> mlua::Result<Value> {
        let metatable = match call.any(1)? {
            Value::Table(table) => self.behind(&table).unwrap_or(&table).metatable(),
            Value::String(_) => call.lua.type_metatable::<mlua::String>(),
            _ => None,
        };
        let Some(metatable) = metatable else { return Ok(Value::Nil) };
        match metatable.raw_get("__metatable")? {
            Value::Nil => Ok(Value::Table(metatable)),
            shown => Ok(shown),
        }
    }

    fn set_metatable(&self, call: &Call<'_>) -> mlua::Result<Value> {
        let table = call.table(1)?;
        let metatable = match call.get(2) {
            Some(Value::Nil) => None,
            Some(Value::Table(metatable)) => Some(metatable.clone()),
            _ => return Err(call.refuse(2, "nil or table expected")),
        };
        self.check_writable(table)?;
        if table
            .metatable()
            .map(|old| old.raw_get::<Value>("__metatable"))
            .transpose()?
            .is_some_and(|old| !old.is_nil())
        {
            return Err(call.fail("cannot change a protected metatable"));
        }
        table.set_metatable(metatable)?;
        Ok(Value::Table(table.clone()))
    }

    /// `pairs`, which goes through the real table; a script must not get hold of that, so the iterator keeps it.
    fn pairs(&self, call: &Call<'_>, next: &Function) -> mlua::Result<MultiValue> {
        let table = call.table(1)?;
        let step = match self.behind(table) {
            None => next.clone(),
            Some(real) => {
                let (real, next) = (real.clone(), next.clone());
                native(call.lua, move |call| next.call::<MultiValue>((&real, call.value(2))))?
            }
        };
        Ok([Value::Function(step), Value::Table(table.clone()), Value::Nil].into_iter().collect())
    }

    /// `table.insert`, which moves items without looking at metatables.
    fn insert(&self, call: &Call<'_>) -> mlua::Result<()> {
        /// No table has so many items below its first that it would matter to move more.
        const LEAST: i64 = -10_000;
        let table = call.table(1)?;
        let end = i64::try_from(table.raw_len()).unwrap_or(i64::MAX).saturating_add(1);
        let place = match call.len() {
            2 => end,
            3 => i64::from(call.small_integer(2)?),
            _ => return Err(call.fail("wrong number of arguments to 'insert'")),
        };
        self.check_writable(table)?;
        for index in (place.max(LEAST) + 1..=end).rev() {
            table.raw_set(index, table.raw_get::<Value>(index - 1)?)?;
        }
        table.raw_set(place, call.value(call.len()))
    }
}
