//! A letter, written: to look at, with its code hidden or not, and as the bytes that go over the wire.

use std::time::SystemTime;

use chrono::{DateTime, TimeDelta};
use lettre::Message;
use lettre::address::Envelope;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox as Written, MultiPart, SinglePart};

use super::{LetterError, RenderContext};
use crate::domain::address::{Address, Mailbox};
use crate::domain::text::escape_html;
use crate::domain::{InvitationCode, LetterCopy, Timestamp};
use crate::mail::{LETTER_HEADER, OutgoingMessage};

/// What stands for the code until a letter is shown or sent: no value and no template has this character.
pub(super) const CODE: char = '\u{f8ff}';

const LETTER: HeaderName = HeaderName::new_from_ascii_str(LETTER_HEADER);

const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// A letter. Its code is not in its texts until a method puts it there: it can be logged without harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedLetter {
    pub from: Mailbox,
    pub to: Mailbox,
    /// Where answers go, when it is not the sender.
    pub reply_to: Option<Mailbox>,
    pub envelope_from: Address,
    pub bcc: Option<Address>,
    /// The Subject; never a code in it.
    pub subject: String,
    pub(super) context: RenderContext,
    pub(super) text: String,
    pub(super) html: String,
    pub(super) code: Option<InvitationCode>,
}

/// The two forms of a letter's text.
#[derive(Clone, PartialEq, Eq)]
pub struct Pages {
    /// Plain text, lines ended by LF.
    pub text: String,
    pub html: String,
}

impl RenderedLetter {
    /// Why and when it was written.
    pub fn context(&self) -> RenderContext {
        self.context
    }

    /// The letter as it is sent but for its code, of which only the end is shown: `••••7Q`.
    pub fn masked(&self) -> Pages {
        self.pages(self.code.as_ref().map(InvitationCode::masked).as_deref())
    }

    /// The letter as it is sent. Only for the dealership's eyes, and for an explicit reveal.
    pub fn revealed(&self) -> Pages {
        self.pages(self.code.as_ref().map(InvitationCode::reveal))
    }

    fn pages(&self, code: Option<&str>) -> Pages {
        let code = code.unwrap_or_default();
        Pages { text: self.text.replace(CODE, code), html: self.html.replace(CODE, &escape_html(code)) }
    }

    /// The exact bytes to send: the same for every attempt, until somebody has it tried again.
    /// Fails when the message cannot be put together, with the reason; never a code in it.
    pub fn outgoing(&self) -> Result<OutgoingMessage, LetterError> {
        let Pages { text, html } = self.revealed();
        let letter = self.context.letter;
        let part = |kind: ContentType, text: String| {
            SinglePart::builder().header(kind).header(ContentTransferEncoding::QuotedPrintable).body(text)
        };
        // `=_` cannot come out of quoted-printable: no part can hold its own boundary.
        let body = MultiPart::alternative()
            .boundary(format!("=_{letter}"))
            .singlepart(part(ContentType::TEXT_PLAIN, text))
            .singlepart(part(ContentType::TEXT_HTML, html));
        let (from, to) = (written(&self.from)?, written(&self.to)?);
        // Said outright: read back from the header, an address in quotes would be lost.
        let envelope = Envelope::new(Some(from.email.clone()), vec![to.email.clone()]).map_err(unfit)?;
        let mut message = Message::builder()
            .envelope(envelope)
            .date(date(self.context.written_at))
            .message_id(Some(format!("<{letter}@{}>", self.from.address.domain())))
            .from(from)
            .to(to)
            .subject(self.subject.as_str());
        if let Some(reply_to) = &self.reply_to {
            message = message.reply_to(written(reply_to)?);
        }
        let copy = LetterCopy { letter, settled: Some(self.context.settled) };
        message = message.raw_header(HeaderValue::new(LETTER, copy.to_string()));
        // So that nobody's vacation program answers (RFC 3834).
        if self.context.automatic {
            message = message.raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()));
        }
        let message = message.multipart(body).map_err(unfit)?;
        Ok(OutgoingMessage {
            letter,
            from: self.envelope_from.as_str().to_owned(),
            to: self.to.address.as_str().to_owned(),
            bcc: self.bcc.as_ref().map(|bcc| bcc.as_str().to_owned()),
            message: message.formatted(),
            code: self.code.clone(),
        })
    }
}

fn unfit(error: impl std::fmt::Display) -> LetterError {
    LetterError::Message(error.to_string())
}

/// An address with its name as the message builder takes it.
pub(in crate::mail) fn written(mailbox: &Mailbox) -> Result<Written, LetterError> {
    let address = mailbox.address.as_str().parse();
    let address = address.map_err(|_| LetterError::Message(format!("the address {} is not taken", mailbox.address)))?;
    Ok(Written::new((!mailbox.name.is_empty()).then(|| mailbox.name.clone()), address))
}

/// A moment for the Date header, within the years that it can name.
fn date(at: Timestamp) -> SystemTime {
    let last = DateTime::UNIX_EPOCH + TimeDelta::days(8_000 * 365);
    at.clamp(DateTime::UNIX_EPOCH, last).into()
}
