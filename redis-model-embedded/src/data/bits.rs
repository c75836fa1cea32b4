//! Bits of strings, counted from the highest bit of the first byte. Ranges include both ends.

/// The mask of one bit inside its byte.
const fn mask(offset: usize) -> u8 {
    0x80 >> (offset % 8)
}

/// Lengthens a string with zeros until it has the bit at `offset`, and says whether it had to.
pub(crate) fn grow(bytes: &mut Vec<u8>, offset: usize) -> bool {
    let length = offset / 8 + 1;
    let is_short = bytes.len() < length;
    if is_short {
        bytes.resize(length, 0);
    }
    is_short
}

/// Whether a bit is set. Bits beyond the end are not.
pub(crate) fn get(bytes: &[u8], offset: usize) -> bool {
    bytes.get(offset / 8).is_some_and(|byte| byte & mask(offset) != 0)
}

/// Sets or clears a bit of the string, and gives what it was.
pub(crate) fn replace(bytes: &mut [u8], offset: usize, bit: bool) -> bool {
    let old = get(bytes, offset);
    if let Some(byte) = bytes.get_mut(offset / 8) {
        if bit {
            *byte |= mask(offset);
        } else {
            *byte &= !mask(offset);
        }
    }
    old
}

/// How many bits of the range are set.
pub(crate) fn count(bytes: &[u8], first: usize, last: usize) -> usize {
    let Some(range) = bytes.get(first / 8..=last / 8) else { return 0 };
    let (words, rest) = range.as_chunks::<8>();
    let in_words: u64 = words.iter().map(|word| u64::from(u64::from_ne_bytes(*word).count_ones())).sum();
    let in_rest: u64 = rest.iter().map(|byte| u64::from(byte.count_ones())).sum();
    let before = (bytes[first / 8] & !head(first)).count_ones();
    let after = (bytes[last / 8] & !tail(last)).count_ones();
    let count = in_words + in_rest - u64::from(before + after);
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// The first place in the range where a bit is set, or clear.
pub(crate) fn find(bytes: &[u8], bit: bool, first: usize, last: usize) -> Option<usize> {
    let flip = if bit { 0 } else { 0xFF };
    let (first_byte, last_byte) = (first / 8, last / 8);
    let range = bytes.get(first_byte..=last_byte)?;
    let (place, found) = range.iter().enumerate().find_map(|(place, byte)| {
        let mut wanted = byte ^ flip;
        if place == 0 {
            wanted &= head(first);
        }
        if place == last_byte - first_byte {
            wanted &= tail(last);
        }
        (wanted != 0).then_some((place, wanted))
    })?;
    Some((first_byte + place) * 8 + found.leading_zeros() as usize)
}

/// The bits of a byte from this one on.
const fn head(offset: usize) -> u8 {
    0xFF >> (offset % 8)
}

/// The bits of a byte up to this one.
const fn tail(offset: usize) -> u8 {
    0xFF << (7 - offset % 8)
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    proptest! {
        #[test]
        fn ranges_hold_what_their_single_bits_hold(
            bytes in vec(prop_oneof![Just(0), Just(0xFF), any::<u8>()], 1..40),
            ends in any::<[prop::sample::Index; 2]>(),
        ) {
            let length = bytes.len() * 8;
            let (a, b) = (ends[0].index(length), ends[1].index(length));
            let (first, last) = (a.min(b), a.max(b));
            prop_assert_eq!(count(&bytes, first, last), (first..=last).filter(|bit| get(&bytes, *bit)).count());
            for bit in [false, true] {
                let expected = (first..=last).find(|place| get(&bytes, *place) == bit);
                prop_assert_eq!(find(&bytes, bit, first, last), expected);
            }
        }

        #[test]
        fn a_bit_is_what_it_was_set_to_and_others_stay(bytes in vec(any::<u8>(), 0..4), offset in 0..60usize, bit: bool) {
            let mut changed = bytes.clone();
            grow(&mut changed, offset);
            prop_assert_eq!(replace(&mut changed, offset, bit), get(&bytes, offset));
            for place in 0..70 {
                let expected = if place == offset { bit } else { get(&bytes, place) };
                prop_assert_eq!(get(&changed, place), expected);
            }
        }
    }
}
