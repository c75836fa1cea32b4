use std::collections::HashMap;

/// The changes of one database's keys that somebody waits to hear of. As long as nobody does, none is noted.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Somebody wants to hear of every key.
    notes_all: bool,
    log: Vec<Change>,
    awaited: HashMap<Box<[u8]>, Awaited>,
    /// Awaited keys in which there is something to take, in the order in which it came.
    ready: Vec<Box<[u8]>>,
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
}

#[derive(Debug, Default)]
struct Awaited {
    /// How many clients wait for the key.
    waits: usize,
    is_ready: bool,
}

impl Changes {
    pub(super) fn note_all(&mut self, notes_all: bool) {
        self.notes_all = notes_all;
        self.log.clear();
    }

    pub(super) fn note(&mut self, key: &[u8], cause: Cause) {
        if self.notes_all {
            self.log.push(Change { key: key.into(), cause });
        }
    }

    pub(super) fn await_key(&mut self, key: &[u8]) {
        self.awaited.entry(key.into()).or_default().waits += 1;
    }

    pub(super) fn stop_awaiting(&mut self, key: &[u8]) {
        if let Some(awaited) = self.awaited.get_mut(key) {
            awaited.waits -= 1;
            if awaited.waits == 0 {
                self.awaited.remove(key);
            }
        }
    }

    /// If somebody waits for `key`, and it holds something to take, it has become ready.
    pub(super) fn note_ready(&mut self, key: &[u8], holds_elements: impl FnOnce() -> bool) {
        if self.awaited.is_empty() {
            return;
        }
        if let Some(awaited) = self.awaited.get_mut(key).filter(|awaited| !awaited.is_ready && holds_elements()) {
            awaited.is_ready = true;
            self.ready.push(key.into());
        }
    }

    /// Another database has come in place of this one: all awaited keys that it has are ready.
    pub(super) fn note_swap(&mut self, holds_elements: impl Fn(&[u8]) -> bool) {
        let mut awaited: Vec<Box<[u8]>> = self.awaited.keys().cloned().collect();
        awaited.sort_unstable();
        for key in awaited {
            self.note_ready(&key, || holds_elements(&key));
        }
    }

    pub(super) fn take(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.log)
    }

    pub(super) fn take_ready(&mut self) -> Vec<Box<[u8]>> {
        let ready = std::mem::take(&mut self.ready);
        for key in &ready {
            if let Some(awaited) = self.awaited.get_mut(key) {
                awaited.is_ready = false;
            }
        }
        ready
    }
}
