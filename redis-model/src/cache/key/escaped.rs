//! Texts as keys: arguments in which nothing is mistaken for what stands between them.

use std::fmt::{self, Write};

/// A value as it stands in a text between separators: their letters, and the percent sign, as `%` and two hexadecimal digits for
/// each byte, so that different values never make the same text.
#[derive(Debug)]
pub struct Escaped<'a, T> {
    value: T,
    separators: &'a str,
}

impl<'a, T> Escaped<'a, T> {
    /// The value, in a text with these separators.
    pub fn new(value: T, separators: &'a str) -> Self {
        Self { value, separators }
    }
}

impl<T: fmt::Display> fmt::Display for Escaped<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escape { out: f, separators: self.separators }, "{}", self.value)
    }
}

struct Escape<'a, 'b> {
    out: &'a mut fmt::Formatter<'b>,
    separators: &'a str,
}

impl Write for Escape<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|letter| self.write_char(letter))
    }

    fn write_char(&mut self, letter: char) -> fmt::Result {
        if letter != '%' && !self.separators.contains(letter) {
            return self.out.write_char(letter);
        }
        letter.encode_utf8(&mut [0; 4]).bytes().try_for_each(|byte| write!(self.out, "%{byte:02X}"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(a: &str, b: &str, c: &str) -> String {
        let escaped = |value| Escaped::new(value, "/ä:");
        format!("user:{}/ä{}:{}", escaped(a.to_owned()), escaped(b.to_owned()), escaped(c.to_owned()))
    }

    #[test]
    fn separators_are_escaped_and_nothing_else() {
        assert_eq!(text("a/b", "100%", "x-y"), "user:a%2Fb/ä100%25:x-y");
        assert_eq!(text("ä", "", ":"), "user:%C3%A4/ä:%3A");
    }

    proptest! {
        #[test]
        fn different_values_make_different_texts(
            one in ("[a/ä:%2]{0,4}", "[a/ä:%2]{0,4}", "[a/ä:%2]{0,4}"),
            other in ("[a/ä:%2]{0,4}", "[a/ä:%2]{0,4}", "[a/ä:%2]{0,4}"),
        ) {
            let texts = [&one, &other].map(|(a, b, c)| text(a, b, c));
            prop_assert_eq!(one == other, texts[0] == texts[1]);
        }
    }
}
