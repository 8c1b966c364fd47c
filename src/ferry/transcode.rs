//! One framing into another, on the way to a stream.

use super::inbox::Inbox;
use crate::buffer::{Buffer, Size};
use crate::frame::{FrameError, Prefix};

/// Frames in their new form, on their way out, and how far the old form is read.
#[derive(Debug)]
pub struct Transcoder {
    from: Prefix,
    to: Prefix,
    /// Payload bytes still to come of the frame that is being copied.
    left: usize,
    outbox: Option<Outbox>,
}

#[derive(Debug)]
struct Outbox {
    buffer: Buffer,
    at: usize,
    filled: usize,
}

impl Transcoder {
    /// Between frames.
    pub fn new(from: Prefix, to: Prefix) -> Self {
        Self { from, to, left: 0, outbox: None }
    }

    /// Whether something is in its new form and not written yet.
    pub fn is_busy(&self) -> bool {
        self.outbox.is_some()
    }

    /// Takes what it can from `inbox`; the bytes to write next, or `None` when
    /// all is written.
    ///
    /// # Errors
    /// A length that the new framing cannot say; the caller has checked before.
    pub fn next(&mut self, inbox: &mut Inbox) -> Result<Option<&[u8]>, FrameError> {
        if self.outbox.is_none() && !inbox.undelivered().is_empty() {
            self.fill(inbox)?;
        }
        Ok(self.outbox.as_ref().map(|outbox| &outbox.buffer[outbox.at..outbox.filled]))
    }

    /// `bytes` of what [`Transcoder::next`] gave are written.
    pub fn written(&mut self, bytes: usize) {
        if let Some(outbox) = &mut self.outbox {
            outbox.at += bytes;
            if outbox.at == outbox.filled {
                self.outbox = None;
            }
        }
    }

    fn fill(&mut self, inbox: &mut Inbox) -> Result<(), FrameError> {
        // Heads may grow by the longest head a byte of the old form.
        let enough = inbox.undelivered().len().saturating_mul(Prefix::MAX_LEN);
        let mut buffer = Buffer::holding(enough.min(Size::Large.bytes()));
        let mut filled = 0;
        while !inbox.undelivered().is_empty() && buffer.len() - filled >= Prefix::MAX_LEN {
            if self.left == 0 {
                filled += self.head(inbox, &mut buffer[filled..])?;
            }
            let body = self.left.min(buffer.len() - filled);
            buffer[filled..filled + body].copy_from_slice(&inbox.undelivered()[..body]);
            inbox.delivered(body);
            self.left -= body;
            filled += body;
        }
        self.outbox = Some(Outbox { buffer, at: 0, filled });
        Ok(())
    }

    fn head(&mut self, inbox: &mut Inbox, out: &mut [u8]) -> Result<usize, FrameError> {
        let old = self.from.read_head(inbox.undelivered(), usize::MAX)?;
        // Undelivered frames are complete; a missing head cannot be.
        let (taken, len) = old.unwrap_or((inbox.undelivered().len(), 0));
        let head = self.to.head(len)?;
        out[..head.as_slice().len()].copy_from_slice(head.as_slice());
        inbox.delivered(taken);
        self.left = len;
        Ok(head.as_slice().len())
    }
}
