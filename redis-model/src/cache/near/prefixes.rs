//! The fewest prefixes that say the same: a server refuses two of which one begins the other.

/// Prefixes that are tracked on one connection.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Prefixes(Vec<Vec<u8>>);

/// What it takes to track more.
#[derive(Debug, PartialEq)]
pub(super) enum Widening {
    /// These, beside those that are tracked.
    Add(Vec<Vec<u8>>),
    /// One is the beginning of some that are tracked: they cannot stay on one connection.
    StartAgain,
}

impl Prefixes {
    /// The fewest of these that cover all.
    pub(super) fn covering<'a>(all: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut all: Vec<_> = all.into_iter().collect();
        // A prefix stands right before those that it begins.
        all.sort_unstable();
        let mut few: Vec<Vec<u8>> = Vec::new();
        for prefix in all {
            if few.last().is_none_or(|last| !prefix.starts_with(last)) {
                few.push(prefix.to_vec());
            }
        }
        Self(few)
    }

    pub(super) fn to_vec(&self) -> Vec<Vec<u8>> {
        self.0.clone()
    }

    /// Whether all keys with this prefix have one of these.
    pub(super) fn cover(&self, prefix: &[u8]) -> bool {
        self.0.iter().any(|shorter| prefix.starts_with(shorter))
    }

    pub(super) fn extend(&mut self, more: Vec<Vec<u8>>) {
        self.0.extend(more);
    }

    /// Adds what others have and these do not cover.
    pub(super) fn widen(&mut self, wanted: Self) -> Widening {
        let news: Vec<_> = wanted.0.into_iter().filter(|prefix| !self.cover(prefix)).collect();
        if news.iter().any(|shorter| self.0.iter().any(|prefix| prefix.starts_with(shorter))) {
            return Widening::StartAgain;
        }
        self.0.extend(news.iter().cloned());
        Widening::Add(news)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefixes(texts: &[&str]) -> Prefixes {
        Prefixes::covering(texts.iter().map(|text| text.as_bytes()))
    }

    #[test]
    fn those_that_another_one_begins_are_left_out() {
        assert_eq!(prefixes(&["b:", "a:{", "a:", "b:", "ab", "a:x"]), prefixes(&["a:", "ab", "b:"]));
        assert_eq!(prefixes(&["a:", "ab", "b:"]).to_vec(), [b"a:", b"ab".as_slice(), b"b:"]);
        assert_eq!(prefixes(&["a", "", "b"]).to_vec(), [b""]);
    }

    #[test]
    fn what_is_covered_needs_nothing() {
        let mut tracked = prefixes(&["a:", "b:"]);
        assert!(tracked.cover(b"a:") && tracked.cover(b"a:x") && !tracked.cover(b"a"));
        assert_eq!(tracked.widen(prefixes(&["a:x", "b:"])), Widening::Add(Vec::new()));
        assert_eq!(tracked.widen(prefixes(&["a:x", "c:"])), Widening::Add(vec![b"c:".to_vec()]));
        assert!(tracked.cover(b"c:1"));
    }

    #[test]
    fn one_that_begins_a_tracked_one_takes_another_connection() {
        let mut tracked = prefixes(&["a:x", "b:"]);
        assert_eq!(tracked.widen(prefixes(&["a:"])), Widening::StartAgain);
        assert_eq!(tracked.widen(prefixes(&[""])), Widening::StartAgain);
    }
}
