//! One part of a request: what runs together, and the one answer that it gets.

use std::fmt;

use redis::Cmd;

use super::{
    condition::Condition,
    script::{Body, Script},
    step::Step,
};
use crate::{
    command::facts::{self, argument, is_read},
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
    /// A script, sent as it is unless there are conditions. Boxed, as it is rare and would make every part larger.
    Script(Box<Body>),
}

impl Part {
    pub(crate) fn command(cmd: Cmd, model: &'static str) -> Self {
        Self { action: Action::Command(cmd), record: Requirement::None, conditions: Vec::new(), model }
    }

    pub(crate) fn steps(steps: Vec<Step>, conditions: Vec<Condition>, model: &'static str) -> Self {
        Self { action: Action::Steps(steps), record: Requirement::None, conditions, model }
    }

    /// A script that is sent as it is; what it answers with is the part's answer.
    pub(crate) fn script(script: &'static Script, keys: Vec<Key>, args: Cmd) -> Self {
        let action = Action::Script(Box::new(Body::new(script, keys, args)));
        Self { action, record: Requirement::None, conditions: Vec::new(), model: "" }
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

    /// Its script, if that is all there is to it.
    pub(super) fn as_bare_script(&self) -> Option<&Body> {
        match &self.action {
            Action::Script(body) if !self.is_conditional() => Some(body),
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

    pub(super) fn is_bare(&self) -> bool {
        self.as_bare().is_some()
    }

    /// The first command whose reply it keeps.
    pub(super) fn first_command(&self) -> Option<&Cmd> {
        match &self.action {
            Action::Command(cmd) => Some(cmd),
            Action::Steps(steps) => steps.iter().find(|step| step.is_answered()).and_then(Step::command),
            Action::Script(_) => None,
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
            Action::Script(body) => (vec![Step::Body(*body)], self.conditions),
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
            Action::Command(_) | Action::Script(_) => 1,
            Action::Steps(steps) => steps.iter().filter(|step| step.is_answered()).count(),
        }
    }

    /// Whether it may be sent again after a lost reply.
    pub(super) fn is_repeatable(&self) -> bool {
        self.is_read() || self.as_bare_script().is_some_and(|body| body.script.is_repeatable() && !body.is_sent_once)
    }

    /// Keeps a script from being sent again although it might be.
    pub(super) fn send_once(&mut self) {
        if let Action::Script(body) = &mut self.action {
            body.is_sent_once = true;
        }
    }

    /// Whether repeating it can change nothing.
    pub(super) fn is_read(&self) -> bool {
        match &self.action {
            Action::Command(cmd) => is_read(cmd),
            Action::Steps(steps) => steps.iter().all(Step::is_read),
            Action::Script(body) => body.script.is_read(),
        }
    }

    /// The key that it works on, for error texts.
    pub(super) fn key(&self) -> Key {
        self.first_key().map_or(Key::EMPTY, Key::new)
    }

    /// The bytes of that key.
    fn first_key(&self) -> Option<&[u8]> {
        match &self.action {
            Action::Command(cmd) => facts::keys(cmd).next(),
            Action::Steps(steps) => steps.first().and_then(Step::key),
            Action::Script(body) => body.keys.first().map(Key::as_bytes),
        }
    }

    /// The hash field that a single command works on, for error texts.
    pub(super) fn path(&self, position: usize) -> String {
        let field = match &self.action {
            Action::Command(cmd) => facts::field(cmd, position),
            Action::Steps(steps) => {
                steps.iter().filter(|step| step.is_answered()).find_map(|step| step.field(position))
            }
            Action::Script(body) => body.field(),
        };
        field.map(facts::readable).unwrap_or_default()
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
            Action::Script(_) => show(redis::cmd("script").arg(self.first_key())),
        }
        list.finish()
    }
}
