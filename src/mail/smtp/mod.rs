//! Letters to a mail server.
//!
//! The conversation is held here, phase by phase, because what a failure *means* depends on how far it had come: until the server asked for the
//! content nothing was handed over, and from then on silence leaves it open whether a letter was taken; a reply never does. lettre lends its words (addresses, commands, ways to
//! sign in); the lines are read by `wire`, within bounds.

mod hand_over;
mod reply;
mod session;
mod tls;
mod trouble;
mod wire;

use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use secrecy::SecretString;
use tokio::sync::Semaphore;

use crate::clock::SharedClock;

use super::courier::{Delivery, MailTransport, OutgoingMessage, PreSendCheck};
use super::transport::{MailServer, Security};
use hand_over::{Envelope, hand_over};
use session::{MailEndpoint, Session};
pub use tls::Roots;
use trouble::{SmtpFailure, SmtpPhase};

/// How long a server may take. A failure before the content costs nothing but a later try, so there a person's patience counts. After the content
/// it may cost a second copy: RFC 5321 asks for ten minutes, because servers look for spam before they answer; we wait half as long,
/// and nobody waits with us but one lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Finding and reaching it; then once more for TLS.
    pub connect: Duration,
    /// The answer to each command.
    pub command: Duration,
    /// Taking the content; then once more for the answer to it.
    pub answer: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), command: Duration::from_secs(30), answer: Duration::from_secs(5 * 60) }
    }
}

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    pub server: MailServer,
    /// For the user of the server.
    pub password: Option<SecretString>,
    /// Hosts to which letters may go unencrypted.
    pub allow_plain: Vec<String>,
    /// How many connections at once.
    pub lanes: usize,
    /// How long a server may take.
    pub limits: Limits,
    /// How long a connection is kept for the next letter.
    pub idle: Duration,
    /// How many letters go over one connection.
    pub letters_per_connection: u32,
    pub roots: Roots,
}

impl SmtpSettings {
    /// The defaults for a server.
    pub fn new(server: MailServer) -> Self {
        Self {
            server,
            password: None,
            allow_plain: Vec::new(),
            lanes: 4,
            limits: Limits::default(),
            idle: Duration::from_secs(30),
            letters_per_connection: 100,
            roots: Roots::default(),
        }
    }
}

/// A connection that waits for the next letter.
struct Idle {
    session: Session,
    since: Duration,
}

/// Hands letters to one server.
pub struct SmtpCourier {
    way: MailEndpoint,
    lanes: usize,
    free: Semaphore,
    idle: Mutex<Vec<Idle>>,
    keep: Duration,
    letters_per_connection: u32,
    clock: SharedClock,
}

impl std::fmt::Debug for SmtpCourier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpCourier").field("server", &self.name()).finish_non_exhaustive()
    }
}

impl SmtpCourier {
    /// Prepares; nothing is sent yet. The clock says how long a connection has been idle.
    ///
    /// # Errors
    /// In words, when letters may not go there, or when this machine trusts no certificates.
    pub fn new(settings: SmtpSettings, clock: SharedClock) -> Result<Self, String> {
        let server = settings.server;
        server.admissible(&settings.allow_plain)?;
        let tls = match server.security {
            Security::Plain => None,
            Security::StartTls | Security::Tls => Some((tls::connector(&settings.roots)?, tls::name(&server)?)),
        };
        let way = MailEndpoint {
            plain_allowed: !server.is_loopback(),
            server,
            tls,
            password: settings.password,
            limits: settings.limits,
        };
        let lanes = settings.lanes.max(1);
        Ok(Self {
            way,
            lanes,
            free: Semaphore::new(lanes),
            idle: Mutex::default(),
            keep: settings.idle,
            letters_per_connection: settings.letters_per_connection.max(1),
            clock,
        })
    }

