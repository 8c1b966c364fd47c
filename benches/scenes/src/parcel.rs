//! What a party sends at once, or waits for.

use pipeferry::frame::Prefix;

/// How a party tells its messages apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// It doesn't: a stream of bytes.
    Bytes,
    /// By a length before each.
    Frames(Prefix),
    /// By packets.
    Packets,
}

impl Form {
    /// Its name in the configuration; none for bytes.
    pub fn framing(self) -> Option<&'static str> {
        match self {
            Self::Bytes => None,
            Self::Packets => Some("packet"),
            Self::Frames(Prefix::U32Be) => Some("u32be"),
            Self::Frames(Prefix::U32Le) => Some("u32le"),
            Self::Frames(Prefix::U16Be) => Some("u16be"),
            Self::Frames(Prefix::U16Le) => Some("u16le"),
            Self::Frames(Prefix::Varint) => Some("varint"),
        }
    }
}

/// Some messages of one size, in one form.
pub struct Parcel {
    /// All of them as a stream carries them; for packets the bodies alone.
    pub wire: Vec<u8>,
    /// Bytes of one packet; none for a stream.
    pub packet: Option<usize>,
}

impl Parcel {
    /// `count` messages of `size` bytes.
    pub fn new(form: Form, count: usize, size: usize) -> Self {
        let head = match form {
            Form::Frames(prefix) => prefix.head(size).unwrap().as_slice().to_vec(),
            _ => Vec::new(),
        };
        let message = |at: usize| (0..size).map(move |byte| (at + byte) as u8);
        let wire = (0..count).flat_map(|at| head.iter().copied().chain(message(at))).collect();
        Self { wire, packet: (form == Form::Packets).then_some(size) }
    }
}
