/// The text of a double in a reply of Redis 7.0, and of a Lua number that a script passes to a command.
pub(crate) fn format_double(number: f64) -> String {
    match small_integer(number) {
        Some(integer) => integer.to_string(),
        None => format_significant(number, 17),
    }
}

/// The number as an integer of at most 15 digits, which is what most scores are, and much faster to print.
fn small_integer(number: f64) -> Option<i64> {
    const BOUND: f64 = 1e15;
    #[expect(clippy::cast_possible_truncation, reason = "it is compared with what it was")]
    let integer = number as i64;
    #[expect(clippy::cast_precision_loss, clippy::float_cmp, reason = "within the bound nothing is lost")]
    let is_exact = number.abs() < BOUND && integer as f64 == number;
    // Minus zero shows its sign.
    (is_exact && (integer != 0 || number.is_sign_positive())).then_some(integer)
}

/// `printf("%.*g")`: so many significant digits, trailing zeros dropped, an exponent when the point would be far away.
pub(crate) fn format_significant(number: f64, precision: i32) -> String {
    if number.is_nan() {
        // glibc prints the sign of a NaN, and `0/0` has one on x86.
        return if number.is_sign_negative() { "-nan".into() } else { "nan".into() };
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf".into() } else { "-inf".into() };
    }
    let scientific = format!("{number:.*e}", usize::try_from(precision - 1).unwrap_or(0));
    let (mantissa, exponent) = scientific.split_once('e').expect("`{:e}` always writes an exponent");
    let exponent: i32 = exponent.parse().expect("`{:e}` writes the exponent as an integer");
    if !(-4..precision).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{}e{sign}{:02}", without_trailing_zeros(mantissa), exponent.abs());
    }
    let decimals = usize::try_from(precision - 1 - exponent).expect("the exponent is below the precision");
    without_trailing_zeros(&format!("{number:.decimals$}")).to_owned()
}

/// C's conversion to an integer as x86 does it: the fraction is dropped, and what does not fit is the smallest integer.
#[cfg(feature = "lua")]
pub(crate) fn truncate(number: f64) -> i64 {
    const BOUND: f64 = 9_223_372_036_854_775_808.0;
    if !(-BOUND..BOUND).contains(&number) {
        return i64::MIN;
    }
    #[expect(clippy::cast_possible_truncation, reason = "dropping the fraction is what C does")]
    let integer = number as i64;
    integer
}

fn without_trailing_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

#[cfg(test)]
mod tests {
    use super::format_double;

    #[test]
    fn doubles_print_as_with_printf() {
        let cases = [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (0.1, "0.10000000000000001"),
            (1.5, "1.5"),
            (-42.0, "-42"),
            (999_999_999_999_999.0, "999999999999999"),
            (1e15, "1000000000000000"),
            (1e16, "10000000000000000"),
            (1e17, "1e+17"),
            (1e20, "1e+20"),
            (1e-4, "0.0001"),
            (1e-5, "1.0000000000000001e-05"),
            (1e300, "1.0000000000000001e+300"),
            (123_456.789, "123456.789"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (number, text) in cases {
            assert_eq!(format_double(number), text);
        }
    }
}
