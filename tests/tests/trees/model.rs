//! A plain tree that does what one in Redis should: leaves by path, looked through from end to end.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

/// Leaves that have not expired, with their deadlines in milliseconds of the model's own time.
#[derive(Debug, Default)]
pub(crate) struct Model {
    leaves: BTreeMap<String, (Value, Option<u64>)>,
    pub(crate) now: u64,
}

/// What is left of something's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    Missing,
    Unlimited,
    Milliseconds(u64),
}

fn is_at_or_below(leaf: &str, path: &str) -> bool {
    path.is_empty() || leaf == path || leaf.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'))
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

impl Model {
    pub(crate) fn set(&mut self, path: &str, value: &Value, ttl: Option<u64>) {
        self.leaves.retain(|leaf, _| !is_at_or_below(leaf, path) && !is_at_or_below(path, leaf));
        if !(path.is_empty() && *value == json!({})) {
            self.add_leaves(path, value, ttl.map(|ttl| self.now + ttl));
        }
    }

    fn add_leaves(&mut self, path: &str, value: &Value, deadline: Option<u64>) {
        match value {
            Value::Object(entries) if !entries.is_empty() => {
                for (name, value) in entries {
                    self.add_leaves(&join(path, name), value, deadline);
                }
            }
            leaf => _ = self.leaves.insert(path.to_owned(), (leaf.clone(), deadline)),
        }
    }

    pub(crate) fn get(&self, path: &str) -> Option<Value> {
        if let Some((leaf, _)) = self.leaves.get(path) {
            return Some(leaf.clone());
        }
        let below = self.keys(path);
        (!below.is_empty()).then(|| {
            let mut root = Value::Object(Map::new());
            for leaf in below {
                let inner = leaf[path.len()..].trim_start_matches('.');
                let place = inner.split('.').fold(&mut root, |place, name| &mut place[name]);
                *place = self.leaves[&leaf].0.clone();
            }
            root
        })
    }

    pub(crate) fn keys(&self, path: &str) -> Vec<String> {
        self.leaves.keys().filter(|leaf| is_at_or_below(leaf, path)).cloned().collect()
    }

    pub(crate) fn children(&self, path: &str) -> Vec<String> {
        let below = self.keys(path).into_iter().filter(|leaf| leaf != path);
        let segment = |leaf: String| leaf[path.len()..].trim_start_matches('.').split('.').next().map(str::to_owned);
        below.filter_map(segment).collect::<BTreeSet<_>>().into_iter().collect()
    }

    pub(crate) fn delete(&mut self, path: &str) -> usize {
        let before = self.leaves.len();
        self.leaves.retain(|leaf, _| !is_at_or_below(leaf, path));
        before - self.leaves.len()
    }

    /// The sum; `None` when something else is there.
    pub(crate) fn add(&mut self, path: &str, number: i64) -> Option<i64> {
        let sum = match self.get(path) {
            None => number,
            Some(value) => value.as_i64()?.checked_add(number)?,
        };
        let deadline = self.leaves.get(path).and_then(|(_, deadline)| *deadline);
        self.leaves.retain(|leaf, _| !is_at_or_below(path, leaf));
        self.leaves.insert(path.to_owned(), (json!(sum), deadline));
        Some(sum)
    }

    pub(crate) fn expire(&mut self, path: &str, ttl: u64) -> usize {
        let until = self.now + ttl;
        self.change_deadlines(path, |deadline| {
            *deadline = Some(until);
            true
        })
    }

    pub(crate) fn persist(&mut self, path: &str) -> usize {
        self.change_deadlines(path, |deadline| deadline.take().is_some())
    }

    fn change_deadlines(&mut self, path: &str, change: impl Fn(&mut Option<u64>) -> bool) -> usize {
        let concerned = self.leaves.iter_mut().filter(|(leaf, _)| is_at_or_below(leaf, path));
        concerned.filter_map(|(_, (_, deadline))| change(deadline).then_some(())).count()
    }

    pub(crate) fn ttl(&self, path: &str) -> Left {
        let deadlines: Option<Vec<u64>> = self.keys(path).iter().map(|leaf| self.leaves[leaf].1).collect();
        match deadlines.map(|deadlines| deadlines.into_iter().max()) {
            None => Left::Unlimited,
            Some(None) => Left::Missing,
            Some(Some(last)) => Left::Milliseconds(last - self.now),
        }
    }

    pub(crate) fn advance(&mut self, by: u64) {
        self.now += by;
        let now = self.now;
        self.leaves.retain(|_, (_, deadline)| deadline.is_none_or(|deadline| deadline > now));
    }

    /// Lets the leaves at and below the path end now; which they are.
    pub(crate) fn end(&mut self, path: &str) -> Vec<String> {
        let ended = self.keys(path);
        self.delete(path);
        ended
    }

    pub(crate) fn end_leaf(&mut self, leaf: &str) {
        self.leaves.remove(leaf);
    }
}
