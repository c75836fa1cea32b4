//! Sketches that estimate how many different elements they have seen, in the very bytes that Redis keeps them in.
//!
//! The method is that of Flajolet, Fusy, Gandouet and Meunier (2007), with 64-bit hashes and a sparse form for small
//! sketches as Heule, Nunkesser and Hall have shown (2013). A sketch is a string: the magic `HYLL`, a byte for the
//! form, three unused ones, eight for the last estimate (highest bit of the last: it is out of date), then registers.

mod dense;
mod estimate;
mod hash;
mod sparse;

use crate::protocol::ErrorReply;
use hash::hash;

/// Bits of a hash that choose a register.
const INDEX_BITS: u32 = 14;
const REGISTERS: usize = 1 << INDEX_BITS;
/// Bits of a hash that are left for a register's value.
const VALUE_BITS: u32 = 64 - INDEX_BITS;

const MAGIC: &[u8] = b"HYLL";
const HEADER: usize = 16;
/// Where the header has the byte for the form, and the last byte of the estimate.
const FORM: usize = 4;
const ESTIMATE: std::ops::Range<usize> = 8..HEADER;
const OUT_OF_DATE: u8 = 0x80;

const DENSE: u8 = 0;
const SPARSE: u8 = 1;

const CORRUPT: ErrorReply = ErrorReply::fixed("INVALIDOBJ Corrupted HLL object detected");

/// The values of all registers.
pub(crate) struct Registers(Box<[u8]>);

impl Default for Registers {
    fn default() -> Self {
        Self(vec![0; REGISTERS].into())
    }
}

/// How many registers have each value.
type Histogram = [u32; 64];

/// A sketch that has seen nothing.
pub(crate) fn empty() -> Vec<u8> {
    let mut sketch = vec![0; HEADER];
    sketch[..MAGIC.len()].copy_from_slice(MAGIC);
    sketch[FORM] = SPARSE;
    sparse::push_zeros(&mut sketch, REGISTERS);
    sketch
}

/// Refuses strings that cannot be sketches.
pub(crate) fn check(text: &[u8]) -> Result<(), ErrorReply> {
    let is_sketch = text.len() >= HEADER
        && text.starts_with(MAGIC)
        && match text[FORM] {
            DENSE => text.len() == HEADER + dense::SIZE,
            SPARSE => true,
            _ => false,
        };
    is_sketch.then_some(()).ok_or(ErrorReply::fixed("WRONGTYPE Key is not a valid HyperLogLog string value."))
}

/// Shows an element to a sketch, and says whether that has changed a register.
pub(crate) fn add(sketch: &mut Vec<u8>, element: &[u8]) -> Result<bool, ErrorReply> {
    let hash = hash(element);
    let index = usize::try_from(hash % REGISTERS as u64).expect("there are fewer registers than addresses");
    // A register keeps the longest run of zeros that it has seen, plus one. A bit beyond the end ends every run.
    let rest = (hash >> INDEX_BITS) | 1 << VALUE_BITS;
    let value = u8::try_from(rest.trailing_zeros() + 1).expect("a run ends after at most 50 bits");
    raise(sketch, index, value)
}

/// Raises the registers of `sketch` to these, and forgets its estimate.
pub(crate) fn raise_all(sketch: &mut Vec<u8>, registers: &Registers) {
    for (index, value) in registers.0.iter().enumerate().filter(|(_, value)| **value > 0) {
        // All parts of a merge have been found sound before it begins.
        let _ = raise(sketch, index, *value);
    }
    forget_estimate(sketch);
}

/// Raises one register to at least `value`, and says whether it was lower.
fn raise(sketch: &mut Vec<u8>, index: usize, value: u8) -> Result<bool, ErrorReply> {
    if is_dense(sketch) {
        return Ok(dense::raise(&mut sketch[HEADER..], index, value));
    }
    match sparse::raise(sketch, index, value) {
        Err(sparse::Refusal::Corrupt) => Err(CORRUPT),
        Err(sparse::Refusal::NoRoom) => {
            make_dense(sketch)?;
            Ok(dense::raise(&mut sketch[HEADER..], index, value))
        }
        Ok(false) => Ok(false),
        Ok(true) => {
            forget_estimate(sketch);
            Ok(true)
        }
    }
}

/// Raises `registers` to those of `sketch`.
pub(crate) fn merge_into(registers: &mut Registers, sketch: &[u8]) -> Result<(), ErrorReply> {
    let body = &sketch[HEADER..];
    if is_dense(sketch) {
        for (register, value) in registers.0.iter_mut().zip(dense::values(body)) {
            *register = value.max(*register);
        }
        return Ok(());
    }
    let mut index = 0;
    for run in sparse::runs(body) {
        let end = index + run.length;
        if run.value > 0 {
            for register in registers.0.get_mut(index..end).ok_or(CORRUPT)? {
                *register = run.value.max(*register);
            }
        }
        index = end;
    }
    if index == REGISTERS { Ok(()) } else { Err(CORRUPT) }
}

