//! What the scripts should do, by brute force: plain lists of who holds what and who waits, and no counts.

mod serving;
mod state;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use self::state::State;

use crate::steps::{Acquire, Mode, Part, Request, Step};

#[derive(Clone, Debug)]
struct Hold {
    request: Request,
    mode: Mode,
    path: String,
    fence: u64,
}

#[derive(Clone, Debug)]
struct Waiter {
    request: Request,
    mode: Mode,
    path: String,
    lease: u64,
    deadline: u64,
    class: u8,
    ticket: u64,
    channel: &'static str,
}

#[derive(Clone, Debug)]
struct Cancelled {
    request: Request,
    deadline: u64,
}

/// One tree of locks, and the clock.
#[derive(Clone, Debug)]
pub(crate) struct Oracle {
    micros: u64,
    leases: BTreeMap<String, u64>,
    holds: Vec<Hold>,
    waiters: Vec<Waiter>,
    cancelled: Vec<Cancelled>,
    last: u64,
    due: u64,
    is_indexed: bool,
    is_queue_lost: bool,
    exists: bool,
    /// The longest deadline that the tree has had.
    latest: u64,
    /// Where something has ended.
    freed: Vec<String>,
    told: BTreeSet<String>,
    rules: Rules,
}

/// What differs between traces.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// With more entries there is an index.
    pub(crate) many: usize,
    /// With fewer entries there is none.
    pub(crate) few: usize,
    /// Whether an owner may ask for more while it waits.
    pub(crate) is_impatient: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self { many: 32, few: 8, is_impatient: false }
    }
}

/// What a step answers, and whom it tells what.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) reply: Vec<String>,
    pub(crate) told: BTreeSet<String>,
}

/// Whether one path is the other or above it.
fn are_related(a: &str, b: &str) -> bool {
    is_above(a, b) || is_above(b, a)
}

fn is_above(a: &str, b: &str) -> bool {
    a.is_empty() || a == b || b.strip_prefix(a).is_some_and(|rest| rest.starts_with('.'))
}

fn conflict(a: (Mode, &str), b: (Mode, &str)) -> bool {
    are_related(a.1, b.1) && (a.0 == Mode::Exclusive || b.0 == Mode::Exclusive)
}

impl Waiter {
    fn wants(&self) -> (Mode, &str) {
        (self.mode, &self.path)
    }

    fn turn(&self) -> (u8, u64) {
        (self.class, self.ticket)
    }
}

impl Hold {
    fn has(&self) -> (Mode, &str) {
        (self.mode, &self.path)
    }
}

impl Oracle {
    pub(crate) fn new(micros: u64, rules: Rules) -> Self {
        Self {
            micros,
            leases: BTreeMap::new(),
            holds: Vec::new(),
            waiters: Vec::new(),
            cancelled: Vec::new(),
            last: 0,
            due: 0,
            is_indexed: false,
            is_queue_lost: false,
            exists: false,
            latest: 0,
            freed: Vec::new(),
            told: BTreeSet::new(),
            rules,
        }
    }

    pub(crate) fn micros(&self) -> u64 {
        self.micros
    }

    fn now(&self) -> u64 {
        self.micros / 1000
    }

    /// What a step does and answers.
    pub(crate) fn step(&mut self, step: &Step) -> Outcome {
        let reply = match step {
            Step::Advance(by) => {
                self.micros += by;
                Vec::new()
            }
            Step::Lose(part) => {
                self.lose(*part);
                Vec::new()
            }
            Step::Peek { owner, mode, path } => {
                vec![u8::from(self.is_held(owner, (*mode, path), self.now())).to_string()]
            }
            Step::Acquire(acquire) => self.script(|it| {
                it.serve();
                it.acquire(acquire)
            }),
            Step::Release { request, refusal, may_come_again, .. } => self.script(|it| {
                let reply = it.release(request, *refusal, *may_come_again);
                it.serve();
                reply
            }),
            Step::Keep { holds, silence, waiters } => self.script(|it| {
                it.serve();
                it.keep(holds, *silence, waiters)
            }),
        };
        Outcome { reply, told: std::mem::take(&mut self.told) }
    }

