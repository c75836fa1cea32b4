//! A part as it goes over the wire: a bare command, or one call of a script.

use redis::Cmd;

use super::{
    condition::Condition,
    part::{Action, Part, Step, argument},
    script::{IF_EXISTS, Loaded, PLAIN, Script},
};
use crate::{
    command::hash,
    error::{Error, Result},
    key::Key,
};

/// More arguments than this are called in pieces; Lua's stack holds about 8,000.
const PIECE: usize = 7_000;

impl Part {
    /// Whether it is one call of a script. Several commands always are: a transaction would go on after a command that
    /// fails, and takes nothing in, not even reads, while the server's memory is full.
    pub(super) fn is_scripted(&self) -> bool {
        self.as_bare().is_none()
    }

    /// The script to call.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`] when there are two bodies: they would have to be one text.
    pub(super) fn script(&self) -> Result<&'static Loaded> {
        let Action::Steps(steps) = &self.action else {
            return Ok(if self.as_write_of_record().is_some() { &IF_EXISTS } else { &PLAIN }.loaded());
        };
        let mut bodies = steps.iter().filter_map(|step| match step {
            Step::Body { script, .. } => Some(*script),
            _ => None,
        });
        let Some(first) = bodies.next() else {
            return Ok(PLAIN.loaded());
        };
        if bodies.any(|other| !std::ptr::eq::<Script>(first, other)) {
            return Err(Error::invalid_query(
                "two different scripts cannot run under one condition: run them one after the other",
            ));
        }
        Ok(first.loaded())
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

