//! Where a lock is: a tree, and a dotted path in it.

use std::{
    borrow::Cow,
    fmt::{self, Write as _},
    sync::Arc,
};

use crate::{
    error::{Error, Result},
    key::{Key, hash_tag},
    layout::EPOCH,
    path::{EMPTY, LONGEST, TOO_LONG, flaw_of},
    query::touch::Touch,
};

/// A path in a tree. What is wrong with it waits here until the lock is used, as builders return no results.
#[derive(Clone)]
pub(crate) struct Place {
    pub(super) tree: Arc<Tree>,
    /// Empty for the whole tree.
    path: Cow<'static, str>,
    flaw: Option<Flaw>,
}

/// What is wrong with a path.
#[derive(Clone)]
struct Flaw {
    /// What was given, which the place may not show: dots at the end make no segment.
    given: Box<str>,
    reason: &'static str,
}

/// What locks exclude each other within: a record, or what free paths begin with.
pub(super) struct Tree {
    pub(super) hash: Key,
    pub(super) index: Key,
    pub(super) queue: Key,
    root: Root,
}

enum Root {
    Record(Key),
    Key(Key),
    Named(Box<str>),
}

/// What the key of the values of a [`Tree`](crate::Tree) ends with.
pub(crate) const TREE: &str = "tree";

impl Place {
    /// A path of a record, as its model has it.
    pub(super) fn of_record(record: &Key, path: &'static str) -> Self {
        let tree = Tree::new(record, "lock", Root::Record(record.clone()));
        Self { tree: Arc::new(tree), path: Cow::Borrowed(path), flaw: None }
    }

    /// A key that is no record's, and the keys of its companions.
    pub(super) fn of_key(key: &Key) -> Self {
        let tree = Tree::new(&key.with_tag(), "lock", Root::Key(key.clone()));
        Self { tree: Arc::new(tree), path: Cow::Borrowed(""), flaw: None }
    }

    /// A free path, whose first segment is the tree.
    pub(super) fn free(path: &str) -> Self {
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        let tree = Tree::new(&Key::tagged(name), "lock", Root::Named(name.into()));
        Self { tree: Arc::new(tree), path: Cow::Owned(rest.to_owned()), flaw: Flaw::of(path) }
    }

    /// A whole tree of another kind than that of free paths, so that their names do not meet. Its name may have dots.
    pub(super) fn named(name: &str, kind: &str) -> Self {
        let tree = Tree::new(&Key::tagged(name), kind, Root::Named(name.into()));
        let reason = match name.len() {
            0 => Some(EMPTY),
            1..=LONGEST => None,
            _ => Some(TOO_LONG),
        };
        let flaw = reason.map(|reason| Flaw { given: name.into(), reason });
        Self { tree: Arc::new(tree), path: Cow::Borrowed(""), flaw }
    }

    /// A path in a tree of values whose keys begin with `base`, and what is wrong with it; empty for all of it. The unnamed
    /// tree has an empty name.
    pub(super) fn in_tree(base: &Key, name: &str, path: &str, flaw: Option<&'static str>) -> Self {
        let tree = Tree::new(base, "lock", Root::Named(name.into()));
        let flaw = flaw.map(|reason| Flaw { given: path.into(), reason });
        Self { tree: Arc::new(tree), path: Cow::Owned(path.to_owned()), flaw }
    }

    /// A path below this one.
    pub(super) fn child(&self, path: &str) -> Self {
        let joined = if self.path.is_empty() { path.to_owned() } else { format!("{}.{path}", self.path) };
        let flaw = self.flaw.clone().or_else(|| Flaw::of(path)).or_else(|| Flaw::of(&joined));
        Self { tree: self.tree.clone(), path: Cow::Owned(joined), flaw }
    }

    /// # Errors
    /// [`Error::InvalidPath`], and [`Error::InvalidKey`] when what was given makes no record.
    pub(super) fn check(&self) -> Result<()> {
        if let Some(Flaw { given, reason }) = &self.flaw {
            return Err(Error::InvalidPath { path: given.to_string(), reason });
        }
        self.tree.hash.check().map_err(|reason| Error::InvalidKey { reason })
    }

    /// The path as people know it: with its record's key, or its tree's name; on one line, whatever it was made of.
    pub(super) fn name(&self) -> String {
        let mut name = match &self.tree.root {
            Root::Record(key) | Root::Key(key) => key.to_string(),
            Root::Named(name) => escape(name).into_owned(),
        };
        // Of the unnamed tree there is the dot.
        if !self.path.is_empty() || name.is_empty() {
            name.push('.');
        }
        name.push_str(&self.escaped());
        name
    }

