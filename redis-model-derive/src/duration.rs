//! Durations as attributes hold them: `"500ms"`, `"15m"`, `"1h30m"`.

/// The longest time: beyond it the server's clock in milliseconds would overflow.
const LONGEST: u64 = i64::MAX as u64 / 2;

/// Why something is no duration.
#[derive(Debug, PartialEq)]
pub(crate) enum Fault {
    Zero,
    TooLong,
    /// With what to write instead.
    Unreadable(String),
}

impl Fault {
    /// What to say of the time to live that has this fault, and is an option of this name.
    pub(crate) fn of_time_to_live(self, name: &str) -> String {
        match self {
            Self::Zero => {
                format!("a time to live of zero would remove what was just written: leave `{name}` out for no limit")
            }
            Self::TooLong => format!("longer than a server can count: leave `{name}` out for no limit"),
            Self::Unreadable(message) => message,
        }
    }
}

/// The milliseconds of some seconds.
pub(crate) fn of_seconds(seconds: u64) -> Result<u64, Fault> {
    bounded(seconds.checked_mul(1_000))
}

/// The milliseconds of a text.
pub(crate) fn of_text(text: &str) -> Result<u64, Fault> {
    let unreadable = || {
        let message = "is no duration: write numbers with units, as \"500ms\", \"15m\" or \"1h30m\"";
        Fault::Unreadable(format!("`{text}` {message}"))
    };
    let mut total = Some(0_u64);
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit()).ok_or_else(unreadable)?;
        let (number, after) = rest.split_at(digits);
        let unit_end = after.find(|letter: char| letter.is_ascii_digit()).unwrap_or(after.len());
        let (unit, next) = after.split_at(unit_end);
        if number.is_empty() {
            return Err(unreadable());
        }
        let unit = milliseconds_of(unit).ok_or_else(|| {
            Fault::Unreadable(format!("`{}` is no unit of time: use `ms`, `s`, `m`, `h` or `d`", unit.trim()))
        })?;
        total = total.zip(number.parse().ok()).and_then(|(total, number)| total.checked_add(unit.checked_mul(number)?));
        rest = next;
    }
    if text.is_empty() {
        return Err(unreadable());
    }
    bounded(total)
}

fn milliseconds_of(unit: &str) -> Option<u64> {
    Some(match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    })
}

fn bounded(milliseconds: Option<u64>) -> Result<u64, Fault> {
    match milliseconds {
        Some(0) => Err(Fault::Zero),
        Some(milliseconds) if milliseconds <= LONGEST => Ok(milliseconds),
        _ => Err(Fault::TooLong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_add_up() {
        assert_eq!(of_text("500ms"), Ok(500));
        assert_eq!(of_text("15m"), Ok(900_000));
        assert_eq!(of_text("1h30m"), Ok(5_400_000));
        assert_eq!(of_text("30d"), Ok(2_592_000_000));
        assert_eq!(of_seconds(30), Ok(30_000));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in
            ["", "m", "15", "15 m", "1.5h", "-1s", "15m30", "1y", "0s", "99999999999999999999s", "400000000000d"]
        {
            assert!(of_text(text).is_err(), "{text}");
        }
        assert!(of_seconds(0).is_err());
        assert!(of_seconds(u64::MAX).is_err());
    }
}
