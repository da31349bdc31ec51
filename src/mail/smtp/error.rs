//! What goes wrong with a server, in messages that say where and what to do.

use std::io;
use std::time::Duration;

use chrono::TimeDelta;

use crate::domain::when::duration_text;

use super::super::delivery::Delivery;
use super::reply::{SmtpReply, shortened};

/// How far it had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SmtpPhase {
    Connecting,
    Securing,
    Greeting,
    Hello,
    StartTls,
    SignIn,
    Mail,
    Recipient,
    /// The recipient who keeps a copy.
    Copy,
    Data,
    Content,
    Reset,
}

#[derive(Debug)]
pub(super) enum SmtpError {
    /// A reply that is not the one that was hoped for.
    Reply(SmtpReply),
    Closed,
    /// No answer within this time.
    TimedOut(Duration),
    /// What came is no SMTP.
    Malformed(&'static str),
    /// The network, or the machine.
    Io(io::Error),
    /// No TLS that can be trusted: why, and what to do.
    Tls(String),
    /// What the server lacks, and what to do.
    Missing(String),
}

#[derive(Debug)]
pub(super) struct SmtpFailure {
    pub(super) phase: SmtpPhase,
    pub(super) error: SmtpError,
}

impl SmtpPhase {
    fn during(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Securing => "TLS",
            Self::Greeting => "its greeting",
            Self::Hello => "EHLO",
            Self::StartTls => "STARTTLS",
            Self::SignIn => "signing in",
            Self::Mail => "MAIL",
            Self::Recipient | Self::Copy => "RCPT",
            Self::Data => "DATA",
            Self::Content => "the end of the content",
            Self::Reset => "RSET",
        }
    }

    pub(super) fn failed(self, error: SmtpError) -> SmtpFailure {
        SmtpFailure { phase: self, error }
    }
}

impl SmtpError {
    /// What happened. `secrets` are never repeated.
    pub(super) fn message(&self, secrets: &[&str]) -> String {
        match self {
            Self::Reply(reply) => format!("it answered {}", reply.quoted(secrets)),
            Self::Closed => "it closed the connection".to_owned(),
            Self::TimedOut(limit) => format!("no answer within {}", length(*limit)),
            Self::Malformed(what) => format!("what it says is no SMTP ({what})"),
            Self::Io(error) => match error.kind() {
                io::ErrorKind::ConnectionRefused => "nobody listens there".to_owned(),
                io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof => {
                    "it broke the connection".to_owned()
                }
                _ => shortened(&error.to_string()),
            },
            Self::Tls(message) | Self::Missing(message) => message.clone(),
        }
    }
}

fn length(limit: Duration) -> String {
    duration_text(TimeDelta::from_std(limit).unwrap_or(TimeDelta::MAX))
}

impl SmtpFailure {
    /// The announced size was refused: that is about this letter (RFC 1870, 6.1).
    pub(super) fn too_large(&self, secrets: &[&str]) -> Option<Delivery> {
        match (self.phase, &self.error) {
            (SmtpPhase::Mail, SmtpError::Reply(reply)) if reply.is_too_large() => Some(reply.refused(secrets)),
            _ => None,
        }
    }

    /// Where, what, and what to do about it.
    pub(super) fn message(&self, place: &str, secrets: &[&str]) -> String {
        let Self { phase, error } = self;
        let what = error.message(secrets);
        match self.remedy() {
            "" => format!("{place}: at {}: {what}", phase.during()),
            remedy => format!("{place}: at {}: {what}; {remedy}", phase.during()),
        }
    }

    fn remedy(&self) -> &'static str {
        match (self.phase, &self.error) {
            (_, SmtpError::Tls(_) | SmtpError::Missing(_)) => "",
            (SmtpPhase::Connecting, SmtpError::Io(error)) if error.kind() == io::ErrorKind::ConnectionRefused => {
                "is it running, and is the port in [mail] transport right?"
            }
            (SmtpPhase::Connecting, SmtpError::TimedOut(_)) => {
                "is it running, and does a firewall let us through to this port?"
            }
            (SmtpPhase::Connecting, _) => "is its name in [mail] transport right, and is the network up?",
            (SmtpPhase::Securing, SmtpError::Closed | SmtpError::Io(_)) => {
                "does it take TLS at this port from the first byte? If not, write smtp+starttls:// in [mail] transport"
            }
            (SmtpPhase::Greeting, SmtpError::TimedOut(_)) => {
                "a port that waits for TLS from the first byte (465) is written smtps:// in [mail] transport"
            }
            (SmtpPhase::Greeting | SmtpPhase::Hello, SmtpError::Reply(reply)) if reply.is_permanent() => {
                "it does not talk to this machine: ask whoever runs it"
            }
            (SmtpPhase::Greeting | SmtpPhase::Hello, SmtpError::Malformed(_)) => {
                "is this a mail server? See [mail] transport"
            }
            (SmtpPhase::SignIn, SmtpError::Reply(reply)) if reply.is_permanent() => {
                "look at the user in [mail] transport and at [mail] password"
            }
            (SmtpPhase::Mail, SmtpError::Reply(reply)) if reply.is_permanent() => {
                "it does not take letters from this sender: look at [mail] from and envelope_from, and at whether it wants a user and password"
            }
            _ => "it is tried again later",
        }
    }
}
