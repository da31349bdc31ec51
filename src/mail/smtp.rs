//! Letters to a mail server.
//!
//! The conversation is held here, phase by phase, because what a failure *means* depends on how far it had come. Until the server asked
//! for the content nothing was sent; from then on silence leaves it open whether the letter was taken, and a reply never does. lettre
//! provides addresses, commands and ways to sign in; lines are read by `connection`, within bounds.

mod connection;
mod error;
mod reply;
mod session;
mod tls;
mod transmit;

use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use secrecy::SecretString;
use tokio::sync::Semaphore;

use crate::clock::SharedClock;

use super::delivery::{Delivery, MailTransport, OutgoingMessage, PreSendCheck};
use super::transport::{MailServer, Security};
use error::{SmtpFailure, SmtpPhase};
use session::{MailEndpoint, Session};
pub use tls::Roots;
use transmit::{Envelope, transmit};

/// How long a server may take. A failure before the content costs nothing but a later try, so there a person's patience counts. After the content
/// it may cost a second copy: RFC 5321 asks for ten minutes, because servers look for spam before they answer; we wait half as long,
/// and only one connection waits with us.
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
    pub max_connections: usize,
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
            max_connections: 4,
            limits: Limits::default(),
            idle: Duration::from_secs(30),
            letters_per_connection: 100,
            roots: Roots::default(),
        }
    }
}

/// Sends letters to one server.
pub struct SmtpTransport {
    endpoint: MailEndpoint,
    max_connections: usize,
    free: Semaphore,
    idle: Mutex<Vec<Session>>,
    keep: Duration,
    letters_per_connection: u32,
    clock: SharedClock,
}

impl std::fmt::Debug for SmtpTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpTransport").field("server", &self.name()).finish_non_exhaustive()
    }
}

impl SmtpTransport {
    /// Prepares; nothing is sent yet. The clock says how long a connection has been idle.
    /// Fails when letters may not go there, or when this machine trusts no certificates.
    pub fn new(settings: SmtpSettings, clock: SharedClock) -> Result<Self, String> {
        let server = settings.server;
        server.admissible(&settings.allow_plain)?;
        let tls = match server.security {
            Security::Plain => None,
            Security::StartTls | Security::Tls => Some((tls::connector(&settings.roots)?, tls::name(&server)?)),
        };
        let endpoint = MailEndpoint {
            plain_allowed: !server.is_loopback(),
            server,
            tls,
            password: settings.password,
            limits: settings.limits,
        };
        let max_connections = settings.max_connections.max(1);
        Ok(Self {
            endpoint,
            max_connections,
            free: Semaphore::new(max_connections),
            idle: Mutex::default(),
            keep: settings.idle,
            letters_per_connection: settings.letters_per_connection.max(1),
            clock,
        })
    }

    fn down(&self, failure: &SmtpFailure, outgoing: &OutgoingMessage) -> Delivery {
        let code = outgoing.code.as_ref().map_or("", |code| code.reveal());
        if let Some(refused) = failure.too_large(&[code]) {
            return refused;
        }
        Delivery::Down { reason: failure.message(&self.endpoint.server.place(), &[code]) }
    }

    /// A connection that waited, unless it did so for too long.
    async fn waiting(&self) -> Option<Session> {
        let now = self.clock.elapsed();
        let (young, old) = {
            let mut idle = self.idle.lock();
            let (mut young, old): (Vec<Session>, Vec<Session>) =
                idle.drain(..).partition(|session| now.saturating_sub(session.idle_since) < self.keep);
            // The latest first, so that those that are not needed grow old.
            let latest = young.pop();
            *idle = young;
            (latest, old)
        };
        for session in old {
            session.connection.quit(self.endpoint.limits.command).await;
        }
        young
    }

    async fn put_back(&self, mut session: Session) {
        if session.letters < self.letters_per_connection {
            session.idle_since = self.clock.elapsed();
            self.idle.lock().push(session);
        } else {
            session.connection.quit(self.endpoint.limits.command).await;
        }
    }

    async fn transmit(
        &self,
        envelope: &Envelope,
        outgoing: &OutgoingMessage,
        check: &dyn PreSendCheck,
    ) -> Result<Delivery, SmtpFailure> {
        // Until it is put back the connection belongs to this future: when that is dropped, so is the connection.
        let mut session = self.begun(envelope).await?;
        let (delivery, reusable) = transmit(&mut session, envelope, outgoing, check, &self.endpoint).await?;
        if reusable {
            self.put_back(session).await;
        }
        Ok(delivery)
    }

    /// A connection that has taken this letter's sender: one that waited, if it still works, or else a new one. One that does not work any
    /// more costs nothing: nothing was sent, and the check was not asked.
    async fn begun(&self, envelope: &Envelope) -> Result<Session, SmtpFailure> {
        if let Some(mut session) = self.waiting().await
            && envelope.begin(&mut session, &self.endpoint.limits).await.is_ok()
        {
            return Ok(session);
        }
        let mut session = Session::open(&self.endpoint).await?;
        envelope.begin(&mut session, &self.endpoint.limits).await?;
        Ok(session)
    }
}

#[async_trait]
impl MailTransport for SmtpTransport {
    async fn deliver(&self, outgoing: &OutgoingMessage, check: &dyn PreSendCheck) -> Delivery {
        let envelope = match Envelope::of(outgoing) {
            Ok(envelope) => envelope,
            Err(delivery) => return delivery,
        };
        // The semaphore is never closed.
        let _permit = self.free.acquire().await;
        match self.transmit(&envelope, outgoing, check).await {
            // The check was not asked yet, and only who keeps a copy had to do with it.
            Err(failure) if failure.phase == SmtpPhase::Copy => {
                let place = self.endpoint.server.place();
                tracing::warn!("no copy to [mail] bcc: {}", failure.message(&place, &[]));
                self.transmit(&envelope.without_copy(), outgoing, check).await
            }
            ended => ended,
        }
        .unwrap_or_else(|failure| self.down(&failure, outgoing))
    }

    async fn check(&self) -> Result<String, String> {
        let place = self.endpoint.server.place();
        let session = Session::open(&self.endpoint).await.map_err(|failure| failure.message(&place, &[]))?;
        let safe = match self.endpoint.server.security {
            Security::StartTls | Security::Tls => "over TLS with a good certificate",
            Security::Plain => "unencrypted",
        };
        let who = match &self.endpoint.server.user {
            Some(user) => format!("signed in as {user}"),
            None => "nobody signs in".to_owned(),
        };
        session.connection.quit(self.endpoint.limits.command).await;
        Ok(format!("{place} answers, {safe}; {who}"))
    }

    fn name(&self) -> String {
        self.endpoint.server.to_string()
    }

    fn max_connections(&self) -> usize {
        self.max_connections
    }
}
