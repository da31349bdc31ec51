//! One letter over one connection, and what its end means.

use lettre::Address;
use lettre::transport::smtp::commands::{Mail, Rcpt};
use lettre::transport::smtp::extension::{MailBodyParameter, MailParameter};

use super::super::courier::{Delivery, Gate, Parcel, Pass};
use super::Limits;
use super::reply::{Reply, shortened};
use super::session::{Offers, Session, Way, good};
use super::trouble::{Failure, Phase, Trouble};
use super::wire::stuffed;

/// Who sends a letter to whom, and what that needs of the server.
pub(super) struct Envelope {
    from: Address,
    to: Address,
    eight_bit: bool,
}

impl Envelope {
    /// Reads the addresses.
    pub(super) fn of(parcel: &Parcel) -> Result<Self, Delivery> {
        let read = |text: &str| {
            let line = !text.chars().any(crate::domain::text::is_invisible);
            text.parse::<Address>().ok().filter(|_| line)
        };
        let Some(from) = read(&parcel.from) else {
            let reason = format!("the sender `{}` is no address; look at [mail] from", shortened(&parcel.from));
            return Err(Delivery::Down { reason });
        };
        let Some(to) = read(&parcel.to) else {
            let reason = format!("the recipient `{}` is no address", shortened(&parcel.to));
            return Err(Delivery::Refused { reason, permanent: true, address: Some("5.1.3".to_owned()) });
        };
        Ok(Self { from, to, eight_bit: !parcel.message.is_ascii() })
    }

    fn is_international(&self) -> bool {
        !is_ascii(&self.from) || !is_ascii(&self.to)
    }

    /// What the server cannot carry of this letter, in words.
    fn beyond(&self, offers: Offers) -> Option<&'static str> {
        if self.eight_bit && !offers.eight_bit {
            return Some("the letter is written in 8 bits, and the server does not take that (8BITMIME)");
        }
        let beyond = self.is_international() && !offers.utf8_addresses;
        beyond.then_some("the address has letters beyond ASCII, and the server does not take that (SMTPUTF8)")
    }

    /// Names the sender; says nothing to a server that cannot carry the letter.
    pub(super) async fn begin(&self, session: &mut Session, limits: &Limits) -> Result<(), Failure> {
        session.letters += 1;
        if !is_ascii(&self.from) && !session.offers.utf8_addresses {
            let words = "the sender has letters beyond ASCII, and the server does not take that (SMTPUTF8); write another \
                         address in [mail] from";
            return Err(Phase::Mail.failed(Trouble::Lacking(words.to_owned())));
        }
        if self.beyond(session.offers).is_some() {
            return Ok(());
        }
        let mut parameters = Vec::new();
        if self.is_international() {
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if self.eight_bit {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let mail = Mail::new(Some(self.from.clone()), parameters);
        good(session.wire.ask(&mail.to_string(), limits.command).await, Phase::Mail).map(drop)
    }
}

fn is_ascii(address: &Address) -> bool {
    AsRef::<str>::as_ref(address).is_ascii()
}

/// Takes a letter from the accepted sender to its end. Says what became of it, and whether the connection is fit for another.
///
/// # Errors
/// The server or the way to it failed before anything of the letter was handed over.
pub(super) async fn hand_over(
    session: &mut Session,
    envelope: &Envelope,
    parcel: &Parcel,
    gate: &dyn Gate,
    way: &Way,
) -> Result<(Delivery, bool), Failure> {
    let code = parcel.code.as_ref().map_or("", |code| code.reveal());
    let limits = &way.limits;
    if let Some(reason) = envelope.beyond(session.offers) {
        return Ok((Delivery::Refused { reason: reason.to_owned(), permanent: true, address: None }, true));
    }
    let recipient = Rcpt::new(envelope.to.clone(), Vec::new());
    let reply = answered(session.wire.ask(&recipient.to_string(), limits.command).await, Phase::Recipient)?;
    if reply.is_refusal() {
        let refused = Delivery::Refused {
            reason: reply.quoted(&[code]),
            permanent: reply.is_permanent(),
            address: reply.about_the_address(),
        };
        return Ok((refused, reset(session, limits).await));
    }
    good(Ok(reply), Phase::Recipient)?;
    if gate.pass().await == Pass::Stop {
        return Ok((Delivery::Withheld, reset(session, limits).await));
    }
    let reply = answered(session.wire.ask("DATA", limits.command).await, Phase::Data)?;
    if reply.is_refusal() {
        let refused =
            Delivery::Refused { reason: reply.quoted(&[code]), permanent: reply.is_permanent(), address: None };
        return Ok((refused, reset(session, limits).await));
    }
    if reply.code != 354 {
        return Err(Phase::Data.failed(Trouble::Reply(reply)));
    }
    // From here on nobody knows, unless the server says that it has the letter.
    Ok(match session.wire.content(&stuffed(&parcel.message), limits.answer).await {
        Ok(reply) if reply.is_good() => (Delivery::Sent { reply: reply.quoted(&[code]) }, true),
        Ok(reply) => (uncertain(&Trouble::Reply(reply), way, code), false),
        Err(trouble) => (uncertain(&trouble, way, code), false),
    })
}

fn uncertain(trouble: &Trouble, way: &Way, code: &str) -> Delivery {
    let words = trouble.words(&[code]);
    let answered = matches!(trouble, Trouble::Reply(reply) if !reply.is_closing());
    Delivery::Uncertain { answered, reason: format!("{}: after the content began: {words}", way.server.place()) }
}

/// A reply about the letter; one about the server itself (421) is a failure, like none.
fn answered(reply: Result<Reply, Trouble>, phase: Phase) -> Result<Reply, Failure> {
    match reply {
        Ok(reply) if reply.is_closing() => Err(phase.failed(Trouble::Reply(reply))),
        Ok(reply) => Ok(reply),
        Err(trouble) => Err(phase.failed(trouble)),
    }
}

/// Takes the envelope back. Whether the connection is fit for another; what becomes of the letter does not depend on it.
async fn reset(session: &mut Session, limits: &Limits) -> bool {
    good(session.wire.ask("RSET", limits.command).await, Phase::Reset).is_ok()
}
