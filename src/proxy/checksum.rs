//! CRC32C (Castagnoli), as RFC 4960, Appendix B, has it.

/// The polynomial, bits reversed.
const POLYNOMIAL: u32 = 0x82f6_3b78;

/// What each byte does to the remainder.
const TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut remainder = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            let low = remainder & 1;
            remainder >>= 1;
            if low == 1 {
                remainder ^= POLYNOMIAL;
            }
            bit += 1;
        }
        table[byte] = remainder;
        byte += 1;
    }
    table
}

/// The checksum of several pieces, one after the other.
pub(super) fn crc32c(pieces: &[&[u8]]) -> u32 {
    let step = |crc: u32, byte: &u8| (crc >> 8) ^ TABLE[usize::from(crc as u8 ^ byte)];
    !pieces.iter().copied().flatten().fold(!0, step)
}

/// The checksum of a header, taken as if the four bytes at `field` were zero.
/// `field + 4` must lie within `header`.
pub(super) fn of_header(header: &[u8], field: usize) -> u32 {
    crc32c(&[&header[..field], &[0; 4], &header[field + 4..]])
}
