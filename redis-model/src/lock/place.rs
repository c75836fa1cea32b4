//! Where a lock is: a tree, and a dotted path in it.

use std::{
    borrow::Cow,
    fmt::{self, Write as _},
    sync::Arc,
};

use crate::{
    error::{Error, Result},
    key::Key,
    layout::EPOCH,
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
    Named(Box<str>),
}

const LONGEST: usize = 1024;
const DEEPEST: usize = 64;

const EMPTY: &str = "it is empty";
const TOO_LONG: &str = "it is longer than 1024 bytes";

impl Place {
    /// A path of a record, as its model has it.
    pub(super) fn of_record(record: &Key, path: &'static str) -> Self {
        let tree = Tree::new(record, "lock", Root::Record(record.clone()));
        Self { tree: Arc::new(tree), path: Cow::Borrowed(path), flaw: None }
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
            Root::Record(key) => key.to_string(),
            Root::Named(name) => escape(name).into_owned(),
        };
        if !self.path.is_empty() {
            name.push('.');
            name.push_str(&self.escaped());
        }
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
            // Free trees say nothing of how the data lies in its keys.
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
                [b'.', path @ ..] => Some(Some(path.to_vec())),
                // It belongs to all of the record, and every write looks after it.
                [b'@', name @ ..] if name == EPOCH.as_bytes() => Some(Some(Vec::new())),
                _ => None,
            },
            Root::Named(_) => (hash_tag(touch.key) == hash_tag(self.hash.as_bytes())).then_some(None),
        }
    }
}

/// What of a key decides on its slot in a cluster: what is in its first braces, if that is something.
pub(super) fn hash_tag(key: &[u8]) -> &[u8] {
    let tagged = || {
        let open = key.iter().position(|&byte| byte == b'{')?;
        let length = key[open + 1..].iter().position(|&byte| byte == b'}')?;
        Some(&key[open + 1..open + 1 + length]).filter(|tag| !tag.is_empty())
    };
    tagged().unwrap_or(key)
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
        let reason = if path.is_empty() {
            EMPTY
        } else if path.split('.').any(str::is_empty) {
            "it has an empty segment: write segments with one dot in between"
        } else if path.len() > LONGEST {
            TOO_LONG
        } else if path.split('.').count() > DEEPEST {
            "it has more than 64 segments"
        } else {
            return None;
        };
        Some(Self { given: path.into(), reason })
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
        let jobs = Place::free("jobs.nightly");
        assert_eq!(jobs.covers(touch("report:{jobs}", None)), Covers::Wholly);
        assert_eq!(jobs.covers(touch("jobs", None)), Covers::Wholly);
        assert_eq!(jobs.covers(touch("report", None)), Covers::Outside);
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
