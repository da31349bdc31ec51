//! Which of the platform's environments a desk works on.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Environment {
    Production,
    Sandbox,
    /// Nothing is real.
    Demo,
}

/// Parts of a host's name that say that it is for trying.
const FOR_TRYING: [&str; 10] =
    ["sandbox", "test", "testing", "staging", "stage", "uat", "qa", "dev", "mock", "localhost"];

impl Environment {
    /// By the platform's address. What does not say that it is for trying counts as production.
    pub fn of_address(url: &str) -> Self {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
        let name = host.split(':').next().unwrap_or_default();
        let is_address = name.split('.').all(|part| part.parse::<u8>().is_ok());
        let is_loopback = is_address && name.starts_with("127.") || host.starts_with("[::1]");
        // One label of the name, or the last word of one: `test-drive` is a name of something.
        let says_so = name.split('.').any(|label| FOR_TRYING.contains(&label.rsplit('-').next().unwrap_or_default()));
        if is_loopback || says_so { Self::Sandbox } else { Self::Production }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Sandbox => "sandbox",
            Self::Demo => "demo",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_not_for_trying_is_production() {
        for (url, expected) in [
            ("https://sandbox.api.coxautoinc.com/xtime/service", Environment::Sandbox),
            ("https://api.coxautoinc.com/xtime/service", Environment::Production),
            ("https://api.coxautoinc.com/sandbox", Environment::Production),
            ("https://sandbox:key@api.coxautoinc.com", Environment::Production),
            ("https://api-uat.example.com:8443", Environment::Sandbox),
            ("http://127.0.0.1:9090", Environment::Sandbox),
            ("http://[::1]:9090/x", Environment::Sandbox),
            ("http://LOCALHOST", Environment::Sandbox),
            ("https://latest.example.com", Environment::Production),
            ("https://test-drive.example.com", Environment::Production),
            ("https://127.example.com", Environment::Production),
            ("", Environment::Production),
        ] {
            assert_eq!(Environment::of_address(url), expected, "{url}");
        }
    }
}
