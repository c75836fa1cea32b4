//! One part of a request: what runs together, and the one answer that it gets.

use std::fmt;

use redis::{Cmd, Value};

use super::{condition::Condition, script::Script};
use crate::{
    command::facts::{argument, is_read},
    error::{Error, Result},
    key::Key,
};

/// Commands that run together, under conditions, and are answered together.
pub(crate) struct Part {
    pub(super) action: Action,
    /// The record that must exist, where it must: the most frequent condition, which needs no list.
    pub(super) record: Requirement,
    pub(super) conditions: Vec<Condition>,
    /// The model whose record it works on, for error texts; empty outside models.
    pub(super) model: &'static str,
}

/// Whether a record must exist for the part to run. [`unchecked`](super::Query::unchecked) lifts it.
pub(super) enum Requirement {
    None,
    /// The one at the key that the part works on.
    Own,
    /// The one at this key: the part works on a key beside it.
    At(Box<Key>),
}

/// What a part does. A single command is kept bare: it needs no further allocation.
pub(super) enum Action {
    Command(Cmd),
    Steps(Vec<Step>),
}

/// One command or step, in the order in which they run.
pub(crate) enum Step {
    /// Runs a command and keeps its reply.
    Run(Cmd),
    /// Runs a command and drops its reply.
    Silent(Cmd),
    /// `HINCRBY` within a range, exact in a script too; keeps the sum.
    Increment { key: Key, field: &'static str, by: Vec<u8>, low: Option<i64>, high: Option<i64> },
    /// Stops if a record that had to exist was removed by an earlier part of the batch.
    StillExists { key: Key },
    /// Moves a record's version on.
    MoveVersion { key: Key, field: &'static str },
    /// Sets a record's TTL again once a part of it has passed.
    Refresh { key: Key, ttl: u64 },
    /// Makes a record that is missing: its mark, default TTL and first version.
    Create { key: Key, mark: &'static str, schema: u32, ttl: Option<u64>, version: Option<&'static str> },
    /// Sets the TTL of a key that a [`Condition::noted`] found missing.
    ExpireNew { key: Key, ttl: u64 },
    /// Lets a key expire no later than another.
    ExpireLike { key: Key, like: Key },
    /// Writes the server's microseconds; keeps them.
    Timestamp { key: Key, field: &'static str },
    /// Runs the body of a script; keeps its reply.
    Body { script: &'static Script, keys: Vec<Key>, args: Vec<Vec<u8>> },
}

impl Step {
    /// Whether the part's answer has this step's reply.
    pub(super) fn is_answered(&self) -> bool {
        match self {
            Self::Run(_) | Self::Increment { .. } | Self::Timestamp { .. } | Self::Body { .. } => true,
            Self::Silent(_)
            | Self::StillExists { .. }
            | Self::MoveVersion { .. }
            | Self::Refresh { .. }
            | Self::Create { .. }
            | Self::ExpireNew { .. }
            | Self::ExpireLike { .. } => false,
        }
    }

    /// Whether it only looks after the record: what [`unchecked`](super::Query::unchecked) leaves out.
    fn is_upkeep(&self) -> bool {
        matches!(self, Self::StillExists { .. } | Self::MoveVersion { .. } | Self::Refresh { .. })
    }

    /// A plain command, in or out of a script.
    pub(super) fn command(&self) -> Option<&Cmd> {
        match self {
            Self::Run(cmd) | Self::Silent(cmd) => Some(cmd),
            _ => None,
        }
    }
}

impl Part {
    pub(crate) fn command(cmd: Cmd, model: &'static str) -> Self {
        Self { action: Action::Command(cmd), record: Requirement::None, conditions: Vec::new(), model }
    }

    pub(crate) fn steps(steps: Vec<Step>, conditions: Vec<Condition>, model: &'static str) -> Self {
        Self { action: Action::Steps(steps), record: Requirement::None, conditions, model }
    }

    /// Lets it run only if there is a record at `key`.
    pub(crate) fn requiring(mut self, key: &Key) -> Self {
        let is_own = self.first_key() == Some(key.as_bytes());
        self.record = if is_own { Requirement::Own } else { Requirement::At(Box::new(key.clone())) };
        self
    }

    /// The key of the record that must exist.
    pub(super) fn required(&self) -> Option<&[u8]> {
        match &self.record {
            Requirement::None => None,
            Requirement::Own => self.first_key(),
            Requirement::At(key) => Some(key.as_bytes()),
        }
    }

    /// Whether anything is checked before it runs.
    pub(super) fn is_conditional(&self) -> bool {
        !matches!(self.record, Requirement::None) || !self.conditions.is_empty()
    }

    /// Its command, if that is all there is to it.
    pub(super) fn as_bare(&self) -> Option<&Cmd> {
        match &self.action {
            Action::Command(cmd) if !self.is_conditional() => Some(cmd),
            _ => None,
        }
    }

    /// Takes its command out of it, if that is all there is to it.
    pub(super) fn take_bare(&mut self) -> Option<Cmd> {
        match &mut self.action {
            Action::Command(cmd) if matches!(self.record, Requirement::None) && self.conditions.is_empty() => {
                Some(std::mem::take(cmd))
            }
            _ => None,
        }
    }

    fn is_bare(&self) -> bool {
        self.as_bare().is_some()
    }

    /// The first command whose reply it keeps.
    pub(super) fn first_command(&self) -> Option<&Cmd> {
        match &self.action {
            Action::Command(cmd) => Some(cmd),
            Action::Steps(steps) => steps.iter().find(|step| step.is_answered()).and_then(Step::command),
        }
    }

    /// The part's steps, for merging.
    pub(super) fn into_steps(mut self) -> (Vec<Step>, Vec<Condition>) {
        if let Some(key) = self.required() {
            let condition = Condition::exists(Key::new(key)).liftable();
            self.conditions.insert(0, condition);
        }
        match self.action {
            Action::Command(cmd) => (vec![Step::Run(cmd)], self.conditions),
            Action::Steps(steps) => (steps, self.conditions),
        }
    }

    /// Drops what protects and looks after the record, so that the bare command remains.
    pub(super) fn lift(&mut self) {
        self.record = Requirement::None;
        self.conditions.retain(|condition| !condition.liftable);
        let Action::Steps(steps) = &mut self.action else { return };
        steps.retain(|step| !step.is_upkeep());
        if !self.conditions.is_empty() || steps.len() != 1 {
            return;
        }
        if let Some(Step::Run(command)) = steps.pop_if(|step| matches!(step, Step::Run(_))) {
            self.action = Action::Command(command);
        }
    }

    /// How many replies its answer holds.
    pub(super) fn answers(&self) -> usize {
        match &self.action {
            Action::Command(_) => 1,
            Action::Steps(steps) => steps.iter().filter(|step| step.is_answered()).count(),
        }
    }

    /// Whether repeating it after a lost reply can change nothing.
    pub(super) fn is_read(&self) -> bool {
        match &self.action {
            Action::Command(cmd) => is_read(cmd),
            Action::Steps(steps) => {
                steps.iter().all(|step| matches!(step, Step::Run(cmd) | Step::Silent(cmd) if is_read(cmd)))
            }
        }
    }

    /// The key that it works on, for error texts.
    pub(super) fn key(&self) -> Key {
        self.first_key().map_or(Key::EMPTY, Key::new)
    }

    /// The bytes of that key.
    fn first_key(&self) -> Option<&[u8]> {
        match &self.action {
            Action::Command(cmd) => argument(cmd, 1),
            Action::Steps(steps) => steps.first().and_then(Step::key),
        }
    }

    /// The hash field that a single command works on, for error texts.
    pub(super) fn path(&self, position: usize) -> String {
        let field = match &self.action {
            Action::Command(cmd) => return path_text(cmd, position),
            Action::Steps(steps) => steps.iter().filter(|step| step.is_answered()).find_map(|step| match step {
                Step::Run(cmd) => field(cmd, position),
                Step::Increment { field, .. } | Step::Timestamp { field, .. } => Some(field.as_bytes()),
                Step::Body { args, .. } => args.first().map(|field| &field[..]),
                _ => None,
            }),
        };
        field.map(|field| field.escape_ascii().to_string()).unwrap_or_default()
    }

    /// The part's answer from the server's reply: one value, or an array of as many as it keeps. `sent` is its first
    /// command where a batch has taken that out of the part.
    pub(super) fn answer(&self, reply: Value, sent: Option<&Cmd>) -> Result<Value> {
        let reply = match reply {
            Value::ServerError(error) => return Err(self.server_error(error.into(), sent)),
            reply => reply,
        };
        if !self.is_scripted() {
            return Ok(reply);
        }
        match reply {
            Value::Array(mut reply) if matches!(reply[..], [Value::ServerError(_), Value::Int(_)]) => {
                Err(self.error_within(reply.swap_remove(0), &reply[0]))
            }
            Value::Array(mut kept) if self.answers() == 1 && kept.len() == 1 => Ok(kept.swap_remove(0)),
            Value::Array(kept) => Ok(Value::Array(kept)),
            Value::Int(number) if number < 0 => Err(self.out_of_range(number)),
            Value::Int(number) => Err(self.failed_condition(number)),
            _ => Err(Error::protocol("a script answers with what it was not written to answer")),
        }
    }

    /// The error of the command that a script was running: in the check of a condition, whose number it gives, or in a
    /// step, whose number it gives as a negative one.
    fn error_within(&self, error: Value, place: &Value) -> Error {
        let (Value::ServerError(error), Value::Int(number)) = (error, place) else {
            return Error::protocol("a script names no place of its error");
        };
        let key = match (self.condition(*number), self.step(*number)) {
            (Some(condition), _) => condition.key.clone(),
            (None, Some(step)) => step.key().map_or(Key::EMPTY, Key::new),
            (None, None) => self.key(),
        };
        Error::from_server(error.into(), || key)
    }

    fn failed_condition(&self, number: i64) -> Error {
        if let (1, Some(key)) = (number, self.required()) {
            return Error::NotFound { key: Key::new(key) };
        }
        let failed = self.condition(number).map(Condition::to_error);
        failed.unwrap_or_else(|| Error::protocol("a script names a condition that it was not given"))
    }

    /// The condition with this number; the record's existence is checked before the others.
    fn condition(&self, number: i64) -> Option<&Condition> {
        let before = 1 + i64::from(self.required().is_some());
        self.conditions.get(usize::try_from(number.checked_sub(before)?).ok()?)
    }

    /// The step with this number, as a negative one.
    fn step(&self, number: i64) -> Option<&Step> {
        let Action::Steps(steps) = &self.action else { return None };
        let position = usize::try_from(number.checked_neg()?).ok()?.checked_sub(1)?;
        steps.get(position)
    }

    /// The increment that was refused.
    fn out_of_range(&self, number: i64) -> Error {
        match self.step(number) {
            Some(Step::Increment { key, field, .. }) => {
                Error::OutOfRange { key: key.clone(), path: (*field).to_owned() }
            }
            _ => Error::protocol("a script names an increment that it was not given"),
        }
    }

    pub(super) fn server_error(&self, source: redis::RedisError, sent: Option<&Cmd>) -> Error {
        Error::from_server(source, || match sent.and_then(|cmd| argument(cmd, 1)) {
            Some(key) if self.is_bare() => Key::new(key),
            _ => self.key(),
        })
    }
}

/// Names and keys, and no values: they may be secrets.
impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        let mut show = |cmd: &Cmd| {
            let words: Vec<_> = [argument(cmd, 0), argument(cmd, 1)].into_iter().flatten().collect();
            list.entry(&format_args!("{}", words.join(&b' ').escape_ascii()));
        };
        match &self.action {
            Action::Command(cmd) => show(cmd),
            Action::Steps(steps) => steps.iter().for_each(|step| match step {
                Step::Run(cmd) | Step::Silent(cmd) => show(cmd),
                step => show(redis::cmd(step.name()).arg(step.key())),
            }),
        }
        list.finish()
    }
}

impl Step {
    fn name(&self) -> &'static str {
        match self {
            Self::Run(_) | Self::Silent(_) => "command",
            Self::Increment { .. } => "increment",
            Self::StillExists { .. } => "still exists",
            Self::MoveVersion { .. } => "move version",
            Self::Refresh { .. } => "refresh",
            Self::Create { .. } => "create",
            Self::ExpireNew { .. } => "expire new",
            Self::ExpireLike { .. } => "expire like record",
            Self::Timestamp { .. } => "timestamp",
            Self::Body { .. } => "script",
        }
    }

    fn key(&self) -> Option<&[u8]> {
        match self {
            Self::Run(cmd) | Self::Silent(cmd) => argument(cmd, 1),
            Self::Increment { key, .. }
            | Self::StillExists { key }
            | Self::MoveVersion { key, .. }
            | Self::Refresh { key, .. }
            | Self::Create { key, .. }
            | Self::ExpireNew { key, .. }
            | Self::ExpireLike { key, .. }
            | Self::Timestamp { key, .. } => Some(key.as_bytes()),
            Self::Body { keys, .. } => keys.first().map(Key::as_bytes),
        }
    }
}

/// The field that reply number `position` of a hash command is about.
fn field(cmd: &Cmd, position: usize) -> Option<&[u8]> {
    argument(cmd, 0).filter(|name| name.first() == Some(&b'H')).and_then(|_| argument(cmd, 2 + position))
}

/// [`field`], readable; empty when there is none.
pub(super) fn path_text(cmd: &Cmd, position: usize) -> String {
    field(cmd, position).map(|field| field.escape_ascii().to_string()).unwrap_or_default()
}
