//! What `doctor` asks of the platform: names, connection, token, its clock. It sends at most one token call and one empty request per host.

use std::time::Duration;

use chrono::TimeDelta;
use secrecy::ExposeSecret;
use url::Url;

use super::HttpPlatform;
use crate::domain::text::one_line;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiagnosticFinding {
    /// What: `dns`, `connection`, `token`, `api-key`, `proxy`.
    pub name: &'static str,
    /// Whether it is as it should be.
    pub ok: bool,
    /// What was found; no secret in it.
    pub detail: String,
}

impl DiagnosticFinding {
    fn new(name: &'static str, ok: bool, detail: impl Into<String>) -> Self {
        Self { name, ok, detail: detail.into() }
    }
}

impl HttpPlatform {
    /// Checks everything that must be right before a dealership can be probed. With what was found, the platform's clock
    /// minus ours; `None`: it did not say.
    pub async fn diagnose(&self) -> (Vec<DiagnosticFinding>, Option<TimeDelta>) {
        let mut found = Vec::new();
        let hosts = if self.services.origin() == self.tokens.url.origin() {
            vec![&self.services]
        } else {
            vec![&self.tokens.url, &self.services]
        };
        for url in &hosts {
            found.push(match self.connection.proxy(url) {
                Some(proxy) => DiagnosticFinding::new(
                    "proxy",
                    true,
                    format!("{}: through {}, which resolves it", place(url), proxy.place()),
                ),
                None => resolve(url, self.settings.timeout).await,
            });
        }
        let mut skew = None;
        for url in hosts {
            let (finding, seen) = self.connect(url).await;
            found.push(finding);
            skew = seen.or(skew);
        }
        found.push(match self.tokens.get().await {
            Ok(token) => DiagnosticFinding::new("token", true, format!("obtained; lives {} s", token.life().as_secs())),
            Err(failure) => DiagnosticFinding::new("token", false, failure.reason),
        });
        if self.settings.api_key.expose_secret().is_empty() {
            found.push(DiagnosticFinding::new("api-key", false, "none is set; the platform refuses calls without one"));
        }
        (found, skew)
    }

    /// A request without any credentials: whatever is answered, the connection stands.
    async fn connect(&self, url: &Url) -> (DiagnosticFinding, Option<TimeDelta>) {
        let host = place(url);
        let secure = if url.scheme() == "https" { "secure (TLS)" } else { "plain http, nothing is encrypted" };
        match self.connection.send("connection", self.connection.client.head(url.clone())).await {
            Ok(raw) => {
                let ok = url.scheme() == "https" || super::settings::is_loopback(url);
                (DiagnosticFinding::new("connection", ok, format!("{host} answers; {secure}")), raw.meta.clock_skew)
            }
            Err(none) => {
                let refused = if none.sent { None } else { self.connection.status_of_proxy(url).await };
                let why = refused.unwrap_or(none.why);
                (DiagnosticFinding::new("connection", false, one_line(&format!("{host}: {why}"), 200)), None)
            }
        }
    }
}

async fn resolve(url: &Url, timeout: Duration) -> DiagnosticFinding {
    let host = place(url);
    let Some(port) = url.port_or_known_default() else {
        return DiagnosticFinding::new("dns", false, format!("{host}: no port"));
    };
    // Brackets belong to an address in a URL, not to the resolver.
    let name = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    match tokio::time::timeout(timeout, tokio::net::lookup_host((name, port))).await {
        Ok(Ok(addresses)) => {
            let count = addresses.count();
            DiagnosticFinding::new(
                "dns",
                count > 0,
                format!("{host}: {count} address{}", if count == 1 { "" } else { "es" }),
            )
        }
        Ok(Err(error)) => DiagnosticFinding::new("dns", false, one_line(&format!("{host}: {error}"), 200)),
        Err(_) => DiagnosticFinding::new("dns", false, format!("{host}: no answer within {timeout:?}")),
    }
}

/// Host and port, for people.
fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or("?");
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
