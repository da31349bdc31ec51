//! Where letters go: `[mail] transport`.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use url::Host;

use crate::domain::suggest::did_you_mean;

/// Every way to write one, for whoever wrote none of them.
const FORMS: &str = "smtp+starttls://user@HOST:587, smtps://user@HOST:465, smtp://localhost:25, dir:PATH or none";

const SCHEMES: [(&str, Security); 3] =
    [("smtp+starttls", Security::StartTls), ("smtps", Security::Tls), ("smtp", Security::Plain)];

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transport {
    Smtp(MailServer),
    /// Into a directory, as a file each.
    Directory(PathBuf),
    None,
}

/// How a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Plain first, then TLS or nothing.
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// Not at all: on this machine, or to a server that was allowed by name.
    Plain,
}

impl Security {
    /// The port that such servers usually have.
    pub const fn usual_port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
            Self::Plain => 25,
        }
    }

    fn scheme(self) -> &'static str {
        SCHEMES.iter().find(|(_, security)| *security == self).map_or("smtp", |(scheme, _)| scheme)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    pub security: Security,
    pub host: Host,
    pub port: u16,
    /// Who signs in; `None`: nobody.
    pub user: Option<String>,
}

impl MailServer {
    pub fn is_loopback(&self) -> bool {
        crate::tls::is_loopback(&self.host)
    }

    /// Whether the settings let letters go there: plain only to this machine or a listed name, a password never so.
    pub fn admissible(&self, allow_plain: &[String]) -> Result<(), String> {
        if self.security != Security::Plain || self.is_loopback() {
            return Ok(());
        }
        let host = self.host.to_string();
        if self.user.is_some() {
            return Err(format!(
                "a password would cross the network unencrypted; write smtp+starttls://…@{host} or smtps://…@{host}"
            ));
        }
        if allow_plain.iter().any(|allowed| allowed.trim().eq_ignore_ascii_case(&host)) {
            return Ok(());
        }
        Err(format!(
            "letters with codes would cross the network unencrypted; write smtp+starttls://{host} or smtps://{host}, or allow it by name: allow_plain = [\"{host}\"]"
        ))
    }

    /// Where it is, for people.
    pub fn place(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// The name or address without brackets, as a resolver takes it.
    pub fn resolvable(&self) -> String {
        match &self.host {
            Host::Domain(name) => name.clone(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        }
    }

    /// Its address, when it was given as one.
    pub fn address(&self) -> Option<IpAddr> {
        match self.host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
        }
    }
}

impl fmt::Display for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.security.scheme())?;
        if let Some(user) = &self.user {
            write!(f, "{}@", encoded(user))?;
        }
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Smtp(server) => server.fmt(f),
            Self::Directory(path) => write!(f, "dir:{}", path.display()),
            Self::None => f.write_str("none"),
        }
    }
}

impl Transport {
    /// Reads one. The path of a directory stays as it is written.
    /// Errors: what is wrong, and what would be right. A password is never repeated.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text == "none" {
            return Ok(Self::None);
        }
        if let Some(path) = text.strip_prefix("dir:") {
            return match path.trim() {
                "" => Err("the directory is missing: dir:PATH".to_owned()),
                path => Ok(Self::Directory(path.into())),
            };
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(format!("a transport is written {FORMS}"));
        };
        let Some((_, security)) = SCHEMES.iter().find(|(known, _)| *known == scheme) else {
            let near = did_you_mean(scheme, SCHEMES.iter().map(|(known, _)| *known));
            let forms = if near.is_empty() { format!("; a transport is written {FORMS}") } else { String::new() };
            return Err(format!("`{scheme}://` is no way to send letters{near}{forms}"));
        };
        server(*security, rest).map(Self::Smtp)
    }
}

fn server(security: Security, rest: &str) -> Result<MailServer, String> {
    // What stands before the last `@` is the user's, whatever is in it: read first, so that no mistake below repeats a password.
    let (user, place) = match rest.rsplit_once('@') {
        Some((user, _)) if user.contains(':') => {
            return Err("a password does not belong into the address; write the user alone there, and \
                        password = { env = \"NAME\" }"
                .to_owned());
        }
        Some((user, place)) => (Some(decoded(user)?), place),
        None => (None, rest),
    };
    if user.as_deref() == Some("") {
        return Err("there is nobody before the `@`".to_owned());
    }
    if place.contains(['?', '#']) {
        return Err("nothing may follow the port: other settings are keys of [mail]".to_owned());
    }
    let place = place.strip_suffix('/').unwrap_or(place);
    if place.contains('/') {
        return Err("a mail server has no path: host and port are enough".to_owned());
    }
    let (host, port) = match place.rsplit_once(':') {
        // The colons of an IPv6 address are inside its brackets.
        Some((host, port)) if !port.contains(']') && (!host.contains(':') || host.ends_with(']')) => (host, Some(port)),
        _ => (place, None),
    };
    if host.is_empty() {
        return Err(format!("the host is missing: {}://HOST:{}", security.scheme(), security.usual_port()));
    }
    if host.contains(':') && !host.starts_with('[') {
        return Err(format!("an IPv6 address stands in brackets: [{host}]"));
    }
    let port = match port {
        None => security.usual_port(),
        Some(port) => match port.parse() {
            Ok(port) if port > 0 => port,
            _ => return Err(format!("`{port}` is no port: 1 to 65535")),
        },
    };
    let host = Host::parse(host).map_err(|error| format!("`{host}` is no host: {error}"))?;
    Ok(MailServer { security, host, port, user })
}

