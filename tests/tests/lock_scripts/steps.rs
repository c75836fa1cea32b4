//! What a trace does: random steps, from a generator that its seed determines.

use crate::oracle::Oracle;

/// Paths that trap code which takes a prefix for an ancestor, or a path for a pattern.
const PATHS: [&str; 24] = [
    "",
    "a",
    "a.b",
    "a..b",
    "a.b.c.d.e",
    "a.bc",
    "a.b.c",
    "a.b.c.d",
    "a.b-",
    "a.b/c",
    "a-b",
    "a-b.c",
    "ab",
    "a b",
    "a/b",
    "a|b.S",
    "é",
    "é.ü",
    "%d",
    "%d.*",
    "[a].^$",
    "[a]",
    "a:b",
    "a.b.:0",
];
const OWNERS: [&str; 8] = ["0f3a", "0f3", "b:1", "o/1", "%x", "[", "é", "*.*"];

/// Shared or exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Shared,
    Exclusive,
}

/// Who asks, and for which of its requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) owner: String,
    pub(crate) id: u32,
}

/// What may be evicted, or deleted by somebody who should not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Hash,
    Index,
    Queue,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Acquire(Acquire),
    Release {
        request: Request,
        /// What is said of the request's path. A wrong one must not matter.
        path: String,
        refusal: u64,
        may_come_again: bool,
    },
    Keep {
        holds: Vec<(Request, u64)>,
        silence: u64,
        waiters: Vec<Request>,
    },
    Peek {
        owner: String,
        mode: Mode,
        path: &'static str,
    },
    /// Microseconds pass.
    Advance(u64),
    Lose(Part),
}

#[derive(Clone, Debug)]
pub(crate) struct Acquire {
    pub(crate) request: Request,
    pub(crate) mode: Mode,
    pub(crate) path: &'static str,
    pub(crate) lease: u64,
    pub(crate) silence: u64,
    pub(crate) is_fair: bool,
    pub(crate) channel: &'static str,
}

impl Request {
    /// What the scripts call it while it waits.
    pub(crate) fn name(&self) -> String {
        format!("{}/{}", self.owner, self.id)
    }
}

impl Mode {
    pub(crate) fn letter(self) -> &'static str {
        if self == Self::Shared { "S" } else { "X" }
    }
}

/// A small generator of random numbers: splitmix64.
#[derive(Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn between(&mut self, first: u64, last: u64) -> u64 {
        first + self.below(last - first + 1)
    }

    fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        let index = self.below(of.len() as u64);
        of[usize::try_from(index).expect("an index of a slice fits")].clone()
    }
}

/// What kind of trace it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    /// How many owners take part.
    pub(crate) owners: u64,
    /// Whether an owner may ask for more while it waits.
    pub(crate) is_impatient: bool,
    /// How many of a thousand steps lose a key.
    pub(crate) losses: u64,
}

/// Makes the steps of one trace.
#[derive(Debug)]
pub(crate) struct Generator {
    random: Random,
    kind: Kind,
    paths: Vec<&'static str>,
    recent: Vec<Acquire>,
    has_advanced: bool,
}

impl Generator {
    pub(crate) fn new(mut random: Random, kind: Kind) -> Self {
        // With few paths there is more to wait for.
        let count = random.between(3, 10);
        let mut paths: Vec<_> = (0..count).map(|_| random.pick(&PATHS)).collect();
        paths.extend(["a", "a.b"]);
        Self { random, kind, paths, recent: Vec::new(), has_advanced: false }
    }

    pub(crate) fn next(&mut self, oracle: &Oracle) -> Step {
        if self.random.below(1000) < self.kind.losses {
            return Step::Lose(self.random.pick(&[Part::Hash, Part::Index, Part::Index, Part::Queue, Part::Queue]));
        }
        // What has lapsed, and no other script has seen yet, is what makes a look at the tree hard.
        if std::mem::take(&mut self.has_advanced) && self.random.percent(35) {
            return self.peek();
        }
        match self.random.below(100) {
            0..45 => self.acquire(oracle),
            45..70 => self.release(oracle),
            70..80 => self.keep(oracle),
            80..83 => self.peek(),
            _ => {
                self.has_advanced = true;
                Step::Advance(self.time())
            }
        }
    }

