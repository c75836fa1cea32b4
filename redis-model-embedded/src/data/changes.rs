use std::collections::HashMap;

/// The changes of one database's keys that somebody waits to hear of. As long as nobody does, none is noted.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Somebody wants to hear of every key.
    pub(super) notes_all: bool,
    /// How many wait for each key.
    awaited: HashMap<Box<[u8]>, usize>,
    log: Vec<Change>,
}

/// One change of one key.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) key: Box<[u8]>,
    pub(crate) cause: Cause,
}

/// What changed a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// A command.
    Write,
    /// Its time ran out.
    Expiry,
    /// SWAPDB brought it here. Nobody's copy of it is stale, since copies have no database.
    Swap,
}

impl Changes {
    pub(super) fn await_key(&mut self, key: &[u8]) {
        *self.awaited.entry(key.into()).or_default() += 1;
    }

    pub(super) fn stop_awaiting(&mut self, key: &[u8]) {
        if let Some(count) = self.awaited.get_mut(key) {
            *count -= 1;
            if *count == 0 {
                self.awaited.remove(key);
            }
        }
        if self.awaited.is_empty() && !self.notes_all {
            self.log.clear();
        }
    }

    pub(super) fn note(&mut self, key: &[u8], cause: Cause) {
        if self.notes_all || (!self.awaited.is_empty() && self.awaited.contains_key(key)) {
            self.log.push(Change { key: key.into(), cause });
        }
    }

    /// Notes those of the awaited keys that are there after SWAPDB.
    pub(super) fn note_swap(&mut self, exists: impl Fn(&[u8]) -> bool) {
        let here = self.awaited.keys().filter(|key| exists(key));
        self.log.extend(here.map(|key| Change { key: key.clone(), cause: Cause::Swap }));
    }

    pub(super) fn take(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.log)
    }
}
