//! Mail servers that somebody else wrote: Postfix and Exim, as Debian packages them. Each runs as it is installed, on settings and in a
//! directory of its own, on this machine only. Both want to be started by root.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use cloverwatch::domain::{LetterId, ReportAction, refuses_address};
use cloverwatch::mail::bounce::read_report;
use cloverwatch::mail::{Delivery, MailTransport, OutgoingMessage, PreSendDecision};

use crate::rig::{Counting, outgoing, settings, transport};
use crate::smtp_support::deserted_port;

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A letter to somebody at the dealership, with these words in it.
fn letter(to: &str, words: &str) -> OutgoingMessage {
    let id = LetterId::from_bits(0x0123_4567);
    let message =
        format!("Message-ID: <{id}@example.com>\r\nSubject: Your invitation\r\n\r\n{words}\r\n.\r\n..two\r\n");
    OutgoingMessage { letter: id, to: format!("{to}@dealer.test"), message: message.into_bytes(), ..outgoing(1) }
}

/// What each of them must be understood to say.
async fn is_understood(port: u16) {
    let transport = transport(settings(&format!("smtp://127.0.0.1:{port}")));
    let transmit =
        async |outgoing: &OutgoingMessage| transport.deliver(outgoing, &Counting::new(PreSendDecision::Proceed)).await;
    let to = async |who: &str| transmit(&letter(who, "hello")).await;
    assert!(matches!(to("ana").await, Delivery::Sent { .. }));
    let refused = to("nobody").await;
    let Delivery::Refused { permanent: true, address: Some(_), .. } = refused else { panic!("{refused:?}") };
    let full = to("full").await;
    let Delivery::Refused { permanent: true, address: None, .. } = full else { panic!("{full:?}") };
    let rate = to("rate").await;
    assert!(matches!(rate, Delivery::Deferred { .. }), "{rate:?}");
    let grey = to("grey").await;
    let Delivery::Refused { permanent: false, address: None, .. } = grey else { panic!("{grey:?}") };
    // After the final dot.
    let spam = to("spam").await;
    let Delivery::Refused { permanent: true, address: None, reason, .. } = spam else { panic!("{spam:?}") };
    assert!(reason.contains("scored as spam"), "{reason}");
    let later = to("later").await;
    assert!(matches!(later, Delivery::Deferred { .. }), "{later:?}");
    // They say how much they take, and are told how much comes.
    let large = transmit(&letter("ana", &"0123456789\r\n".repeat(3_000))).await;
    let Delivery::Refused { permanent: true, address: None, reason, .. } = large else { panic!("{large:?}") };
    assert!(reason.contains("takes at most 20480 (SIZE)"), "{reason}");
    assert!(matches!(to("gone").await, Delivery::Sent { .. }), "taken, and returned later");
}

