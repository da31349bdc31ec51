//! A message without a code, to test the transport with: `mail test ADDRESS`.

use async_trait::async_trait;
use lettre::Message;
use lettre::message::header::ContentType;

use crate::domain::text::letter_words;
use crate::domain::{LetterId, Timestamp};

use super::delivery::{OutgoingMessage, PreSendCheck, PreSendDecision};
use super::renderer::{PARTNER_CHARS, written};
use crate::domain::address::Mailbox;

/// For a message that nothing depends on.
#[derive(Debug, Clone, Copy)]
pub struct AlwaysProceed;

#[async_trait]
impl PreSendCheck for AlwaysProceed {
    async fn check(&self) -> PreSendDecision {
        PreSendDecision::Proceed
    }
}

/// A letter from `from` (with or without a name) to an address; reports of it go to `envelope_from`. It says what it is and asks for nothing.
pub fn test_message(
    letter: LetterId,
    partner: &str,
    (from, envelope_from): (&str, Option<&str>),
    to: &str,
    at: Timestamp,
) -> Result<OutgoingMessage, String> {
    let sender = Mailbox::read(from).map_err(|why| format!("the sender: {why}"))?;
    let recipient = Mailbox::read(to).map_err(|why| format!("the recipient: {why}"))?;
    let partner = letter_words(partner, PARTNER_CHARS);
    let (from, to) =
        (envelope_from.unwrap_or(sender.address.as_str()).to_owned(), recipient.address.as_str().to_owned());
    let header = |mailbox: &Mailbox| written(mailbox).map_err(|error| error.to_string());
    let message = Message::builder()
        .message_id(Some(format!("<{letter}@{}>", sender.address.domain())))
        .date(at.into())
        .subject(format!("A test letter of {partner} Onboarding"))
        .from(header(&sender)?)
        .to(header(&recipient)?)
        .header(ContentType::TEXT_PLAIN)
        .body(format!(
            "Somebody at {partner} tried whether letters leave and arrive. This one did.\n\nThere is nothing to do, and no code in it.\n"
        ))
        .map_err(|error| error.to_string())?;
    Ok(OutgoingMessage { letter, from, to, bcc: None, message: message.formatted(), code: None })
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn it_has_two_addresses_a_stable_name_and_no_surprises() {
        let of = |partner: &str, from: &str, to: &str| {
            test_message(LetterId::from_bits(7), partner, (from, None), to, DateTime::UNIX_EPOCH)
        };
        let outgoing = of("Klee\r\nBcc: x@example.com", "Desk, the <desk@example.com>", "service@dealer.test").unwrap();
        assert_eq!((outgoing.from.as_str(), outgoing.to.as_str()), ("desk@example.com", "service@dealer.test"));
        let text = String::from_utf8(outgoing.message).unwrap();
        assert!(text.contains(&format!("Message-ID: <{}@example.com>\r\n", LetterId::from_bits(7))), "{text}");
        let read = mail_parser::MessageParser::default().parse(&text).unwrap();
        let from = read.from().and_then(|from| from.first()).unwrap();
        assert_eq!((from.name(), from.address()), (Some("Desk, the"), Some("desk@example.com")));
        assert!(!text.contains("\r\nBcc:"), "{text}");
        assert!(text.is_ascii() && !text.replace("\r\n", "").contains(['\r', '\n']), "{text}");
        assert!(of("x", "desk", "service@dealer.test").unwrap_err().contains("the sender"));
        assert!(of("x", "desk@example.com", "a@b.test, c@d.test").unwrap_err().contains("the recipient"));
    }
}
