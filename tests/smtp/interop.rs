//! A server that somebody else wrote: aiosmtpd, as Debian packages it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use cloverwatch::mail::smtp::SmtpSettings;
use cloverwatch::mail::{Delivery, MailTransport, PreSendDecision};

use crate::rig::{Counting, outgoing, settings, transport, trusting};
use crate::smtp_support::certificates::Authority;

/// The interpreter that has it: the system's own, or whichever comes first.
fn interpreter() -> Option<&'static str> {
    ["/usr/bin/python3", "python3"].into_iter().find(|python| {
        let has = Command::new(python).args(["-c", "import aiosmtpd.controller"]).stderr(Stdio::null()).status();
        has.is_ok_and(|status| status.success())
    })
}

struct Running {
    child: Child,
    port: u16,
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn start(python: &str, authority: &Authority, home: &Path) -> Running {
    let (certificate, key) = authority.pair("localhost");
    let (certificate_path, key_path) = (home.join("certificate.pem"), home.join("key.pem"));
    std::fs::write(&certificate_path, certificate).unwrap();
    std::fs::write(&key_path, key).unwrap();
    std::fs::create_dir(home.join("letters")).unwrap();
    let mut child = Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/smtp/receiver.py"))
        .args([&certificate_path, &key_path, &home.join("letters")])
        .arg("s3cret pass")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port = line.trim().parse().unwrap_or_else(|_| panic!("aiosmtpd printed no port: {line:?}"));
    Running { child, port }
}

#[tokio::test]
#[ignore = "needs aiosmtpd (apt-get install python3-aiosmtpd; macOS: pip3 install aiosmtpd)"]
async fn letters_reach_a_server_that_is_not_ours() {
    let python = interpreter()
        .expect("aiosmtpd is not installed: apt-get install python3-aiosmtpd (macOS: pip3 install aiosmtpd)");
    let (authority, home) = (Authority::new(), tempfile::tempdir().unwrap());
    let server = start(python, &authority, home.path());
    let with = |password: &str| {
        let url = format!("smtp+starttls://desk@localhost:{}", server.port);
        transport(trusting(SmtpSettings { password: Some(password.to_owned().into()), ..settings(&url) }, &authority))
    };
    let reason = with("wr0ng").check().await.unwrap_err();
    assert!(reason.contains("535") && reason.contains("[mail] password"), "{reason}");
    let transport = with("s3cret pass");
    assert!(transport.check().await.unwrap().contains("signed in as desk"));
    for number in 0..3 {
        let check = Counting::new(PreSendDecision::Proceed);
        let delivery = transport.deliver(&outgoing(number), &check).await;
        assert_eq!(delivery, Delivery::Sent { reply: "250 2.0.0 kept".to_owned() });
        let kept = std::fs::read(home.path().join(format!("letters/{number}.eml"))).unwrap();
        let mut expected = format!("onboarding@example.com>service{number}@dealer.test\r\n").into_bytes();
        expected.extend_from_slice(&outgoing(number).message);
        assert_eq!(String::from_utf8_lossy(&kept), String::from_utf8_lossy(&expected));
    }
    let mut letter = outgoing(9);
    letter.to = "nobody@dealer.test".to_owned();
    let refused = transport.deliver(&letter, &Counting::new(PreSendDecision::Proceed)).await;
    let Delivery::Refused { permanent: true, address: Some(status), .. } = refused else { panic!("{refused:?}") };
    assert_eq!(status, "5.1.1");
    assert_eq!(transport.deliver(&outgoing(4), &Counting::new(PreSendDecision::Abort)).await, Delivery::Aborted);
    assert_eq!(std::fs::read_dir(home.path().join("letters")).unwrap().count(), 3);
}
