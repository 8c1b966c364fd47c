//! The head of a frame: how a length is written and read.

use super::{FrameError, varint};

/// How a length is written before its message.
///
/// The four-byte big-endian form is the wire's default. Python's
/// `multiprocessing.connection` writes it as a signed number and, from 2 GiB
/// on, writes -1 (`ff ff ff ff`) and then eight more bytes; that head reads as
/// a length of 4 GiB - 1 here, so it ends as [`FrameError::Oversize`] under
/// every limit below that. Such messages can't be carried, and are never
/// misread as something smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Prefix {
    /// Four bytes, unsigned, big-endian.
    U32Be,
    /// Four bytes, unsigned, little-endian.
    U32Le,
    /// Two bytes, unsigned, big-endian.
    U16Be,
    /// Two bytes, unsigned, little-endian.
    U16Le,
    /// LEB128, as protocol buffers write lengths, of at most 32 bits: one to
    /// five bytes. The shortest form is written; a padded one (`80 00` for 0)
    /// is read, because protocol buffers' own readers take it and writers that
    /// leave room for the length before they know it produce it.
    Varint,
}

/// A head, ready to be written before its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub(super) bytes: [u8; Prefix::MAX_LEN],
    pub(super) len: u8,
}

impl Head {
    /// The bytes to write: 1 to [`Prefix::MAX_LEN`] of them.
    #[inline]
    pub fn as_slice(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    #[inline]
    fn fixed<const N: usize>(head: [u8; N]) -> Self {
        let mut bytes = [0; Prefix::MAX_LEN];
        bytes[..N].copy_from_slice(&head);
        Self { bytes, len: N as u8 }
    }
}

impl Prefix {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::U32Be, Self::U32Le, Self::U16Be, Self::U16Le, Self::Varint];

    /// The longest head of any framing, in bytes.
    pub const MAX_LEN: usize = 5;

    /// The longest message in bytes that this framing can say.
    #[inline]
    pub const fn longest(self) -> usize {
        match self {
            Self::U16Be | Self::U16Le => u16::MAX as usize,
            Self::U32Be | Self::U32Le | Self::Varint => u32::MAX as usize,
        }
    }

    /// The head of a message of `len` bytes.
    ///
    /// # Errors
    /// [`FrameError::Oversize`] if this framing can't say `len`.
    #[inline]
    pub fn head(self, len: usize) -> Result<Head, FrameError> {
        if len > self.longest() {
            return Err(FrameError::Oversize { len: len as u64, max: self.longest() });
        }
        Ok(match self {
            Self::U32Be => Head::fixed((len as u32).to_be_bytes()),
            Self::U32Le => Head::fixed((len as u32).to_le_bytes()),
            Self::U16Be => Head::fixed((len as u16).to_be_bytes()),
            Self::U16Le => Head::fixed((len as u16).to_le_bytes()),
            Self::Varint => varint::write(len as u32),
        })
    }

    /// Reads the head at the start of `input`: how many bytes it has, and how
    /// many its message has. `None` if more bytes are needed to tell.
    ///
    /// # Errors
    /// [`FrameError::Oversize`] if the message is longer than `max_message`
    /// bytes, [`FrameError::BadLength`] if the head is no length. Both stay
    /// what they are however many bytes follow.
    #[inline]
    pub fn read_head(
        self,
        input: &[u8],
        max_message: usize,
    ) -> Result<Option<(usize, usize)>, FrameError> {
        let read = match self {
            Self::U32Be => input.first_chunk().map(|b| (4, u32::from_be_bytes(*b))),
            Self::U32Le => input.first_chunk().map(|b| (4, u32::from_le_bytes(*b))),
            Self::U16Be => input.first_chunk().map(|b| (2, u16::from_be_bytes(*b).into())),
            Self::U16Le => input.first_chunk().map(|b| (2, u16::from_le_bytes(*b).into())),
            Self::Varint => varint::read(input)?,
        };
        match read {
            None => Ok(None),
            Some((_, len)) if len as usize > max_message => {
                Err(FrameError::Oversize { len: len.into(), max: max_message })
            }
            Some((head, len)) => Ok(Some((head, len as usize))),
        }
    }

    /// One byte that begins a head and can't end it.
    ///
    /// What an aborting sender leaves behind, between two frames, on a stream
    /// that has no reset (a pipe, a FIFO, a Unix socket): whoever reads it sees
    /// a stream that was cut, not one that ended. It must not follow half a
    /// frame: there the missing bytes say the same already, and one more could
    /// pass for the last of them.
    #[inline]
    pub const fn torn(self) -> u8 {
        // Of two or four bytes the first; of a varint one that says "goes on".
        0xff
    }
}
