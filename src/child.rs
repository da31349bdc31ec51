//! The programs that we start, and their environment. They are other people's, and our own keeps our secrets: what is not
//! known to be needed, or named in the settings, is not passed on.

mod run;

use std::ffi::OsString;

pub use run::{ChildEnd, ChildOutput, grouped, run};

/// What is passed on: where and as whom a program runs, in which language, how it asks a person (a password store, a key
/// agent), and how it reaches the network.
pub const PASSED_ON: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "TMPDIR",
    "TZ",
    "TZDIR",
    "LANG",
    "LANGUAGE",
    "TERM",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "DBUS_SESSION_BUS_ADDRESS",
    "SSH_AUTH_SOCK",
    "GPG_TTY",
    "GNUPGHOME",
    "PASSWORD_STORE_DIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
];

const FAMILIES: &[&str] = &["LC_", "XDG_"];

/// The beginning of our own variables: settings, and among them secrets. They are never passed on.
pub const OUR_OWN: &str = "CLOVERWATCH_";

/// The variables for a program: those that are passed on to each, and those that its settings name.
pub fn environment(named: &[String]) -> impl Iterator<Item = (OsString, OsString)> {
    std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(|name| is_passed_on(name, named)))
}

fn is_passed_on(name: &str, named: &[String]) -> bool {
    let known = PASSED_ON.contains(&name) || FAMILIES.iter().any(|family| name.starts_with(family));
    (known || named.iter().any(|other| other == name)) && !name.starts_with(OUR_OWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_needed_or_named_is_passed_on_and_nothing_of_ours() {
        let named = ["VAULT_ADDR".to_owned(), "CLOVERWATCH_XTIME_API_KEY".to_owned()];
        for name in ["PATH", "HOME", "LC_ALL", "XDG_RUNTIME_DIR", "https_proxy", "VAULT_ADDR"] {
            assert!(is_passed_on(name, &named), "{name}");
        }
        for name in
            ["XTIME_CLIENT_SECRET", "MAIL_PASSWORD", "AWS_SECRET_ACCESS_KEY", "LD_PRELOAD", "CLOVERWATCH_XTIME_API_KEY"]
        {
            assert!(!is_passed_on(name, &named), "{name}");
        }
        assert!(environment(&[]).all(|(name, _)| is_passed_on(name.to_str().unwrap(), &[])));
    }
}
