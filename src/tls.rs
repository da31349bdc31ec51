//! TLS of the platform's and the mail server's client: whose certificates count, what is wrong with one, and where none is needed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{CertificateError, Error, RootCertStore};
use url::Host;

/// The variables that replace the certificates of the system: a file, and directories as `PATH` has them.
const FILE: &str = "SSL_CERT_FILE";
const DIRECTORIES: &str = "SSL_CERT_DIR";

/// Whether a host is surely this machine, so that nothing needs TLS on its way there. Of names only `localhost` itself: a resolver may
/// lead those below it elsewhere.
pub fn is_loopback<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Domain(name) => name.as_ref() == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Makes the cryptography of this process known to TLS; call it first in `main`. One that is installed already stays.
pub fn install_crypto() {
    // An error only says that there is one already.
    drop(rustls::crypto::ring::default_provider().install_default());
}

/// Reads the certificates of an authority, which count beside those of the system.
pub fn authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let wrong = |why: &str| format!("{}: {why}", path.display());
    let text = std::fs::read(path).map_err(|error| wrong(&error.to_string()))?;
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let certificates = read.map_err(|error| wrong(&format!("no PEM: {error}")))?;
    if certificates.is_empty() {
        return Err(wrong("there is no certificate in it (PEM: -----BEGIN CERTIFICATE-----)"));
    }
    let mut roots = RootCertStore::empty();
    for (place, certificate) in certificates.iter().enumerate() {
        roots
            .add(certificate.clone())
            .map_err(|error| wrong(&format!("certificate {} cannot be used: {error}", place + 1)))?;
    }
    Ok(certificates)
}

/// Reads our own certificate and its key, from one file or from two: PEM, the certificates before the key.
/// The error names the file, and nothing of the key.
pub fn identity(certificate: &Path, key: Option<&Path>) -> Result<Vec<u8>, String> {
    let read = |path: &Path| std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
    let mut text = read(certificate)?;
    if CertificateDer::pem_slice_iter(&text).next().is_none_or(|read| read.is_err()) {
        return Err(format!("{}: there is no certificate in it (PEM)", certificate.display()));
    }
    if let Some(key) = key {
        text.push(b'\n');
        text.extend(read(key)?);
    }
    if PrivateKeyDer::from_pem_slice(&text).is_err() {
        let (place, hint) = match key {
            Some(key) => (key, "there is no private key in it (PEM, without a password)"),
            None => (certificate, "there is no private key beside the certificate; name its file in client_key"),
        };
        return Err(format!("{}: {hint}", place.display()));
    }
    Ok(text)
}

/// What the variables of the environment name that is not there.
pub fn missing_targets() -> Vec<String> {
    named_targets().missing
}

/// What the variables of the environment name in place of the certificates of the system.
pub fn named_targets() -> NamedTargets {
    let named = [FILE, DIRECTORIES].into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    NamedTargets::of(named)
}

/// Where certificates are looked for instead of in the system's own places.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct NamedTargets {
    /// What is not there, as a message.
    pub missing: Vec<String>,
    /// Whether any of it is there: otherwise no certificate of the system counts.
    pub any_there: bool,
}

