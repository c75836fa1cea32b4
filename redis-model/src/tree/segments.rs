//! What can name a place in a tree.

use crate::path::flaw_of;

/// A path in a [`Tree`](super::Tree): dotted text such as `"a.b"`, or a list of segments such as `["a", "b"]`, of which none
/// holds a dot.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no path in a tree",
    label = "not a path",
    note = "write dotted text, `\"a.b\"`, or a list of segments, `[\"a\", \"b\"]`"
)]
pub trait TreeSegments {
    /// The dotted path.
    #[doc(hidden)]
    fn dotted(&self) -> String;

    /// What is wrong with it, if anything.
    #[doc(hidden)]
    fn flaw(&self) -> Option<&'static str> {
        flaw_of(&self.dotted())
    }
}

impl TreeSegments for str {
    fn dotted(&self) -> String {
        self.to_owned()
    }

    fn flaw(&self) -> Option<&'static str> {
        flaw_of(self)
    }
}

impl TreeSegments for String {
    fn dotted(&self) -> String {
        self.clone()
    }
}

impl<S: AsRef<str>> TreeSegments for [S] {
    fn dotted(&self) -> String {
        self.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(".")
    }

    fn flaw(&self) -> Option<&'static str> {
        if self.iter().any(|segment| segment.as_ref().contains('.')) {
            return Some("a segment of the list holds a dot: write one segment for each");
        }
        flaw_of(&self.dotted())
    }
}

impl<S: AsRef<str>, const N: usize> TreeSegments for [S; N] {
    fn dotted(&self) -> String {
        self.as_slice().dotted()
    }

    fn flaw(&self) -> Option<&'static str> {
        self.as_slice().flaw()
    }
}

impl<S: AsRef<str>> TreeSegments for Vec<S> {
    fn dotted(&self) -> String {
        self.as_slice().dotted()
    }

    fn flaw(&self) -> Option<&'static str> {
        self.as_slice().flaw()
    }
}

impl<T: TreeSegments + ?Sized> TreeSegments for &T {
    fn dotted(&self) -> String {
        (**self).dotted()
    }

    fn flaw(&self) -> Option<&'static str> {
        (**self).flaw()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_lists_name_the_same_path() {
        assert_eq!("a.b".dotted(), "a.b");
        assert_eq!(["a", "b"].dotted(), "a.b");
        assert_eq!(vec!["a".to_owned(), "b".to_owned()].dotted(), "a.b");
        assert!("a.b".flaw().is_none() && ["a", "b"].flaw().is_none() && (&&["a", "b"][..]).flaw().is_none());
    }

    #[test]
    fn a_segment_of_a_list_holds_no_dot_and_is_not_empty() {
        assert!("a.b".flaw().is_none() && ["a.b"].flaw().is_some_and(|flaw| flaw.contains("dot")));
        assert!(["a", ""].flaw().is_some() && [""].flaw().is_some() && <[&str; 0]>::default().flaw().is_some());
    }
}
