//! One random trace: every step's answer, every message, and now and then all that is stored.

use std::collections::{BTreeSet, VecDeque};

use redis::ConnectionLike;

use crate::{
    oracle::{Oracle, Rules, State},
    scripts::{Costs, Scripts, Sources},
    steps::{Generator, Kind, Part, Random, Step},
    stored::{self, Stored},
};

/// Where the clock starts: some year that no server's clock has reached, so that no key expires by itself.
const START: u64 = 4_000_000_000_000_000;

/// What a trace is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) steps: u32,
    pub(crate) kind: Kind,
    pub(crate) rules: Rules,
}

impl Plan {
    /// The plans take turns: with and without an index, with and without losses, one request at a time or several.
    pub(crate) fn numbered(seed: u64, steps: u32) -> Self {
        let (many, few) = if seed % 3 == 1 { (4, 3) } else { (32, 8) };
        let owners = if seed % 5 == 4 { 60 } else { 3 + seed % 6 };
        let losses = [0, 8, 0, 30][usize::try_from(seed % 4).expect("a small number")];
        let kind = Kind { owners, is_impatient: seed % 7 > 4, losses };
        Self { seed, steps, kind, rules: Rules { many, few, is_impatient: kind.is_impatient } }
    }
}

/// Runs a trace: what its steps have cost, or what went wrong, with the last steps. Other costs than those expected are wrong.
pub(crate) fn run(
    con: &mut dyn ConnectionLike,
    sources: &Sources,
    plan: Plan,
    expected: Option<&Costs>,
) -> Result<Costs, String> {
    let scripts = Scripts::load(con, sources, plan.rules, expected).ok_or("no Lua")?;
    let mut trace = Trace::new(con, plan.rules)?;
    let mut generator = Generator::new(Random(plan.seed), plan.kind);
    for number in 0..plan.steps {
        let step = generator.next(&trace.oracle);
        let result = trace.step(con, &scripts, &step, number % 10 == 9);
        result.map_err(|error| format!("{plan:?}, step {number}:\n{}\n{error}", trace.last_steps()))?;
    }
    Ok(scripts.into_costs())
}

/// The oracle beside an empty database.
pub(crate) struct Trace {
    oracle: Oracle,
    last: VecDeque<String>,
}

impl Trace {
    pub(crate) fn new(con: &mut dyn ConnectionLike, rules: Rules) -> Result<Self, String> {
        stored::clear(con).map_err(|error| error.to_string())?;
        Ok(Self { oracle: Oracle::new(START, rules), last: VecDeque::new() })
    }

    /// Lets time pass; the clock after that.
    pub(crate) fn advance(&mut self, by: u64) -> u64 {
        self.oracle.step(&Step::Advance(by));
        self.oracle.micros()
    }

    /// Something has happened to a key that makes it worthless.
    pub(crate) fn lose(&mut self, part: Part) {
        self.oracle.step(&Step::Lose(part));
    }

    /// Takes a step and compares; all of the state as well, where that is due.
    pub(crate) fn step(
        &mut self,
        con: &mut dyn ConnectionLike,
        scripts: &Scripts,
        step: &Step,
        is_state_due: bool,
    ) -> Result<(), String> {
        let failed = |error: redis::RedisError| error.to_string();
        let answer = scripts.run(con, step, self.oracle.micros());
        let outcome = self.oracle.step(step);
        self.remember(format!("{step:?}\n    -> {outcome:?}"));
        let (reply, told) = answer?;
        equal("the reply", &reply, &outcome.reply)?;
        equal("the messages", &messages(&told), &outcome.told)?;
        match step {
            Step::Advance(_) => self.expire(con).map_err(failed),
            Step::Acquire(_) | Step::Release { .. } | Step::Keep { .. } if is_state_due => {
                self.check(&Stored::read(con).map_err(failed)?)
            }
            _ => Ok(()),
        }
    }

    fn remember(&mut self, step: String) {
        self.last.push_back(step);
        if self.last.len() > 25 {
            self.last.pop_front();
        }
    }

    fn last_steps(&self) -> String {
        self.last.iter().cloned().collect::<Vec<_>>().join("\n")
    }

    /// Keys whose time has come are gone.
    fn expire(&mut self, con: &mut dyn ConnectionLike) -> redis::RedisResult<()> {
        let now = i64::try_from(self.oracle.micros() / 1000).expect("a time fits");
        for (key, at) in Stored::expiries(con)?.into_iter().enumerate() {
            if at >= 0 && at <= now {
                stored::expire(con, key)?;
                if key == 0 {
                    self.oracle.forget_all();
                }
            }
        }
        Ok(())
    }

    fn check(&self, stored: &Stored) -> Result<(), String> {
        let mut hash = stored.hash.clone();
        if let Some(numbers) = hash.get_mut("#") {
            let mut parts: Vec<&str> = numbers.split(' ').collect();
            if parts.len() > 4 {
                parts.remove(4);
            }
            *numbers = parts.join(" ");
        }
        let State { hash: expected, index, queue } = self.oracle.state();
        equal("the hash", &hash, &expected)?;
        equal("the index", &stored.index, &index)?;
        equal("the queue", &stored.queue, &queue)?;
        let (earliest, latest) = self.oracle.expiry();
        for at in stored.expiries {
            let is_right = at == -2 || u64::try_from(at).is_ok_and(|at| (earliest..=latest).contains(&at));
            if !is_right {
                return Err(format!("a key expires at {at}, not between {earliest} and {latest}"));
            }
        }
        Ok(())
    }
}

fn equal<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, expected: &T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what}: {found:#?}\nnot {expected:#?}")) }
}

/// The lines of messages, each with its channel.
fn messages(told: &[String]) -> BTreeSet<String> {
    let of_channel = |it: &[String]| it[1].lines().map(|line| format!("{}: {line}", it[0])).collect::<Vec<_>>();
    told.chunks(2).flat_map(of_channel).collect()
}
