//! The scripts with a clock and messages that a trace can see, on a server or on the engine.

use std::{
    cell::RefCell,
    ops::{Index, IndexMut},
};

use redis::{Cmd, ConnectionLike, Pipeline, RedisResult, Value};

use crate::{
    oracle::Rules,
    steps::{Acquire, Part, Step},
};

pub(crate) const KEYS: [&str; 3] = ["{tree}:hash", "{tree}:index", "{tree}:queue"];
const CLOCK: &str = "{tree}:clock";
const TOLD: &str = "{tree}:told";

/// What makes a script testable: each of these texts is there once, and replaced by the other.
type Seam<'a> = (&'a str, &'a str);
const CLOCK_SEAM: Seam<'_> = ("local time = call('TIME')", SET_TIME);
const CALLS_SEAM: Seam<'_> = ("local call, match, find, sub, format = redis.call, ", COUNTED_CALLS);
const NEWS_SEAM: Seam<'_> = ("redis.pcall('PUBLISH', ", "redis.pcall('RPUSH', '{tree}:told', ");
const SET_TIME: &str = "
local set_time = call('GET', '{tree}:clock')
local time = {sub(set_time, 1, -7), sub(set_time, -6)}
";
/// Counts the calls and their arguments. A script that never ends is an error.
const COUNTER: &str = "
local calls, arguments = 0, 0
local function counted(...)
  calls, arguments = calls + 1, arguments + select('#', ...)
  if calls > 5000 then error('endless') end
  return redis.call(...)
end
local function script()
";
const COUNTED_CALLS: &str = "local call, match, find, sub, format = counted, ";
/// The reply has what the script has cost beside it.
const COUNT: &str = "
end
return {script(), calls + arguments}
";

/// One of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    State,
    AcquireFree,
    ReleaseLast,
    Tree,
    Queue,
    Acquire,
    Release,
    Keep,
    Peek,
}

impl Name {
    pub(crate) const ALL: [Self; 9] = [
        Self::State,
        Self::AcquireFree,
        Self::ReleaseLast,
        Self::Tree,
        Self::Queue,
        Self::Acquire,
        Self::Release,
        Self::Keep,
        Self::Peek,
    ];
}

/// The text of each file.
#[derive(Clone, Debug)]
pub(crate) struct Sources([String; 9]);

impl Default for Sources {
    fn default() -> Self {
        let files = [
            include_str!("../../../redis-model/src/lock/script/state.lua"),
            include_str!("../../../redis-model/src/lock/script/acquire_free.lua"),
            include_str!("../../../redis-model/src/lock/script/release_last.lua"),
            include_str!("../../../redis-model/src/lock/script/tree.lua"),
            include_str!("../../../redis-model/src/lock/script/queue.lua"),
            include_str!("../../../redis-model/src/lock/script/acquire.lua"),
            include_str!("../../../redis-model/src/lock/script/release.lua"),
            include_str!("../../../redis-model/src/lock/script/keep.lua"),
            include_str!("../../../redis-model/src/lock/script/peek.lua"),
        ];
        Self(files.map(Into::into))
    }
}

impl Index<Name> for Sources {
    type Output = String;

    fn index(&self, name: Name) -> &String {
        &self.0[name as usize]
    }
}

impl IndexMut<Name> for Sources {
    fn index_mut(&mut self, name: Name) -> &mut String {
        &mut self.0[name as usize]
    }
}

/// What each step has cost: how many calls its script has made, and how many arguments they had.
pub(crate) type Costs = Vec<u64>;

/// What a step answers, and then channels and messages.
pub(crate) type Answer = (Vec<String>, Vec<String>);

/// What a script answers, and what it has cost.
type Priced = (Value, u64);

/// The scripts, known to a server.
#[derive(Debug)]
pub(crate) struct Scripts {
    acquire: String,
    release: String,
    keep: String,
    peek: String,
    costs: RefCell<Costs>,
    expected: Option<Costs>,
}

