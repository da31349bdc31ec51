//! TLS or nothing, and passwords only under it.

use cloverwatch::mail::smtp::{Limits, SmtpSettings};
use cloverwatch::mail::{Delivery, MailTransport, PreSendDecision};
use serde_json::Value;

use crate::rig::{Counting, HASTY, PATIENT, Told, deliver, outgoing, settings, transport, trusting};
use crate::smtp_support::certificates::Authority;
use crate::smtp_support::{Phase, Plan, Server, ServerAction, Tls};

/// Delivers one letter to a server by its name, under TLS as the scheme says.
async fn over(scheme: &str, plan: Plan, authority: &Authority, limits: Limits) -> Told {
    let server = Server::start(plan).await;
    let url = format!("{scheme}://localhost:{}", server.port());
    deliver(&server, &transport(SmtpSettings { limits, ..trusting(settings(&url), authority) })).await
}

fn tls_plans(authority: &Authority) -> [(&'static str, Plan); 2] {
    let acceptor = authority.server("localhost");
    [
        ("smtp+starttls", Plan::good().tls(Tls::Upgrade(acceptor.clone()))),
        ("smtps", Plan::good().tls(Tls::Implicit(acceptor))),
    ]
}

#[tokio::test]
async fn letters_go_over_tls_both_ways() {
    let authority = Authority::new();
    for (scheme, plan) in tls_plans(&authority) {
        let told = over(scheme, plan, &authority, PATIENT).await;
        told.is_sent(&outgoing(1));
        if scheme == "smtp+starttls" {
            assert_eq!(told.seen.verbs(0), ["EHLO", "STARTTLS", "EHLO", "MAIL", "RCPT", "DATA"]);
        }
    }
}

#[tokio::test]
async fn an_address_is_verified_too() {
    let authority = Authority::new();
    let server = Server::start(Plan::good().tls(Tls::Upgrade(authority.server("127.0.0.1")))).await;
    let url = format!("smtp+starttls://127.0.0.1:{}", server.port());
    deliver(&server, &transport(trusting(settings(&url), &authority))).await.is_sent(&outgoing(1));
}

#[tokio::test]
async fn a_server_without_starttls_is_told_nothing() {
    let authority = Authority::new();
    let told = over("smtp+starttls", Plan::good(), &authority, PATIENT).await;
    told.is_down(0, &["it offers no STARTTLS, so nothing was sent to it", "smtps://"]);
    assert_eq!(told.seen.verbs(0), ["EHLO"]);
}

#[tokio::test]
async fn a_server_that_refuses_starttls_is_told_nothing() {
    let authority = Authority::new();
    let plan = |act: ServerAction| Plan::at(Phase::StartTls, act).tls(Tls::Upgrade(authority.server("localhost")));
    for (act, word) in [
        (ServerAction::say("454 4.7.0 no TLS today\r\n"), "454 4.7.0 no TLS today"),
        (ServerAction::say("502 5.5.1 what?\r\n"), "502 5.5.1 what?"),
        (ServerAction::say("421 4.3.2 going down\r\n"), "421"),
        (ServerAction::Close, "the connection"),
    ] {
        let told = over("smtp+starttls", plan(act), &authority, PATIENT).await;
        told.is_down(0, &["at STARTTLS", word]);
        assert_eq!(told.seen.verbs(0), ["EHLO", "STARTTLS"]);
    }
}

#[tokio::test]
async fn what_is_said_before_tls_is_not_read_after_it() {
    let authority = Authority::new();
    // Somebody on the way answers everything that we are going to ask.
    let injected = "220 go ahead\r\n250 mail.test\r\n250 fine\r\n250 fine\r\n354 go ahead\r\n250 taken\r\n";
    let plan = Plan::at(Phase::StartTls, ServerAction::say(injected)).tls(Tls::Upgrade(authority.server("localhost")));
    let told = over("smtp+starttls", plan, &authority, PATIENT).await;
    told.is_down(0, &["spoke on before TLS"]);
    assert_eq!(told.seen.letters, []);
}

#[tokio::test]
async fn a_bad_certificate_is_told_apart_and_ends_it() {
    let authority = Authority::new();
    for (acceptor, words) in [
        (Authority::self_signed("localhost"), ["nobody that this machine trusts has signed it", "ca_file"]),
        (Authority::new().server("localhost"), ["nobody that this machine trusts has signed it", "ca_file"]),
        (authority.server("mail.example.com"), ["belongs to another host", "[mail] transport"]),
        (authority.expired("localhost"), ["has expired", "renew"]),
    ] {
        for (scheme, tls) in
            [("smtp+starttls", Tls::Upgrade(acceptor.clone())), ("smtps", Tls::Implicit(acceptor.clone()))]
        {
            let told = over(scheme, Plan::good().tls(tls), &authority, PATIENT).await;
            told.is_down(0, &["at TLS: its certificate is not to be trusted", words[0], words[1]]);
            assert_eq!(told.seen.letters, []);
        }
    }
}

#[tokio::test]
async fn the_wrong_scheme_is_recognised() {
    let authority = Authority::new();
    let told = over("smtps", Plan::good(), &authority, PATIENT).await;
    told.is_down(0, &["it does not speak TLS at this port", "smtp+starttls://"]);
    // A port that waits for TLS says nothing to us.
    let plan = Plan::good().tls(Tls::Implicit(authority.server("localhost")));
    let told = over("smtp+starttls", plan, &authority, Limits { command: HASTY, ..PATIENT }).await;
    told.is_down(0, &["its greeting: no answer", "smtps://"]);
}

const USER: &str = "desk@example.com";
const PASSWORD: &str = "s3cret pass";

fn with_password(url: &str, password: &str) -> SmtpSettings {
    SmtpSettings { password: Some(password.to_owned().into()), ..settings(url) }
}

#[tokio::test]
async fn somebody_signs_in_over_tls() {
    let authority = Authority::new();
    for offer in ["AUTH PLAIN", "AUTH LOGIN", "AUTH XOAUTH2 LOGIN PLAIN", "auth=plain"] {
        let plan =
            Plan::good().offers(&[offer]).credentials(USER, PASSWORD).tls(Tls::Upgrade(authority.server("localhost")));
        let server = Server::start(plan).await;
        let url = format!("smtp+starttls://{USER}@localhost:{}", server.port());
        let transport = transport(trusting(with_password(&url, PASSWORD), &authority));
        let words = transport.check().await.unwrap();
        assert!(words.contains("over TLS with a good certificate; signed in as desk@example.com"), "{words}");
        assert!(!words.contains(PASSWORD) && !format!("{transport:?} {}", transport.name()).contains(PASSWORD));
        deliver(&server, &transport).await.is_sent(&outgoing(1));
    }
}

#[tokio::test]
async fn a_wrong_password_is_said_and_never_shown() {
    let authority = Authority::new();
    for (offer, echo) in [
        ("AUTH PLAIN", None),
        ("AUTH LOGIN", None),
        // The server repeats what it was given: "\0desk@example.com\0wr0ng", and "wr0ng" as it is.
        ("AUTH PLAIN", Some("535 5.7.8 bad: AGRlc2tAZXhhbXBsZS5jb20Ad3Iwbmc=\r\n")),
        ("AUTH PLAIN", Some("535 5.7.8 wr0ng is wrong\r\n")),
        ("AUTH LOGIN", Some("535 5.7.8 bad: d3Iwbmc=\r\n")),
    ] {
        let tls = Tls::Upgrade(authority.server("localhost"));
        let script = Plan::plain(move |moment| match (moment.phase, echo) {
            (Phase::Auth, Some(echo)) => ServerAction::say(echo),
            _ => ServerAction::Usual,
        });
        let server = Server::start(script.offers(&[offer]).credentials(USER, PASSWORD).tls(tls)).await;
        let url = format!("smtp+starttls://{USER}@localhost:{}", server.port());
        let told = deliver(&server, &transport(trusting(with_password(&url, "wr0ng"), &authority))).await;
        told.is_down(0, &["at signing in", "535 5.7.8", "[mail] password"]);
        let Delivery::Down { reason } = told.delivery else { panic!() };
        for secret in ["wr0ng", "d3Iwbmc", "AGRlc2t"] {
            assert!(!reason.contains(secret), "{reason}");
        }
        assert_eq!(told.seen.letters, []);
    }
}

#[tokio::test]
async fn no_way_to_sign_in_is_said() {
    let authority = Authority::new();
    for offers in [&[][..], &["AUTH GSSAPI XOAUTH2"]] {
        let plan = Plan::good().offers(offers).tls(Tls::Upgrade(authority.server("localhost")));
        let server = Server::start(plan).await;
        let url = format!("smtp+starttls://{USER}@localhost:{}", server.port());
        let told = deliver(&server, &transport(trusting(with_password(&url, PASSWORD), &authority))).await;
        told.is_down(0, &["it offers no way to sign in that we know", "leave the user out"]);
        assert_eq!(told.seen.verbs(0), ["EHLO", "STARTTLS", "EHLO"]);
    }
}

#[tokio::test]
async fn trouble_while_signing_in_is_about_the_server() {
    for (act, word) in [
        (ServerAction::say("454 4.7.0 not now\r\n"), "454 4.7.0 not now"),
        (ServerAction::say("421 4.3.2 going down\r\n"), "421"),
        (ServerAction::say("334 %%%%\r\n"), "challenge"),
        (ServerAction::Close, "the connection"),
    ] {
        let server =
            Server::start(Plan::at(Phase::Auth, act).offers(&["AUTH PLAIN"]).credentials(USER, PASSWORD)).await;
        // This machine may be told a password without TLS.
        let url = format!("smtp://{USER}@127.0.0.1:{}", server.port());
        deliver(&server, &transport(with_password(&url, PASSWORD))).await.is_down(0, &["at signing in", word]);
    }
}

#[tokio::test]
async fn a_server_that_wants_a_user_is_understood() {
    let server = Server::start(Plan::good().credentials(USER, PASSWORD)).await;
    let transport = transport(settings(&format!("smtp://127.0.0.1:{}", server.port())));
    let check = Counting::new(PreSendDecision::Proceed);
    let Delivery::Down { reason } = transport.deliver(&outgoing(1), &check).await else { panic!() };
    assert!(reason.contains("530 5.7.0 sign in first") && reason.contains("user and password"), "{reason}");
    assert_eq!(check.asked(), 0);
}

#[test]
fn what_would_go_plain_over_a_network_is_refused() {
    let clock = || std::sync::Arc::new(crate::rig::clock());
    let refused = |settings| cloverwatch::mail::SmtpTransport::new(settings, clock()).unwrap_err();
    assert!(refused(settings("smtp://mail.example.com")).contains("unencrypted"));
    let allowed =
        SmtpSettings { allow_plain: vec!["mail.example.com".to_owned()], ..settings("smtp://me@mail.example.com") };
    assert!(refused(allowed).contains("password"));
}

/// The whole program, by its settings: the machine's own certificates count, `SSL_CERT_FILE` says which these are, and `ca_file` adds to them.
#[tokio::test]
async fn doctor_trusts_whom_the_machine_trusts_and_whom_ca_file_names() {
    let authority = Authority::new();
    let plan = Plan::good()
        .offers(&["AUTH PLAIN"])
        .credentials("desk", PASSWORD)
        .tls(Tls::Upgrade(authority.server("localhost")));
    let server = Server::start(plan).await;
    let home = tempfile::tempdir().unwrap();
    let (config, pem) = (home.path().join("config.toml"), home.path().join("ca.pem"));
    std::fs::write(&pem, authority.pem()).unwrap();
    let text = format!(
        "[store]\nurl = \"sled:{0}/books\"\n[mail]\ntransport = \"smtp+starttls://desk@localhost:{1}\"\npassword = {{ env = \"MAIL_PASSWORD\" }}\nfrom = \"desk@example.com\"\n",
        home.path().display(),
        server.port()
    );
    std::fs::write(&config, &text).unwrap();
    let mail_line = async |file: Option<&std::path::Path>, password: &str| -> (String, String) {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_cloverwatch"));
        command.args(["doctor", "--json", "--config"]).arg(&config).env("HOME", home.path());
        command.env("MAIL_PASSWORD", password).env_remove("SSL_CERT_FILE").env_remove("SSL_CERT_DIR");
        if let Some(file) = file {
            command.env("SSL_CERT_FILE", file);
        }
        let output = command.output().await.unwrap();
        let answer: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
        let findings = answer["findings"].as_array().unwrap();
        let line = findings.iter().find(|finding| finding["name"] == "mail").unwrap();
        (line["state"].as_str().unwrap().to_owned(), line["detail"].as_str().unwrap().to_owned())
    };
    let (state, words) = mail_line(Some(&pem), PASSWORD).await;
    assert_eq!(state, "ok", "{words}");
    assert!(words.contains("signed in as desk"), "{words}");
    let (state, words) = mail_line(Some(&pem), "wr0ng").await;
    assert_eq!(state, "problem");
    assert!(words.contains("[mail] password") && !words.contains("wr0ng"), "{words}");
    // Or by a file that the settings name.
    std::fs::write(&config, format!("{text}ca_file = \"ca.pem\"\n")).unwrap();
    let (state, words) = mail_line(None, PASSWORD).await;
    assert_eq!(state, "ok", "{words}");
    std::fs::write(&config, format!("{text}ca_file = \"missing.pem\"\n")).unwrap();
    let (state, words) = mail_line(None, PASSWORD).await;
    assert!(state == "problem" && words.contains("ca_file") && words.contains("missing.pem"), "{words}");
    std::fs::write(&config, &text).unwrap();
    // Whatever this machine trusts, it does not trust our authority.
    let (state, words) = mail_line(None, PASSWORD).await;
    assert_eq!(state, "problem");
    assert!(words.contains("trusts") || words.contains("certificates"), "{words}");
    assert_eq!(server.seen().letters, []);
}
