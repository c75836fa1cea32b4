//! A record's key with its model's rules: how a part of the record is read and written.

use redis::Cmd;

use super::info::{ModelInfo, SCHEMA_MARK};
use crate::{
    command::key as keys,
    error::Result,
    key::Key,
    query::{Condition, Part, Query, Reply, Step, invalidating, reply},
};

/// Where a handle is: a record, its model's rules, and whether a write may make the record.
#[derive(Debug, Clone)]
pub struct Place {
    pub(crate) key: Key,
    pub(crate) info: &'static ModelInfo,
    pub(crate) create: bool,
}

/// What the key of a record's epoch has behind the record's and an `@`.
pub(crate) const EPOCH: &str = "epoch";

/// The key of a record's epoch.
pub(crate) fn epoch_of(record: &Key) -> Key {
    record.join(b'@', EPOCH)
}

/// A handle of generated code.
#[doc(hidden)]
pub trait PlacedAt {
    /// The handle of this place.
    fn placed_at(place: Place) -> Self;
}

impl Place {
    /// A query that reads with one command, and keeps up the TTL of models whose reads do.
    pub(crate) fn read<T>(&self, cmd: Cmd, decode: fn(Reply<'_>) -> Result<T>) -> Query<T> {
        Query::on(
            &self.key,
            || match self.info.ttl_on_read() {
                None => Part::command(cmd, self.info.name),
                Some(_) => Part::steps(self.with_upkeep(vec![Step::Run(cmd)], false), Vec::new(), self.info.name),
            },
            decode,
        )
    }

    /// A query that reads with several commands, isolated; with one as [`read`](Self::read) does.
    pub(crate) fn read_all<T>(&self, mut cmds: Vec<Cmd>, decode: fn(Reply<'_>) -> Result<T>) -> Query<T> {
        if cmds.len() == 1 {
            return self.read(cmds.swap_remove(0), decode);
        }
        let steps = cmds.into_iter().map(Step::Run).collect();
        let part = || Part::steps(self.with_upkeep(steps, false), Vec::new(), self.info.name);
        Query::on(&self.key, part, decode)
    }

    /// A query that writes a part of the record with one command, as [`write_all`](Self::write_all) does.
    pub(crate) fn write<T>(&self, cmd: Cmd, decode: fn(Reply<'_>) -> Result<T>) -> Query<T> {
        if self.create || self.has_upkeep() {
            return self.write_all(vec![Step::Run(cmd)], decode);
        }
        Query::on(&self.key, || Part::command(cmd, self.info.name).requiring(&self.key), decode)
    }

    /// A query that writes a part of the record, which must exist unless the handle may make it; moves its version on,
    /// keeps up its TTL and invalidates what depends on it.
    pub(crate) fn write_all<T>(&self, steps: Vec<Step>, decode: fn(Reply<'_>) -> Result<T>) -> Query<T> {
        self.write_when(Vec::new(), steps, decode)
    }

    /// [`write_all`](Self::write_all) under further conditions, which are checked after the record's existence.
    pub(crate) fn write_when<T>(
        &self,
        conditions: Vec<Condition>,
        mut steps: Vec<Step>,
        decode: fn(Reply<'_>) -> Result<T>,
    ) -> Query<T> {
        if self.create {
            steps.insert(0, self.creation());
        }
        let part = || {
            let part = Part::steps(self.with_upkeep(steps, true), conditions, self.info.name);
            if self.create { part } else { part.requiring(&self.key) }
        };
        Query::on(&self.key, part, decode)
    }

    /// Whether a write does more than to write.
    fn has_upkeep(&self) -> bool {
        self.info.version.is_some() || self.info.ttl_on_write().is_some() || self.info.invalidates
    }

    /// The steps of a write of the record, with the deletion of its epoch if its model invalidates.
    pub(crate) fn invalidating(&self, steps: Vec<Step>) -> Vec<Step> {
        if self.info.invalidates { invalidating(steps, epoch_of(&self.key)) } else { steps }
    }

    fn creation(&self) -> Step {
        Step::Create {
            key: self.key.clone(),
            mark: SCHEMA_MARK,
            schema: self.info.schema,
            ttl: self.info.ttl,
            version: self.info.version,
            leftovers: self.collections(),
        }
    }

    /// The keys of all collections of the record.
    fn collections(&self) -> Vec<Key> {
        let mut keys = Vec::new();
        self.info.for_each_collection(|path| keys.push(self.own_key(path)));
        keys
    }

    /// Adds what a write or a read of a part of the record does besides.
    fn with_upkeep(&self, mut steps: Vec<Step>, is_write: bool) -> Vec<Step> {
        if is_write {
            steps = self.invalidating(steps);
        }
        if let (true, Some(version)) = (is_write, self.info.version) {
            steps.push(Step::MoveVersion { key: self.key.clone(), field: version });
        }
        let ttl = if is_write { self.info.ttl_on_write() } else { self.info.ttl_on_read() };
        if let Some(ttl) = ttl {
            steps.push(Step::Refresh { key: self.key.clone(), ttl, with: self.collections() });
            // What expires with the record takes the time that the record then has.
            steps.sort_by_key(|step| matches!(step, Step::ExpireLike { .. }));
        }
        steps
    }

    /// The key of a field with one of its own.
    pub(crate) fn own_key(&self, path: &str) -> Key {
        self.key.join(b'.', path)
    }

    /// Whether the record exists: `EXISTS`.
    pub(crate) fn exists(&self) -> Query<bool> {
        let cmd = keys::exists(&self.key);
        Query::on(&self.key, || Part::command(cmd, self.info.name), reply::flag)
    }
}
