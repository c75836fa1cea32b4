//! Redis' glob patterns: `?`, `*`, `[a-z]`, `[^x]` and `\` before a byte that means itself.

/// Whether `text` matches `pattern`.
///
/// Time is bounded by the product of the lengths: only the last `*` is ever tried again.
pub(crate) fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut pattern, mut text) = (pattern, text);
    // What follows the last star, and the text it has to match a suffix of.
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        if let [b'*', rest @ ..] = pattern {
            retry = Some((rest, text));
            pattern = rest;
            continue;
        }
        match step(pattern, text) {
            Step::Matched(rest) => (pattern, text) = (rest, &text[1..]),
            Step::End => return true,
            Step::Mismatch => {
                let Some((after_star, [_, shorter @ ..])) = retry else { return false };
                retry = Some((after_star, shorter));
                (pattern, text) = (after_star, shorter);
            }
        }
    }
}

enum Step<'p> {
    /// The first byte of the text matched; this is the rest of the pattern.
    Matched(&'p [u8]),
    /// Nothing is left of either.
    End,
    Mismatch,
}

fn step<'p>(pattern: &'p [u8], text: &[u8]) -> Step<'p> {
    let Some(&byte) = text.first() else {
        return if pattern.is_empty() { Step::End } else { Step::Mismatch };
    };
    let (matched, rest) = match pattern {
        [] => return Step::Mismatch,
        [b'?', rest @ ..] => (true, rest),
        [b'[', class @ ..] => in_class(class, byte),
        [b'\\', literal, rest @ ..] | [literal, rest @ ..] => (*literal == byte, rest),
    };
    if matched { Step::Matched(rest) } else { Step::Mismatch }
}

/// Whether `byte` is in the class that begins `class`, and what follows the class. As in Redis a class that is never
/// closed ends with the pattern.
fn in_class(class: &[u8], byte: u8) -> (bool, &[u8]) {
    let (negated, mut class) = match class {
        [b'^', rest @ ..] => (true, rest),
        _ => (false, class),
    };
    let mut found = false;
    loop {
        class = match class {
            [] => return (found != negated, class),
            [b'\\', literal, rest @ ..] => {
                found |= *literal == byte;
                rest
            }
            [b']', rest @ ..] => return (found != negated, rest),
            [from, b'-', to, rest @ ..] => {
                found |= (*from.min(to)..=*from.max(to)).contains(&byte);
                rest
            }
            [literal, rest @ ..] => {
                found |= *literal == byte;
                rest
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_match_as_in_redis() {
        let cases = [
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("h?llo", "hello", true),
            ("h?llo", "hllo", false),
            ("h*llo", "heeeello", true),
            ("h*llo*", "hxllo", true),
            ("*a*b", "xaybab", true),
            ("*a*b", "xayba", false),
            ("h[ae]llo", "hallo", true),
            ("h[^e]llo", "hello", false),
            ("h[a-b]llo", "hbllo", true),
            ("h[b-a]llo", "hallo", true),
            (r"a\*", "a*", true),
            (r"a\*", "ab", false),
            (r"[\]]", "]", true),
            ("[ab", "a", true),
            ("a[", "a", false),
            ("a\\", "a\\", true),
            ("***", "abc", true),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(matches(pattern.as_bytes(), text.as_bytes()), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn many_stars_do_not_take_forever() {
        let pattern = "a*".repeat(50) + "b";
        assert!(!matches(pattern.as_bytes(), "a".repeat(5_000).as_bytes()));
    }
}