/// How many different elements the sketches behind these registers have seen, roughly.
pub(crate) fn count_registers(registers: &Registers) -> u64 {
    let mut histogram = [0; 64];
    for value in &registers.0 {
        histogram[usize::from(*value)] += 1;
    }
    estimate::cardinality(&histogram)
}

/// The same for one sketch.
pub(crate) fn count(sketch: &[u8]) -> Result<u64, ErrorReply> {
    let body = &sketch[HEADER..];
    let mut histogram: Histogram = [0; 64];
    if is_dense(sketch) {
        for value in dense::values(body) {
            histogram[usize::from(value)] += 1;
        }
    } else {
        let mut registers = 0;
        for run in sparse::runs(body) {
            registers += run.length;
            histogram[usize::from(run.value)] += u32::try_from(run.length).map_err(|_| CORRUPT)?;
            // No count overflows if the walk ends here.
            if registers > REGISTERS {
                return Err(CORRUPT);
            }
        }
        if registers != REGISTERS {
            return Err(CORRUPT);
        }
    }
    Ok(estimate::cardinality(&histogram))
}

/// The estimate that the sketch carries with it, if that is still good.
pub(crate) fn kept_estimate(sketch: &[u8]) -> Option<u64> {
    let bytes: [u8; 8] = sketch.get(ESTIMATE)?.try_into().ok()?;
    (bytes[7] & OUT_OF_DATE == 0).then(|| u64::from_le_bytes(bytes))
}

pub(crate) fn keep_estimate(sketch: &mut [u8], estimate: u64) {
    sketch[ESTIMATE].copy_from_slice(&estimate.to_le_bytes());
}

pub(crate) fn forget_estimate(sketch: &mut [u8]) {
    sketch[ESTIMATE.end - 1] |= OUT_OF_DATE;
}

pub(crate) fn is_dense(sketch: &[u8]) -> bool {
    sketch[FORM] == DENSE
}

/// Gives each register six bits of its own; header and estimate stay.
pub(crate) fn make_dense(sketch: &mut Vec<u8>) -> Result<(), ErrorReply> {
    if is_dense(sketch) {
        return Ok(());
    }
    let mut registers = Registers::default();
    merge_into(&mut registers, sketch)?;
    sketch.resize(HEADER + dense::SIZE, 0);
    sketch.shrink_to_fit();
    sketch[FORM] = DENSE;
    dense::write(&mut sketch[HEADER..], &registers.0);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sketch_of(elements: std::ops::Range<u32>) -> Vec<u8> {
        let mut sketch = empty();
        for element in elements {
            add(&mut sketch, element.to_string().as_bytes()).expect("the sketch is sound");
        }
        sketch
    }

    #[test]
    fn estimates_are_near_the_truth() {
        for (elements, tolerance) in [(0, 0), (1, 0), (10, 0), (100, 2), (1000, 30), (100_000, 2000)] {
            let estimate = count(&sketch_of(0..elements)).expect("the sketch is sound");
            assert!(estimate.abs_diff(u64::from(elements)) <= tolerance, "{elements} gave {estimate}");
        }
    }

    #[test]
    fn the_form_changes_nothing_but_the_bytes() {
        let sparse = sketch_of(0..500);
        let mut dense = sparse.clone();
        make_dense(&mut dense).expect("the sketch is sound");
        assert!(!is_dense(&sparse) && is_dense(&dense));
        assert_eq!(count(&sparse), count(&dense));
        let mut registers = [Registers::default(), Registers::default()];
        merge_into(&mut registers[0], &sparse).expect("the sketch is sound");
        merge_into(&mut registers[1], &dense).expect("the sketch is sound");
        assert_eq!(registers[0].0, registers[1].0);
        assert_eq!(Ok(count_registers(&registers[0])), count(&dense));
    }

    #[test]
    fn a_sketch_with_too_few_or_too_many_registers_is_corrupt() {
        for body in [&[0x7F][..], &[0x7F, 0xFE], &[0x7F, 0xFF, 0x00], &[0x7F, 0xFF, 0x80], &[]] {
            let sketch = [&empty()[..HEADER], body].concat();
            assert_eq!(check(&sketch), Ok(()));
            assert_eq!(count(&sketch), Err(CORRUPT));
            assert_eq!(merge_into(&mut Registers::default(), &sketch), Err(CORRUPT));
            assert_eq!(make_dense(&mut sketch.clone()), Err(CORRUPT));
            // Whatever it answers, it does not panic.
            for element in 0..100u32 {
                let _ = add(&mut sketch.clone(), &element.to_be_bytes());
            }
        }
    }
}
