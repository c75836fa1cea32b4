//! Fields to what is stored.

use redis::Cmd;

use super::{Collected, CollectionKind, Elements, Expires, Place, Slot, expiring::Change};
use crate::{
    codec::{Codec, EncodeError, Leaf},
    command::{hash, key as keys, string},
    error::{Error, Result},
    key::Key,
    query::Step,
};

/// Collects what a save writes: one `HSET`, the paths to remove, and the own keys.
#[derive(Debug)]
pub struct Writer {
    pub(crate) hset: Cmd,
    pub(crate) absent: Vec<&'static str>,
    pub(crate) own: Vec<OwnWrite>,
    /// The version that the record was loaded with; 0 for a new one.
    pub(crate) version: u64,
    pub(crate) error: Option<(&'static str, EncodeError)>,
    record: Key,
    buffer: Vec<u8>,
}

/// What becomes of a key of its own.
#[derive(Debug)]
pub(crate) struct OwnWrite {
    pub(crate) path: &'static str,
    pub(crate) value: OwnValue,
}

impl OwnWrite {
    /// The steps that write it.
    fn push_steps(self, place: &Place, steps: &mut Vec<Step>) {
        let key = place.own_key(self.path);
        match self.value {
            OwnValue::Unchanged | OwnValue::Remote => {}
            OwnValue::Cleared => steps.push(Step::Silent(keys::unlink([&key]))),
            OwnValue::Set { value, ttl } => {
                steps.push(Step::Silent(string::set_for(&key, &value, ttl)));
                steps.push(Step::ExpireLike { key, like: place.key.clone() });
            }
            // Filled beside it, so that what a server may refuse comes before anything that is there is gone.
            OwnValue::Filled { by, fill } => {
                steps.push(Step::Silent(fill));
                steps.push(Step::Replace { key: key.clone(), by: Some(by) });
                steps.push(Step::ExpireWith { key, with: place.key.clone() });
            }
        }
    }
}

#[derive(Debug)]
pub(crate) enum OwnValue {
    /// A string that expires by itself and stays as it is.
    Unchanged,
    /// A string that expires by itself, and is set.
    Set { value: Vec<u8>, ttl: u64 },
    /// A collection, and the command that puts its elements to the key `by`.
    Filled { by: Key, fill: Cmd },
    /// A collection that is not saved with the record.
    Remote,
    /// What goes.
    Cleared,
}

impl Writer {
    /// For the hash at `key`; `fields` is how many to expect.
    pub(crate) fn new(key: &Key, fields: usize) -> Self {
        Self {
            hset: hash::set_many(key, fields),
            absent: Vec::new(),
            own: Vec::new(),
            version: 0,
            error: None,
            record: key.clone(),
            buffer: Vec::new(),
        }
    }

    /// A leaf, present or not.
    #[inline]
    pub fn leaf<L: Leaf<C>, C>(&mut self, path: &'static str, leaf: &L) {
        let Some(value) = leaf.present() else {
            self.absent.push(path);
            return;
        };
        self.buffer.clear();
        match L::Codec::encode(value, &mut self.buffer) {
            Ok(()) => {
                self.hset.arg(path).arg(&self.buffer[..]);
            }
            Err(error) => {
                self.error.get_or_insert((path, error));
            }
        }
    }

    /// A field with a key of its own, which lives `ttl` milliseconds from each change.
    pub fn expiring<F: Expires, C: Codec<F::Value>>(&mut self, path: &'static str, ttl: u64, field: &F) {
        let value = match field.as_expiring().change() {
            Change::Unchanged => OwnValue::Unchanged,
            Change::Cleared => OwnValue::Cleared,
            Change::Set(value) => {
                let mut encoded = Vec::new();
                if let Err(error) = C::encode(value, &mut encoded) {
                    self.error.get_or_insert((path, error));
                }
                OwnValue::Set { value: encoded, ttl }
            }
        };
        self.own.push(OwnWrite { path, value });
    }

    /// A collection; of a list, as many of the last elements as `limit` says.
    pub fn collection<F: Collected<K, C>, K: CollectionKind, C>(
        &mut self,
        path: &'static str,
        limit: Option<u64>,
        field: &F,
    ) {
        let length = field.length();
        let limit = limit.and_then(|limit| usize::try_from(limit).ok());
        let skipped = limit.map_or(0, |limit| length.saturating_sub(limit));
        if length == skipped {
            self.own.push(OwnWrite { path, value: OwnValue::Cleared });
            return;
        }
        let by = self.record.join(b'.', path).workplace();
        let mut elements = Elements::of(K::KIND.fill(&by));
        if let Err(error) = field.write(skipped, &mut elements) {
            self.error.get_or_insert((path, error));
        }
        self.own.push(OwnWrite { path, value: OwnValue::Filled { by, fill: elements.into_cmd() } });
    }

    /// A collection that is not saved with the record.
    pub fn remote(&mut self, path: &'static str) {
        self.own.push(OwnWrite { path, value: OwnValue::Remote });
    }

    /// The version that the record was loaded with.
    pub fn version(&mut self, version: u64) {
        self.version = version;
    }

    /// An earlier name, which goes when the record is saved.
    pub fn alias(&mut self, path: &'static str) {
        self.absent.push(path);
    }

    /// The steps that let the own keys follow the record's new life that the save does not write.
    pub(crate) fn expirations(&self, place: &Place) -> Vec<Step> {
        let follow = |write: &OwnWrite| {
            let (key, record) = (place.own_key(write.path), place.key.clone());
            match write.value {
                OwnValue::Unchanged => Some(Step::ExpireLike { key, like: record }),
                OwnValue::Remote => Some(Step::ExpireWith { key, with: record }),
                OwnValue::Set { .. } | OwnValue::Filled { .. } | OwnValue::Cleared => None,
            }
        };
        self.own.iter().filter_map(follow).collect()
    }

    /// The steps that write what was collected: those on the record's hash, and those on own keys.
    ///
    /// # Errors
    /// [`Error::Encode`] when a value could not be encoded.
    pub(crate) fn into_steps(self, place: &Place) -> Result<(Vec<Step>, Vec<Step>)> {
        if let Some((path, source)) = self.error {
            let (model, key) = (place.info.name, place.key.clone());
            return Err(Error::Encode { model, key, path: path.to_owned(), source });
        }
        let (mut in_hash, mut own) = (Vec::with_capacity(8), Vec::new());
        // The name and the key alone write nothing.
        if self.hset.args_iter().len() > 2 {
            in_hash.push(Step::Silent(self.hset));
        }
        if !self.absent.is_empty() {
            in_hash.push(Step::Silent(hash::delete(&place.key, self.absent.into_iter())));
        }
        for write in self.own {
            write.push_steps(place, &mut own);
        }
        Ok((in_hash, own))
    }

    /// The mark of a nested struct that is there.
    pub(crate) fn mark(&mut self, path: &'static str) {
        self.hset.arg(path).arg(PRESENT);
    }

    /// A slot of a nested struct that is not there.
    pub(crate) fn absent(&mut self, slot: Slot) {
        match slot {
            Slot::Leaf(path) | Slot::Alias(path) => self.absent.push(path),
            Slot::Expiring(path) | Slot::Collection(path, _) => {
                self.own.push(OwnWrite { path, value: OwnValue::Cleared });
            }
            Slot::Remote(path) => self.remote(path),
        }
    }
}

/// What stands at the path of an optional nested struct.
const PRESENT: &str = "1";
