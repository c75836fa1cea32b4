/// The polynomial of Jones, its lowest bit first.
const POLYNOMIAL: u64 = 0x95ac_9329_ac4b_c9b5;

/// What each byte does to the checksum.
const TABLE: [u64; 256] = table();

const fn table() -> [u64; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < table.len() {
        let (mut remainder, mut bit) = (byte as u64, 0);
        while bit < u8::BITS {
            remainder = if remainder & 1 == 1 { remainder >> 1 ^ POLYNOMIAL } else { remainder >> 1 };
            bit += 1;
        }
        table[byte] = remainder;
        byte += 1;
    }
    table
}

/// The checksum of Redis: begins with zero, takes the lowest bits first, and inverts nothing.
pub(super) fn crc64(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |sum, byte| TABLE[usize::from(sum.to_le_bytes()[0] ^ byte)] ^ sum >> 8)
}

#[cfg(test)]
mod tests {
    use super::crc64;

    #[test]
    fn the_checksum_is_that_of_redis() {
        assert_eq!(crc64(b""), 0);
        assert_eq!(crc64(b"123456789"), 0xe9c6_d914_c4b8_d9ca);
    }
}
