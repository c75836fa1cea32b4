//! The form for sketches that have seen little: runs of equal registers.
//!
//! `00xxxxxx` is a run of up to 64 zeros, `01xxxxxx yyyyyyyy` one of up to 16384; `1vvvvvxx` are up to four registers
//! with a value from 1 to 32. Each number is written less one.

use super::HEADER;

/// A sketch that would get longer than this becomes dense (`hll-sparse-max-bytes`).
const MAX_BYTES: usize = 3000;
const MAX_VALUE: u8 = 32;
const MAX_VALUE_RUN: usize = 4;
const MAX_SHORT_ZEROS: usize = 64;

/// Adjacent registers with the same value.
pub(super) struct Run {
    pub(super) value: u8,
    pub(super) length: usize,
    /// Bytes that it takes.
    size: usize,
}

/// Why a register cannot be raised.
pub(super) enum Refusal {
    /// The registers end too early.
    Corrupt,
    /// This form cannot hold the value, or would get too long.
    NoRoom,
}

/// The runs of a sketch without its header.
pub(super) fn runs(body: &[u8]) -> impl Iterator<Item = Run> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let run = run_at(body, at)?;
        at += run.size;
        Some(run)
    })
}

fn run_at(bytes: &[u8], at: usize) -> Option<Run> {
    let byte = *bytes.get(at)?;
    Some(match byte >> 6 {
        0 => Run { value: 0, length: usize::from(byte) + 1, size: 1 },
        1 => {
            // Redis' strings end in a NUL, which it would read if the sketch were cut off here.
            let low = bytes.get(at + 1).copied().unwrap_or(0);
            Run { value: 0, length: usize::from(u16::from_be_bytes([byte & 0x3F, low])) + 1, size: 2 }
        }
        _ => Run { value: (byte >> 2 & 0x1F) + 1, length: usize::from(byte & 3) + 1, size: 1 },
    })
}

/// Appends a run of zeros, if there are any.
pub(super) fn push_zeros(bytes: &mut Vec<u8>, length: usize) {
    let Some(less_one) = length.checked_sub(1).and_then(|number| u16::try_from(number).ok()) else { return };
    let [high, low] = less_one.to_be_bytes();
    if length > MAX_SHORT_ZEROS {
        bytes.push(0x40 | high);
    }
    bytes.push(low);
}

/// Appends up to four registers with a value from 1 to 32, if there are any.
fn push_values(bytes: &mut Vec<u8>, value: u8, length: usize) {
    if let Some(less_one) = length.checked_sub(1).and_then(|number| u8::try_from(number).ok()) {
        bytes.push(0x80 | (value - 1) << 2 | less_one);
    }
}

/// Raises one register to at least `value`, and says whether it was lower.
///
/// Runs are split and joined just as Redis does it, so that equal commands give equal bytes.
pub(super) fn raise(sketch: &mut Vec<u8>, index: usize, value: u8) -> Result<bool, Refusal> {
    if value > MAX_VALUE {
        return Err(Refusal::NoRoom);
    }
    let mut first = 0;
    let mut at = HEADER;
    let mut previous = HEADER;
    let run = loop {
        let run = run_at(sketch, at).ok_or(Refusal::Corrupt)?;
        if index < first + run.length {
            break run;
        }
        previous = at;
        at += run.size;
        first += run.length;
    };
    if run.value >= value {
        return Ok(false);
    }
    let parts = split(&run, index - first, value);
    if parts.len() > run.size && sketch.len() + parts.len() - run.size > MAX_BYTES {
        return Err(Refusal::NoRoom);
    }
    let end = sketch.len().min(at + run.size);
    sketch.splice(at..end, parts);
    join_values(sketch, previous);
    Ok(true)
}

/// The run with another value at one of its places.
fn split(run: &Run, place: usize, value: u8) -> Vec<u8> {
    let push = |bytes: &mut Vec<u8>, length| match run.value {
        0 => push_zeros(bytes, length),
        old => push_values(bytes, old, length),
    };
    let mut parts = Vec::with_capacity(5);
    push(&mut parts, place);
    push_values(&mut parts, value, 1);
    push(&mut parts, run.length - place - 1);
    parts
}

/// Joins runs of the same value from `at` on. Redis looks at no more than five.
fn join_values(sketch: &mut Vec<u8>, at: usize) {
    let mut at = at;
    for _ in 0..5 {
        let Some(run) = run_at(sketch, at) else { return };
        if run.value > 0
            && let Some(next) = run_at(sketch, at + 1)
            && run.value == next.value
            && run.length + next.length <= MAX_VALUE_RUN
        {
            let mut joined = Vec::with_capacity(1);
            push_values(&mut joined, run.value, run.length + next.length);
            sketch.splice(at..at + 2, joined);
        } else {
            at += run.size;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::{
        super::{REGISTERS, empty},
        *,
    };

    fn registers(sketch: &[u8]) -> Vec<u8> {
        runs(&sketch[HEADER..]).flat_map(|run| vec![run.value; run.length]).collect()
    }

    proptest! {
        #[test]
        fn it_holds_what_an_array_of_registers_holds(
            steps in vec((prop_oneof![0..20usize, 0..REGISTERS, Just(REGISTERS - 1)], 1..6u8), 0..100),
        ) {
            let (mut sketch, mut model) = (empty(), vec![0; REGISTERS]);
            for (index, value) in steps {
                let is_raised = raise(&mut sketch, index, value).ok();
                prop_assert_eq!(is_raised, Some(model[index] < value));
                model[index] = value.max(model[index]);
            }
            prop_assert_eq!(registers(&sketch), model);
        }
    }

    #[test]
    fn equal_neighbours_share_a_byte() {
        let mut sketch = empty();
        for index in [0, 1, 2, 3] {
            assert!(matches!(raise(&mut sketch, index, 7), Ok(true)));
        }
        assert_eq!(sketch[HEADER], 0x80 | 6 << 2 | 3);
        assert_eq!(sketch.len(), HEADER + 3);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut sketch = empty();
        assert!(matches!(raise(&mut sketch, 0, MAX_VALUE), Ok(true)));
        assert!(matches!(raise(&mut sketch, 0, MAX_VALUE + 1), Err(Refusal::NoRoom)));
        assert!(matches!(raise(&mut sketch[..HEADER].to_vec(), 0, 1), Err(Refusal::Corrupt)));
        let full = (0..REGISTERS).step_by(2).find(|index| raise(&mut sketch, *index, 3).is_err());
        assert!(full.is_some() && sketch.len() <= MAX_BYTES && sketch.len() + 3 > MAX_BYTES);
    }
}
