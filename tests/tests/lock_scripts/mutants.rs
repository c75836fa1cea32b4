//! Scripts with one fault each: what a trace does not notice is not tested, or not needed.

use std::{iter, ops::Range};

use redis::ConnectionLike;

use crate::{
    oracle::Rules,
    scenarios,
    scripts::{Costs, Name, Scripts, Sources},
    trace::{self, Plan},
};

/// How many traces look at each mutant.
const TRACES: u64 = 24;

/// A changed line of a script.
#[derive(Clone, Debug)]
pub(crate) struct Mutant {
    pub(crate) script: Name,
    pub(crate) line: usize,
    pub(crate) before: String,
    pub(crate) after: String,
}

/// What a line may turn into, wherever it has the first: each place on its own.
const CHANGES: [(&str, &str); 30] = [
    ("<=", "<"),
    (">=", ">"),
    (" < ", " <= "),
    (" > ", " >= "),
    (" < ", " > "),
    (" > ", " < "),
    ("==", "~="),
    ("~=", "=="),
    (" and ", " or "),
    (" or ", " and "),
    ("not ", ""),
    (" + ", " - "),
    (" - ", " + "),
    ("true", "false"),
    ("false", "true"),
    ("1", "2"),
    ("1", "0"),
    ("0", "1"),
    ("2", "1"),
    ("3", "2"),
    ("'S'", "'X'"),
    ("'X'", "'S'"),
    ("'c:'", "'w:'"),
    ("'w:'", "'c:'"),
    ("'0'", "'1'"),
    ("math.max", "math.min"),
    ("math.min", "math.max"),
    ("'['", "'('"),
    ("'('", "'['"),
    ("then return", "then local _ ="),
];

/// All mutants of the scripts, some of which are no Lua.
pub(crate) fn all(sources: &Sources) -> Vec<Mutant> {
    let of_script = |script| {
        let lines = sources[script].lines().enumerate().filter(|(_, line)| !is_empty(line)).collect::<Vec<_>>();
        lines.into_iter().flat_map(move |(number, line)| of_line(script, number + 1, line)).collect::<Vec<_>>()
    };
    Name::ALL.into_iter().flat_map(of_script).collect()
}

fn is_empty(line: &str) -> bool {
    line.trim().is_empty() || line.trim_start().starts_with("--")
}

fn of_line(script: Name, line: usize, text: &str) -> Vec<Mutant> {
    let changed = CHANGES.iter().flat_map(|(from, to)| {
        let places = text.match_indices(from).map(|(at, _)| (&text[..at], &text[at + from.len()..]));
        // What is added only to make a number of a text may as well be subtracted.
        let places = places.filter(|(_, after)| *from != " + " || !after.starts_with('0'));
        places.map(move |(before, after)| format!("{before}{to}{after}"))
    });
    let texts = iter::once(String::new()).chain(changed);
    texts.map(|after| Mutant { script, line, before: text.to_owned(), after }).collect()
}

impl Mutant {
    /// The scripts with this fault.
    pub(crate) fn apply(&self, sources: &Sources) -> Sources {
        let mut changed = sources.clone();
        let mut lines: Vec<&str> = sources[self.script].lines().collect();
        lines[self.line - 1] = &self.after;
        changed[self.script] = lines.join("\n");
        changed
    }
}

/// What the scripts without a fault cost: a fault that only makes them take a longer way is found by that.
#[derive(Debug)]
pub(crate) struct Original {
    traces: Vec<Costs>,
    scenarios: Costs,
}

impl Original {
    pub(crate) fn of(con: &mut dyn ConnectionLike, sources: &Sources) -> Result<Self, String> {
        let traces = (0..TRACES).map(|seed| trace::run(con, sources, plan(seed), None)).collect::<Result<_, _>>()?;
        Ok(Self { traces, scenarios: scenarios::run(con, sources, None)? })
    }

    /// Whether a mutant is as good as the script: it could be loaded, and no trace has found a difference.
    pub(crate) fn is_equalled_by(&self, con: &mut dyn ConnectionLike, mutant: &Sources) -> bool {
        // The first traces find most mutants, and scenarios nearly all that those have not found.
        Scripts::load(con, mutant, Rules::default(), None).is_some()
            && self.is_same(con, mutant, 0..3)
            && scenarios::run(con, mutant, Some(&self.scenarios)).is_ok()
            && self.is_same(con, mutant, 3..TRACES)
    }

    fn is_same(&self, con: &mut dyn ConnectionLike, mutant: &Sources, mut seeds: Range<u64>) -> bool {
        seeds.all(|seed| {
            let costs = usize::try_from(seed).ok().and_then(|seed| self.traces.get(seed));
            trace::run(con, mutant, plan(seed), costs).is_ok()
        })
    }
}

fn plan(seed: u64) -> Plan {
    Plan::numbered(seed, 500)
}
