//! TLS: certificate and host are always verified.

use std::io;
use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::client::{ClientConfig, WebPkiServerVerifier};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{Error, RootCertStore};
use tokio_rustls::TlsConnector;

use super::super::transport::MailServer;
use super::error::SmtpError;
use super::reply::shortened;

/// Whose signature makes a certificate good.
#[derive(Debug, Clone, Default)]
pub enum Roots {
    /// Whoever the machine trusts; `SSL_CERT_FILE` and `SSL_CERT_DIR` are heeded.
    #[default]
    Machine,
    /// Whoever the machine trusts, and these.
    Also(Vec<CertificateDer<'static>>),
    /// These and nobody else. No setting leads here: it is for tests, which have a certificate authority of their own.
    Only(Arc<RootCertStore>),
}

pub(super) fn connector(roots: &Roots) -> Result<TlsConnector, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let none = |error: &dyn std::fmt::Display| {
        let missing: Vec<String> = crate::tls::missing_targets().into_iter().map(|one| format!("; {one}")).collect();
        let missing = missing.concat();
        format!(
            "no TLS: {error}{missing}; install the certificates of the system (ca-certificates), or name a file in ca_file"
        )
    };
    let verifier: Arc<dyn ServerCertVerifier> = match roots {
        Roots::Machine => {
            Arc::new(rustls_platform_verifier::Verifier::new(Arc::clone(&provider)).map_err(|error| none(&error))?)
        }
        Roots::Also(extra) => Arc::new(
            rustls_platform_verifier::Verifier::new_with_extra_roots(extra.iter().cloned(), Arc::clone(&provider))
                .map_err(|error| none(&error))?,
        ),
        Roots::Only(roots) => WebPkiServerVerifier::builder_with_provider(Arc::clone(roots), Arc::clone(&provider))
            .build()
            .map_err(|error| none(&error))?,
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| none(&error))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The name that the certificate must have.
pub(super) fn name(server: &MailServer) -> Result<ServerName<'static>, String> {
    match server.address() {
        Some(address) => Ok(ServerName::from(address)),
        None => ServerName::try_from(server.resolvable()).map_err(|error| format!("{}: {error}", server.host)),
    }
}

/// What a handshake failed with.
pub(super) fn handshake_error(error: io::Error) -> SmtpError {
    let Some(known) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) else {
        let closed = matches!(error.kind(), io::ErrorKind::UnexpectedEof);
        return if closed { SmtpError::Closed } else { SmtpError::Io(error) };
    };
    SmtpError::Tls(match known {
        Error::InvalidCertificate(_) => crate::tls::explain(known, "[mail] transport"),
        Error::InvalidMessage(_) => {
            "it does not speak TLS at this port; smtp+starttls:// begins plain, smtps:// with TLS: \
                                     see [mail] transport"
                .to_owned()
        }
        other => format!("no TLS with it: {}; ask whoever runs it", shortened(&other.to_string())),
    })
}