    /// The path as the scripts have it: without control characters.
    pub(super) fn escaped(&self) -> Cow<'_, str> {
        escape(&self.path)
    }

    /// The order in which several locks are taken: trees by key, paths with those above before those below.
    pub(super) fn order(&self) -> (&Key, impl Ord + '_) {
        (&self.tree.hash, self.path.split('.').filter(|segment| !segment.is_empty()).collect::<Vec<_>>())
    }

    /// Whether the other place is this one or lies below it.
    pub(super) fn contains(&self, other: &Self) -> bool {
        self.tree.hash == other.tree.hash && is_within(self.path.as_bytes(), other.path.as_bytes())
    }

    /// Whether what a query touches lies in the tree, and in this path if it is written.
    pub(super) fn covers(&self, touch: Touch<'_>) -> Covers {
        let Some(path) = self.tree.path_of(touch) else { return Covers::Outside };
        match path {
            // But for trees of values, nothing is known of how the data lies in its keys.
            None => Covers::Wholly,
            Some(path) if is_within(self.path.as_bytes(), &path) => Covers::Wholly,
            Some(_) => Covers::ForReading,
        }
    }
}

/// How a lock covers what is touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Covers {
    Wholly,
    /// It is in the tree, but not below the locked path.
    ForReading,
    Outside,
}

impl Tree {
    fn new(base: &Key, kind: &str, root: Root) -> Self {
        let hash = base.join(b'@', kind);
        let [index, queue] = ["index", "queue"].map(|suffix| hash.join(b':', suffix));
        Self { hash, index, queue, root }
    }

    /// The path that is touched, where the tree knows; nothing for what is not of the tree.
    #[allow(clippy::option_option, reason = "outside of the tree, somewhere in it, and at a path of it")]
    fn path_of(&self, touch: Touch<'_>) -> Option<Option<Vec<u8>>> {
        match &self.root {
            Root::Record(record) => match touch.key.strip_prefix(record.as_bytes())? {
                [] => Some(Some(touch.field.unwrap_or_default().to_vec())),
                // What stands beside an own key, such as a new collection before it takes its place, is of the same path.
                [b'.', path @ ..] => Some(path.split(|&byte| byte == b'@').next().map(<[u8]>::to_vec)),
                // It belongs to all of the record, and every write looks after it.
                [b'@', name @ ..] if name == EPOCH.as_bytes() => Some(Some(Vec::new())),
                _ => None,
            },
            Root::Key(key) => {
                let is_beside =
                    || touch.key.strip_prefix(key.with_tag().as_bytes()).is_some_and(|rest| rest.starts_with(b"@"));
                (touch.key == key.as_bytes() || is_beside()).then_some(None)
            }
            Root::Named(_) if slot_of(touch.key) != slot_of(self.hash.as_bytes()) => None,
            Root::Named(_) => Some(self.path_of_value(touch)),
        }
    }
}

impl Tree {
    /// The path of a tree of values that is touched; nothing for what is not of its keys.
    fn path_of_value(&self, touch: Touch<'_>) -> Option<Vec<u8>> {
        let hash = self.hash.as_bytes();
        let base = hash.iter().rposition(|&byte| byte == b'@').map_or(hash, |kind| &hash[..=kind]);
        match touch.key.strip_prefix(base)?.strip_prefix(TREE.as_bytes())? {
            [] => Some(touch.field.unwrap_or_default().to_vec()),
            // What belongs to all of it.
            [b':', ..] => Some(Vec::new()),
            _ => None,
        }
    }
}

/// What of a key decides on its slot in a cluster.
pub(super) fn slot_of(key: &[u8]) -> &[u8] {
    hash_tag(key).unwrap_or(key)
}

fn is_within(outer: &[u8], path: &[u8]) -> bool {
    outer.is_empty() || path.strip_prefix(outer).is_some_and(|rest| matches!(rest, [] | [b'.', ..]))
}

fn escape(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(is_reserved) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match u8::try_from(character) {
            Ok(byte) if is_reserved(byte) => _ = write!(escaped, "%{byte:02X}"),
            _ => escaped.push(character),
        }
    }
    Cow::Owned(escaped)
}

const fn is_reserved(byte: u8) -> bool {
    byte < 0x20 || byte == 0x7f || byte == b'%'
}

