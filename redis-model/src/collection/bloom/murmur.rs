//! `MurmurHash3_x86_32`: the hash of the filters that are stored already, here and by pottery, so that it never changes.

/// The hash of some bytes; another seed gives another.
pub(super) fn murmur3(bytes: &[u8], seed: u32) -> u32 {
    let (blocks, rest) = bytes.as_chunks::<4>();
    let hash = blocks.iter().fold(seed, |hash, block| {
        let mixed = (hash ^ scrambled(u32::from_le_bytes(*block))).rotate_left(13);
        mixed.wrapping_mul(5).wrapping_add(0xE654_6B64)
    });
    let rest = rest.iter().rev().fold(0, |rest, byte| rest << 8 | u32::from(*byte));
    // The length counts modulo 2^32, as everything else does.
    #[allow(clippy::cast_possible_truncation)]
    let length = bytes.len() as u32;
    finished(hash ^ scrambled(rest) ^ length)
}

fn scrambled(block: u32) -> u32 {
    block.wrapping_mul(0xCC9E_2D51).rotate_left(15).wrapping_mul(0x1B87_3593)
}

/// Lets each bit of the hash depend on all others.
fn finished(mut hash: u32) -> u32 {
    hash = (hash ^ hash >> 16).wrapping_mul(0x85EB_CA6B);
    hash = (hash ^ hash >> 13).wrapping_mul(0xC2B2_AE35);
    hash ^ hash >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_hash_that_others_compute() {
        // Of the reference's own tests and of mmh3, the module of Python.
        let cases: [(&[u8], u32, u32); 10] = [
            (b"", 0, 0),
            (b"", 1, 0x514E_28B7),
            (b"", u32::MAX, 0x81F1_6F39),
            (b"\0\0\0\0", 0, 0x2362_F9DE),
            (b"!Ce\x87", 0, 0xF55B_516B),
            (b"!Ce", 0, 0x7E4A_8634),
            (b"!C", 0, 0xA0F7_B07A),
            (b"!", 0, 0x7266_1CF4),
            (b"\"rajiv\"", 0, 3_526_392_273),
            ("é".as_bytes(), 7, 312_290_774),
        ];
        for (bytes, seed, expected) in cases {
            assert_eq!(murmur3(bytes, seed), expected, "{bytes:?} with {seed}");
        }
    }
}
