//! The form with six bits for each register, the lowest bits of a byte first.

use super::REGISTERS;

/// Bytes of all registers.
pub(super) const SIZE: usize = REGISTERS * 6 / 8;

const MASK: u8 = 0x3F;

/// Raises one register to at least `value`, and says whether it was lower.
pub(super) fn raise(body: &mut [u8], index: usize, value: u8) -> bool {
    let (group, place) = (index / 4 * 3, index % 4);
    let Some(bytes) = body.get_mut(group..group + 3) else { return false };
    let mut values = unpack([bytes[0], bytes[1], bytes[2]]);
    if values[place] >= value {
        return false;
    }
    values[place] = value & MASK;
    bytes.copy_from_slice(&pack(values));
    true
}

/// The values of all registers.
pub(super) fn values(body: &[u8]) -> impl Iterator<Item = u8> {
    body.as_chunks::<3>().0.iter().flat_map(|bytes| unpack(*bytes))
}

/// Writes all registers.
pub(super) fn write(body: &mut [u8], registers: &[u8]) {
    for (bytes, values) in body.as_chunks_mut::<3>().0.iter_mut().zip(registers.as_chunks::<4>().0) {
        *bytes = pack(*values);
    }
}

/// Four registers share three bytes.
fn unpack([a, b, c]: [u8; 3]) -> [u8; 4] {
    [a & MASK, (a >> 6 | b << 2) & MASK, (b >> 4 | c << 4) & MASK, c >> 2]
}

fn pack([a, b, c, d]: [u8; 4]) -> [u8; 3] {
    [a | b << 6, b >> 2 | c << 4, c >> 4 | d << 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_registers_fit_in_three_bytes() {
        for values in [[0, 0, 0, 0], [63, 0, 63, 0], [1, 2, 4, 8], [51, 50, 49, 48], [63; 4]] {
            assert_eq!(unpack(pack(values)), values);
        }
    }

    #[test]
    fn a_register_is_only_ever_raised() {
        let mut body = vec![0; SIZE];
        assert!(raise(&mut body, REGISTERS - 1, 5));
        assert!(!raise(&mut body, REGISTERS - 1, 5) && !raise(&mut body, REGISTERS - 1, 4));
        assert!(raise(&mut body, 0, 51));
        let values: Vec<u8> = values(&body).collect();
        assert_eq!((values.len(), values[0], values[1], values[REGISTERS - 1]), (REGISTERS, 51, 0, 5));
    }
}