    /// The call of the script by `name`: `EVALSHA` and its SHA1, or `EVAL` and its text.
    pub(super) fn call(&self, name: &str, script: &str) -> Cmd {
        match self.as_write_of_record() {
            Some((record, cmd)) => call_if_exists(name, script, record, cmd),
            None => self.call_conditional(name, script),
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
            Action::Command(cmd) => write_command("+", cmd, &mut call),
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
        let position = self.conditions.iter().position(|condition| condition.is_existence_of(key));
        1 + usize::from(self.required().is_some()) + position.unwrap_or_default()
    }

    fn for_each_key<'a>(&'a self, mut visit: impl FnMut(&'a [u8])) {
        match &self.action {
            Action::Command(cmd) => argument(cmd, 1).into_iter().for_each(visit),
            Action::Steps(steps) => steps.iter().for_each(|step| step.for_each_key(&mut visit)),
        }
    }

    /// Merges parts into one that runs isolated: all conditions, then the types of the keys, then the commands.
    pub(super) fn merge(parts: Vec<Self>) -> Self {
        let model = parts.first().map_or("", |part| part.model);
        let reads_only = parts.iter().all(Self::is_read);
        let (mut steps, mut conditions) = (Vec::new(), Vec::new());
        for part in parts {
            // The check at the start does not see what an earlier part does.
            let required = part.required().filter(|key| steps.iter().any(|step: &Step| step.may_end(key)));
            steps.extend(required.map(|key| Step::StillExists { key: Key::new(key) }));
            let (more_steps, more_conditions) = part.into_steps();
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
    /// Whether it may remove the key, or let it expire at once.
    fn may_end(&self, key: &[u8]) -> bool {
        const ENDINGS: &[&[u8]] =
            &[b"UNLINK", b"DEL", b"EXPIREAT", b"PEXPIREAT", b"EXPIRE", b"PEXPIRE", b"HDEL", b"RENAME"];
        self.command().is_some_and(|cmd| {
            argument(cmd, 0).is_some_and(|name| ENDINGS.contains(&name))
                && cmd.args_iter().skip(1).any(|arg| matches!(arg, redis::Arg::Simple(bytes) if bytes == key))
        })
    }

    fn for_each_key<'a>(&'a self, visit: &mut impl FnMut(&'a [u8])) {
        match self {
            Self::Run(cmd) | Self::Silent(cmd) => argument(cmd, 1).into_iter().for_each(visit),
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
            Self::Run(cmd) => write_command("+", cmd, call),
            Self::Silent(cmd) => write_command("-", cmd, call),
            Self::Increment { key, field, by, low, high } => {
                call.arg("i").arg(5).arg(key.as_bytes()).arg(field).arg(by);
                optional(*low, call);
                optional(*high, call);
            }
            // It needs the number of its condition, which only the part knows.
            Self::StillExists { .. } => {}
            Self::MoveVersion { key, field } => write_command("-", &hash::increment(key, field, 1), call),
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
    let mut call = Cmd::with_capacity(5 + cmd.args_iter().len(), 128);
    call.arg(name).arg(script).arg(1 + usize::from(beside.is_some())).arg(record);
    call.arg(beside);
    append(cmd, 0, &mut call);
    call
}

/// Whether a script calls a command just as it is: not in pieces, and without reading its sum back.
fn is_called_as_it_is(cmd: &Cmd) -> bool {
    cmd.args_iter().len() <= PIECE && !matches!(argument(cmd, 0), Some(b"HINCRBY" | b"INCRBY"))
}

/// The place of a key among the script's keys, which it joins if it is new.
fn place<'a>(keys: &mut Vec<&'a [u8]>, key: &'a [u8]) {
    if !keys.contains(&key) {
        keys.push(key);
    }
}

/// Appends a command as the script reads it. The sums of increments are read back as text, as Lua would round them.
fn write_command(kind: &str, cmd: &Cmd, call: &mut Cmd) {
    let name = argument(cmd, 0).unwrap_or_default();
    let count = cmd.args_iter().len();
    match (kind, name) {
        ("+", b"HINCRBY") if count == 4 => {
            call.arg("i").arg(5);
            append(cmd, 1, call);
            call.arg("").arg("");
        }
        ("+", b"INCRBY") if count == 3 => {
            call.arg("g").arg(2);
            append(cmd, 1, call);
        }
        _ if count > PIECE => {
            let group = if name == b"HSET" || name == b"HMSET" || name == b"ZADD" { 2 } else { 1 };
            call.arg("*").arg(count + 1).arg(group);
            append(cmd, 0, call);
        }
        _ => {
            call.arg(kind).arg(count);
            append(cmd, 0, call);
        }
    }
}

fn append(cmd: &Cmd, skip: usize, call: &mut Cmd) {
    for arg in cmd.args_iter().skip(skip) {
        if let redis::Arg::Simple(bytes) = arg {
            call.arg(bytes);
        }
    }
}

/// A check for each key whose command needs a type, so that a wrong one is found before anything is written.
fn type_conditions(steps: &[Step]) -> Vec<Condition> {
    let mut conditions: Vec<Condition> = Vec::new();
    for step in steps {
        let needed = match step {
            Step::Run(cmd) | Step::Silent(cmd) => {
                argument(cmd, 0).and_then(needed_type).zip(argument(cmd, 1)).map(|(name, key)| (Key::new(key), name))
            }
            Step::Increment { key, .. } | Step::Create { key, .. } | Step::Timestamp { key, .. } => {
                Some((key.clone(), "hash"))
            }
            _ => None,
        };
        let Some((key, name)) = needed else { continue };
        if !conditions.iter().any(|condition| condition.key == key) {
            conditions.push(Condition::of_type(key, name));
        }
    }
    conditions
}

/// The type of key that a command works on; `None` when any will do.
fn needed_type(name: &[u8]) -> Option<&'static str> {
    match name {
        b"GET" | b"GETDEL" | b"GETEX" | b"GETSET" | b"INCR" | b"INCRBY" | b"INCRBYFLOAT" | b"DECR" | b"DECRBY"
        | b"APPEND" | b"STRLEN" | b"SETRANGE" | b"GETRANGE" => Some("string"),
        [b'H', ..] if name != b"HELLO" => Some("hash"),
        [b'Z', ..] => Some("zset"),
        b"LPUSH" | b"RPUSH" | b"LPOP" | b"RPOP" | b"LLEN" | b"LRANGE" | b"LTRIM" | b"LSET" | b"LREM" | b"LINDEX"
        | b"LINSERT" => Some("list"),
        b"SADD" | b"SREM" | b"SPOP" | b"SCARD" | b"SISMEMBER" | b"SMEMBERS" => Some("set"),
        _ => None,
    }
}
