//! A part as it goes over the wire: a bare command, or one call of a script.

use std::borrow::Cow;

use redis::Cmd;

use super::{
    condition::Condition,
    part::{Action, Part, Step},
    script::{IF_EXISTS, Loaded, PLAIN, Script},
};
use crate::{
    command::{
        facts::{self, argument, arguments},
        hash,
    },
    error::{Error, Result},
    key::Key,
};

/// More arguments than this are called in pieces; Lua's stack holds about 8,000.
const PIECE: usize = 7_000;

/// A part as a call of a script.
pub(super) struct Call<'a> {
    pub(super) script: &'static Loaded,
    shape: Shape<'a>,
}

enum Shape<'a> {
    IfExists { record: &'a [u8], cmd: &'a Cmd },
    Conditional(&'a Part),
}

impl Call<'_> {
    /// The call by the script's name, which the server may not know.
    pub(super) fn by_name(&self) -> Cmd {
        self.by("EVALSHA", &self.script.sha)
    }

    /// The call with the script's text.
    pub(super) fn with_text(&self) -> Cmd {
        self.by("EVAL", &self.script.text)
    }

    fn by(&self, command: &str, script: &str) -> Cmd {
        match self.shape {
            Shape::IfExists { record, cmd } => call_if_exists(command, script, record, cmd),
            Shape::Conditional(part) => part.call_conditional(command, script),
        }
    }
}

impl Part {
    /// Whether it is one call of a script. Several commands always are: a transaction would go on after a command that
    /// fails, and takes nothing in, not even reads, while the server's memory is full.
    pub(super) fn is_scripted(&self) -> bool {
        self.as_bare().is_none()
    }

    /// The call of a script that it becomes.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`] when a command cannot be called by a script, or when there are two bodies, which would
    /// have to be one text.
    pub(super) fn lower(&self) -> Result<Call<'_>> {
        if let Some((record, cmd)) = self.as_write_of_record() {
            return Ok(Call { script: IF_EXISTS.loaded(), shape: Shape::IfExists { record, cmd } });
        }
        self.commands().try_for_each(check_callable)?;
        Ok(Call { script: self.script()?.loaded(), shape: Shape::Conditional(self) })
    }

    fn script(&self) -> Result<&'static Script> {
        let Action::Steps(steps) = &self.action else { return Ok(&PLAIN) };
        let mut bodies = steps.iter().filter_map(|step| match step {
            Step::Body { script, .. } => Some(*script),
            _ => None,
        });
        let first = bodies.next().unwrap_or(&PLAIN);
        if bodies.any(|other| !std::ptr::eq::<Script>(first, other)) {
            return Err(Error::invalid_query(
                "two different scripts cannot run under one condition: run them one after the other",
            ));
        }
        Ok(first)
    }

    fn commands(&self) -> impl Iterator<Item = &Cmd> {
        let (single, steps) = match &self.action {
            Action::Command(cmd) => (Some(cmd), &[][..]),
            Action::Steps(steps) => (None, &steps[..]),
        };
        single.into_iter().chain(steps.iter().filter_map(Step::command))
    }

    /// One command on a record that must exist: what most writes are, and what has a script of its own for speed.
    fn as_write_of_record(&self) -> Option<(&[u8], &Cmd)> {
        match &self.action {
            Action::Command(cmd) if self.conditions.is_empty() && is_called_as_it_is(cmd) => {
                self.required().map(|record| (record, cmd))
            }
            _ => None,
        }
    }

    fn call_conditional(&self, name: &str, script: &str) -> Cmd {
        let mut keys = Vec::with_capacity(2);
        keys.extend(self.required());
        for condition in &self.conditions {
            place(&mut keys, condition.key.as_bytes());
        }
        self.for_each_key(|key| {
            place(&mut keys, key);
        });
        let mut call = Cmd::with_capacity(16, 256);
        call.arg(name).arg(script).arg(keys.len());
        for key in &keys {
            call.arg(*key);
        }
        let required = usize::from(self.required().is_some());
        call.arg(required + self.conditions.len());
        if required > 0 {
            // It exists, the first of the keys.
            call.arg("e").arg(1);
        }
        for condition in &self.conditions {
            let index = keys.iter().position(|key| *key == condition.key.as_bytes()).map_or(0, |index| index + 1);
            condition.write(index, &mut call);
        }
        match &self.action {
            Action::Command(cmd) => write_command(Kept::Yes, cmd, &mut call),
            Action::Steps(steps) => steps.iter().for_each(|step| match step {
                Step::StillExists { key } => {
                    call.arg("x").arg(2).arg(key.as_bytes()).arg(self.number_of_existence(key));
                }
                step => step.write(&mut call),
            }),
        }
        call
    }

    /// The number of the condition that the key exists.
    fn number_of_existence(&self, key: &Key) -> usize {
        let position = self.conditions.iter().position(|condition| condition.existing_key() == Some(key));
        1 + usize::from(self.required().is_some()) + position.expect("a recheck comes with its condition")
    }

    fn for_each_key<'a>(&'a self, mut visit: impl FnMut(&'a [u8])) {
        match &self.action {
            Action::Command(cmd) => facts::keys(cmd).for_each(visit),
            Action::Steps(steps) => steps.iter().for_each(|step| step.for_each_key(&mut visit)),
        }
    }

    /// Merges parts into one that runs isolated: all conditions, then the types of the keys, then the commands.
    pub(super) fn merge(parts: Vec<Self>) -> Self {
        let model = parts.first().map_or("", |part| part.model);
        let reads_only = parts.iter().all(Self::is_read);
        let (mut steps, mut conditions) = (Vec::new(), Vec::new());
        for part in parts {
            let (more_steps, more_conditions) = part.into_steps();
            // The check at the start does not see what an earlier part does.
            let existing = more_conditions.iter().filter_map(Condition::existing_key);
            let endangered = existing.filter(|key| steps.iter().any(|step: &Step| step.may_end(key)));
            let rechecks: Vec<_> = endangered.map(|key| Step::StillExists { key: key.clone() }).collect();
            steps.extend(rechecks);
            steps.extend(more_steps);
            conditions.extend(more_conditions);
        }
        if !reads_only {
            conditions.extend(type_conditions(&steps));
            // A stable sort: failures are still reported in the order of the parts.
            conditions.sort_by_key(Condition::is_type);
        }
        Self::steps(steps, conditions, model)
    }
}

