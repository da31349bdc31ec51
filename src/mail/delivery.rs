//! What every transport takes, and what it says became of it.

use async_trait::async_trait;

use crate::domain::{InvitationCode, LetterId};

/// A letter, ready to be sent.
#[derive(Clone)]
pub struct OutgoingMessage {
    pub letter: LetterId,
    /// The sender of the envelope: an address, cleaned and checked.
    pub from: String,
    /// Whom it is for: an address, cleaned and checked. What becomes of the letter is what becomes of it there.
    pub to: String,
    /// A second recipient of the envelope, who keeps a copy: an address, cleaned and checked.
    pub bcc: Option<String>,
    /// The message as it goes over the wire, headers and body, lines ended by CR LF. It holds a code: it is never logged.
    pub message: Vec<u8>,
    /// The code in it: a server that repeats what it was given must not bring it into a reason.
    pub code: Option<InvitationCode>,
}

impl std::fmt::Debug for OutgoingMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OutgoingMessage")
            .field("letter", &self.letter)
            .field("bytes", &self.message.len())
            .finish_non_exhaustive()
    }
}

/// Whether a letter may still go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PreSendDecision {
    /// It may; that it is being sent is durable.
    Proceed,
    /// It may not: its code is dead by now, somebody took it back, or it could not be recorded.
    Abort,
}

/// Asked at the last moment before anything of a letter leaves: for SMTP, between the accepted recipient and DATA.
#[async_trait]
pub trait PreSendCheck: Send + Sync {
    /// Reads the state anew and records that the letter is being sent.
    async fn check(&self) -> PreSendDecision;
}

/// Who refused a letter, and whether that says something of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusedBy {
    /// We did: the server was not asked.
    Us,
    /// The server, for what is about this letter or its recipient.
    Server,
    /// The server, for good and for what any other letter may meet too: its policy towards us, its own failure, or no reason.
    ServerForAll,
}

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The next server has taken responsibility.
    Sent {
        /// What it said, cleaned and shortened.
        reply: String,
    },
    /// It is a file, there as a whole: nobody mailed it.
    Written { path: String },
    /// The check said no; nothing left.
    Aborted,
    /// This letter was not taken; for certain.
    Refused {
        /// Why, with the server's status; cleaned and shortened.
        reason: String,
        /// Trying again is of no use (5xx).
        permanent: bool,
        /// When the *recipient's address* surely leads nowhere: the enhanced status (RFC 3463, such as `5.1.1`), or the reply's code (`550`)
        /// where the server said so in words only.
        address: Option<String>,
        by: RefusedBy,
    },
    /// Not taken, for certain, and not to blame: the server is failing, or has enough of us for the moment.
    Deferred {
        /// Why, with the server's status; cleaned and shortened.
        reason: String,
    },
    /// The server, or the connection to it, fails: about us, not about this letter. Nothing of the letter was sent.
    Down {
        /// Why, and what to do about it.
        reason: String,
    },
    /// The server had asked for the content (354), and no answer to it came: nobody knows whether the letter was taken.
    Uncertain { reason: String },
}

/// A transport. Cheap to call many times at once; it pools what it can.
#[async_trait]
pub trait MailTransport: Send + Sync + 'static {
    /// Sends a letter, once. `check` is asked exactly once, when everything before it went well.
    async fn deliver(&self, outgoing: &OutgoingMessage, check: &dyn PreSendCheck) -> Delivery;

    /// Connects, authenticates and goes no further: for `doctor`.
    async fn check(&self) -> Result<String, String>;

    /// Where letters go, for people; never a secret.
    fn name(&self) -> String;

    fn max_connections(&self) -> usize;

    /// Whether it mails letters; else they only become files.
    fn mails(&self) -> bool {
        true
    }
}
