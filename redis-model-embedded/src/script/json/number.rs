/// The number at the start of `text` and its length, by the rules of C's `strtod`, spaces at the start excepted.
pub(super) fn read(text: &[u8]) -> Option<(f64, usize)> {
    let sign = usize::from(matches!(text.first(), Some(b'-' | b'+')));
    let unsigned = &text[sign..];
    let (magnitude, length) = hexadecimal(unsigned).or_else(|| word(unsigned)).or_else(|| decimal(unsigned))?;
    Some((if text[0] == b'-' { -magnitude } else { magnitude }, sign + length))
}

/// Whether a number is none by the rules of JSON, though `strtod` would read it.
pub(super) fn is_invalid(text: &[u8]) -> bool {
    match text.strip_prefix(b"-").unwrap_or(text) {
        _ if text.starts_with(b"+") => true,
        [b'0', next, ..] => matches!(next, b'x' | b'X') || next.is_ascii_digit(),
        [b'0'] => false,
        unsigned => starts(unsigned, "inf") || starts(unsigned, "nan"),
    }
}

fn starts(text: &[u8], word: &str) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
}

fn word(text: &[u8]) -> Option<(f64, usize)> {
    let words = [("infinity", f64::INFINITY), ("inf", f64::INFINITY), ("nan", f64::NAN)];
    let (word, value) = words.into_iter().find(|(word, _)| starts(text, word))?;
    Some((value, word.len() + if value.is_nan() { payload(&text[word.len()..]) } else { 0 }))
}

/// The length of the `(...)` that may follow "nan".
fn payload(text: &[u8]) -> usize {
    let Some(inside) = text.strip_prefix(b"(") else { return 0 };
    let length = inside.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    if inside.get(length) == Some(&b')') { length + 2 } else { 0 }
}

fn digits(text: &[u8], from: usize, is_digit: fn(&u8) -> bool) -> usize {
    text.get(from..).map_or(0, |rest| rest.iter().take_while(|byte| is_digit(byte)).count())
}

/// How many digits stand before and after the point, and the length of both with it; the point needs a digit beside it.
fn mantissa(text: &[u8], is_digit: fn(&u8) -> bool) -> Option<(usize, usize, usize)> {
    let whole = digits(text, 0, is_digit);
    let fraction = if text.get(whole) == Some(&b'.') { digits(text, whole + 1, is_digit) } else { 0 };
    if whole + fraction == 0 {
        return None;
    }
    let point = usize::from(text.get(whole) == Some(&b'.'));
    Some((whole, fraction, whole + point + fraction))
}

/// The exponent behind `mark` at `from`, and its length; without digits there is none.
fn exponent(text: &[u8], from: usize, mark: u8) -> (i32, usize) {
    if text.get(from).map(u8::to_ascii_lowercase) != Some(mark) {
        return (0, 0);
    }
    let sign = usize::from(matches!(text.get(from + 1), Some(b'-' | b'+')));
    let start = from + 1 + sign;
    let count = digits(text, start, u8::is_ascii_digit);
    if count == 0 {
        return (0, 0);
    }
    let add = |sum: i32, digit: &u8| sum.saturating_mul(10).saturating_add(i32::from(digit - b'0'));
    let magnitude = text[start..start + count].iter().fold(0, add);
    (if text[from + 1] == b'-' { -magnitude } else { magnitude }, 1 + sign + count)
}

fn decimal(text: &[u8]) -> Option<(f64, usize)> {
    let (_, _, length) = mantissa(text, u8::is_ascii_digit)?;
    let length = length + exponent(text, length, b'e').1;
    let value = std::str::from_utf8(&text[..length]).ok()?.parse().ok()?;
    Some((value, length))
}

/// `0x` and hexadecimal digits, with a point and a binary exponent if they are there.
fn hexadecimal(text: &[u8]) -> Option<(f64, usize)> {
    if !starts(text, "0x") {
        return None;
    }
    let body = &text[2..];
    let (whole, fraction, length) = mantissa(body, u8::is_ascii_hexdigit)?;
    let (power, exponent_length) = exponent(body, length, b'p');
    // 64 bits of the number, and one more that says whether anything lies below them: enough to round it once.
    let (mut bits, mut dropped, mut is_inexact) = (0_u64, 0_i32, false);
    for digit in body[..whole].iter().chain(&body[length - fraction..length]) {
        let digit = u64::from(char::from(*digit).to_digit(16).unwrap_or(0));
        if bits >> 60 == 0 {
            bits = bits << 4 | digit;
        } else {
            dropped = dropped.saturating_add(4);
            is_inexact |= digit != 0;
        }
    }
    let places = i32::try_from(fraction).unwrap_or(i32::MAX).saturating_mul(4);
    let scale = power.saturating_add(dropped).saturating_sub(places);
    Some((scaled(bits | u64::from(is_inexact), scale), 2 + length + exponent_length))
}

/// `bits * 2^scale`, rounded once.
fn scaled(bits: u64, scale: i32) -> f64 {
    if bits == 0 {
        return 0.0;
    }
    let top = scale.saturating_add(64 - bits.leading_zeros().cast_signed());
    if top > 1024 {
        return f64::INFINITY;
    }
    if top < -1074 {
        return 0.0;
    }
    // Below the least normal exponent fewer bits are kept, so that the last step loses none.
    let kept = (top + 1074).min(53);
    let excess = (64 - bits.leading_zeros().cast_signed()) - kept;
    let (rounded, scale) = if excess > 0 { (round(bits, excess), scale + excess) } else { (bits, scale) };
    #[expect(clippy::cast_precision_loss, reason = "it has at most 53 bits, or is the power of two above them")]
    let value = rounded as f64;
    // In two steps, since the power of two alone may be too small for a double.
    value * 2_f64.powi(scale / 2) * 2_f64.powi(scale - scale / 2)
}

/// Drops `excess` bits, half to even.
fn round(bits: u64, excess: i32) -> u64 {
    if excess > 64 {
        return 0;
    }
    let wide = u128::from(bits);
    let (quotient, rest, half) = (wide >> excess, wide & ((1 << excess) - 1), 1_u128 << (excess - 1));
    let is_up = rest > half || rest == half && quotient & 1 == 1;
    u64::try_from(quotient + u128::from(is_up)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_by_strtod() {
        let cases: [(&str, f64, usize); 16] = [
            ("12,", 12.0, 2),
            ("1.e2", 100.0, 4),
            ("1e", 1.0, 1),
            ("1e+", 1.0, 1),
            ("-.5x", -0.5, 3),
            ("0x1.8p1", 3.0, 7),
            ("0x.8", 0.5, 4),
            ("0x1p-1074", 5e-324, 9),
            ("0x1p-1075", 0.0, 9),
            ("0x1.8p-1075", 5e-324, 11),
            ("0x1fffffffffffff8", 144_115_188_075_855_872.0, 17),
            ("0xffffffffffffffffff", 4_722_366_482_869_645_213_696.0, 20),
            ("0x1p2000", f64::INFINITY, 8),
            ("0x1p99999999999", f64::INFINITY, 15),
            ("0x1p-99999999999", 0.0, 16),
            ("0xg", 0.0, 1),
        ];
        for (text, value, length) in cases {
            assert_eq!(read(text.as_bytes()), Some((value, length)), "{text}");
        }
        assert!(read(b"nan(a_1)").is_some_and(|(value, length)| value.is_nan() && length == 8));
        assert_eq!(read(b"."), None);
        assert_eq!(read(b"-"), None);
    }
}
