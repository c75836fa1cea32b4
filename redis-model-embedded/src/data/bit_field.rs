/// A type of integers that lie anywhere among the bits of a string, highest bit first: `i5` or `u63`, for example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BitField {
    is_signed: bool,
    /// 1 to 64, or to 63 without a sign: every value fits in an `i64`.
    width: u32,
}

/// What becomes of a number that a field is too narrow for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overflow {
    /// It loses its upper bits.
    Wrap,
    /// It becomes the nearest number that fits.
    Saturate,
    /// Nothing is written.
    Fail,
}

impl BitField {
    /// `None` if there is no such type.
    pub(crate) fn new(is_signed: bool, width: i64) -> Option<Self> {
        let widest = if is_signed { 64 } else { 63 };
        let width = u32::try_from(width).ok().filter(|width| (1..=widest).contains(width))?;
        Some(Self { is_signed, width })
    }

    pub(crate) fn width(self) -> u32 {
        self.width
    }

    /// The last bit of a field that begins at `offset`.
    pub(crate) fn last_bit(self, offset: usize) -> usize {
        offset + self.width as usize - 1
    }

    /// The number at `offset`; bits beyond the end of the string are clear.
    pub(crate) fn read(self, bytes: &[u8], offset: usize) -> i64 {
        let window = window(bytes, offset) << (offset % 8) >> (128 - self.width);
        self.extend(u64::try_from(window).expect("at most 64 bits are left"))
    }

    /// Writes a number that fits over the bits at `offset`, all of which the string has.
    pub(crate) fn write(self, bytes: &mut [u8], offset: usize, number: i64) {
        let shift = 128 - self.width as usize - offset % 8;
        let mask = u128::from(self.mask()) << shift;
        let number = u128::from(number.cast_unsigned() & self.mask()) << shift;
        let changed = (window(bytes, offset) & !mask) | number;
        let rest = bytes.get_mut(offset / 8..).unwrap_or_default();
        for (byte, new) in rest.iter_mut().zip(changed.to_be_bytes()) {
            *byte = new;
        }
    }

    /// `number + increment` as it fits into the field; `None` if it does not and that is to fail.
    ///
    /// Bounds wrap around as in Redis' own checks: the lowest numbers of all count as too large for a signed field
    /// that is narrower.
    pub(crate) fn sum(self, number: i64, increment: i64, overflow: Overflow) -> Option<i64> {
        let limit = if self.is_signed {
            self.signed_limit(number, increment)
        } else {
            self.unsigned_limit(number.cast_unsigned(), increment)
        };
        let wrapped = self.extend(number.wrapping_add(increment).cast_unsigned() & self.mask());
        match (limit, overflow) {
            (None, _) | (Some(_), Overflow::Wrap) => Some(wrapped),
            (Some(limit), Overflow::Saturate) => Some(limit),
            (Some(_), Overflow::Fail) => None,
        }
    }

    /// The end of the type's range that the sum lies beyond.
    fn signed_limit(self, number: i64, increment: i64) -> Option<i64> {
        let max = (self.mask() >> 1).cast_signed();
        let min = -max - 1;
        let (room_above, room_below) = (max.wrapping_sub(number), min.wrapping_sub(number));
        let is_narrow = self.width < 64;
        if number > max || (increment > room_above && (is_narrow || (number >= 0 && increment > 0))) {
            return Some(max);
        }
        let is_below = number < min || (increment < room_below && (is_narrow || (number < 0 && increment < 0)));
        is_below.then_some(min)
    }

    /// The same. A negative number to be written is a very large one here.
    fn unsigned_limit(self, number: u64, increment: i64) -> Option<i64> {
        let max = self.mask();
        if number > max || (increment > 0 && increment > (max - number).cast_signed()) {
            return Some(max.cast_signed());
        }
        (increment < 0 && increment < -number.cast_signed()).then_some(0)
    }

    /// As many ones as the field has bits.
    fn mask(self) -> u64 {
        u64::MAX >> (64 - self.width)
    }

    /// The number that the lowest bits stand for.
    fn extend(self, bits: u64) -> i64 {
        if !self.is_signed {
            return bits.cast_signed();
        }
        let unused = 64 - self.width;
        (bits << unused).cast_signed() >> unused
    }
}

/// The sixteen bytes that begin with the one of `offset`, zeros where there are none. Each field lies in nine of them.
fn window(bytes: &[u8], offset: usize) -> u128 {
    let mut window = [0; 16];
    let rest = bytes.get(offset / 8..).unwrap_or_default();
    for (to, from) in window.iter_mut().zip(rest) {
        *to = *from;
    }
    u128::from_be_bytes(window)
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::data::bits;

    proptest! {
        #[test]
        fn what_is_written_is_read_back_and_other_bits_stay(
            mut bytes in vec(any::<u8>(), 0..30),
            (is_signed, width) in any::<bool>().prop_flat_map(|is_signed| (Just(is_signed), 1..64i64)),
            offset in 0..100usize,
            number: i64,
        ) {
            let field = BitField::new(is_signed, width).expect("every width below 64 is possible");
            let (first, last) = (offset, field.last_bit(offset));
            bits::grow(&mut bytes, last);
            let before = bytes.clone();
            let number = field.sum(number, 0, Overflow::Wrap).expect("only Fail fails");
            field.write(&mut bytes, offset, number);
            prop_assert_eq!(field.read(&bytes, offset), number);
            for bit in (0..bytes.len() * 8).filter(|bit| !(first..=last).contains(bit)) {
                prop_assert_eq!(bits::get(&bytes, bit), bits::get(&before, bit));
            }
        }
    }

    #[test]
    fn a_sum_that_fits_is_exact_and_others_follow_the_rule() {
        let u2 = BitField::new(false, 2).expect("u2 is a type");
        let i8 = BitField::new(true, 8).expect("i8 is a type");
        let i64 = BitField::new(true, 64).expect("i64 is a type");
        let cases = [
            (u2, 2, 1, [Some(3), Some(3), Some(3)]),
            (u2, 3, 1, [Some(0), Some(3), None]),
            (u2, 0, -1, [Some(3), Some(0), None]),
            (u2, -1, 0, [Some(3), Some(3), None]),
            (i8, 127, 1, [Some(-128), Some(127), None]),
            (i8, -128, -1, [Some(127), Some(-128), None]),
            (i8, i64::MIN, 0, [Some(0), Some(127), None]),
            (i64, i64::MAX, 1, [Some(i64::MIN), Some(i64::MAX), None]),
            (i64, i64::MIN, -1, [Some(i64::MAX), Some(i64::MIN), None]),
            (i64, i64::MIN, i64::MAX, [Some(-1), Some(-1), Some(-1)]),
        ];
        for (field, number, increment, expected) in cases {
            let sums = [Overflow::Wrap, Overflow::Saturate, Overflow::Fail];
            assert_eq!(sums.map(|rule| field.sum(number, increment, rule)), expected, "{field:?} {number} {increment}");
        }
    }

    #[test]
    fn there_are_no_fields_of_other_widths() {
        for (is_signed, width) in [(true, 0), (true, 65), (false, 64), (false, -1)] {
            assert_eq!(BitField::new(is_signed, width), None);
        }
    }
}
