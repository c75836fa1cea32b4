//! What the scripts should have stored, and who holds what and waits by that.

use std::collections::{BTreeMap, BTreeSet};

use super::{Hold, Oracle};
use crate::steps::{Mode, Request};

/// What the three keys should hold.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) hash: BTreeMap<String, String>,
    /// The index, or nothing where there is none.
    pub(crate) index: BTreeMap<String, String>,
    pub(crate) queue: BTreeSet<String>,
}

impl Oracle {
    /// The id of a request of the owner that waits.
    pub(crate) fn waits_with(&self, owner: &str) -> Option<u32> {
        self.waiters.iter().find(|it| it.request.owner == owner).map(|it| it.request.id)
    }

    pub(crate) fn held(&self) -> Vec<Request> {
        self.holds.iter().map(|it| it.request.clone()).collect()
    }

    pub(crate) fn waiting(&self) -> Vec<Request> {
        self.waiters.iter().map(|it| it.request.clone()).collect()
    }

    /// What a request holds or waits for.
    pub(crate) fn path_of(&self, request: &Request) -> Option<&str> {
        let held = self.holds.iter().find(|it| it.request == *request).map(|it| it.path.as_str());
        held.or_else(|| self.waiters.iter().find(|it| it.request == *request).map(|it| it.path.as_str()))
    }

    /// The state behind all of this, as the scripts lay it out; without the time when the keys expire.
    pub(crate) fn state(&self) -> State {
        let mut state = State::default();
        if !self.exists {
            return state;
        }
        let mut counts: BTreeMap<String, [u32; 4]> = BTreeMap::new();
        for (owner, end) in &self.leases {
            let own = self.holds.iter().filter(|it| it.request.owner == *owner);
            let lines = own.map(line).collect::<Vec<_>>().concat();
            state.hash.insert(format!("h:{owner}"), format!("{end}\n{lines}"));
        }
        for it in &self.holds {
            add(&mut counts, "c", it.has());
        }
        for it in &self.waiters {
            let (waiter, mode, path) = (it.request.name(), it.mode.letter(), &it.path);
            let ticket = format!("{}{:016}", it.class, it.ticket);
            let text = format!("{}|{}|{mode}|{ticket}|{}|{path}", it.deadline, it.lease, it.channel);
            state.queue.insert(format!("{path}\0{mode}{ticket}\0{waiter}"));
            state.hash.insert(format!("q:{waiter}"), text);
            add(&mut counts, "w", it.wants());
        }
        for it in &self.cancelled {
            state.hash.insert(format!("x:{}", it.request.name()), it.deadline.to_string());
        }
        if self.is_indexed {
            let deadline = |text: &str| text.split(['|', '\n']).next().expect("the first of some").to_owned();
            state.index = state.hash.iter().map(|(field, text)| (field.clone(), deadline(text))).collect();
        }
        let counts = counts.into_iter().map(|(field, [s, x, is, ix])| (field, format!("{s}:{x}:{is}:{ix}")));
        state.hash.extend(counts);
        let (entries, waiters, indexed) = (self.entries(), self.waiters.len(), u8::from(self.is_indexed));
        state.hash.insert("#".into(), format!("{} {entries} {waiters} {} {indexed}", self.last, self.due));
        state
    }

    /// Between which times the keys may expire.
    pub(crate) fn expiry(&self) -> (u64, u64) {
        let kept = 60_000;
        (self.deadlines().max().unwrap_or(0) + kept, self.latest + 2 * kept)
    }
}

/// Counts a hold or a waiter on its path, and on every path above it.
fn add(counts: &mut BTreeMap<String, [u32; 4]>, kind: &str, (mode, path): (Mode, &str)) {
    let above = path.match_indices('.').map(|(dot, _)| &path[..dot]);
    let root = (!path.is_empty()).then_some("");
    let column = usize::from(mode == Mode::Exclusive);
    for step in root.into_iter().chain(above) {
        counts.entry(format!("{kind}:{step}")).or_default()[2 + column] += 1;
    }
    counts.entry(format!("{kind}:{path}")).or_default()[column] += 1;
}

fn line(hold: &Hold) -> String {
    format!("{}|{}|{}|{}\n", hold.request.id, hold.mode.letter(), hold.fence, hold.path)
}
