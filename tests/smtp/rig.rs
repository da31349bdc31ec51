//! One letter, one server, one check.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chrono::DateTime;
use cloverwatch::clock::ManualClock;
use cloverwatch::domain::LetterId;
use cloverwatch::mail::smtp::{Limits, Roots, SmtpSettings};
use cloverwatch::mail::{
    Delivery, MailTransport, OutgoingMessage, PreSendCheck, PreSendDecision, SmtpTransport, Transport,
};

use crate::smtp_support::{Plan, Seen, Server};

/// A code that no reply may bring into a reason.
pub const CODE: &str = "QX7-Clover-4431";

pub struct Counting {
    asked: AtomicUsize,
    pass: PreSendDecision,
}

impl Counting {
    pub fn new(pass: PreSendDecision) -> Self {
        Self { asked: AtomicUsize::new(0), pass }
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl PreSendCheck for Counting {
    async fn check(&self) -> PreSendDecision {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.pass
    }
}

/// A letter with everything that is awkward on the wire: a line that is a dot, one that begins with two.
pub fn outgoing(number: u64) -> OutgoingMessage {
    let message = format!(
        "Message-ID: <{number}@example.com>\r\nSubject: Your invitation\r\n\r\nThe code is {CODE}\r\n.\r\n..two\r\nend\r\n"
    );
    OutgoingMessage {
        letter: LetterId::from_bits(number),
        from: "onboarding@example.com".to_owned(),
        to: format!("service{number}@dealer.test"),
        bcc: None,
        message: message.into_bytes(),
        code: Some(CODE.parse().unwrap()),
    }
}

/// Enough for any machine, however busy.
pub const PATIENT: Limits =
    Limits { connect: Duration::from_secs(30), command: Duration::from_secs(30), answer: Duration::from_secs(30) };

pub const HASTY: Duration = Duration::from_millis(300);

pub fn settings(url: &str) -> SmtpSettings {
    let Ok(Transport::Smtp(server)) = Transport::parse(url) else { panic!("{url}") };
    SmtpSettings { limits: PATIENT, ..SmtpSettings::new(server) }
}

pub fn trusting(settings: SmtpSettings, authority: &crate::smtp_support::certificates::Authority) -> SmtpSettings {
    SmtpSettings { roots: Roots::Only(authority.roots()), ..settings }
}

pub fn clock() -> ManualClock {
    ManualClock::at(DateTime::UNIX_EPOCH)
}

pub fn transport(settings: SmtpSettings) -> SmtpTransport {
    SmtpTransport::new(settings, Arc::new(clock())).unwrap()
}

/// What became of one letter.
#[derive(Debug)]
pub struct Told {
    pub delivery: Delivery,
    pub asked: usize,
    pub seen: Seen,
}

impl Told {
    /// Down, before the check, with nothing of the letter at the server.
    #[track_caller]
    pub fn is_down(&self, check: usize, words: &[&str]) {
        let Delivery::Down { reason } = &self.delivery else { panic!("{self:#?}") };
        self.holds(reason, check, words);
        assert!(self.seen.letters.iter().all(|letter| letter.content.is_none()), "{self:#?}");
    }

    #[track_caller]
    pub fn is_refused(&self, check: usize, permanent: bool, address: Option<&str>, words: &[&str]) {
        let Delivery::Refused { reason, permanent: told, address: refused, .. } = &self.delivery else {
            panic!("{self:#?}")
        };
        assert_eq!((*told, refused.as_deref()), (permanent, address), "{self:#?}");
        self.holds(reason, check, words);
        assert!(self.seen.letters.iter().all(|letter| letter.content.is_none()), "{self:#?}");
    }

    /// Not taken, before anything of the letter was there, and another one would not have been either.
    #[track_caller]
    pub fn is_deferred(&self, check: usize, words: &[&str]) {
        let Delivery::Deferred { reason } = &self.delivery else { panic!("{self:#?}") };
        self.holds(reason, check, words);
        assert!(self.seen.letters.iter().all(|letter| letter.content.is_none()), "{self:#?}");
    }

    #[track_caller]
    pub fn is_uncertain(&self, words: &[&str]) {
        let Delivery::Uncertain { reason } = &self.delivery else { panic!("{self:#?}") };
        self.holds(reason, 1, words);
    }

    /// The server has exactly this letter, as it was given.
    #[track_caller]
    pub fn is_sent(&self, outgoing: &OutgoingMessage) {
        let Delivery::Sent { reply } = &self.delivery else { panic!("{self:#?}") };
        self.holds(reply, 1, &["2"]);
        let taken = self.seen.taken();
        assert_eq!(taken.len(), 1, "{self:#?}");
        assert_eq!((taken[0].from.as_str(), taken[0].to.as_str()), (outgoing.from.as_str(), outgoing.to.as_str()));
        assert_eq!(taken[0].content.as_deref(), Some(outgoing.message.as_slice()));
    }

    #[track_caller]
    fn holds(&self, reason: &str, check: usize, words: &[&str]) {
        assert_eq!(self.asked, check, "{self:#?}");
        for word in words {
            assert!(reason.contains(word), "`{word}` in {reason}");
        }
        assert!(!reason.contains(CODE) && reason.chars().count() < 500, "{reason}");
        assert!(!reason.chars().any(cloverwatch::domain::text::is_invisible), "{reason:?}");
    }
}

/// Delivers one letter to a plain server with these limits.
pub async fn with_limits(plan: Plan, limits: Limits) -> Told {
    let server = Server::start(plan).await;
    let url = format!("smtp://127.0.0.1:{}", server.port());
    deliver(&server, &transport(SmtpSettings { limits, ..settings(&url) })).await
}

/// Delivers one letter to a plain server that answers in its own time.
pub async fn to(plan: Plan) -> Told {
    with_limits(plan, PATIENT).await
}

/// Delivers one letter to a plain server that will be given up.
pub async fn hastily(plan: Plan) -> Told {
    with_limits(plan, Limits { connect: PATIENT.connect, command: HASTY, answer: HASTY }).await
}

pub async fn deliver(server: &Server, transport: &SmtpTransport) -> Told {
    let check = Counting::new(PreSendDecision::Proceed);
    let delivery = transport.deliver(&outgoing(1), &check).await;
    Told { delivery, asked: check.asked(), seen: server.seen() }
}
