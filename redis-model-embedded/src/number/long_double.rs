use std::cmp::Ordering;

use num_bigint::{BigInt, BigUint, Sign};

/// Bits of precision of the 80-bit floating-point format that C calls `long double` on x86.
const PRECISION: i64 = 64;
/// The exponent of the last bit of the smallest and of the largest finite number.
const LEAST_EXPONENT: i64 = -16445;
const GREATEST_EXPONENT: i64 = 16384 - PRECISION;
/// Digits after the point in Redis' "human" output (`%.17Lf`).
const DECIMALS: u32 = 17;
/// Redis copies the text into a buffer of this size (`MAX_LONG_DOUBLE_CHARS`) before it reads it.
const MAX_TEXT: usize = 5 * 1024;

/// A finite `long double`: `mantissa * 2^exponent`, the mantissa of at most 64 bits.
///
/// INCRBYFLOAT computes in this format, and its replies show it: in doubles, 10.5 + 0.1 would print as
/// 10.59999999999999964.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LongDouble {
    mantissa: BigInt,
    exponent: i64,
}

/// What a text says: a number, or infinity with its sign gone, since every use of it is an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ParsedFloat {
    Finite(LongDouble),
    Infinite,
}

impl LongDouble {
    /// Reads what `strtold` reads: decimal or hexadecimal, with an optional exponent, or infinity; not NaN.
    pub(crate) fn parse(text: &[u8]) -> Option<ParsedFloat> {
        if text.len() >= MAX_TEXT {
            return None;
        }
        let text = std::str::from_utf8(text).ok()?;
        let (negative, digits) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        if digits.eq_ignore_ascii_case("inf") || digits.eq_ignore_ascii_case("infinity") {
            return Some(ParsedFloat::Infinite);
        }
        let hexadecimal = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
        let magnitude = match hexadecimal {
            Some(digits) => parse_magnitude(digits, 16, 'p')?,
            None => parse_magnitude(digits, 10, 'e')?,
        };
        let sign = if negative { Sign::Minus } else { Sign::Plus };
        let mantissa = BigInt::from_biguint(sign, magnitude.mantissa);
        Some(ParsedFloat::Finite(Self { mantissa, exponent: magnitude.exponent }))
    }

    /// The sum, rounded to 64 bits; `None` when it is too large.
    pub(crate) fn checked_add(&self, other: &Self) -> Option<Self> {
        let exponent = self.exponent.min(other.exponent);
        let aligned = |number: &Self| &number.mantissa << (number.exponent - exponent);
        let sum = aligned(self) + aligned(other);
        let (sign, magnitude) = sum.into_parts();
        let rounded = round(magnitude, exponent, false)?;
        Some(Self { mantissa: BigInt::from_biguint(sign, rounded.mantissa), exponent: rounded.exponent })
    }

    /// A thousand times the number, rounded up to an integer: seconds as milliseconds. `None` when it is too large.
    pub(crate) fn thousandfold(&self) -> Option<i64> {
        let (sign, magnitude) = (self.mantissa.sign(), self.mantissa.magnitude() * 1000u32);
        // C rounds the product to 64 bits before it looks for the next integer.
        let product = round(magnitude, self.exponent, false)?;
        let shift = product.exponent.unsigned_abs();
        let integer = if product.exponent >= 0 {
            BigInt::from_biguint(sign, product.mantissa << shift)
        } else {
            let floor = &product.mantissa >> shift;
            let has_fraction = &floor << shift != product.mantissa;
            let away = if has_fraction && sign == Sign::Plus { floor + 1u32 } else { floor };
            BigInt::from_biguint(sign, away)
        };
        i64::try_from(integer).ok()
    }

    /// Redis' text of the number: at most 17 decimals, no exponent, no trailing zeros.
    pub(crate) fn format(&self) -> String {
        let scale = BigUint::from(10u32).pow(DECIMALS);
        let magnitude = self.mantissa.magnitude() * &scale;
        let units = if self.exponent >= 0 {
            magnitude << self.exponent
        } else {
            shift_right_to_even(magnitude, self.exponent.unsigned_abs(), false)
        };
        let whole = &units / &scale;
        let decimals = format!("{:0>width$}", (&units % &scale).to_string(), width = DECIMALS as usize);
        let text = format!("{whole}.{decimals}");
        let text = text.trim_end_matches('0').trim_end_matches('.');
        // A number too small for 17 decimals has lost its digits; Redis drops the minus of "-0" as well.
        if self.mantissa.sign() == Sign::Minus && text != "0" { format!("-{text}") } else { text.to_owned() }
    }
}

struct Magnitude {
    mantissa: BigUint,
    exponent: i64,
}

