//! Between the desk and the platform: a proxy of the environment, and certificates of our own.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cli_support;

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cli_support::Desk;

/// A proxy that answers every request with one status: its port, and how often it was asked.
fn proxy(status: &'static str) -> (u16, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let asked = Arc::clone(&count);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            asked.fetch_add(1, Ordering::SeqCst);
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").as_bytes());
        }
    });
    (port, count)
}

fn desk() -> Desk {
    let authority = rcgen::generate_simple_self_signed(vec!["api.platform.invalid".to_owned()]).unwrap();
    let desk = Desk::with_config(
        "[xtime]\nbase_url = \"https://api.platform.invalid/xtime/service\"\ntoken_url = \"https://auth.platform.invalid/token\"\n\
         client_id = \"c\"\nclient_secret = { env = \"S\" }\napi_key = { env = \"S\" }\ntimeout = \"4s\"\nca_file = \"ca.pem\"\n",
    );
    desk.write("ca.pem", &authority.cert.pem());
    desk.fill();
    desk
}

#[test]
fn a_proxy_is_named_with_what_it_says_and_resolves_names_itself() {
    let desk = desk();
    for (status, words) in [
        ("407 Proxy Authentication Required", "wants to know who asks (status 407)"),
        ("502 Bad Gateway", "opened no way (status 502)"),
    ] {
        let (port, asked) = proxy(status);
        let run = |args: &[&str]| {
            let url = format!("http://somebody:hidden-password@127.0.0.1:{port}");
            let ran = desk.command(args).env("S", "secret-xyz").env("HTTPS_PROXY", url).output().unwrap();
            String::from_utf8(ran.stdout).unwrap() + &String::from_utf8(ran.stderr).unwrap()
        };
        let told = run(&["check", "xts1"]);
        let proxy = format!("the proxy 127.0.0.1:{port} {words}");
        let unnumbered = proxy.trim_end_matches(" (status 502)");
        assert_eq!(asked.load(Ordering::SeqCst), 1, "words for it cost no request");
        assert!(told.contains(unnumbered) && !told.contains("hidden-password"), "{proxy}:\n{told}");
        let found = run(&["doctor"]);
        assert!(found.contains(&proxy) && !found.contains("hidden-password"), "{proxy}:\n{found}");
        assert!(found.contains(&format!("api.platform.invalid: through 127.0.0.1:{port}")), "{found}");
        assert!(!found.lines().any(|line| line.contains("problem") && line.contains("dns")), "{found}");
    }
}

#[test]
fn certificates_that_are_not_there_are_told() {
    let desk = desk();
    let run = |args: &[&str], variable: &str| {
        let mut command = desk.command(args);
        command.env("S", "secret-xyz").env("SSL_CERT_FILE", variable);
        let ran = command.env("HTTPS_PROXY", format!("http://127.0.0.1:{}", proxy("502 No").0)).output().unwrap();
        String::from_utf8(ran.stdout).unwrap() + &String::from_utf8(ran.stderr).unwrap()
    };
    let found = run(&["doctor"], "/nowhere/certificates.pem");
    assert!(found.contains("SSL_CERT_FILE names /nowhere/certificates.pem, which is not there"), "{found}");
    let settings = std::fs::read_to_string(desk.path("config.toml")).unwrap();
    let print = desk.run(&["config", "print"]).ends(0);
    assert!(print.out.contains("ca_file = ") && print.out.contains("ca.pem"), "{}", print.out);
    desk.write("config.toml", &settings.replace("ca.pem", "gone.pem"));
    assert!(run(&["config", "check"], "").contains("gone.pem: No such file"));
    desk.write("config.toml", &format!("{settings}client_key = \"ca.pem\"\n"));
    desk.run(&["config", "check"]).ends(2).says("name it in client_certificate");
}
