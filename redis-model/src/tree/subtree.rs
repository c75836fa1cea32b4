//! Leaves back into one nested value.

use serde::de::DeserializeOwned;

use crate::codec::DecodeError;

/// What lies at a path.
pub(super) enum Found {
    Nothing,
    /// A leaf's JSON.
    Leaf(Vec<u8>),
    /// Leaves with their JSON, in the order of their paths' bytes.
    Below(Vec<(String, Vec<u8>)>),
}

impl Found {
    /// The value; `prefix` is how many bytes the paths begin with that are not part of it.
    pub(super) fn decode<T: DeserializeOwned>(self, prefix: usize) -> Result<Option<T>, DecodeError> {
        match self {
            Self::Nothing => Ok(None),
            Self::Leaf(json) => decode(&json).map(Some),
            Self::Below(leaves) => decode(&nested(&leaves, prefix)).map(Some),
        }
    }
}

pub(super) fn decode<T: DeserializeOwned>(json: &[u8]) -> Result<T, DecodeError> {
    serde_json::from_slice(json).map_err(|error| {
        let expected = format!("{} as JSON", std::any::type_name::<T>());
        DecodeError::new(expected, json).because(error)
    })
}

/// The leaves as the text of one JSON object. Numbers and texts stay as they are stored, to the digit.
fn nested(leaves: &[(String, Vec<u8>)], prefix: usize) -> Vec<u8> {
    let size: usize = leaves.iter().map(|(path, json)| path.len() - prefix.min(path.len()) + json.len() + 8).sum();
    let mut text = Vec::with_capacity(size);
    text.push(b'{');
    let mut open: Vec<&str> = Vec::new();
    for (number, (path, json)) in leaves.iter().enumerate() {
        let mut segments: Vec<&str> = path.get(prefix..).unwrap_or_default().split('.').collect();
        let name = segments.pop().unwrap_or_default();
        // What begins alike lies side by side in the order of bytes, so that no object has to be opened twice.
        let shared = open.iter().zip(&segments).take_while(|(one, other)| one == other).count();
        text.resize(text.len() + open.len() - shared, b'}');
        if number > 0 {
            text.push(b',');
        }
        open.truncate(shared);
        for segment in segments.drain(shared..) {
            push_name(&mut text, segment);
            text.push(b'{');
            open.push(segment);
        }
        push_name(&mut text, name);
        text.extend_from_slice(json);
    }
    text.resize(text.len() + open.len() + 1, b'}');
    text
}

fn push_name(text: &mut Vec<u8>, name: &str) {
    serde_json::to_writer(&mut *text, name).expect("a text is JSON, and memory takes it");
    text.push(b':');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(leaves: &[(&str, &str)], prefix: usize) -> String {
        let leaves: Vec<_> = leaves.iter().map(|(path, json)| ((*path).to_owned(), json.as_bytes().to_vec())).collect();
        String::from_utf8(nested(&leaves, prefix)).expect("it is text")
    }

    #[test]
    fn segments_become_objects() {
        assert_eq!(text(&[("a", "1")], 0), r#"{"a":1}"#);
        assert_eq!(
            text(&[("a.b", "1"), ("a.c.d", "2"), ("a.c.e", "3"), ("f", "4")], 0),
            r#"{"a":{"b":1,"c":{"d":2,"e":3}},"f":4}"#
        );
        assert_eq!(text(&[("p.a.b.c", "1"), ("p.d", "[2]")], 2), r#"{"a":{"b":{"c":1}},"d":[2]}"#);
    }

    #[test]
    fn what_sorts_between_a_name_and_its_dot_does_not_part_it() {
        // `-` comes before the dot.
        assert_eq!(text(&[("a-b", "1"), ("a.b", "2"), ("a.c", "3")], 0), r#"{"a-b":1,"a":{"b":2,"c":3}}"#);
    }

    #[test]
    fn names_are_escaped() {
        assert_eq!(text(&[("a\"b.\n", "1")], 0), r#"{"a\"b":{"\n":1}}"#);
    }

    #[test]
    fn paths_that_nobody_would_write_end_nothing() {
        assert_eq!(text(&[("", "1"), ("p", "2")], 9), r#"{"":1,"":2}"#);
    }
}
