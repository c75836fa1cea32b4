//! What is the same for all records of a model.

use std::time::Duration;

use super::{Collections, RedisFields, read::Outline};
use crate::{key::RecordKey, path::Root};

/// The hash field that every record has: the schema's number. A record without other leaves exists by it.
pub(crate) const SCHEMA_MARK: &str = "@v";

/// What is the same for all records of a model: its name, the layout of its keys, its TTL and version.
#[derive(Debug, Clone, Copy)]
pub struct ModelInfo {
    pub(crate) name: &'static str,
    pub(crate) key: RecordKey,
    pub(crate) ttl: Option<u64>,
    pub(crate) refresh: Refresh,
    pub(crate) version: Option<&'static str>,
    pub(crate) schema: u32,
    pub(crate) invalidates: bool,
    /// Names the slots of a model that has collections.
    collections: Option<Outline>,
}

/// What sets the time to live of a record to the model's `ttl` again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refresh {
    /// Every write; a write of a field only once a twentieth of it has passed.
    Write,
    /// Every write, likewise, and every load, selection and read of a field in the hash.
    Read,
    /// Nothing: it counts from the record's first save.
    Never,
}

impl ModelInfo {
    /// A model by its type's name and its keys' prefix.
    pub const fn new(name: &'static str, prefix: &'static str) -> Self {
        let key = RecordKey { prefix, tagged: 0 };
        let (ttl, refresh, version) = (None, Refresh::Write, None);
        Self { name, key, ttl, refresh, version, schema: 1, invalidates: false, collections: None }
    }

    /// Which parts of the id stand in the braces, as a bit each; 0 means all.
    #[must_use]
    pub const fn tagged(mut self, parts: u32) -> Self {
        self.key.tagged = parts;
        self
    }

    /// How long records live, in milliseconds, and what refreshes that.
    #[must_use]
    pub const fn ttl(mut self, milliseconds: u64, refresh: Refresh) -> Self {
        self.ttl = Some(milliseconds);
        self.refresh = refresh;
        self
    }

    /// The path of the version field.
    #[must_use]
    pub const fn version(mut self, path: &'static str) -> Self {
        self.version = Some(path);
        self
    }

    /// The schema's number; 1 unless given.
    #[must_use]
    pub const fn schema(mut self, number: u32) -> Self {
        self.schema = number;
        self
    }

    /// Lets every write of a record delete its epoch.
    #[must_use]
    pub const fn invalidates(mut self) -> Self {
        self.invalidates = true;
        self
    }

    /// Lets the collections of `T`, the model, share the lives of their records.
    #[doc(hidden)]
    #[must_use]
    pub const fn of<T: RedisFields>(mut self) -> Self {
        if !matches!(T::COLLECTIONS, Collections::None) {
            self.collections = Some(|visit| T::outline::<Root>(&mut |slot| visit(slot)));
        }
        self
    }

    /// Visits the paths of the collections.
    pub(crate) fn for_each_collection(&self, mut visit: impl FnMut(&'static str)) {
        if let Some(outline) = self.collections {
            outline(&mut |slot| {
                if let Some(path) = slot.collection() {
                    visit(path);
                }
            });
        }
    }

    /// The TTL that a write of a part of the record keeps up.
    pub(crate) fn ttl_on_write(&self) -> Option<u64> {
        self.ttl.filter(|_| self.refresh != Refresh::Never)
    }

    /// The TTL that a read keeps up.
    pub(crate) fn ttl_on_read(&self) -> Option<u64> {
        self.ttl.filter(|_| self.refresh == Refresh::Read)
    }

    /// How long records live.
    pub fn lifetime(&self) -> Option<Duration> {
        self.ttl.map(Duration::from_millis)
    }
}
