//! What lies between: kept connections that are closed, certificates, and a server that wants one of ours.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cloverwatch::clock::ManualClock;
use cloverwatch::domain::Outcome::{Connected, Unknown};
use cloverwatch::xtime::{BookingOutcome, HttpPlatform, Platform, PlatformSettings};
use parking_lot::Mutex;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::certificates::Authority;
use crate::server::{booking, moment};

pub const TOKEN: &str = r#"{"access_token":"tok","token_type":"Bearer","expires_in":86400}"#;
pub const SERVICES: &str = r#"{"success":true,"services":[{"opcode":"a"}]}"#;

/// Answers on one connection until a request is one too many, which gets no answer. The methods of the requests are noted.
async fn converse(mut stream: impl AsyncRead + AsyncWrite + Unpin, most: usize, seen: Arc<Mutex<Vec<String>>>) {
    for nth in 0.. {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read(&mut byte).await {
                Ok(1) => head.push(byte[0]),
                _ => return,
            }
        }
        let head = String::from_utf8(head).unwrap();
        let length = head
            .lines()
            .filter_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok());
        let mut body = vec![0; length.sum()];
        stream.read_exact(&mut body).await.unwrap();
        seen.lock().push(head.split(' ').next().unwrap().to_owned());
        if nth == most {
            return;
        }
        let body = if head.starts_with("POST /token") { TOKEN } else { SERVICES };
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
}

pub fn settings(base: &str) -> PlatformSettings {
    PlatformSettings {
        base_url: format!("{base}/xtime/service"),
        token_url: format!("{base}/token"),
        client_id: "the-client".to_owned(),
        client_secret: "the-client-secret".to_owned().into(),
        api_key: "the-api-key".to_owned().into(),
        ..PlatformSettings::default()
    }
}

fn client(settings: PlatformSettings) -> Result<HttpPlatform, String> {
    HttpPlatform::new(settings, Arc::new(ManualClock::at(moment()))).map_err(|error| error.to_string())
}

/// A server that closes each connection under the request after so many.
async fn closing(most: usize) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (base, seen) = (format!("http://{}", listener.local_addr().unwrap()), Arc::default());
    let log = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, most, Arc::clone(&log)));
        }
    });
    (base, seen)
}

#[tokio::test]
async fn a_read_whose_connection_was_closed_is_asked_once_more_and_a_booking_never() {
    let (base, seen) = closing(1).await;
    let platform = client(settings(&base)).unwrap();
    for _ in 0..5 {
        assert_eq!(platform.probe("xts1").await.value.outcome, Connected);
    }
    assert_eq!(seen.lock().iter().filter(|method| *method == "POST").count(), 1, "one token");
    let before = seen.lock().iter().filter(|method| *method == "GET").count();
    assert!((6..=10).contains(&before), "{before} reads for five looks: each at most twice");
    // The kept connection of the token is used up by then; the booking's is closed under it.
    let (base, seen) = closing(1).await;
    let platform = client(settings(&base)).unwrap();
    let booked = platform.book("xts1", &booking()).await.value;
    assert!(matches!(booked, BookingOutcome::Unknown { .. }), "{booked:?}");
    assert_eq!(*seen.lock(), ["POST", "POST"], "a token and one booking");
}

#[tokio::test]
async fn a_server_that_always_closes_is_asked_twice_and_no_more() {
    let (base, seen) = closing(0).await;
    let (other, _) = closing(9).await;
    let platform = client(PlatformSettings { token_url: format!("{other}/token"), ..settings(&base) }).unwrap();
    let look = platform.probe("xts1").await.value;
    assert!(look.outcome == Unknown && look.reason.contains("broke"), "{look:?}");
    assert_eq!(*seen.lock(), ["GET", "GET"]);
}

/// A server over TLS; one that wants a certificate of the authority, or takes anybody.
async fn secure(authority: &Authority, host: &str, wants_ours: bool) -> String {
    let (certificate, key) = authority.pair(host);
    let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    let builder = if wants_ours {
        let verifier = WebPkiClientVerifier::builder_with_provider(authority.roots(), provider).build().unwrap();
        builder.with_client_cert_verifier(verifier)
    } else {
        builder.with_no_client_auth()
    };
    let acceptor = TlsAcceptor::from(Arc::new(builder.with_single_cert(vec![certificate], key).unwrap()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    converse(stream, 9, Arc::default()).await;
                }
            });
        }
    });
    format!("https://localhost:{port}")
}

fn write(dir: &Path, name: &str, text: &str) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[tokio::test]
async fn an_authority_of_our_own_and_a_certificate_of_ours_are_settings() {
    let dir = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let ca = write(dir.path(), "ca.pem", authority.pem());
    let other = write(dir.path(), "other.pem", Authority::new().pem());
    let (certificate, key) = authority.pair("desk");
    let both = write(dir.path(), "both.pem", &format!("{certificate}{key}"));
    let (certificate, key) = (write(dir.path(), "ours.pem", &certificate), write(dir.path(), "key.pem", &key));

    let open = secure(&authority, "localhost", false).await;
    let closed = secure(&authority, "localhost", true).await;
    let foreign = secure(&authority, "platform.example.com", false).await;
    let look = async |base: &str, set: &dyn Fn(&mut PlatformSettings)| {
        let mut settings = settings(base);
        settings.tls.ca_file = Some(ca.clone());
        set(&mut settings);
        client(settings).unwrap().probe("xts1").await.value
    };
    assert_eq!(look(&open, &|_| ()).await.outcome, Connected);
    for (base, set, words) in [
        (
            &open,
            (&|settings: &mut PlatformSettings| settings.tls.ca_file = Some(other.clone()))
                as &dyn Fn(&mut PlatformSettings),
            "ca_file",
        ),
        (&foreign, &|_| (), "belongs to another host; write the name that stands in it in base_url or token_url"),
        (&closed, &|_| (), ""),
    ] {
        let found = look(base, set).await;
        assert!(found.outcome == Unknown && found.reason.contains(words), "{words}: {}", found.reason);
    }
    assert_eq!(
        look(&closed, &|settings| settings.tls.client_certificate = Some(both.clone())).await.outcome,
        Connected
    );
    let in_two = |settings: &mut PlatformSettings| {
        (settings.tls.client_certificate, settings.tls.client_key) = (Some(certificate.clone()), Some(key.clone()));
    };
    assert_eq!(look(&closed, &in_two).await.outcome, Connected);
}

#[test]
fn certificate_files_that_cannot_be_used_are_refused_at_the_start() {
    type Spoil<'a> = &'a dyn Fn(&mut PlatformSettings);
    let dir = tempfile::tempdir().unwrap();
    let empty = write(dir.path(), "empty.pem", "nothing\n");
    let ca = write(dir.path(), "ca.pem", Authority::new().pem());
    let bad: [(Spoil<'_>, &str); 3] = [
        (&|settings| settings.tls.ca_file = Some(dir.path().join("nowhere.pem")), "`ca_file`"),
        (&|settings| settings.tls.ca_file = Some(empty.clone()), "empty.pem: there is no certificate"),
        (&|settings| settings.tls.client_certificate = Some(ca.clone()), "`client_certificate`"),
    ];
    for (spoil, words) in bad {
        let mut settings = settings("https://localhost:1");
        settings.tls.ca_file = Some(ca.clone());
        spoil(&mut settings);
        let error = client(settings).map(drop).unwrap_err();
        assert!(error.contains(words) && error.contains(".pem"), "{words}: {error}");
    }
}
