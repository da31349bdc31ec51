//! A connection that is ready for letters: greeted, under TLS, signed in.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::commands::Auth;
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::{Category, Code, Detail, Response, Severity};
use rustls::pki_types::ServerName;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;

use super::super::transport::{MailServer, Security};
use super::Limits;
use super::connection::{SmtpConnection, within};
use super::error::{SmtpError, SmtpFailure, SmtpPhase};
use super::reply::SmtpReply;

/// What a server offers, as far as we can use it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Offers {
    pub(super) starttls: bool,
    /// How one signs in: by PLAIN before LOGIN, which nobody should need any more.
    sign_in: Option<Mechanism>,
    pub(super) eight_bit: bool,
    pub(super) utf8_addresses: bool,
    /// The most bytes that it takes, where it wants to be told how large a letter is (RFC 1870).
    pub(super) size: Option<usize>,
}

pub(super) struct MailEndpoint {
    pub(super) server: MailServer,
    pub(super) tls: Option<(TlsConnector, ServerName<'static>)>,
    pub(super) password: Option<SecretString>,
    /// Whether the settings allow a plain connection to leave this machine.
    pub(super) plain_allowed: bool,
    pub(super) limits: Limits,
}

/// A connection between two letters.
pub(super) struct Session {
    pub(super) connection: SmtpConnection,
    pub(super) offers: Offers,
    /// How many letters were begun on it.
    pub(super) letters: u32,
    /// Since when it waits for the next letter, on the monotonic clock.
    pub(super) idle_since: Duration,
}

impl Session {
    /// Connects and goes as far as an empty envelope.
    pub(super) async fn open(endpoint: &MailEndpoint) -> Result<Self, SmtpFailure> {
        let limits = &endpoint.limits;
        let (stream, own) = connect(endpoint).await.map_err(|error| SmtpPhase::Connecting.failed(error))?;
        let mut connection = SmtpConnection::new(stream);
        if let (Security::Tls, Some((connector, name))) = (endpoint.server.security, &endpoint.tls) {
            connection = secure(connection, connector, name, limits).await?;
        }
        let greeting = connection.listen(limits.command).await;
        good(greeting, SmtpPhase::Greeting)?;
        let me = client_id(&rustix::system::uname().nodename().to_string_lossy(), own);
        let mut offers = hello(&mut connection, &me, limits).await?;
        if let (Security::StartTls, Some((connector, name))) = (endpoint.server.security, &endpoint.tls) {
            if !offers.starttls {
                let words = "it offers no STARTTLS, so nothing was sent to it; is the port in [mail] transport right? \
                             If it takes TLS from the first byte, write smtps://";
                return Err(SmtpPhase::StartTls.failed(SmtpError::Missing(words.to_owned())));
            }
            good(connection.ask("STARTTLS", limits.command).await, SmtpPhase::StartTls)?;
            connection = secure(connection, connector, name, limits).await?;
            // What was offered before TLS could be anybody's offer.
            offers = hello(&mut connection, &me, limits).await?;
        }
        let mut session = Self { connection, offers, letters: 0, idle_since: Duration::ZERO };
        if let Some(user) = &endpoint.server.user {
            session.sign_in(user, endpoint).await?;
        }
        Ok(session)
    }