impl Step {
    fn may_end(&self, key: &Key) -> bool {
        self.command().is_some_and(|cmd| facts::may_end(cmd, key.as_bytes()))
    }

    fn for_each_key<'a>(&'a self, visit: &mut impl FnMut(&'a [u8])) {
        match self {
            Self::Run(cmd) | Self::Silent(cmd) => facts::keys(cmd).for_each(visit),
            Self::Increment { key, .. }
            | Self::StillExists { key }
            | Self::MoveVersion { key, .. }
            | Self::Refresh { key, .. }
            | Self::Create { key, .. }
            | Self::ExpireNew { key, .. }
            | Self::Timestamp { key, .. } => visit(key.as_bytes()),
            Self::ExpireLike { key, like } => {
                visit(key.as_bytes());
                visit(like.as_bytes());
            }
            Self::Body { keys, .. } => keys.iter().for_each(|key| visit(key.as_bytes())),
        }
    }

    /// Appends the step as the script reads it.
    fn write(&self, call: &mut Cmd) {
        match self {
            Self::Run(cmd) => write_command(Kept::Yes, cmd, call),
            Self::Silent(cmd) => write_command(Kept::No, cmd, call),
            Self::Increment { key, field, by, low, high } => {
                call.arg("i").arg(5).arg(key.as_bytes()).arg(field).arg(&by[..]);
                optional(*low, call);
                optional(*high, call);
            }
            // It needs the number of its condition, which only the part knows.
            Self::StillExists { .. } => {}
            Self::MoveVersion { key, field } => write_command(Kept::No, &hash::increment(key, field, b"1"), call),
            Self::Refresh { key, ttl } => {
                call.arg("r").arg(2).arg(key.as_bytes()).arg(ttl);
            }
            Self::Create { key, mark, schema, ttl, version } => {
                call.arg("n").arg(5).arg(key.as_bytes()).arg(mark).arg(schema);
                optional(*ttl, call);
                call.arg(version.unwrap_or(""));
            }
            Self::ExpireNew { key, ttl } => {
                call.arg("d").arg(2).arg(key.as_bytes()).arg(ttl);
            }
            Self::ExpireLike { key, like } => {
                call.arg("c").arg(2).arg(key.as_bytes()).arg(like.as_bytes());
            }
            Self::Timestamp { key, field } => {
                call.arg("v").arg(2).arg(key.as_bytes()).arg(field);
            }
            Self::Body { keys, args, .. } => {
                call.arg("b").arg(1 + keys.len() + args.len()).arg(keys.len());
                for key in keys {
                    call.arg(key.as_bytes());
                }
                for arg in args {
                    call.arg(&arg[..]);
                }
            }
        }
    }
}

fn optional<T: redis::ToRedisArgs>(number: Option<T>, call: &mut Cmd) {
    match number {
        Some(number) => call.arg(number),
        None => call.arg(""),
    };
}

/// The call of the script for one command on a record that must exist.
fn call_if_exists(name: &str, script: &str, record: &[u8], cmd: &Cmd) -> Cmd {
    let beside = argument(cmd, 1).filter(|key| *key != record);
    let mut call = Cmd::with_capacity(5 + cmd.args_iter().len(), 256);
    call.arg(name).arg(script).arg(1 + usize::from(beside.is_some())).arg(record);
    call.arg(beside);
    append(cmd, 0, &mut call);
    call
}