/// The report that it made of the letter to whom it could not deliver: the address at which it failed.
fn returns(mailbox: &Path, address: &str) {
    let mut files = fs::read_dir(mailbox.join("new")).unwrap();
    let report = fs::read(files.next().unwrap().unwrap().path()).unwrap();
    assert!(files.next().is_none(), "one report");
    let shown = String::from_utf8_lossy(&report).into_owned();
    let read = read_report(&report).unwrap_or_else(|error| panic!("{error}: {shown}"));
    let letter = read.mail.letter().map(|copy| copy.letter);
    assert_eq!((letter, read.returned.len()), (Some(LetterId::from_bits(0x0123_4567)), 1), "{shown}");
    let returned = &read.returned[0];
    assert_eq!(returned.action, ReportAction::Failed, "{shown}");
    assert!(returned.addresses.iter().any(|one| one.raw() == address), "{returned:?}");
    assert!(refuses_address(&returned.status) && returned.reason.contains("no such person"), "{returned:?}");
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Postfix: its master and what that starts.
struct Postfix {
    home: tempfile::TempDir,
    log: BufReader<ChildStdout>,
    _master: Running,
}

impl Postfix {
    fn start(port: u16) -> Self {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        for name in ["etc", "queue", "data", "box"] {
            fs::create_dir(at(name)).unwrap();
        }
        fs::set_permissions(home.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        owned(&at("data"), "postfix");
        owned(&at("box"), "nobody");
        let main = include_str!("postfix-main.cf").replace("@HOME@", &home.path().display().to_string());
        fs::write(at("etc/main.cf"), main).unwrap();
        fs::write(at("etc/master.cf"), include_str!("postfix-master.cf").replace("@PORT@", &port.to_string())).unwrap();
        let mut master = Command::new("postfix");
        master.arg("-c").arg(at("etc")).arg("start-fg").stdin(Stdio::null()).stdout(Stdio::piped());
        let mut master = Running(master.spawn().unwrap());
        let log = BufReader::new(master.0.stdout.take().unwrap());
        let mut postfix = Self { home, log, _master: master };
        postfix.until("daemon started");
        postfix
    }

    /// Reads its log up to a line with these words.
    fn until(&mut self, words: &str) {
        let mut read = String::new();
        while !read.lines().next_back().is_some_and(|line| line.contains(words)) {
            assert!(self.log.read_line(&mut read).unwrap() > 0, "it ended: {read}");
        }
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        // Its master would leave the others behind if it was killed.
        let stopped = Command::new("postfix").arg("-c").arg(self.home.path().join("etc")).arg("stop").output();
        assert!(std::thread::panicking() || stopped.is_ok());
    }
}

fn owned(path: &Path, user: &str) {
    let done = Command::new("chown").arg(user).arg(path).status().unwrap();
    assert!(done.success(), "{user}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Postfix as Debian has it (apt-get install postfix) and root"]
async fn postfix_is_understood() {
    assert!(is_root(), "Postfix is started by root only");
    let version = Command::new("postconf").args(["-d", "mail_version"]).stdout(Stdio::null()).status();
    assert!(version.is_ok_and(|it| it.success()), "Postfix is not installed: apt-get install postfix");
    let port = deserted_port().await;
    let mut postfix = Postfix::start(port);
    is_understood(port).await;
    postfix.until("to=<onboarding@example.com>");
    // It says where the alias led.
    returns(&postfix.home.path().join("box/onboarding"), "lost@elsewhere.test");
}

/// Exim, as inetd would run it: one process for each connection.
struct Exim {
    home: tempfile::TempDir,
    binary: PathBuf,
}

impl Exim {
    /// The program: where Debian installs it, or where `EXIM` says that it was unpacked, because Debian has it beside no other mail server.
    fn installed() -> Option<PathBuf> {
        let places = std::env::var_os("EXIM").into_iter().chain(["/usr/sbin/exim4".into()]).map(PathBuf::from);
        let runs = |path: &PathBuf| {
            Command::new(path)
                .args(["-C", "/dev/null", "-bV"])
                .stdout(Stdio::null())
                .status()
                .is_ok_and(|it| it.success())
        };
        places.into_iter().find(runs)
    }

    fn new(binary: PathBuf) -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::set_permissions(home.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        for name in ["spool", "log", "box"] {
            fs::create_dir(home.path().join(name)).unwrap();
            owned(&home.path().join(name), "nobody");
        }
        let settings = include_str!("exim.conf").replace("@HOME@", &home.path().display().to_string());
        fs::write(home.path().join("conf"), settings.replace("@EXIM@", &binary.display().to_string())).unwrap();
        Self { home, binary }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg("-C").arg(self.home.path().join("conf"));
        command
    }

    /// Listens, for as long as the test runs.
    fn listen(&self) -> u16 {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut command = self.command();
        command.arg("-bs");
        std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let (input, output) = (OwnedFd::from(stream.try_clone().unwrap()), OwnedFd::from(stream));
                // It ends with its connection.
                drop(command.stdin(input).stdout(output).spawn());
                command.stdin(Stdio::null()).stdout(Stdio::null());
            }
        });
        port
    }
}

#[tokio::test]
#[ignore = "needs Exim (apt-get install exim4-daemon-light, or unpacked and named in EXIM) and root, on Linux"]
async fn exim_is_understood() {
    assert!(is_root(), "Exim takes settings of somebody's own from root only");
    let exim = Exim::new(Exim::installed().expect("Exim is not installed, nor named in EXIM"));
    is_understood(exim.listen()).await;
    // Once for the letters, once for the report.
    for _ in 0..2 {
        assert!(exim.command().arg("-q").status().unwrap().success());
    }
    returns(&exim.home.path().join("box/onboarding"), "gone@dealer.test");
}