/// Digits, an optional point, an optional exponent after `mark`: of two for hexadecimal, of ten for decimal.
fn parse_magnitude(text: &str, radix: u32, mark: char) -> Option<Magnitude> {
    let (digits, exponent) = match text.find([mark, mark.to_ascii_uppercase()]) {
        Some(at) => (&text[..at], parse_exponent(&text[at + 1..])?),
        None => (text, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let joined = [whole, fraction].concat();
    if joined.is_empty() || !joined.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let number = BigUint::parse_bytes(joined.as_bytes(), radix)?;
    if number == BigUint::ZERO {
        return Some(Magnitude { mantissa: number, exponent: 0 });
    }
    let places = i64::try_from(fraction.len()).ok()?;
    let rounded = if radix == 16 {
        round(number, exponent - 4 * places, false)
    } else {
        // Beyond these bounds every number is infinite or zero; within them the powers of ten stay small.
        let exponent = exponent.checked_sub(places).filter(|exponent| exponent.abs() < 20_000)?;
        let power = BigUint::from(10u32).pow(u32::try_from(exponent.unsigned_abs()).ok()?);
        if exponent >= 0 { round(number * power, 0, false) } else { divide(number, &power) }
    };
    // Too large or too small to be told from infinity or zero: `strtold` reports ERANGE and Redis refuses.
    rounded.filter(|magnitude| magnitude.mantissa != BigUint::ZERO)
}

fn parse_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let magnitude = digits.parse::<i64>().unwrap_or(i64::MAX).min(1_000_000);
    Some(if text.starts_with('-') { -magnitude } else { magnitude })
}

/// `number / divisor`, with enough bits for one correct rounding.
fn divide(number: BigUint, divisor: &BigUint) -> Option<Magnitude> {
    let bits = i64::try_from(divisor.bits()).ok()? - i64::try_from(number.bits()).ok()?;
    let shift = u64::try_from(bits + PRECISION + 2).unwrap_or(0);
    let scaled = number << shift;
    let quotient = &scaled / divisor;
    let inexact = &quotient * divisor != scaled;
    round(quotient, -i64::try_from(shift).ok()?, inexact)
}

/// Brings a number to 64 bits, half to even; `sticky` says that bits below it were already lost.
fn round(mantissa: BigUint, exponent: i64, sticky: bool) -> Option<Magnitude> {
    let bits = i64::try_from(mantissa.bits()).ok()?;
    let excess = (bits - PRECISION).max(LEAST_EXPONENT - exponent);
    let (mantissa, exponent) = if excess > 0 {
        (shift_right_to_even(mantissa, excess.unsigned_abs(), sticky), exponent + excess)
    } else {
        (mantissa, exponent)
    };
    let top = exponent + i64::try_from(mantissa.bits()).ok()? - PRECISION;
    (top <= GREATEST_EXPONENT).then_some(Magnitude { mantissa, exponent })
}

fn shift_right_to_even(number: BigUint, bits: u64, sticky: bool) -> BigUint {
    let quotient = &number >> bits;
    let rest = number - (&quotient << bits);
    let half = BigUint::from(1u32) << (bits - 1);
    let up = match rest.cmp(&half) {
        Ordering::Less => false,
        Ordering::Equal => sticky || quotient.bit(0),
        Ordering::Greater => true,
    };
    if up { quotient + 1u32 } else { quotient }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> LongDouble {
        match LongDouble::parse(text.as_bytes()) {
            Some(ParsedFloat::Finite(number)) => number,
            other => panic!("{text} gave {other:?}"),
        }
    }

    #[test]
    fn sums_print_as_on_the_server() {
        let cases = [
            ("10.5", "0.1", "10.6"),
            ("3.0e3", "200", "3200"),
            ("1", "-1", "0"),
            ("0.1", "0.2", "0.3"),
            ("0x1p3", "0", "8"),
            ("-1e-20", "0", "0"),
            ("5.0e3", "2.0e2", "5200"),
            ("1e18", "0.5", "1000000000000000000.5"),
            ("12345678901234567890", "1", "12345678901234567891"),
        ];
        for (left, right, sum) in cases {
            let result = number(left).checked_add(&number(right)).expect("these sums are finite");
            assert_eq!(result.format(), sum, "{left} + {right}");
        }
    }

    #[test]
    fn seconds_become_whole_milliseconds() {
        let cases = [
            ("0.1", 100),
            ("0.0001", 1),
            ("1.5", 1500),
            ("-0.0001", 0),
            ("-1", -1000),
            ("0", 0),
            ("1e10", 10_000_000_000_000),
        ];
        for (seconds, millis) in cases {
            assert_eq!(number(seconds).thousandfold(), Some(millis), "{seconds}");
        }
        assert_eq!(number("1e300").thousandfold(), None);
    }

    #[test]
    fn what_strtold_refuses_is_no_number() {
        for text in ["", " 1", "1 ", "abc", "nan", "1e", "--1", "1.2.3", "e5", ".", "1e5000", "1e-5000", "0x"] {
            assert_eq!(LongDouble::parse(text.as_bytes()), None, "{text:?}");
        }
        assert_eq!(LongDouble::parse(b"-Infinity"), Some(ParsedFloat::Infinite));
    }
}
