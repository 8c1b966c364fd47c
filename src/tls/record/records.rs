//! An established session: records in, records out.

use rustls::{
    AlertDescription, ContentType, Error, ExtractedSecrets, HandshakeType, InvalidMessage,
    PeerMisbehaved, ProtocolVersion,
};

use super::fault::alert_for;
use super::kernel::Kernel;
use super::keys::Keys;
use super::open::{Opener, unexpected};
use super::post_handshake::{self, KEY_UPDATE, Message, Messages};
use super::seal::Sealer;
use super::{MOST_PLAIN, record_len};

/// So many records in a row may bring no data; more is mischief.
const MOST_SILENT: u8 = 32;
const WARNING: u8 = 1;
const FATAL: u8 = 2;

/// What a record brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// So many bytes of data, at the start of the buffer.
    Data(usize),
    /// Nothing for the reader.
    Nothing,
    /// close_notify: the clean end.
    End,
}

/// Both directions of an established session.
pub struct Records {
    opener: Opener,
    sealer: Sealer,
    kernel: Kernel,
    messages: Messages,
    /// Sealed records of our own that carry no data and wait to be sent.
    control: Vec<u8>,
    /// Records in a row that brought no data.
    silent: u8,
    /// Records that one key may seal.
    limit: u64,
    /// close_notify or a fatal alert is sealed: nothing goes behind it.
    over: bool,
}

impl Records {
    /// Takes over from a finished handshake.
    ///
    /// # Errors
    /// A cipher or version that rustls has learned and this has not.
    pub fn new(secrets: ExtractedSecrets, kernel: Kernel) -> Result<Self, Error> {
        let limit = kernel.confidentiality_limit();
        Self::with_limit(secrets, kernel, limit)
    }

    pub(super) fn with_limit(
        secrets: ExtractedSecrets,
        kernel: Kernel,
        limit: u64,
    ) -> Result<Self, Error> {
        let version = kernel.version();
        // The handshake has sealed some already.
        let left = limit.saturating_sub(secrets.tx.0);
        Ok(Self {
            opener: Opener(Keys::new(version, secrets.rx)?),
            sealer: Sealer::new(Keys::new(version, secrets.tx)?, left),
            kernel,
            messages: Messages::default(),
            control: Vec::new(),
            silent: 0,
            limit,
            over: false,
        })
    }

    /// As [`record_len`] for the next record.
    ///
    /// # Errors
    /// As there; the alert for the peer is in `control`.
    pub fn next_len(&mut self, bytes: &[u8]) -> Result<Option<usize>, Error> {
        record_len(bytes).inspect_err(|error| self.tell(error))
    }

    /// Opens the record at `buffer[at..end]`, whose length is that of
    /// [`Records::next_len`]; its data goes to the start of `buffer`.
    ///
    /// # Errors
    /// Whatever ends the session. The alert for the peer is in `control`.
    pub fn open(&mut self, buffer: &mut [u8], at: usize, end: usize) -> Result<Received, Error> {
        self.try_open(buffer, at, end).inspect_err(|error| self.tell(error))
    }

    fn try_open(&mut self, buffer: &mut [u8], at: usize, end: usize) -> Result<Received, Error> {
        let (kind, len) = self.opener.open(buffer, at, end)?;
        if self.messages.is_inside_one() && kind != ContentType::Handshake {
            return Err(PeerMisbehaved::MessageInterleavedWithHandshakeMessage.into());
        }
        if kind == ContentType::ApplicationData && len > 0 {
            self.silent = 0;
            return Ok(Received::Data(len));
        }
        self.silent += 1;
        if self.silent > MOST_SILENT {
            return Err(PeerMisbehaved::TooManyEmptyFragments.into());
        }
        match kind {
            ContentType::ApplicationData => Ok(Received::Nothing),
            ContentType::Alert => self.hear(&buffer[..len]),
            ContentType::Handshake => self.shake(&buffer[..len]).map(|()| Received::Nothing),
            other => Err(unexpected(other)),
        }
    }

    /// An alert (RFC 8446, 6; RFC 5246, 7.2).
    fn hear(&self, alert: &[u8]) -> Result<Received, Error> {
        let [level, description] = *alert else {
            return Err(InvalidMessage::MissingData("one whole alert").into());
        };
        let old = !self.has_key_updates();
        match AlertDescription::from(description) {
            AlertDescription::CloseNotify => Ok(Received::End),
            AlertDescription::UserCanceled => Ok(Received::Nothing),
            _ if old && level == WARNING => Ok(Received::Nothing),
            other => Err(Error::AlertReceived(other)),
        }
    }

    /// Handshake messages, or parts of them.
    fn shake(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if !self.has_key_updates() {
            return self.decline_renegotiation();
        }
        let mut messages = std::mem::take(&mut self.messages);
        messages.add(bytes, |message| self.take_message(message))?;
        self.messages = messages;
        Ok(())
    }

