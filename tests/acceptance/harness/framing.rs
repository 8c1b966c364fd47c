//! The frames of the wire, written from its description alone.

use std::io::{self, Read, Write};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    U32Be,
    U32Le,
    U16Be,
    U16Le,
    Varint,
}

impl Framing {
    pub fn word(self) -> &'static str {
        match self {
            Self::U32Be => "u32be",
            Self::U32Le => "u32le",
            Self::U16Be => "u16be",
            Self::U16Le => "u16le",
            Self::Varint => "varint",
        }
    }

    /// The longest message that it can announce.
    pub fn limit(self) -> usize {
        match self {
            Self::U16Be | Self::U16Le => usize::from(u16::MAX),
            _ => usize::MAX,
        }
    }

    pub fn head(self, length: usize) -> Vec<u8> {
        let wide = u32::try_from(length).unwrap();
        let narrow = wide as u16;
        match self {
            Self::U32Be => wide.to_be_bytes().to_vec(),
            Self::U32Le => wide.to_le_bytes().to_vec(),
            Self::U16Be => narrow.to_be_bytes().to_vec(),
            Self::U16Le => narrow.to_le_bytes().to_vec(),
            Self::Varint => varint(wide),
        }
    }

    pub fn write(self, to: &mut impl Write, message: &[u8]) -> io::Result<()> {
        let mut frame = self.head(message.len());
        frame.extend_from_slice(message);
        to.write_all(&frame)
    }

    /// The next message; `None` at a clean end between two of them.
    pub fn read(self, from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
        let mut first = [0];
        if from.read(&mut first)? == 0 {
            return Ok(None);
        }
        let mut message = vec![0; self.length(first[0], from)?];
        from.read_exact(&mut message)?;
        Ok(Some(message))
    }

    fn length(self, first: u8, from: &mut impl Read) -> io::Result<usize> {
        let mut rest = |count: usize| {
            let mut bytes = vec![first; count + 1];
            from.read_exact(&mut bytes[1..]).map(|()| bytes)
        };
        Ok(match self {
            Self::U32Be => u32::from_be_bytes(rest(3)?.try_into().unwrap()) as usize,
            Self::U32Le => u32::from_le_bytes(rest(3)?.try_into().unwrap()) as usize,
            Self::U16Be => u16::from_be_bytes(rest(1)?.try_into().unwrap()).into(),
            Self::U16Le => u16::from_le_bytes(rest(1)?.try_into().unwrap()).into(),
            Self::Varint => {
                let (mut byte, mut value, mut shift) = (first, 0usize, 0);
                loop {
                    value |= usize::from(byte & 0x7f) << shift;
                    if byte & 0x80 == 0 {
                        break value;
                    }
                    shift += 7;
                    let mut next = [0];
                    from.read_exact(&mut next)?;
                    byte = next[0];
                }
            }
        })
    }
}

fn varint(mut value: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}