    /// What every script does before and after its own.
    fn script(&mut self, request: impl FnOnce(&mut Self) -> Vec<String>) -> Vec<String> {
        if self.is_queue_lost {
            self.waiters.clear();
            self.is_queue_lost = false;
        }
        self.end();
        let reply = request(self);
        let entries = self.entries();
        if entries == 0 {
            self.due = 0;
        }
        self.is_indexed = if self.is_indexed { entries >= self.rules.few } else { entries > self.rules.many };
        self.exists |= entries > 0;
        self.freed.clear();
        reply
    }

    fn entries(&self) -> usize {
        self.leases.len() + self.waiters.len() + self.cancelled.len()
    }

    fn deadlines(&self) -> impl Iterator<Item = u64> {
        let waiting = self.waiters.iter().map(|it| it.deadline);
        self.leases.values().copied().chain(waiting).chain(self.cancelled.iter().map(|it| it.deadline))
    }

    /// The hash was lost.
    pub(crate) fn forget_all(&mut self) {
        *self = Self::new(self.micros, self.rules);
    }

    fn lose(&mut self, part: Part) {
        match part {
            Part::Hash => self.forget_all(),
            Part::Index => {}
            Part::Queue => self.is_queue_lost = !self.waiters.is_empty(),
        }
    }

    fn end(&mut self) {
        let now = self.now();
        let lapsed: Vec<_> = self.leases.iter().filter(|it| *it.1 <= now).map(|it| it.0.clone()).collect();
        for owner in lapsed {
            self.leases.remove(&owner);
            for hold in self.holds.extract_if(.., |it| it.request.owner == owner) {
                self.freed.push(hold.path);
            }
        }
        self.freed.extend(self.waiters.extract_if(.., |it| it.deadline <= now).map(|it| it.path));
        self.cancelled.retain(|it| it.deadline > now);
        if self.due > 0 && self.due <= now {
            self.due = self.deadlines().min().unwrap_or(0);
        }
    }

    fn note(&mut self, deadline: u64) {
        self.due = if self.due == 0 { deadline } else { self.due.min(deadline) };
        self.latest = self.latest.max(deadline);
    }

    fn is_held(&self, but_by: &str, wanted: (Mode, &str), now: u64) -> bool {
        let is_live = |hold: &Hold| self.leases[&hold.request.owner] > now;
        self.holds.iter().any(|it| it.request.owner != but_by && is_live(it) && conflict(it.has(), wanted))
    }

    fn next_number(&mut self) -> u64 {
        self.last = self.micros.max(self.last + 1);
        self.last
    }

    fn holds_something(&self, owner: &str) -> bool {
        self.holds.iter().any(|it| it.request.owner == owner)
    }

    fn hold(&mut self, request: &Request, mode: Mode, path: &str, lease_end: u64) -> u64 {
        let fence = self.next_number();
        self.holds.push(Hold { request: request.clone(), mode, path: path.to_owned(), fence });
        self.extend(&request.owner, lease_end);
        fence
    }

    fn extend(&mut self, owner: &str, lease_end: u64) {
        let end = self.leases.entry(owner.to_owned()).or_insert(0);
        *end = lease_end.max(*end);
        let end = *end;
        self.note(end);
    }

    fn grant(&mut self, request: &Request) -> u64 {
        let at = self.waiters.iter().position(|it| it.request == *request).expect("only those who wait are granted");
        let waiter = self.waiters.remove(at);
        let lease_end = waiter.deadline.min(self.now() + waiter.lease);
        self.hold(&waiter.request, waiter.mode, &waiter.path, lease_end)
    }