    fn take_message(&mut self, message: Message<'_>) -> Result<(), Error> {
        match (message.kind, &mut self.kernel) {
            (HandshakeType::KeyUpdate, _) => {
                let asked = post_handshake::wants_update(message.body)?;
                post_handshake::check_at_boundary(message.rest)?;
                self.opener = Opener(self.kernel.next_rx()?);
                // One answer stands for all that came before it is sent.
                if asked && self.may_answer() {
                    self.control = self.seal_update()?;
                }
                Ok(())
            }
            (HandshakeType::NewSessionTicket, Kernel::Client(kernel)) => {
                kernel.handle_new_session_ticket(message.body)
            }
            (got_type, _) => {
                let expect_types = vec![HandshakeType::KeyUpdate];
                Err(Error::InappropriateHandshakeMessage { expect_types, got_type })
            }
        }
    }

    /// TLS 1.2: there is one handshake a connection.
    fn decline_renegotiation(&mut self) -> Result<(), Error> {
        if self.may_answer() {
            self.say(WARNING, AlertDescription::NoRenegotiation)?;
        }
        Ok(())
    }

    /// Whether there is room and reason for an answer: one that waits stands
    /// for the next too, and none goes behind our end.
    fn may_answer(&self) -> bool {
        self.control.is_empty() && !self.over
    }

    fn has_key_updates(&self) -> bool {
        self.kernel.version() == ProtocolVersion::TLSv1_3
    }

    /// Our key update, sealed with the old key; all after it has the new one.
    fn seal_update(&mut self) -> Result<Vec<u8>, Error> {
        if !self.has_key_updates() {
            return Err(Error::General("the key has sealed all that TLS 1.2 lets it".into()));
        }
        let mut update = vec![0; KEY_UPDATE.len() + self.sealer.overhead()];
        self.sealer.seal(ContentType::Handshake, &KEY_UPDATE, &mut update)?;
        self.sealer = Sealer::new(self.kernel.next_tx()?, self.limit);
        Ok(update)
    }

    /// Bytes that `plain` bytes of data take when sealed.
    pub fn sealed_len(&self, plain: usize) -> usize {
        plain + plain.div_ceil(MOST_PLAIN) * self.sealer.overhead()
    }

    /// Seals as much of `plain` as fits into `out`: so many bytes were taken,
    /// so many of `out` are to be sent. All of [`Records::control`] must be on
    /// its way before.
    ///
    /// # Errors
    /// A key that is worn out, where there is no other to be had.
    pub fn seal(&mut self, plain: &[u8], out: &mut [u8]) -> Result<(usize, usize), Error> {
        let (mut taken, mut filled) = (0, 0);
        while taken < plain.len() {
            if self.sealer.is_worn() {
                // Goes out before any data with the new key.
                let update = self.seal_update()?;
                let Some(room) = out.get_mut(filled..filled + update.len()) else {
                    self.control = update;
                    break;
                };
                room.copy_from_slice(&update);
                filled += update.len();
            }
            let wanted = (plain.len() - taken).min(MOST_PLAIN);
            let fits = (out.len() - filled).saturating_sub(self.sealer.overhead());
            // No short record where a whole one fits into the next buffer.
            if fits == 0 || (taken > 0 && fits < wanted) {
                break;
            }
            let chunk = &plain[taken..taken + wanted.min(fits)];
            let sealed = self.sealer.seal(ContentType::ApplicationData, chunk, &mut out[filled..]);
            filled += sealed?;
            taken += chunk.len();
        }
        Ok((taken, filled))
    }

    /// Whether close_notify or a fatal alert of ours has ended the session: no
    /// data goes behind it (RFC 8446, 6).
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Seals our close_notify behind whatever waits in `control`, unless an
    /// alert has ended the session.
    ///
    /// # Errors
    /// A key that may seal no more.
    pub fn seal_end(&mut self) -> Result<(), Error> {
        self.say(WARNING, AlertDescription::CloseNotify)
    }

    fn tell(&mut self, error: &Error) {
        if let Some(alert) = alert_for(error) {
            // Without an alert the session ends all the same.
            let _ = self.say(FATAL, alert);
        }
    }

    fn say(&mut self, level: u8, alert: AlertDescription) -> Result<(), Error> {
        if self.over {
            return Ok(());
        }
        self.over = level == FATAL || alert == AlertDescription::CloseNotify;
        let at = self.control.len();
        let alert = [level, alert.into()];
        self.control.resize(at + alert.len() + self.sealer.overhead(), 0);
        let sealed = self.sealer.seal(ContentType::Alert, &alert, &mut self.control[at..]);
        self.control.truncate(at + *sealed.as_ref().unwrap_or(&0));
        sealed.map(|_| ())
    }

    /// Sealed records that wait to be sent, before any new data.
    pub fn control(&self) -> &[u8] {
        &self.control
    }

    /// `len` bytes of `control` have been sent.
    pub fn control_sent(&mut self, len: usize) {
        self.control.drain(..len);
        if self.control.is_empty() {
            self.control = Vec::new();
        }
    }
}

impl std::fmt::Debug for Records {
    /// Without keys.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (opener, sealer) = (&self.opener, &self.sealer);
        f.debug_struct("Records").field("opener", opener).field("sealer", sealer).finish()
    }
}