/// Takes `%40` and the like apart.
fn decoded(text: &str) -> Result<String, String> {
    let wrong = || "`%` is followed by two hexadecimal digits: a `%` itself is written %25".to_owned();
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16)).ok_or_else(wrong);
        let (high, low) = (digit()?, digit()?);
        bytes.push((high * 16 + low) as u8);
    }
    let text = String::from_utf8(bytes).map_err(|_| "the user is not text".to_owned())?;
    match text.chars().any(crate::domain::text::is_invisible) {
        true => Err("the user has an invisible character".to_owned()),
        false => Ok(text),
    }
}

/// Writes a user so that it can be read again.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' | ':' | '/' | '?' | '#' => out.push_str(&format!("%{:02X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> MailServer {
        match Transport::parse(text) {
            Ok(Transport::Smtp(server)) => server,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn servers_are_read_with_their_usual_ports() {
        for (text, security, host, port, user) in [
            ("smtp+starttls://user@mail.example.com:2525", Security::StartTls, "mail.example.com", 2525, Some("user")),
            ("smtp+starttls://mail.example.com", Security::StartTls, "mail.example.com", 587, None),
            (
                "smtps://me@example.com@Mail.Example.com/",
                Security::Tls,
                "mail.example.com",
                465,
                Some("me@example.com"),
            ),
            (
                "smtps://me%40example.com@mail.example.com",
                Security::Tls,
                "mail.example.com",
                465,
                Some("me@example.com"),
            ),
            ("smtp://127.0.0.1", Security::Plain, "127.0.0.1", 25, None),
            ("smtp://[::1]:2525", Security::Plain, "[::1]", 2525, None),
            ("smtp://[::1]", Security::Plain, "[::1]", 25, None),
            ("smtps://a%3Ab@[2001:db8::1]", Security::Tls, "[2001:db8::1]", 465, Some("a:b")),
        ] {
            let server = read(text);
            assert_eq!(
                (server.security, server.host.to_string().as_str(), server.port),
                (security, host, port),
                "{text}"
            );
            assert_eq!(server.user.as_deref(), user, "{text}");
            assert_eq!(read(&server.to_string()), server, "{text}");
        }
        assert_eq!(Transport::parse("none"), Ok(Transport::None));
        assert_eq!(Transport::parse("dir:out"), Ok(Transport::Directory("out".into())));
    }

    #[test]
    fn mistakes_say_what_would_be_right() {
        for (text, expected) in [
            ("", "a transport is written"),
            ("mail.example.com", "a transport is written"),
            ("smtp+starttsl://x", "did you mean `smtp+starttls`?"),
            ("http://x", "is no way to send letters"),
            ("dir:", "dir:PATH"),
            ("smtps://", "the host is missing"),
            ("smtps://@mail.example.com", "nobody before the `@`"),
            ("smtps://mail.example.com:0", "`0` is no port"),
            ("smtps://mail.example.com:99999", "is no port"),
            ("smtps://mail.example.com:", "is no port"),
            ("smtps://2001:db8::1", "stands in brackets"),
            ("smtps://mail.example.com?tls=none", "keys of [mail]"),
            ("smtps://mail.example.com/x", "no path"),
            ("smtps://ma il.example.com", "is no host"),
            ("smtps://a%4@mail.example.com", "%25"),
            ("smtps://a%00@mail.example.com", "invisible"),
            ("smtps://a%ff@mail.example.com", "not text"),
        ] {
            let message = Transport::parse(text).expect_err(text);
            assert!(message.contains(expected), "{text}: {message}");
        }
    }

    #[test]
    fn a_password_in_the_address_is_refused_and_not_repeated() {
        for text in ["smtps://me:s3cret@mail.example.com", "smtps://me:s3cret@ma il", "smtps://me:s3/cret?x@h:1"] {
            let message = Transport::parse(text).expect_err(text);
            assert!(message.contains("password = {") && !message.contains("cret"), "{message}");
        }
    }

    #[test]
    fn plain_is_for_this_machine_and_for_names_that_are_listed() {
        for loopback in ["smtp://localhost", "smtp://127.8.0.1", "smtp://me@[::1]"] {
            assert_eq!(read(loopback).admissible(&[]), Ok(()), "{loopback}");
        }
        for elsewhere in ["smtp://mail.localhost", "smtp://localhost.example.com"] {
            assert!(read(elsewhere).admissible(&[]).is_err(), "{elsewhere}");
        }
        let server = read("smtp://relay.example.com");
        assert!(server.admissible(&[]).unwrap_err().contains("allow_plain = [\"relay.example.com\"]"));
        assert_eq!(server.admissible(&["Relay.example.com".to_owned()]), Ok(()));
        let server = read("smtp://me@relay.example.com");
        assert!(server.admissible(&["relay.example.com".to_owned()]).unwrap_err().contains("password"));
        assert_eq!(read("smtp+starttls://me@relay.example.com").admissible(&[]), Ok(()));
    }

    proptest! {
        #[test]
        fn anything_is_read_or_refused_in_words(text in "(smtp|smtps|smtp\\+starttls)://\\PC{0,40}") {
            if let Ok(transport) = Transport::parse(&text) {
                prop_assert_eq!(Transport::parse(&transport.to_string()), Ok(transport));
            }
        }
    }
}
