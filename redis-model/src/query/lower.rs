//! A part as it goes over the wire: a bare command, or one call of a script.

use std::collections::BTreeMap;

use redis::Cmd;

use super::{
    call_text::{Kept, PIECE, append, write_command},
    part::{Action, Part},
    script::{Body, FOLLOWED, IF_EXISTS, INVALIDATING, Loaded, PLAIN, Script},
    step::Step,
};
use crate::{
    command::facts::{self, argument},
    error::{Error, Result},
    key::Key,
};

/// A part as a call of a script.
pub(super) struct Call<'a> {
    pub(super) script: &'static Loaded,
    shape: Shape<'a>,
}

enum Shape<'a> {
    IfExists { record: &'a [u8], cmd: &'a Cmd },
    Invalidating { record: Option<&'a [u8]>, cmd: &'a Cmd, epoch: &'a Key },
    Followed { first: &'a Cmd, second: &'a Cmd },
    Conditional(&'a Part),
    Bare(&'a Body),
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
            Shape::Invalidating { record, cmd, epoch } => call_invalidating(command, script, record, cmd, epoch),
            Shape::Followed { first, second } => call_followed(command, script, first, second),
            Shape::Conditional(part) => part.call_conditional(command, script),
            Shape::Bare(body) => body.call(command, script),
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
            return Ok(Call { script: IF_EXISTS.bare(), shape: Shape::IfExists { record, cmd } });
        }
        if let Some((cmd, epoch)) = self.as_invalidating_write() {
            let shape = Shape::Invalidating { record: self.required(), cmd, epoch };
            return Ok(Call { script: INVALIDATING.bare(), shape });
        }
        if let Some((first, second)) = self.as_followed_write() {
            return Ok(Call { script: FOLLOWED.bare(), shape: Shape::Followed { first, second } });
        }
        if let Some(body) = self.as_bare_script() {
            return Ok(Call { script: body.script.bare(), shape: Shape::Bare(body) });
        }
        self.commands().try_for_each(check_callable)?;
        Ok(Call { script: self.conditional_script()?.conditional(), shape: Shape::Conditional(self) })
    }

    fn conditional_script(&self) -> Result<&'static Script> {
        let steps = match &self.action {
            Action::Command(_) => return Ok(&PLAIN),
            Action::Script(body) => return Ok(body.script),
            Action::Steps(steps) => steps,
        };
        let mut bodies = steps.iter().filter_map(|step| match step {
            Step::Body(body) => Some(body.script),
            _ => None,
        });
        let first = bodies.next().unwrap_or(&PLAIN);
        if bodies.any(|other| !other.is_like(first)) {
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
            Action::Script(_) => (None, &[][..]),
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

    /// One command and the deletion of its record's epoch, whether or not the record must exist: the same for models whose
    /// writes invalidate.
    fn as_invalidating_write(&self) -> Option<(&Cmd, &Key)> {
        let Action::Steps(steps) = &self.action else { return None };
        match &steps[..] {
            [Step::Run(cmd), Step::Invalidate { epoch }] if self.conditions.is_empty() && is_called_as_it_is(cmd) => {
                Some((cmd, epoch))
            }
            _ => None,
        }
    }

    /// One command whose reply counts and one that follows it, on the same key and under no condition.
    fn as_followed_write(&self) -> Option<(&Cmd, &Cmd)> {
        let Action::Steps(steps) = &self.action else { return None };
        match &steps[..] {
            [Step::Run(first), Step::Silent(second)]
                if !self.is_conditional()
                    && is_called_as_it_is(first)
                    && is_called_as_it_is(second)
                    && facts::keys(first).eq(facts::keys(second)) =>
            {
                Some((first, second))
            }
            _ => None,
        }
    }

    fn call_conditional(&self, name: &str, script: &str) -> Cmd {
        let mut keys = Keys::default();
        if let Some(record) = self.required() {
            keys.place(record);
        }
        for condition in &self.conditions {
            keys.place(condition.key.as_bytes());
        }
        self.for_each_key(|key| {
            keys.place(key);
        });
        let mut call = Cmd::with_capacity(16, 256);
        call.arg(name).arg(script).arg(keys.list.len());
        for key in &keys.list {
            call.arg(*key);
        }
        let required = usize::from(self.required().is_some());
        call.arg(required + self.conditions.len());
        if required > 0 {
            // It exists, the first of the keys.
            call.arg("e").arg(1);
        }
        for condition in &self.conditions {
            condition.write(keys.place(condition.key.as_bytes()), &mut call);
        }
        match &self.action {
            Action::Command(cmd) => write_command(Kept::Yes, cmd, &mut call),
            Action::Steps(steps) => steps.iter().for_each(|step| match step {
                Step::StillExists { key } => {
                    call.arg("x").arg(2).arg(key.as_bytes()).arg(self.number_of_existence(key));
                }
                step => step.write(&mut call),
            }),
            Action::Script(body) => body.write(&mut call),
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
            Action::Script(body) => body.keys.iter().for_each(|key| visit(key.as_bytes())),
        }
    }
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

/// The call of the script for one command and the deletion of its record's epoch.
fn call_invalidating(name: &str, script: &str, record: Option<&[u8]>, cmd: &Cmd, epoch: &Key) -> Cmd {
    let mut keys = Keys::default();
    keys.place(epoch.as_bytes());
    facts::keys(cmd).for_each(|key| {
        keys.place(key);
    });
    let required = record.map_or(0, |record| keys.place(record));
    let mut call = Cmd::with_capacity(7 + cmd.args_iter().len(), 256);
    call.arg(name).arg(script).arg(keys.list.len()).arg(&keys.list).arg(required);
    append(cmd, 0, &mut call);
    call
}

/// The call of the script for one command and what follows it.
fn call_followed(name: &str, script: &str, first: &Cmd, second: &Cmd) -> Cmd {
    let count = first.args_iter().len();
    let mut call = Cmd::with_capacity(5 + count + second.args_iter().len(), 256);
    call.arg(name).arg(script).arg(facts::keys(first).count());
    for key in facts::keys(first) {
        call.arg(key);
    }
    call.arg(count);
    append(first, 0, &mut call);
    append(second, 0, &mut call);
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
    if cmd.args_iter().len() > PIECE && facts::pieces(cmd).is_none() {
        return Err(Error::invalid_query(format!(
            "a command under a condition or in an atomic batch may have {PIECE} arguments: split it"
        )));
    }
    Ok(())
}

/// A script's keys, each once.
#[derive(Default)]
struct Keys<'a> {
    list: Vec<&'a [u8]>,
    places: BTreeMap<&'a [u8], usize>,
}

impl<'a> Keys<'a> {
    /// The place of a key, counted from 1. It joins the others if it is new.
    fn place(&mut self, key: &'a [u8]) -> usize {
        *self.places.entry(key).or_insert_with(|| {
            self.list.push(key);
            self.list.len()
        })
    }
}
