//! A hook that is an address: a POST with the headers of Standard Webhooks (standardwebhooks.com), signed with HMAC-SHA256.

use std::error::Error;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, redirect, retry};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use url::Url;

use super::hook_call::{CallFailure, HookCall};
use crate::domain::text::one_line;
use crate::tls::{install_crypto, is_loopback};

/// What stands in front of a secret that is base64 of the key.
const BASE64_SECRET: &str = "whsec_";

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// An address that can be called. `Debug` prints neither it nor the key.
pub struct WebhookTarget {
    client: Client,
    url: Url,
    secret: Option<SecretString>,
}

impl std::fmt::Debug for WebhookTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookTarget").finish_non_exhaustive()
    }
}

/// The address, when it may be called: over TLS, or on this machine.
/// Errors say why not, in words without the address: a part of it may be a secret.
pub fn checked_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text.trim()).map_err(|error| format!("it is no address: {error}"))?;
    let local = url.host().as_ref().is_some_and(is_loopback);
    match url.scheme() {
        "https" => Ok(url),
        "http" if local => Ok(url),
        "http" => Err("plain http leaves this machine unencrypted: use https".to_owned()),
        _ => Err("an address begins with https://".to_owned()),
    }
}

/// The key of a secret.
/// Errors: in words, when it says that it is base64 and is not.
fn key(secret: &SecretString) -> Result<Vec<u8>, String> {
    let text = secret.expose_secret();
    match text.strip_prefix(BASE64_SECRET) {
        Some(encoded) => {
            BASE64_STANDARD.decode(encoded).map_err(|_| format!("what follows `{BASE64_SECRET}` is no base64"))
        }
        None => Ok(text.as_bytes().to_vec()),
    }
}

/// `v1,` and the signature of a message, as the header has it.
pub fn signature(secret: &SecretString, id: &str, timestamp: i64, body: &str) -> Result<String, String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key(secret)?).map_err(|error| error.to_string())?;
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    Ok(format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())))
}

impl WebhookTarget {
    pub fn new(url: &str, secret: Option<SecretString>, timeout: Duration) -> Result<Self, String> {
        install_crypto();
        let url = checked_url(url)?;
        secret.as_ref().map(key).transpose()?;
        let mut builder = Client::builder()
            .timeout(timeout)
            .connect_timeout(CONNECT_TIMEOUT.min(timeout))
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .user_agent(concat!("cloverwatch/", env!("CARGO_PKG_VERSION")));
        if url.scheme() == "http" {
            // A bare container has no certificates, and none are needed.
            builder = builder.no_proxy().tls_certs_only(std::iter::empty());
        }
        let client = builder.build().map_err(|error| innermost(&error))?;
        Ok(Self { client, url, secret })
    }

    pub(super) async fn call(&self, call: &HookCall) -> Result<(), CallFailure> {
        let timestamp = call.at.timestamp();
        let mut request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &call.id)
            .header("webhook-timestamp", timestamp);
        if let Some(secret) = &self.secret {
            let signature = signature(secret, &call.id, timestamp, &call.body).map_err(CallFailure::new)?;
            request = request.header("webhook-signature", signature);
        }
        let answer = request.body(call.body.clone()).send().await;
        let answer = answer.map_err(|error| CallFailure::new(no_answer(error)))?;
        if answer.status().is_success() {
            return Ok(());
        }
        let asked = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let why = format!("it answered {}", answer.status());
        Err(CallFailure { why, retry_after: asked.map(Duration::from_secs) })
    }
}

/// Why no answer came, without the address.
fn no_answer(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "it did not answer in time".to_owned();
    }
    one_line(&format!("no answer: {}", innermost(&error.without_url())), 200)
}

/// The first cause: what is above it only repeats where it happened.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(below) = cause.source() {
        cause = below;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use sha2::Digest;

    use super::*;

    /// HMAC as RFC 2104 writes it down.
    fn by_hand(key: &[u8], message: &[u8]) -> Vec<u8> {
        let mut block = [0_u8; 64];
        block[..key.len()].copy_from_slice(key);
        let hash =
            |pad: u8, text: &[u8]| Sha256::new().chain_update(block.map(|b| b ^ pad)).chain_update(text).finalize();
        hash(0x5c, &hash(0x36, message)).to_vec()
    }

    #[test]
    fn the_signature_is_that_of_the_standard() {
        let body = r#"{"test": 2432232314}"#;
        for (secret, key) in [
            (
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSw",
                BASE64_STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSw").unwrap(),
            ),
            ("plain-secret", b"plain-secret".to_vec()),
        ] {
            let signed = signature(&secret.into(), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body).unwrap();
            let expected = by_hand(&key, format!("msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{body}").as_bytes());
            assert_eq!(signed, format!("v1,{}", BASE64_STANDARD.encode(expected)));
        }
        assert!(signature(&"whsec_%%%".into(), "a", 1, "").unwrap_err().contains("base64"));
    }

    #[test]
    fn only_tls_or_this_machine_is_called() {
        for (url, good) in [
            ("https://example.com/hook", true),
            ("http://127.0.0.1:9/", true),
            ("http://localhost/", true),
            ("http://example.com/", false),
            ("ftp://example.com/", false),
            ("example.com", false),
        ] {
            assert_eq!(checked_url(url).is_ok(), good, "{url}");
        }
    }
}