impl NamedTargets {
    fn of(variables: impl Iterator<Item = (&'static str, OsString)>) -> Self {
        let mut found = Self::default();
        for (name, value) in variables {
            let paths: Vec<PathBuf> =
                if name == DIRECTORIES { std::env::split_paths(&value).collect() } else { vec![value.into()] };
            for path in paths.iter().filter(|path| !path.as_os_str().is_empty()) {
                if path.exists() {
                    found.any_there = true;
                } else {
                    found.missing.push(format!("{name} names {}, which is not there", path.display()));
                }
            }
        }
        found
    }
}

/// What is wrong, and what to do. `setting` is where the name of the host is set.
pub fn explain(error: &Error, setting: &str) -> String {
    match error {
        Error::InvalidCertificate(wrong) => {
            format!("its certificate is not to be trusted: {}", certificate(wrong, setting))
        }
        Error::AlertReceived(alert) => {
            format!("it ended the handshake ({alert:?}); does it want a certificate of ours?")
        }
        other => other.to_string(),
    }
}

fn certificate(wrong: &CertificateError, setting: &str) -> String {
    match wrong {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "it has expired; whoever runs the server must renew it (or is the clock of this machine wrong?)".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet; is the clock of this machine wrong?".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("it belongs to another host; write the name that stands in it in {setting}")
        }
        // The latter: somebody else's authority with the name of one that is trusted.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "nobody that this machine trusts has signed it; name a certificate authority of your own in ca_file (or SSL_CERT_FILE)"
                .to_owned()
        }
        CertificateError::Revoked => "it was revoked".to_owned(),
        // The type of this error is not public.
        other if other.to_string().contains("CaUsedAsEndEntity") => {
            "it is a certificate authority's own, which no server may show; whoever runs the server must make one that is none \
             (basicConstraints CA:FALSE)"
                .to_owned()
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_directory_that_is_named_is_there_or_missing_by_itself() {
        let dir = tempfile::tempdir().unwrap();
        let (there, file) = (dir.path().join("there"), dir.path().join("ca.pem"));
        std::fs::create_dir(&there).unwrap();
        std::fs::write(&file, "").unwrap();
        let gone = dir.path().join("gone");
        let words = |name: &str, path: &Path| format!("{name} names {}, which is not there", path.display());
        let list = |paths: &[&Path]| std::env::join_paths(paths).unwrap();
        let nothing = Path::new("");
        for (variables, missing, any_there) in [
            (vec![], vec![], false),
            (vec![(DIRECTORIES, list(&[&there, &gone]))], vec![words(DIRECTORIES, &gone)], true),
            (vec![(DIRECTORIES, list(&[&there, dir.path()]))], vec![], true),
            (vec![(DIRECTORIES, list(&[nothing, &there, nothing]))], vec![], true),
            (vec![(DIRECTORIES, OsString::new()), (FILE, OsString::new())], vec![], false),
            (
                vec![(FILE, gone.clone().into()), (DIRECTORIES, list(&[&gone]))],
                vec![words(FILE, &gone), words(DIRECTORIES, &gone)],
                false,
            ),
            (vec![(FILE, file.into()), (DIRECTORIES, list(&[&gone]))], vec![words(DIRECTORIES, &gone)], true),
        ] {
            assert_eq!(NamedTargets::of(variables.into_iter()), NamedTargets { missing, any_there });
        }
    }

    #[test]
    fn files_are_read_or_it_is_said_what_is_wrong_with_them() {
        let dir = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let file = |name: &str, text: &str| {
            let path = dir.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
        let ca = file("ca.pem", &format!("# ours\n{certificate}"));
        assert_eq!(authorities(&ca).unwrap().len(), 1);
        let both = file("both.pem", &format!("{certificate}{key}"));
        assert!(identity(&both, None).is_ok());
        let key = file("key.pem", &key);
        assert!(identity(&ca, Some(&key)).is_ok());
        let empty = file("empty.pem", "nothing\n");
        let broken = file("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        let nowhere = dir.path().join("nowhere.pem");
        for (error, words) in [
            (authorities(&nowhere).unwrap_err(), "nowhere.pem: No such file"),
            (authorities(&empty).unwrap_err(), "empty.pem: there is no certificate in it"),
            (authorities(&broken).unwrap_err(), "broken.pem: certificate 1 cannot be used"),
            (identity(&nowhere, None).unwrap_err(), "nowhere.pem"),
            (identity(&empty, None).unwrap_err(), "no certificate"),
            (identity(&ca, None).unwrap_err(), "name its file in client_key"),
            (identity(&ca, Some(&empty)).unwrap_err(), "empty.pem: there is no private key"),
        ] {
            assert!(error.contains(words), "{words}: {error}");
        }
    }
}