    async fn sign_in(&mut self, user: &str, endpoint: &MailEndpoint) -> Result<(), SmtpFailure> {
        let failed = |error| SmtpPhase::SignIn.failed(error);
        let Some(password) = &endpoint.password else {
            return Err(failed(SmtpError::Missing("there is no password: set [mail] password".to_owned())));
        };
        let Some(mechanism) = self.offers.sign_in else {
            let words = "it offers no way to sign in that we know (PLAIN, LOGIN); if it wants no password, leave the user out \
                         of [mail] transport";
            return Err(failed(SmtpError::Missing(words.to_owned())));
        };
        let credentials = Credentials::new(user.to_owned(), password.expose_secret().to_owned());
        // The reasons of these errors would repeat what the server sent, which could be anything.
        let odd = |_| failed(SmtpError::Malformed("a challenge that is none of PLAIN or LOGIN"));
        let first = Auth::new(mechanism, credentials.clone(), None).map_err(odd)?;
        let mut sent = vec![secret_part(&first.to_string())];
        let mut reply = self.connection.ask(&first.to_string(), endpoint.limits.command).await.map_err(failed)?;
        // LOGIN asks twice.
        for _ in 0..2 {
            if reply.code != 334 {
                break;
            }
            let challenge = Response::new(
                Code::new(Severity::PositiveIntermediate, Category::Unspecified3, Detail::Four),
                reply.lines,
            );
            let next = Auth::new_from_response(mechanism, credentials.clone(), &challenge).map_err(odd)?;
            sent.push(secret_part(&next.to_string()));
            reply = self.connection.ask(&next.to_string(), endpoint.limits.command).await.map_err(failed)?;
        }
        sent.push(password.expose_secret().to_owned());
        let secrets: Vec<&str> = sent.iter().map(String::as_str).collect();
        match reply.is_good() {
            true => Ok(()),
            // Said here, where the secrets are known that it might repeat.
            false => Err(failed(SmtpError::Reply(SmtpReply { lines: vec![unquoted(&reply, &secrets)], ..reply }))),
        }
    }
}

/// What follows the command and the mechanism, or stands alone: the encoded secret.
fn secret_part(line: &str) -> String {
    match line.split_whitespace().last() {
        Some(last) if last.len() > 5 => last.to_owned(),
        _ => String::new(),
    }
}

/// The words of a reply without what it repeats of our secrets.
fn unquoted(reply: &SmtpReply, secrets: &[&str]) -> String {
    let quoted = reply.quoted(secrets);
    quoted.strip_prefix(&reply.code.to_string()).unwrap_or_default().trim().to_owned()
}

async fn secure(
    connection: SmtpConnection,
    connector: &TlsConnector,
    name: &ServerName<'static>,
    limits: &Limits,
) -> Result<SmtpConnection, SmtpFailure> {
    connection.secure(connector, name.clone(), limits.connect).await.map_err(|error| SmtpPhase::Securing.failed(error))
}

/// Finds the server and connects to the first of its addresses that answers. Says which address is ours.
async fn connect(endpoint: &MailEndpoint) -> Result<(TcpStream, Option<IpAddr>), SmtpError> {
    let server = &endpoint.server;
    within(endpoint.limits.connect, async {
        let found: Vec<SocketAddr> = match server.address() {
            Some(address) => vec![SocketAddr::new(address, server.port)],
            None => lookup_host((server.resolvable(), server.port)).await.map_err(SmtpError::Io)?.collect(),
        };
        let may = |address: &SocketAddr| {
            // `localhost` is a name that somebody's resolver may lead elsewhere.
            server.security != Security::Plain || endpoint.plain_allowed || address.ip().is_loopback()
        };
        let mut last =
            SmtpError::Missing("its name has no address to which letters may go; see [mail] transport".to_owned());
        for address in found.into_iter().filter(may) {
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    // Commands are short and wait for their answers.
                    stream.set_nodelay(true).map_err(SmtpError::Io)?;
                    let own = stream.local_addr().ok().map(|address| address.ip());
                    return Ok((stream, own));
                }
                Err(error) => last = SmtpError::Io(error),
            }
        }
        Err(last)
    })
    .await
}

/// Our name, as servers want it: a full host name, or else our address. A short name is refused by many.
fn client_id(node: &str, own: Option<IpAddr>) -> ClientId {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let node = node.trim_end_matches('.');
    if node.len() <= 253 && node.contains('.') && node.split('.').all(label) && node.parse::<IpAddr>().is_err() {
        return ClientId::Domain(node.to_owned());
    }
    match own.map(|own| own.to_canonical()) {
        Some(IpAddr::V4(own)) => ClientId::Ipv4(own),
        Some(IpAddr::V6(own)) => ClientId::Ipv6(own),
        None => ClientId::Ipv4(std::net::Ipv4Addr::LOCALHOST),
    }
}