    fn down(&self, failure: &SmtpFailure, parcel: &OutgoingMessage) -> Delivery {
        let code = parcel.code.as_ref().map_or("", |code| code.reveal());
        if let Some(refused) = failure.too_large(&[code]) {
            return refused;
        }
        Delivery::Down { reason: failure.words(&self.way.server.place(), &[code]) }
    }

    /// A connection that waited, unless it did so for too long.
    async fn waiting(&self) -> Option<Session> {
        let now = self.clock.elapsed();
        let (young, old) = {
            let mut idle = self.idle.lock();
            let (mut young, old): (Vec<_>, Vec<_>) =
                idle.drain(..).partition(|idle| now.saturating_sub(idle.since) < self.keep);
            // The latest first, so that those that are not needed grow old.
            let latest = young.pop();
            *idle = young;
            (latest, old)
        };
        for idle in old {
            idle.session.wire.quit(self.way.limits.command).await;
        }
        young.map(|idle| idle.session)
    }

    async fn put_back(&self, session: Session) {
        if session.letters < self.letters_per_connection {
            self.idle.lock().push(Idle { session, since: self.clock.elapsed() });
        } else {
            session.wire.quit(self.way.limits.command).await;
        }
    }

    async fn hand_over(
        &self,
        envelope: &Envelope,
        parcel: &OutgoingMessage,
        gate: &dyn PreSendCheck,
    ) -> Result<Delivery, SmtpFailure> {
        // Until it is put back the connection belongs to this future: when that is dropped, so is the connection.
        let mut session = self.begun(envelope).await?;
        let (delivery, reusable) = hand_over(&mut session, envelope, parcel, gate, &self.way).await?;
        if reusable {
            self.put_back(session).await;
        }
        Ok(delivery)
    }

    /// A connection that has taken this letter's sender: one that waited, if it still works, or else a new one. One that does not work any
    /// more costs nothing: nothing was handed over, and the gate was not asked.
    async fn begun(&self, envelope: &Envelope) -> Result<Session, SmtpFailure> {
        if let Some(mut session) = self.waiting().await
            && envelope.begin(&mut session, &self.way.limits).await.is_ok()
        {
            return Ok(session);
        }
        let mut session = Session::open(&self.way).await?;
        envelope.begin(&mut session, &self.way.limits).await?;
        Ok(session)
    }
}

#[async_trait]
impl MailTransport for SmtpCourier {
    async fn deliver(&self, parcel: &OutgoingMessage, gate: &dyn PreSendCheck) -> Delivery {
        let envelope = match Envelope::of(parcel) {
            Ok(envelope) => envelope,
            Err(delivery) => return delivery,
        };
        // The semaphore is never closed.
        let _lane = self.free.acquire().await;
        match self.hand_over(&envelope, parcel, gate).await {
            // The gate was not asked yet, and only who keeps a copy had to do with it.
            Err(failure) if failure.phase == SmtpPhase::Copy => {
                let place = self.way.server.place();
                tracing::warn!("no copy to [mail] bcc: {}", failure.words(&place, &[]));
                self.hand_over(&envelope.without_copy(), parcel, gate).await
            }
            ended => ended,
        }
        .unwrap_or_else(|failure| self.down(&failure, parcel))
    }

    async fn check(&self) -> Result<String, String> {
        let place = self.way.server.place();
        let session = Session::open(&self.way).await.map_err(|failure| failure.words(&place, &[]))?;
        let safe = match self.way.server.security {
            Security::StartTls | Security::Tls => "over TLS with a good certificate",
            Security::Plain => "unencrypted",
        };
        let who = match &self.way.server.user {
            Some(user) => format!("signed in as {user}"),
            None => "nobody signs in".to_owned(),
        };
        session.wire.quit(self.way.limits.command).await;
        Ok(format!("{place} answers, {safe}; {who}"))
    }

    fn name(&self) -> String {
        self.way.server.to_string()
    }

    fn lanes(&self) -> usize {
        self.lanes
    }
}