    fn acquire(&mut self, it: &Acquire) -> Vec<String> {
        let now = self.now();
        if self.cancelled.iter().any(|cancelled| cancelled.request == it.request) {
            return vec!["2".into()];
        }
        if let Some(hold) = self.holds.iter().find(|hold| hold.request == it.request) {
            let fence = hold.fence;
            self.extend(&it.request.owner, now + it.lease);
            return vec!["1".into(), fence.to_string()];
        }
        if self.waiters.iter().any(|waiter| waiter.request == it.request) {
            return match self.still_waits(&it.request, it.silence, |_| true) {
                Some(fence) => vec!["1".into(), fence.to_string()],
                None => self.denied(),
            };
        }
        let wanted = (it.mode, it.path);
        let is_holder = self.holds_something(&it.request.owner);
        let is_kept_back = self.is_held(&it.request.owner, wanted, 0)
            || (it.is_fair && !is_holder && self.waiters.iter().any(|waiter| conflict(waiter.wants(), wanted)));
        if !is_kept_back {
            let fence = self.hold(&it.request, it.mode, it.path, now + it.lease);
            return vec!["1".into(), fence.to_string()];
        }
        if it.silence > 0 {
            let ticket = self.next_number();
            let deadline = now + it.silence;
            self.waiters.push(Waiter {
                request: it.request.clone(),
                mode: it.mode,
                path: it.path.to_owned(),
                lease: it.lease,
                deadline,
                class: u8::from(!is_holder),
                ticket,
                channel: it.channel,
            });
            self.note(deadline);
        }
        self.denied()
    }

    fn denied(&self) -> Vec<String> {
        let wait = self.due.saturating_sub(self.now());
        let next = self.deadlines().min().expect("somebody holds what was denied");
        assert!(self.now() + wait <= next, "the next deadline is earlier than what is said of it");
        vec!["0".into(), wait.to_string()]
    }

    /// Somebody who waits says so; its fence if it gets its lock by that.
    fn still_waits(&mut self, request: &Request, silence: u64, may_try: impl FnOnce(&Self) -> bool) -> Option<u64> {
        let deadline = self.now() + silence;
        let waiter = self.waiters.iter_mut().find(|it| it.request == *request)?;
        waiter.deadline = deadline;
        let waiter = waiter.clone();
        self.note(deadline);
        (may_try(self) && self.may_run(&waiter)).then(|| self.grant(request))
    }

    fn release(&mut self, request: &Request, refusal: u64, may_come_again: bool) -> Vec<String> {
        let now = self.now();
        if may_come_again {
            self.refuse(request, refusal);
        }
        if let Some(at) = self.holds.iter().position(|it| it.request == *request) {
            let hold = self.holds.remove(at);
            self.freed.push(hold.path);
            if !self.holds_something(&request.owner) {
                self.leases.remove(&request.owner);
            }
            return vec!["1".into()];
        }
        if let Some(at) = self.waiters.iter().position(|it| it.request == *request) {
            let waiter = self.waiters.remove(at);
            let in_the_way =
                self.holds.iter().filter(|it| it.request.owner != request.owner && conflict(it.has(), waiter.wants()));
            let longest = in_the_way.map(|it| self.leases[&it.request.owner] - now).max();
            self.freed.push(waiter.path);
            let longest = longest.filter(|_| !self.is_indexed);
            return vec!["2".into(), longest.map_or("-1".into(), |it| it.to_string())];
        }
        self.refuse(request, refusal);
        vec!["0".into()]
    }

    fn refuse(&mut self, request: &Request, refusal: u64) {
        if refusal > 0 {
            let deadline = self.now() + refusal;
            self.cancelled.retain(|it| it.request != *request);
            self.cancelled.push(Cancelled { request: request.clone(), deadline });
            self.note(deadline);
        }
    }

    fn keep(&mut self, holds: &[(Request, u64)], silence: u64, waiters: &[Request]) -> Vec<String> {
        let mut replies = Vec::new();
        for (request, lease) in holds {
            let is_held = self.holds.iter().any(|it| it.request == *request);
            if is_held {
                self.extend(&request.owner, self.now() + lease);
            }
            replies.push(u8::from(is_held).to_string());
        }
        for request in waiters {
            replies.push(self.keep_waiter(request, silence));
        }
        replies.push(if self.due == 0 { "-1".into() } else { self.due.saturating_sub(self.now()).to_string() });
        replies
    }

    fn keep_waiter(&mut self, request: &Request, silence: u64) -> String {
        if let Some(hold) = self.holds.iter().find(|it| it.request == *request) {
            return hold.fence.to_string();
        }
        if !self.waiters.iter().any(|it| it.request == *request) {
            return "-1".into();
        }
        let fence = self.still_waits(request, silence, |it| it.holds_something(&request.owner));
        fence.map_or("0".into(), |it| it.to_string())
    }
}
