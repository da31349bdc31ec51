//! The proxy of the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`): which one is used, and what it says when it opens
//! no way.

use std::time::Duration;

use hyper_util::client::proxy::matcher::Matcher;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

/// The longest first line of an answer.
const LONGEST_LINE: u64 = 1_024;

/// A proxy that stands before a host.
pub(super) struct Proxy {
    host: String,
    port: u16,
    /// It is spoken to as it is: not over TLS, not by SOCKS.
    plain: bool,
    authorization: Option<Vec<u8>>,
}

impl Proxy {
    /// The one through which an address is reached, by the same rule as the client's.
    pub(super) fn before(url: &Url) -> Option<Self> {
        let found = Matcher::from_system().intercept(&url.as_str().parse().ok()?)?;
        let uri = found.uri();
        let scheme = uri.scheme_str().unwrap_or("http");
        let usual = match scheme {
            "https" => 443,
            "http" => 80,
            _ => 1_080,
        };
        Some(Self {
            host: uri.host()?.to_owned(),
            port: uri.port_u16().unwrap_or(usual),
            plain: scheme == "http",
            authorization: found.basic_auth().map(|value| value.as_bytes().to_vec()),
        })
    }

    /// Host and port; no name, no password.
    pub(super) fn place(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// That it opened no way, by the client's error; the client tells no status but one.
    pub(super) fn refusal(&self, error: &str) -> Option<String> {
        match error.strip_prefix("tunnel error: ")? {
            "proxy authorization required" => Some(self.wants_a_name()),
            "unsuccessful" => Some(format!("the proxy {} opened no way", self.place())),
            _ => None,
        }
    }

    /// That it opens no way, by its status when it is asked for one once more. `None`: it does, or does not say.
    pub(super) async fn refusal_by_status(&self, url: &Url, most: Duration) -> Option<String> {
        match self.status(url, most).await? {
            200..=299 => None,
            407 => Some(self.wants_a_name()),
            status => Some(format!("the proxy {} opened no way (status {status})", self.place())),
        }
    }

    fn wants_a_name(&self) -> String {
        let place = self.place();
        format!(
            "the proxy {place} wants to know who asks (status 407): HTTPS_PROXY takes http://NAME:PASSWORD@HOST:PORT"
        )
    }

    /// The status with which it answers when it is asked for a way to a host. `None`: it does not say.
    async fn status(&self, url: &Url, most: Duration) -> Option<u16> {
        if !self.plain {
            return None;
        }
        let target = format!("{}:{}", url.host_str()?, url.port_or_known_default()?);
        let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n").into_bytes();
        if let Some(value) = &self.authorization {
            request.extend([b"Proxy-Authorization: ", value.as_slice(), b"\r\n"].concat());
        }
        request.extend(b"\r\n");
        let ask = async {
            let address = self.host.trim_matches(['[', ']']).to_owned();
            let mut stream = TcpStream::connect((address, self.port)).await.ok()?;
            stream.write_all(&request).await.ok()?;
            let mut said = Vec::new();
            let mut stream = stream.take(LONGEST_LINE);
            while !said.contains(&b'\n') && stream.read_buf(&mut said).await.ok()? > 0 {}
            let line = String::from_utf8_lossy(&said).into_owned();
            line.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.trim().parse().ok()
        };
        tokio::time::timeout(most, ask).await.ok().flatten()
    }
}
