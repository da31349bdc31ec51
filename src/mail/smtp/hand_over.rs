//! One letter over one connection, and what its end means.

use lettre::Address;
use lettre::transport::smtp::commands::{Mail, Rcpt};
use lettre::transport::smtp::extension::{MailBodyParameter, MailParameter};

use super::super::courier::{Delivery, OutgoingMessage, Pass, PreSendCheck, RefusedBy};
use super::Limits;
use super::reply::{SmtpReply, shortened};
use super::session::{MailEndpoint, Offers, Session, good};
use super::trouble::{SmtpError, SmtpFailure, SmtpPhase};
use super::wire::stuffed;

/// Who sends a letter to whom, and what that needs of the server.
pub(super) struct Envelope {
    from: Address,
    to: Address,
    bcc: Option<Address>,
    eight_bit: bool,
    /// In bytes, as SIZE counts (RFC 1870): lines ended by CR LF, dots not doubled.
    size: usize,
}

impl Envelope {
    pub(super) fn of(parcel: &OutgoingMessage) -> Result<Self, Delivery> {
        let read = |text: &str| {
            let line = !text.chars().any(crate::domain::text::is_invisible);
            text.parse::<Address>().ok().filter(|_| line)
        };
        let ours = |text: &str, key: &str| {
            let reason = format!("`{}` is no address; look at [mail] {key}", shortened(text));
            read(text).ok_or(Delivery::Down { reason })
        };
        let from = ours(&parcel.from, "envelope_from and from")?;
        let bcc = parcel.bcc.as_deref().map(|bcc| ours(bcc, "bcc")).transpose()?;
        let Some(to) = read(&parcel.to) else {
            let reason = format!("the recipient `{}` is no address", shortened(&parcel.to));
            return Err(Delivery::Refused {
                reason,
                permanent: true,
                address: Some("5.1.3".to_owned()),
                by: RefusedBy::Us,
            });
        };
        Ok(Self { from, to, bcc, eight_bit: !parcel.message.is_ascii(), size: parcel.message.len() })
    }

    /// The same without a copy: that it cannot be kept is our affair, and no reason to keep the letter from its dealership.
    pub(super) fn without_copy(self) -> Self {
        Self { bcc: None, ..self }
    }

    /// Who keeps a copy, unless the server cannot carry that address.
    fn copy_to(&self, offers: Offers) -> Option<&Address> {
        self.bcc.as_ref().filter(|bcc| offers.utf8_addresses || is_ascii(bcc))
    }

    /// What the server cannot carry of this letter, in words.
    fn beyond(&self, offers: Offers) -> Option<String> {
        if self.eight_bit && !offers.eight_bit {
            return Some("the letter is written in 8 bits, and the server does not take that (8BITMIME)".to_owned());
        }
        if !is_ascii(&self.to) && !offers.utf8_addresses {
            let words = "the address has letters beyond ASCII, and the server does not take that (SMTPUTF8)";
            return Some(words.to_owned());
        }
        let most = offers.size.filter(|most| *most < self.size)?;
        Some(format!(
            "the letter has {} bytes, and the server takes at most {most} (SIZE); shorten the templates, or ask who runs it",
            self.size
        ))
    }

