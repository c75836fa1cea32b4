//! A model of records with collections, in types of the standard library.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use redis_model::Refresh;

/// The model's `ttl` and that of its `code`, in milliseconds.
pub(crate) const TTL: u64 = 600_000;
pub(crate) const CODE_TTL: u64 = 60_000;

/// What the model says of the lives of its records.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Policy {
    pub(crate) ttl: Option<u64>,
    pub(crate) refresh: Refresh,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Record {
    pub(crate) name: String,
    pub(crate) tags: BTreeSet<u8>,
    pub(crate) feed: Vec<u8>,
    pub(crate) seen: BTreeSet<u8>,
    pub(crate) part: Part,
    /// What expires by itself, and when.
    pub(crate) code: Option<(String, u64)>,
    /// When all of it ends; never without.
    pub(crate) end: Option<u64>,
}

/// An optional nested struct: its mark, and what may be there without it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Part {
    pub(crate) is_marked: bool,
    pub(crate) label: Option<String>,
    pub(crate) marks: BTreeSet<u8>,
    pub(crate) log: Vec<u8>,
}

impl Part {
    pub(crate) fn is_there(&self) -> bool {
        self.is_marked || self.label.is_some() || !self.marks.is_empty()
    }
}

/// What a save does with the time to live.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Life {
    Default,
    Keep,
    For(u64),
    Never,
}

/// How a write through a handle treats the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Care {
    Checked,
    Create,
    Unchecked,
}

#[derive(Debug)]
pub(crate) struct Oracle {
    policy: Policy,
    pub(crate) now: u64,
    records: BTreeMap<u8, Record>,
}

impl Oracle {
    pub(crate) fn new(policy: Policy) -> Self {
        Self { policy, now: 0, records: BTreeMap::new() }
    }

    pub(crate) fn record(&self, id: u8) -> Option<&Record> {
        self.records.get(&id)
    }

    pub(crate) fn advance(&mut self, by: u64) {
        self.now += by;
        let now = self.now;
        self.records.retain(|_, record| record.end.is_none_or(|end| end > now));
        for record in self.records.values_mut() {
            record.code = record.code.take().filter(|(_, end)| *end > now);
        }
    }

    pub(crate) fn delete(&mut self, id: u8) -> bool {
        self.records.remove(&id).is_some()
    }

    pub(crate) fn expire(&mut self, id: u8, after: u64) -> bool {
        let end = self.now + after;
        self.records.get_mut(&id).map(|record| record.live_until(Some(end))).is_some()
    }

    pub(crate) fn persist(&mut self, id: u8) -> bool {
        self.records.get_mut(&id).is_some_and(|record| record.end.take().is_some())
    }

    /// Saves what is loaded with a record; `exists` says whether it must, or must not, be there.
    pub(crate) fn save(&mut self, id: u8, saved: &Record, exists: Option<bool>, life: Life) -> bool {
        let (now, policy) = (self.now, self.policy);
        let is_new = !self.records.contains_key(&id);
        if exists.is_some_and(|exists| exists == is_new) {
            return false;
        }
        let record = self.records.entry(id).or_default();
        record.name.clone_from(&saved.name);
        record.tags.clone_from(&saved.tags);
        record.feed.clone_from(&saved.feed);
        record.part = Part { log: std::mem::take(&mut record.part.log), ..saved.part.clone() };
        record.code = saved.code.clone().map(|(code, _)| (code, now + CODE_TTL));
        let end = match (life, policy.ttl) {
            (Life::For(after), _) => Some(now + after),
            (Life::Never, _) => None,
            (Life::Default, Some(ttl)) if is_new || policy.refresh != Refresh::Never => Some(now + ttl),
            (Life::Default | Life::Keep, _) => record.end,
        };
        record.live_until(end);
        true
    }

    /// Changes a part of a record: false without one.
    pub(crate) fn write(&mut self, id: u8, care: Care, change: impl FnOnce(&mut Record, u64)) -> bool {
        let (now, policy) = (self.now, self.policy);
        if care == Care::Create {
            let end = policy.ttl.map(|ttl| now + ttl);
            self.records.entry(id).or_insert_with(|| Record { end, ..Record::default() });
        }
        let Some(record) = self.records.get_mut(&id) else { return false };
        change(record, now);
        if policy.refresh != Refresh::Never && care != Care::Unchecked {
            record.refresh(now, policy.ttl);
        }
        let end = record.end;
        record.live_until(end);
        true
    }

    /// Reads a record as a whole, or a field of its hash.
    pub(crate) fn read(&mut self, id: u8) {
        let (now, policy) = (self.now, self.policy);
        if let (Some(record), Refresh::Read) = (self.records.get_mut(&id), policy.refresh) {
            record.refresh(now, policy.ttl);
        }
    }

    /// The keys that there are, with how long each has left.
    pub(crate) fn keys(&self, prefix: &str) -> BTreeMap<String, Option<Duration>> {
        let mut keys = BTreeMap::new();
        for (id, record) in &self.records {
            let own = [
                ("", true),
                (".tags", !record.tags.is_empty()),
                (".feed", !record.feed.is_empty()),
                (".seen", !record.seen.is_empty()),
                (".part.marks", !record.part.marks.is_empty()),
                (".part.log", !record.part.log.is_empty()),
            ];
            let left = |end: Option<u64>| end.map(|end| Duration::from_millis(end - self.now));
            let there = own.into_iter().filter(|(_, is_there)| *is_there);
            keys.extend(there.map(|(path, _)| (format!("{prefix}:{{{id}}}{path}"), left(record.end))));
            keys.extend(record.code.iter().map(|(_, end)| (format!("{prefix}:{{{id}}}.code"), left(Some(*end)))));
        }
        keys
    }
}

impl Record {
    fn live_until(&mut self, end: Option<u64>) {
        self.end = end;
        if let (Some((_, own)), Some(end)) = (&mut self.code, end) {
            *own = (*own).min(end);
        }
    }

    fn refresh(&mut self, now: u64, ttl: Option<u64>) {
        let (Some(end), Some(ttl)) = (self.end, ttl) else { return };
        if (end - now) * 100 < ttl * 95 {
            self.end = Some(now + ttl);
        }
    }
}