    fn peek(&mut self) -> Step {
        let owner = if self.random.percent(30) { String::new() } else { self.owner() };
        Step::Peek { owner, mode: self.mode(), path: self.path() }
    }

    fn owner(&mut self) -> String {
        let number = self.random.below(self.kind.owners);
        match usize::try_from(number).ok().and_then(|number| OWNERS.get(number)) {
            Some(name) => (*name).to_owned(),
            None => format!("owner{number}"),
        }
    }

    fn mode(&mut self) -> Mode {
        self.random.pick(&[Mode::Shared, Mode::Exclusive])
    }

    fn path(&mut self) -> &'static str {
        self.random.pick(&self.paths)
    }

    fn lease(&mut self) -> u64 {
        if self.random.percent(15) { self.random.between(1, 20) } else { self.random.between(500, 5_000) }
    }

    fn silence(&mut self) -> u64 {
        if self.random.percent(10) { self.random.between(1, 20) } else { self.random.between(500, 3_000) }
    }

    fn time(&mut self) -> u64 {
        match self.random.below(100) {
            0..40 => self.random.below(3),
            40..70 => self.random.below(3_000),
            70..90 => self.random.between(3_000, 400_000),
            90..99 => self.random.between(400_000, 6_000_000),
            _ => self.random.between(60_000_000, 140_000_000),
        }
    }

    fn acquire(&mut self, oracle: &Oracle) -> Step {
        if self.random.percent(15) && !self.recent.is_empty() {
            let again = self.random.pick(&self.recent);
            let is_allowed = self.kind.is_impatient
                || oracle.waits_with(&again.request.owner).is_none_or(|id| id == again.request.id);
            if is_allowed && (again.silence > 0 || oracle.waits_with(&again.request.owner).is_none()) {
                return Step::Acquire(again);
            }
        }
        let mut owner = self.owner();
        for _ in 0..4 {
            if self.kind.is_impatient || oracle.waits_with(&owner).is_none() {
                break;
            }
            owner = self.owner();
        }
        let waits = oracle.waits_with(&owner);
        let id = match waits {
            Some(id) if !self.kind.is_impatient => id,
            _ => u32::try_from(self.random.between(1, 12)).expect("a small number"),
        };
        let silence = if waits.is_none() && self.random.percent(25) { 0 } else { self.silence() };
        let request = Request { owner, id };
        let acquire = Acquire {
            request,
            mode: self.mode(),
            path: self.path(),
            lease: self.lease(),
            silence,
            is_fair: self.random.percent(80),
            channel: self.random.pick(&["", "news", "news:é", "other"]),
        };
        self.recent.push(acquire.clone());
        if self.recent.len() > 8 {
            self.recent.remove(0);
        }
        Step::Acquire(acquire)
    }

    fn release(&mut self, oracle: &Oracle) -> Step {
        let known = if self.random.percent(70) { oracle.held() } else { oracle.waiting() };
        let request = self.one_of(&known);
        let refusal = if self.random.percent(50) { 0 } else { self.silence() };
        let known = oracle.path_of(&request).filter(|_| self.random.percent(90));
        let path = known.unwrap_or_else(|| self.path()).to_owned();
        Step::Release { request, path, refusal, may_come_again: self.random.percent(10) }
    }

    /// One of these requests, mostly.
    fn one_of(&mut self, known: &[Request]) -> Request {
        if known.is_empty() || self.random.percent(15) { self.any_request() } else { self.random.pick(known) }
    }

    fn any_request(&mut self) -> Request {
        Request { owner: self.owner(), id: u32::try_from(self.random.between(1, 12)).expect("a small number") }
    }

    fn keep(&mut self, oracle: &Oracle) -> Step {
        let mut known = oracle.held();
        let holds = (0..self.random.below(4)).map(|_| (self.one_of(&known), self.lease())).collect();
        known.extend(oracle.waiting());
        let mut waiters: Vec<_> = (0..self.random.below(4)).map(|_| self.any_request()).collect();
        if !known.is_empty() {
            waiters.extend((0..self.random.below(4)).map(|_| self.random.pick(&known)));
        }
        Step::Keep { holds, silence: self.silence(), waiters }
    }
}
