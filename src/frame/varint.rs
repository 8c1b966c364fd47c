//! LEB128 of at most 32 bits, as the Protocol Buffers encoding guide defines
//! base-128 varints: seven bits a byte, lowest first, the top bit says that
//! more follow.

use super::{FrameError, Head, Prefix};

/// Set on every byte but the last.
const MORE: u8 = 0x80;

/// What the fifth byte has room for: bits 28 to 31.
const FIFTH: u8 = 0x0f;

/// The shortest form of `value`.
#[inline]
pub(super) fn write(mut value: u32) -> Head {
    let mut head = Head { bytes: [0; Prefix::MAX_LEN], len: 1 };
    while value > u32::from(!MORE) {
        head.bytes[usize::from(head.len) - 1] = value as u8 | MORE;
        head.len += 1;
        value >>= 7;
    }
    head.bytes[usize::from(head.len) - 1] = value as u8;
    head
}

/// How many bytes the varint at the start of `input` has, and its value;
/// `None` if it goes on beyond `input`.
#[inline]
pub(super) fn read(input: &[u8]) -> Result<Option<(usize, u32)>, FrameError> {
    let mut value = 0;
    for (at, &byte) in input.iter().take(Prefix::MAX_LEN).enumerate() {
        if at == 4 && byte > FIFTH {
            let mut head = [0; Prefix::MAX_LEN];
            head.copy_from_slice(&input[..Prefix::MAX_LEN]);
            return Err(FrameError::BadLength { head });
        }
        value |= u32::from(byte & !MORE) << (7 * at);
        if byte & MORE == 0 {
            return Ok(Some((at + 1, value)));
        }
    }
    Ok(None)
}
