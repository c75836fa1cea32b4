//! Operations as calls of the script.

use redis::Cmd;

use super::path::TreePath;
use crate::{
    error::Result,
    query::{Query, Reply, Script},
};

/// All operations are one text, so that any of them can stand in one atomic batch.
const fn script() -> Script {
    Script::new(concat!(include_str!("script/read.lua"), "\n", include_str!("script/write.lua")))
        .after(concat!(include_str!("script/short.lua"), "\n", include_str!("script/tree.lua")))
        .on_field()
        .of_types(&["hash", "zset", "zset"])
}

static READ: Script = script().reading();
static WRITE: Script = script();

impl TreePath {
    /// An operation that only reads, with the arguments that [`arguments`](Self::arguments) begins.
    pub(super) fn read<T>(&self, args: Cmd, decode: fn(Reply<'_>) -> Result<T>) -> Query<T> {
        self.call(&READ, args, decode)
    }

    /// An operation that writes, likewise.
    pub(super) fn write<T>(&self, args: Cmd, decode: fn(Reply<'_>) -> Result<T>) -> Query<T> {
        self.call(&WRITE, args, decode)
    }

    /// The arguments of an operation, to be completed.
    pub(super) fn arguments(&self, operation: &str) -> Cmd {
        Cmd::with_capacity(6, self.path.len() + 32).arg(&self.path).arg(operation).take()
    }

    fn call<T>(&self, script: &'static Script, args: Cmd, decode: fn(Reply<'_>) -> Result<T>) -> Query<T> {
        match self.check() {
            Ok(()) => Query::script(script, self.home.keys.to_vec(), args, decode),
            Err(error) => Query::invalid(error),
        }
    }
}
