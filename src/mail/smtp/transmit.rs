//! One letter over one connection, and what its end means.

use lettre::Address;
use lettre::transport::smtp::commands::{Mail, Rcpt};
use lettre::transport::smtp::extension::{MailBodyParameter, MailParameter};

use super::super::delivery::{Delivery, OutgoingMessage, PreSendCheck, PreSendDecision, RefusedBy};
use super::Limits;
use super::connection::dot_stuffed;
use super::error::{SmtpError, SmtpFailure, SmtpPhase};
use super::reply::{SmtpReply, shortened};
use super::session::{MailEndpoint, Offers, Session, good};

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
    pub(super) fn of(outgoing: &OutgoingMessage) -> Result<Self, Delivery> {
        let read = |text: &str| {
            let line = !text.chars().any(crate::domain::text::is_invisible);
            text.parse::<Address>().ok().filter(|_| line)
        };
        let ours = |text: &str, key: &str| {
            let reason = format!("`{}` is no address; look at [mail] {key}", shortened(text));
            read(text).ok_or(Delivery::Down { reason })
        };
        let from = ours(&outgoing.from, "envelope_from and from")?;
        let bcc = outgoing.bcc.as_deref().map(|bcc| ours(bcc, "bcc")).transpose()?;
        let Some(to) = read(&outgoing.to) else {
            let reason = format!("the recipient `{}` is no address", shortened(&outgoing.to));
            return Err(Delivery::Refused {
                reason,
                permanent: true,
                address: Some("5.1.3".to_owned()),
                by: RefusedBy::Us,
            });
        };
        Ok(Self { from, to, bcc, eight_bit: !outgoing.message.is_ascii(), size: outgoing.message.len() })
    }

    /// The same without a copy: that it cannot be kept is our affair, and no reason to keep the letter from its dealership.
    pub(super) fn without_copy(self) -> Self {
        Self { bcc: None, ..self }
    }

    /// Who keeps a copy, unless the server cannot carry that address.
    fn copy_to(&self, offers: Offers) -> Option<&Address> {
        self.bcc.as_ref().filter(|bcc| offers.utf8_addresses || is_ascii(bcc))
    }

    /// What the server cannot carry of this letter.
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
            return Err(SmtpPhase::Mail.failed(SmtpError::Missing(words.to_owned())));
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
        good(session.connection.ask(&mail.to_string(), limits.command).await, SmtpPhase::Mail).map(drop)
    }

    /// Names who keeps a copy. Whether the server takes it.
    /// Errors: at [`SmtpPhase::Copy`] when the conversation ended there: a letter without a copy may go.
    async fn name_bcc(&self, session: &mut Session, endpoint: &MailEndpoint) -> Result<bool, SmtpFailure> {
        if self.bcc.is_some() && self.copy_to(session.offers).is_none() {
            tracing::warn!(
                "no copy to [mail] bcc: {} takes no letters beyond ASCII in addresses",
                endpoint.server.place()
            );
        }
        let Some(bcc) = self.copy_to(session.offers) else { return Ok(false) };
        let recipient = Rcpt::new(bcc.clone(), Vec::new());
        let reply =
            answered(session.connection.ask(&recipient.to_string(), endpoint.limits.command).await, SmtpPhase::Copy)?;
        if !reply.is_good() {
            tracing::warn!("no copy to [mail] bcc: {} answered {}", endpoint.server.place(), reply.quoted(&[]));
        }
        Ok(reply.is_good())
    }
}

fn is_ascii(address: &Address) -> bool {
    AsRef::<str>::as_ref(address).is_ascii()
}

/// Sends a letter whose sender was accepted. Says what became of it, and whether the connection is fit for another.
/// Errors: the server or the network failed, and for certain it has not taken the letter.
pub(super) async fn transmit(
    session: &mut Session,
    envelope: &Envelope,
    outgoing: &OutgoingMessage,
    check: &dyn PreSendCheck,
    endpoint: &MailEndpoint,
) -> Result<(Delivery, bool), SmtpFailure> {
    let code = outgoing.code.as_ref().map_or("", |code| code.reveal());
    let limits = &endpoint.limits;
    if let Some(reason) = envelope.beyond(session.offers) {
        return Ok((Delivery::Refused { reason, permanent: true, address: None, by: RefusedBy::Us }, true));
    }
    let recipient = Rcpt::new(envelope.to.clone(), Vec::new());
    let reply = answered(session.connection.ask(&recipient.to_string(), limits.command).await, SmtpPhase::Recipient)?;
    if reply.is_refusal() {
        return Ok((reply.refused(&[code]), reset(session, limits).await));
    }
    good(Ok(reply), SmtpPhase::Recipient)?;
    let copied = envelope.name_bcc(session, endpoint).await?;
    // Of two recipients nobody knows which one it speaks of.
    let refused = |reply: &SmtpReply| match reply.refused(&[code]) {
        Delivery::Refused { reason, permanent, by, .. } if copied => {
            Delivery::Refused { reason, permanent, by, address: None }
        }
        delivery => delivery,
    };
    if check.check().await == PreSendDecision::Abort {
        return Ok((Delivery::Aborted, reset(session, limits).await));
    }
    let reply = answered(session.connection.ask("DATA", limits.command).await, SmtpPhase::Data)?;
    if reply.is_refusal() {
        return Ok((refused(&reply), reset(session, limits).await));
    }
    if reply.code != 354 {
        return Err(SmtpPhase::Data.failed(SmtpError::Reply(reply)));
    }
    // A reply is an answer: until it says 2xx the server has not taken the letter (RFC 5321, 4.2.5 and 6.1). Only silence is a doubt.
    let answer = match session.connection.content(&dot_stuffed(&outgoing.message), limits.answer).await {
        Ok(reply) => answered(Ok(reply), SmtpPhase::Content)?,
        Err(error) => return Ok((uncertain(&error, endpoint, code), false)),
    };
    Ok(match answer {
        reply if reply.is_good() => (Delivery::Sent { reply: reply.quoted(&[code]) }, true),
        reply if reply.is_refusal() => (refused(&reply), true),
        reply => (uncertain(&SmtpError::Reply(reply), endpoint, code), false),
    })
}

fn uncertain(error: &SmtpError, endpoint: &MailEndpoint, code: &str) -> Delivery {
    let words = error.message(&[code]);
    Delivery::Uncertain { reason: format!("{}: after the content began: {words}", endpoint.server.place()) }
}

/// A reply about the letter; one about the server itself (421) is a failure, like none.
fn answered(reply: Result<SmtpReply, SmtpError>, phase: SmtpPhase) -> Result<SmtpReply, SmtpFailure> {
    match reply {
        Ok(reply) if reply.is_closing() => Err(phase.failed(SmtpError::Reply(reply))),
        Ok(reply) => Ok(reply),
        Err(error) => Err(phase.failed(error)),
    }
}

/// Takes the envelope back. Whether the connection is fit for another; what becomes of the letter does not depend on it.
async fn reset(session: &mut Session, limits: &Limits) -> bool {
    good(session.connection.ask("RSET", limits.command).await, SmtpPhase::Reset).is_ok()
}
