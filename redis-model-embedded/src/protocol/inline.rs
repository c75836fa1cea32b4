/// Splits a line, an inline command for one, into its words, with Redis' quoting rules.
///
/// Double quotes know `\n \r \t \b \a \xHH`, single quotes only `\'`, and a closing quote must be followed by a space
/// or the end of the line. `None` when the quotes are unbalanced.
pub(crate) fn split(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut words = Vec::new();
    let mut rest = without_leading_space(line);
    while !rest.is_empty() {
        let (word, after) = word(rest)?;
        words.push(word);
        rest = without_leading_space(after);
    }
    Some(words)
}

/// What C's `isspace` calls a space: between words all of these, within a word only some of them end it.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

fn without_leading_space(text: &[u8]) -> &[u8] {
    let length = text.iter().take_while(|byte| is_space(**byte)).count();
    &text[length..]
}

/// The first word of `rest`, and what follows it.
fn word(mut rest: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut word = Vec::new();
    loop {
        match rest {
            [] => return Some((word, rest)),
            [b' ' | b'\t' | b'\n' | b'\r' | 0, ..] => return Some((word, &rest[1..])),
            [b'"', tail @ ..] => return closed(double_quoted(tail, &mut word)?).map(|after| (word, after)),
            [b'\'', tail @ ..] => return closed(single_quoted(tail, &mut word)?).map(|after| (word, after)),
            [byte, tail @ ..] => {
                word.push(*byte);
                rest = tail;
            }
        }
    }
}

fn double_quoted<'a>(mut rest: &'a [u8], word: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        rest = match rest {
            [] => return None,
            [b'"', tail @ ..] => return Some(tail),
            [b'\\', b'x', high, low, tail @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                word.push(hex(*high) << 4 | hex(*low));
                tail
            }
            [b'\\', escaped, tail @ ..] => {
                word.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 8,
                    b'a' => 7,
                    other => *other,
                });
                tail
            }
            [byte, tail @ ..] => {
                word.push(*byte);
                tail
            }
        }
    }
}

fn single_quoted<'a>(mut rest: &'a [u8], word: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        rest = match rest {
            [] => return None,
            [b'\'', tail @ ..] => return Some(tail),
            [b'\\', b'\'', tail @ ..] => {
                word.push(b'\'');
                tail
            }
            [byte, tail @ ..] => {
                word.push(*byte);
                tail
            }
        }
    }
}

/// `rest` if a closing quote may stand before it.
fn closed(rest: &[u8]) -> Option<&[u8]> {
    rest.first().is_none_or(|byte| is_space(*byte)).then_some(rest)
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit.to_ascii_uppercase() - b'A' + 10,
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    fn words(line: &str) -> Option<Vec<String>> {
        let words = split(line.as_bytes())?;
        Some(words.into_iter().map(|word| String::from_utf8_lossy(&word).into_owned()).collect())
    }

    #[test]
    fn words_are_separated_by_any_amount_of_space() {
        assert_eq!(words("  SET  a\t b "), Some(vec!["SET".into(), "a".into(), "b".into()]));
        assert_eq!(words("   "), Some(vec![]));
    }

    #[test]
    fn quotes_keep_spaces_and_escapes() {
        assert_eq!(words(r#""a b\n\x41" 'c\'d\n'"#), Some(vec!["a b\nA".into(), r"c'd\n".into()]));
        assert_eq!(words(r#"a"b c""#), Some(vec!["ab c".into()]));
    }

    #[test]
    fn unbalanced_quotes_are_refused() {
        for line in [r#""abc"#, "'abc", r#""a"b"#, r#""abc\"#] {
            assert_eq!(words(line), None, "{line}");
        }
    }
}