/// Whether a script calls a command just as it is: not in pieces, and without reading its sum back.
fn is_called_as_it_is(cmd: &Cmd) -> bool {
    cmd.args_iter().len() <= PIECE && !facts::is_named(cmd, &["HINCRBY", "INCRBY", "INCR", "DECR", "DECRBY"])
}

/// # Errors
/// [`Error::InvalidQuery`] when a script cannot call the command.
fn check_callable(cmd: &Cmd) -> Result<()> {
    if cmd.in_scan_mode() {
        return Err(Error::invalid_query("a command with a cursor cannot run under a condition or in an atomic batch"));
    }
    if cmd.args_iter().len() > PIECE && facts::group(cmd).is_none() {
        return Err(Error::invalid_query(format!(
            "a command under a condition or in an atomic batch may have {PIECE} arguments: split it"
        )));
    }
    Ok(())
}

/// The place of a key among the script's keys, which it joins if it is new.
fn place<'a>(keys: &mut Vec<&'a [u8]>, key: &'a [u8]) {
    if !keys.contains(&key) {
        keys.push(key);
    }
}

/// Appends a command as the script reads it, its reply kept or not. The sums of increments are read back as text, as Lua
/// would round them.
fn write_command(kept: Kept, cmd: &Cmd, call: &mut Cmd) {
    let count = cmd.args_iter().len();
    if let (Kept::Yes, Some(sum)) = (kept, Sum::of(cmd)) {
        sum.write(call);
    } else if let Some(group) = facts::group(cmd).filter(|_| count > PIECE) {
        call.arg(if kept == Kept::Yes { "*" } else { "/" }).arg(count + 1).arg(group);
        append(cmd, 0, call);
    } else {
        call.arg(if kept == Kept::Yes { "+" } else { "-" }).arg(count);
        append(cmd, 0, call);
    }
}

/// Whether a command's reply is part of the answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Yes,
    No,
}

/// A command whose reply is a sum of up to 64 bits.
enum Sum<'a> {
    Field { key: &'a [u8], field: &'a [u8], by: &'a [u8] },
    String { key: &'a [u8], by: Cow<'a, [u8]> },
}

impl<'a> Sum<'a> {
    fn of(cmd: &'a Cmd) -> Option<Self> {
        let mut words = arguments(cmd);
        let name = words.next()?.to_ascii_uppercase();
        let (key, second, third, more) = (words.next()?, words.next(), words.next(), words.next());
        let sum = match (&name[..], second, third, more) {
            (b"HINCRBY", Some(field), Some(by), None) => Self::Field { key, field, by },
            (b"INCRBY", Some(by), None, None) => Self::String { key, by: by.into() },
            (b"INCR", None, None, None) => Self::String { key, by: Cow::Borrowed(b"1") },
            (b"DECR", None, None, None) => Self::String { key, by: Cow::Borrowed(b"-1") },
            (b"DECRBY", Some(by), None, None) => Self::String { key, by: negated(by).into() },
            _ => return None,
        };
        Some(sum)
    }

    fn write(&self, call: &mut Cmd) {
        match self {
            Self::Field { key, field, by } => call.arg("i").arg(5).arg(key).arg(field).arg(by).arg("").arg(""),
            Self::String { key, by } => call.arg("g").arg(2).arg(key).arg(&by[..]),
        };
    }
}

/// A decimal number with the other sign; what is none stays none.
fn negated(number: &[u8]) -> Vec<u8> {
    match number.strip_prefix(b"-") {
        Some(positive) => positive.to_vec(),
        None => [b"-", number].concat(),
    }
}

fn append(cmd: &Cmd, skip: usize, call: &mut Cmd) {
    for argument in arguments(cmd).skip(skip) {
        call.arg(argument);
    }
}

/// A check for each key whose first command needs a type, so that a wrong one is found before anything is written. What
/// comes after a command that any type will do for may have replaced the key.
fn type_conditions(steps: &[Step]) -> Vec<Condition> {
    let (mut seen, mut conditions): (Vec<&[u8]>, Vec<Condition>) = (Vec::new(), Vec::new());
    for step in steps {
        let needed = match step {
            Step::Run(cmd) | Step::Silent(cmd) => facts::needed_type(cmd),
            Step::Increment { .. } | Step::Create { .. } | Step::Timestamp { .. } | Step::Body { .. } => Some("hash"),
            _ => continue,
        };
        step.for_each_key(&mut |key| {
            if !seen.contains(&key) {
                seen.push(key);
                conditions.extend(needed.map(|name| Condition::of_type(Key::new(key), name)));
            }
        });
    }
    conditions
}