impl Flaw {
    /// What is wrong with a path, if anything.
    fn of(path: &str) -> Option<Self> {
        flaw_of(path).map(|reason| Self { given: path.into(), reason })
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_free_paths_first_segment_is_its_tree() {
        let place = Place::free("jobs.nightly.report");
        assert_eq!(place.tree.hash.to_string(), "{jobs}@lock");
        assert_eq!((place.escaped().as_ref(), place.name().as_str()), ("nightly.report", "jobs.nightly.report"));
        assert!(Place::free("jobs").check().is_ok_and(|()| Place::free("jobs").path.is_empty()));
    }

    #[test]
    fn a_records_tree_has_its_hash_tag() {
        let place = Place::of_record(&Key::new("user:{42}"), "address.city");
        assert_eq!(place.tree.queue.to_string(), "user:{42}@lock:queue");
        assert_eq!(place.name(), "user:{42}.address.city");
    }

    #[test]
    fn names_are_of_one_line() {
        assert_eq!(Place::free("jobs\nERROR.a\r\n").name(), "jobs%0AERROR.a%0D%0A");
    }

    #[test]
    fn bad_paths_say_why() {
        for path in ["", ".", "a.", ".a", "a..b", &"a".repeat(2000), &"a.".repeat(70)] {
            let error = Place::free(path).check().expect_err(path);
            assert!(matches!(&error, Error::InvalidPath { path: given, .. } if given == path), "{path}: {error}");
        }
        assert!(Place::free("a").child("").check().is_err());
        assert!(Place::free("a").child("b..c").check().is_err());
    }

    #[test]
    fn a_path_covers_itself_and_what_is_below() {
        let record = Key::new("user:{42}");
        let address = Place::of_record(&record, "address");
        let touch = |key: &'static str, field: Option<&'static str>| Touch {
            key: key.as_bytes(),
            field: field.map(str::as_bytes),
            is_write: true,
        };
        for (covers, key, field) in [
            (Covers::Wholly, "user:{42}", Some("address")),
            (Covers::Wholly, "user:{42}", Some("address.city")),
            (Covers::Wholly, "user:{42}.address.code", None),
            (Covers::Wholly, "user:{42}.address@new:1", None),
            (Covers::ForReading, "user:{42}", Some("addresses")),
            (Covers::ForReading, "user:{42}", Some("name")),
            (Covers::ForReading, "user:{42}", None),
            (Covers::ForReading, "user:{42}.otp", None),
            (Covers::ForReading, "user:{42}@epoch", None),
            (Covers::Outside, "user:{42}@epoch:other", None),
            (Covers::Outside, "user:{43}@epoch", None),
            (Covers::Outside, "user:{42}@other", None),
            (Covers::Outside, "user:{421}", None),
            (Covers::Outside, "user:{43}", Some("address")),
        ] {
            assert_eq!(address.covers(touch(key, field)), covers, "{key} {field:?}");
        }
        for key in ["user:{42}", "user:{42}@epoch"] {
            assert_eq!(Place::of_record(&record, "").covers(touch(key, None)), Covers::Wholly);
        }
        for (key, inside) in [("feed", ["feed", "{feed}@new:1"]), ("a:{b}", ["a:{b}", "a:{b}@lock"])] {
            let place = Place::of_key(&Key::new(key));
            for covered in inside {
                assert_eq!(place.covers(touch(covered, None)), Covers::Wholly, "{covered}");
            }
            for other in ["feed2", "{feed}", "a:{b}c", "feed@new:1"] {
                assert_eq!(place.covers(touch(other, None)), Covers::Outside, "{other}");
            }
        }
        let jobs = Place::free("jobs.nightly");
        assert_eq!(jobs.covers(touch("report:{jobs}", None)), Covers::Wholly);
        assert_eq!(jobs.covers(touch("jobs", None)), Covers::Wholly);
        assert_eq!(jobs.covers(touch("report", None)), Covers::Outside);
    }

    #[test]
    fn a_free_path_covers_what_a_tree_of_its_name_holds_there() {
        let jobs = Place::free("jobs.nightly");
        for (covers, key, field) in [
            (Covers::Wholly, "{jobs}@tree", Some("nightly")),
            (Covers::Wholly, "{jobs}@tree", Some("nightly.step")),
            (Covers::ForReading, "{jobs}@tree", Some("nightly-2")),
            (Covers::ForReading, "{jobs}@tree", Some("")),
            (Covers::ForReading, "{jobs}@tree", None),
            (Covers::ForReading, "{jobs}@tree:paths", None),
            (Covers::ForReading, "{jobs}@tree:deadlines", None),
            (Covers::Wholly, "{jobs}@trees", None),
            (Covers::Wholly, "x{jobs}@tree", Some("other")),
            (Covers::Outside, "{job}@tree", Some("nightly")),
        ] {
            let touch = Touch { key: key.as_bytes(), field: field.map(str::as_bytes), is_write: true };
            assert_eq!(jobs.covers(touch), covers, "{key} {field:?}");
        }
    }

    proptest! {
        #[test]
        fn paths_stay_different_and_hold_no_control_characters(a in "[a.%\\x00-\\x1f\\x7fé|]{0,6}", b in "[a.%\\x00-\\x1f\\x7fé|]{0,6}") {
            let (escaped_a, escaped_b) = (Place::free("t").child(&a), Place::free("t").child(&b));
            prop_assert!(escaped_a.escaped().chars().all(|character| !character.is_control()));
            prop_assert_eq!(a == b, escaped_a.escaped() == escaped_b.escaped());
        }
    }
}