async fn hello(connection: &mut SmtpConnection, me: &ClientId, limits: &Limits) -> Result<Offers, SmtpFailure> {
    let reply = good(connection.ask(&format!("EHLO {me}"), limits.command).await, SmtpPhase::Hello)?;
    Ok(offers(&reply))
}

/// The first line is a name; every other one a keyword.
fn offers(reply: &SmtpReply) -> Offers {
    let mut offers = Offers::default();
    for line in reply.lines.iter().skip(1) {
        let line = line.to_ascii_uppercase();
        // Some old servers write `AUTH=`.
        let mut words = line.split(|c: char| c.is_whitespace() || c == '=').filter(|word| !word.is_empty());
        match words.next() {
            Some("STARTTLS") => offers.starttls = true,
            Some("8BITMIME") => offers.eight_bit = true,
            Some("SMTPUTF8") => offers.utf8_addresses = true,
            Some("SIZE") => {
                // 0 is no limit, and so is none.
                let most = words.next().and_then(|most| most.parse().ok()).filter(|most| *most > 0);
                offers.size = most.or(Some(usize::MAX));
            }
            Some("AUTH") => {
                for word in words {
                    match word {
                        "PLAIN" => offers.sign_in = Some(Mechanism::Plain),
                        "LOGIN" => offers.sign_in = offers.sign_in.or(Some(Mechanism::Login)),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    offers
}

/// A 2xx, or what was there instead.
pub(super) fn good(reply: Result<SmtpReply, SmtpError>, phase: SmtpPhase) -> Result<SmtpReply, SmtpFailure> {
    match reply {
        Ok(reply) if reply.is_good() => Ok(reply),
        Ok(reply) => Err(phase.failed(SmtpError::Reply(reply))),
        Err(error) => Err(phase.failed(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_name_is_a_full_one_or_an_address() {
        let own = Some("192.0.2.7".parse().unwrap());
        for (node, expected) in [
            ("desk.dealer.test", "desk.dealer.test"),
            ("desk.dealer.test.", "desk.dealer.test"),
            ("desk", "[192.0.2.7]"),
            ("", "[192.0.2.7]"),
            ("a..b", "[192.0.2.7]"),
            ("-a.b", "[192.0.2.7]"),
            ("a.b\r\nMAIL FROM:<x>", "[192.0.2.7]"),
            ("dé.test", "[192.0.2.7]"),
            ("10.0.0.1", "[192.0.2.7]"),
        ] {
            assert_eq!(client_id(node, own).to_string(), expected, "{node:?}");
        }
        assert_eq!(client_id("x", Some("::1".parse().unwrap())).to_string(), "[IPv6:::1]");
        assert_eq!(client_id("x", Some("::ffff:192.0.2.7".parse().unwrap())).to_string(), "[192.0.2.7]");
        assert_eq!(client_id("x", None).to_string(), "[127.0.0.1]");
    }

    #[test]
    fn offers_are_read_in_any_case() {
        let reply =
            |lines: &[&str]| SmtpReply { code: 250, lines: lines.iter().map(|line| (*line).to_owned()).collect() };
        let read = offers(&reply(&["mail.example.com STARTTLS", "size 10", "8bitmime", "auth=login plain", ""]));
        let size = Some(10);
        assert_eq!(read, Offers { sign_in: Some(Mechanism::Plain), eight_bit: true, size, ..Offers::default() });
        let all = usize::MAX;
        for (line, size) in [("SIZE", all), ("SIZE 0", all), ("SIZE x", all), ("SIZE 10240000", 10_240_000)] {
            assert_eq!(offers(&reply(&["x", line])).size, Some(size), "{line}");
        }
        let read = offers(&reply(&["x", "StartTls", "SMTPUTF8", "AUTH XOAUTH2", "AUTH LOGIN"]));
        assert_eq!((read.starttls, read.utf8_addresses, read.sign_in), (true, true, Some(Mechanism::Login)));
        assert_eq!(offers(&reply(&[])), Offers::default());
    }
}