    /// Names the sender; says nothing to a server that cannot carry the letter.
    pub(super) async fn begin(&self, session: &mut Session, limits: &Limits) -> Result<(), SmtpFailure> {
        session.letters += 1;
        if !is_ascii(&self.from) && !session.offers.utf8_addresses {
            let words = "the sender has letters beyond ASCII, and the server does not take that (SMTPUTF8); write another \
                         address in [mail] from";
            return Err(SmtpPhase::Mail.failed(SmtpError::Lacking(words.to_owned())));
        }
        if self.beyond(session.offers).is_some() {
            return Ok(());
        }
        let mut parameters = Vec::new();
        if session.offers.size.is_some() {
            parameters.push(MailParameter::Size(self.size));
        }
        let addresses = [Some(&self.from), Some(&self.to), self.copy_to(session.offers)];
        if !addresses.into_iter().flatten().all(is_ascii) {
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if self.eight_bit {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let mail = Mail::new(Some(self.from.clone()), parameters);
        good(session.wire.ask(&mail.to_string(), limits.command).await, SmtpPhase::Mail).map(drop)
    }

    /// Names who keeps a copy. Whether the server takes it.
    ///
    /// # Errors
    /// At [`Phase::Copy`] when the conversation ended there: a letter without a copy may go.
    async fn name_bcc(&self, session: &mut Session, way: &MailEndpoint) -> Result<bool, SmtpFailure> {
        if self.bcc.is_some() && self.copy_to(session.offers).is_none() {
            tracing::warn!("no copy to [mail] bcc: {} takes no letters beyond ASCII in addresses", way.server.place());
        }
        let Some(bcc) = self.copy_to(session.offers) else { return Ok(false) };
        let recipient = Rcpt::new(bcc.clone(), Vec::new());
        let reply = answered(session.wire.ask(&recipient.to_string(), way.limits.command).await, SmtpPhase::Copy)?;
        if !reply.is_good() {
            tracing::warn!("no copy to [mail] bcc: {} answered {}", way.server.place(), reply.quoted(&[]));
        }
        Ok(reply.is_good())
    }
}

fn is_ascii(address: &Address) -> bool {
    AsRef::<str>::as_ref(address).is_ascii()
}

/// Takes a letter from the accepted sender to its end. Says what became of it, and whether the connection is fit for another.
///
/// # Errors
/// The server or the way to it failed, and for certain it has not taken the letter.
pub(super) async fn hand_over(
    session: &mut Session,
    envelope: &Envelope,
    parcel: &OutgoingMessage,
    gate: &dyn PreSendCheck,
    way: &MailEndpoint,
) -> Result<(Delivery, bool), SmtpFailure> {
    let code = parcel.code.as_ref().map_or("", |code| code.reveal());
    let limits = &way.limits;
    if let Some(reason) = envelope.beyond(session.offers) {
        return Ok((Delivery::Refused { reason, permanent: true, address: None, by: RefusedBy::Us }, true));
    }
    let recipient = Rcpt::new(envelope.to.clone(), Vec::new());
    let reply = answered(session.wire.ask(&recipient.to_string(), limits.command).await, SmtpPhase::Recipient)?;
    if reply.is_refusal() {
        return Ok((reply.refused(&[code]), reset(session, limits).await));
    }
    good(Ok(reply), SmtpPhase::Recipient)?;
    let copied = envelope.name_bcc(session, way).await?;
    // Of two recipients nobody knows which one it speaks of.
    let refused = |reply: &SmtpReply| match reply.refused(&[code]) {
        Delivery::Refused { reason, permanent, by, .. } if copied => {
            Delivery::Refused { reason, permanent, by, address: None }
        }
        delivery => delivery,
    };
    if gate.pass().await == Pass::Stop {
        return Ok((Delivery::Withheld, reset(session, limits).await));
    }
    let reply = answered(session.wire.ask("DATA", limits.command).await, SmtpPhase::Data)?;
    if reply.is_refusal() {
        return Ok((refused(&reply), reset(session, limits).await));
    }
    if reply.code != 354 {
        return Err(SmtpPhase::Data.failed(SmtpError::Reply(reply)));
    }
    // A reply is an answer: until it says 2xx the server has not taken the letter (RFC 5321, 4.2.5 and 6.1). Only silence is a doubt.
    let answer = match session.wire.content(&stuffed(&parcel.message), limits.answer).await {
        Ok(reply) => answered(Ok(reply), SmtpPhase::Content)?,
        Err(trouble) => return Ok((uncertain(&trouble, way, code), false)),
    };
    Ok(match answer {
        reply if reply.is_good() => (Delivery::Sent { reply: reply.quoted(&[code]) }, true),
        reply if reply.is_refusal() => (refused(&reply), true),
        reply => (uncertain(&SmtpError::Reply(reply), way, code), false),
    })
}

fn uncertain(trouble: &SmtpError, way: &MailEndpoint, code: &str) -> Delivery {
    let words = trouble.words(&[code]);
    Delivery::Uncertain { reason: format!("{}: after the content began: {words}", way.server.place()) }
}

/// A reply about the letter; one about the server itself (421) is a failure, like none.
fn answered(reply: Result<SmtpReply, SmtpError>, phase: SmtpPhase) -> Result<SmtpReply, SmtpFailure> {
    match reply {
        Ok(reply) if reply.is_closing() => Err(phase.failed(SmtpError::Reply(reply))),
        Ok(reply) => Ok(reply),
        Err(trouble) => Err(phase.failed(trouble)),
    }
}

/// Takes the envelope back. Whether the connection is fit for another; what becomes of the letter does not depend on it.
async fn reset(session: &mut Session, limits: &Limits) -> bool {
    good(session.wire.ask("RSET", limits.command).await, SmtpPhase::Reset).is_ok()
}