impl Scripts {
    /// Gives the scripts to a server; nothing where one is no Lua, or cannot be tested. Steps that cost something else than
    /// what is expected are faults.
    pub(crate) fn load(
        con: &mut dyn ConnectionLike,
        sources: &Sources,
        rules: Rules,
        expected: Option<&Costs>,
    ) -> Option<Self> {
        let bounds = format!("MANY, FEW = {}, {}", rules.many, rules.few);
        let state = replaced(&sources[Name::State], &[CLOCK_SEAM, CALLS_SEAM, ("MANY, FEW = 32, 8", &bounds)])?;
        let queue = replaced(&sources[Name::Queue], &[NEWS_SEAM])?;
        let tree = &sources[Name::Tree];
        let mut load = |short_way: &str, script: Name| {
            let text = [COUNTER, &state, short_way, tree, &queue, &sources[script], COUNT].join("\n");
            redis::cmd("SCRIPT").arg("LOAD").arg(text).query(con).ok()
        };
        Some(Self {
            acquire: load(&sources[Name::AcquireFree], Name::Acquire)?,
            release: load(&sources[Name::ReleaseLast], Name::Release)?,
            keep: load("", Name::Keep)?,
            peek: load("", Name::Peek)?,
            costs: RefCell::default(),
            expected: expected.cloned(),
        })
    }

    pub(crate) fn into_costs(self) -> Costs {
        self.costs.into_inner()
    }

    /// Runs a step at a time: its reply, and what was told on which channel.
    pub(crate) fn run(&self, con: &mut dyn ConnectionLike, step: &Step, micros: u64) -> Result<Answer, String> {
        let Some(command) = self.command(step) else {
            return lose(con, step).map(|()| Answer::default()).map_err(|error| error.to_string());
        };
        let mut pipeline = Pipeline::new();
        pipeline.cmd("SET").arg(CLOCK).arg(micros).ignore();
        pipeline.add_command(command);
        pipeline.cmd("LPOP").arg(TOLD).arg(10_000);
        let answer: RedisResult<(Priced, Vec<String>)> = pipeline.query(con);
        let ((reply, cost), told) = answer.map_err(|error| error.to_string())?;
        self.pay(cost)?;
        Ok((flat(reply).map_err(|error| error.to_string())?, told))
    }

    fn pay(&self, cost: u64) -> Result<(), String> {
        let mut costs = self.costs.borrow_mut();
        let expected = self.expected.as_ref().and_then(|it| it.get(costs.len()));
        costs.push(cost);
        match expected {
            Some(expected) if *expected != cost => Err(format!("it costs {cost}, not {expected}")),
            _ => Ok(()),
        }
    }

    fn command(&self, step: &Step) -> Option<Cmd> {
        let script = |sha: &str| {
            let mut command = redis::cmd("EVALSHA");
            command.arg(sha).arg(KEYS.len()).arg(&KEYS);
            command
        };
        Some(match step {
            Step::Acquire(acquire) => arguments(script(&self.acquire), acquire),
            Step::Release { request, path, refusal, may_come_again } => {
                let mut command = script(&self.release);
                command.arg(&request.owner).arg(request.id).arg(refusal).arg(path).arg(u8::from(*may_come_again));
                command
            }
            Step::Keep { holds, silence, waiters } => {
                let mut command = script(&self.keep);
                command.arg(holds.len());
                for (request, lease) in holds {
                    command.arg(&request.owner).arg(request.id).arg(lease);
                }
                command.arg(silence).arg(waiters.iter().map(crate::steps::Request::name).collect::<Vec<_>>());
                command
            }
            Step::Peek { owner, mode, path } => {
                let mut command = script(&self.peek);
                command.arg(owner).arg(mode.letter()).arg(path);
                command
            }
            Step::Advance(_) | Step::Lose(_) => return None,
        })
    }
}

fn arguments(mut command: Cmd, it: &Acquire) -> Cmd {
    command.arg(&it.request.owner).arg(it.request.id).arg(it.mode.letter()).arg(it.path);
    command.arg(it.lease).arg(it.silence).arg(u8::from(it.is_fair)).arg(it.channel);
    command
}

/// The text with its seams; nothing where one is missing.
fn replaced(text: &str, seams: &[Seam<'_>]) -> Option<String> {
    let replace =
        |text: String, (from, to): &Seam<'_>| (text.matches(from).count() == 1).then(|| text.replace(from, to));
    seams.iter().try_fold(text.to_owned(), replace)
}

fn lose(con: &mut dyn ConnectionLike, step: &Step) -> RedisResult<()> {
    let Step::Lose(part) = step else { return Ok(()) };
    let key = match part {
        Part::Hash => KEYS[0],
        Part::Index => KEYS[1],
        Part::Queue => KEYS[2],
    };
    redis::cmd("DEL").arg(key).exec(con)
}

/// The numbers and texts of a reply.
fn flat(reply: Value) -> RedisResult<Vec<String>> {
    match reply {
        Value::Array(values) => values.into_iter().map(|it| redis::from_redis_value(it).map_err(Into::into)).collect(),
        single => Ok(vec![redis::from_redis_value(single)?]),
    }
}
