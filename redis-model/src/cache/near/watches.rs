//! Who is to go when another key changes.

use std::{collections::HashMap, sync::Arc};

use foldhash::fast::RandomState;

use crate::key::Key;

/// By each watched key, the arguments of those that depend on it, and how often: an entry and a read of it that is under way
/// count both.
#[derive(Default)]
pub(super) struct Watches {
    by_key: HashMap<Arc<[u8]>, Dependents, RandomState>,
}

type Dependents = HashMap<Arc<[u8]>, usize, RandomState>;

/// The keys that one entry depends on.
pub(super) type Watched = Box<[Arc<[u8]>]>;

impl Watches {
    pub(super) fn add(&mut self, watched: &[Key], arguments: &Arc<[u8]>) -> Watched {
        watched.iter().map(|key| self.add_one(key.as_bytes(), arguments)).collect()
    }

    /// Gives the key as it is kept, once for all that depend on it.
    fn add_one(&mut self, key: &[u8], arguments: &Arc<[u8]>) -> Arc<[u8]> {
        let key = self.by_key.get_key_value(key).map_or_else(|| Arc::from(key), |(key, _)| key.clone());
        *self.by_key.entry(key.clone()).or_default().entry(arguments.clone()).or_default() += 1;
        key
    }

    pub(super) fn remove(&mut self, watched: &[Arc<[u8]>], arguments: &[u8]) {
        for key in watched {
            let Some(dependents) = self.by_key.get_mut(key) else { continue };
            if let Some(count) = dependents.get_mut(arguments) {
                *count -= 1;
                if *count == 0 {
                    dependents.remove(arguments);
                }
            }
            if dependents.is_empty() {
                self.by_key.remove(key);
            }
        }
    }

    pub(super) fn contains(&self, key: &[u8]) -> bool {
        self.by_key.contains_key(key)
    }

    /// Those that depend on a key.
    pub(super) fn of(&self, key: &[u8]) -> Vec<Arc<[u8]>> {
        self.by_key.get(key).map(|dependents| dependents.keys().cloned().collect()).unwrap_or_default()
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }
}
