use std::collections::HashMap;

/// How often a watched key had changed when WATCH named it.
pub(crate) type WatchVersion = u64;

/// The watched keys of one database. Keys that nobody watches cost nothing.
#[derive(Debug, Default)]
pub(super) struct WatchedKeys {
    keys: HashMap<Box<[u8]>, Watched>,
}

#[derive(Debug, Default)]
struct Watched {
    version: WatchVersion,
    watchers: usize,
}

impl WatchedKeys {
    pub(super) fn watch(&mut self, key: &[u8]) -> WatchVersion {
        if !self.keys.contains_key(key) {
            self.keys.insert(key.into(), Watched::default());
        }
        let watched = self.keys.get_mut(key).expect("it was inserted above if it was missing");
        watched.watchers += 1;
        watched.version
    }

    pub(super) fn unwatch(&mut self, key: &[u8]) {
        if let Some(watched) = self.keys.get_mut(key) {
            watched.watchers -= 1;
            if watched.watchers == 0 {
                self.keys.remove(key);
            }
        }
    }

    pub(super) fn version(&self, key: &[u8]) -> Option<WatchVersion> {
        self.keys.get(key).map(|watched| watched.version)
    }

    /// The key has changed.
    pub(super) fn touch(&mut self, key: &[u8]) {
        if self.keys.is_empty() {
            return;
        }
        if let Some(watched) = self.keys.get_mut(key) {
            watched.version += 1;
        }
    }

    /// Every key for which `changed` holds has changed: the database was emptied or replaced.
    pub(super) fn touch_where(&mut self, changed: impl Fn(&[u8]) -> bool) {
        for (key, watched) in &mut self.keys {
            if changed(key) {
                watched.version += 1;
            }
        }
    }
}
