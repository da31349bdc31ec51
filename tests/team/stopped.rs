//! A leader in a process of its own that is stopped (SIGSTOP) while a letter is on its way, and woken when another one leads.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use cloverwatch::domain::LetterState;
use cloverwatch::engine::{OutboxParts, Parts};
use cloverwatch::mail::{Delivery, MailTransport, OutgoingMessage, PreSendCheck, PreSendDecision};
use cloverwatch::store::postgres::PostgresUrl;
use rustix::process::{Pid, Signal, kill_process};

use crate::desk::{Team, real, until};
use crate::server::shared;
use crate::simulation_support::mail::MailWorld;

/// By which a process of these tests knows that it is a desk: the address of its store, and where it writes.
const DESK: [&str; 2] = ["CLOVERWATCH_TEST_DESK", "CLOVERWATCH_TEST_DIR"];

const LEASE: Duration = Duration::from_secs(2);

/// Hands over a letter as soon as it may, and writes down how far it is.
struct SlowMail(PathBuf);

#[async_trait]
impl MailTransport for SlowMail {
    async fn deliver(&self, _: &OutgoingMessage, check: &dyn PreSendCheck) -> Delivery {
        std::fs::write(self.0.join("begun"), "").unwrap();
        until("it may go on", || self.0.join("go").exists()).await;
        let decision = check.check().await;
        std::fs::write(self.0.join("decided"), format!("{decision:?}")).unwrap();
        match decision {
            PreSendDecision::Abort => Delivery::Aborted,
            PreSendDecision::Proceed => Delivery::Sent { reply: "250 2.0.0 queued".to_owned() },
        }
    }

    async fn check(&self) -> Result<String, String> {
        Ok("ready".to_owned())
    }

    fn name(&self) -> String {
        "slow mail".to_owned()
    }

    fn max_connections(&self) -> usize {
        1
    }
}

/// Runs a desk until it is killed, if this process is one.
pub async fn be_a_desk() {
    let [Ok(url), Ok(dir)] = DESK.map(std::env::var) else { return };
    let team = Team { url: PostgresUrl::parse(&url).unwrap(), schema: String::new() };
    let (mail, dir) = (MailWorld::new(real(), 1), PathBuf::from(dir));
    let outbox = OutboxParts { transport: Arc::new(SlowMail(dir.clone())), ..mail.outbox() };
    let desk = team.desk("bob", &real(), LEASE, |parts| parts.outbox = Some(outbox)).await;
    desk.until_leading().await;
    until("it knows that it does not lead", || !desk.leads()).await;
    std::fs::write(dir.join("deposed"), "").unwrap();
    std::future::pending::<()>().await;
}

struct Process(Child);

impl Process {
    fn start(url: &str, dir: &Path) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        Self(command.env(DESK[0], url).env(DESK[1], dir).spawn().unwrap())
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub async fn a_process_that_was_stopped_and_woken_sends_nothing() {
    let (team, dir) = (Team::new(), tempfile::tempdir().unwrap());
    let file = |name: &str| dir.path().join(name);
    let stopped = Process::start(&shared().address("postgres", &team.schema), dir.path());
    let mail = MailWorld::new(real(), 1);
    let leader = format!("SELECT leader FROM {}.head", team.schema);
    let command = |parts: &mut Parts| {
        parts.outbox = Some(mail.outbox());
        parts.background = false;
    };
    let command = team.desk("ana", &real(), LEASE, command).await;
    until("it leads", || shared().sql("postgres", &leader).starts_with("bob@")).await;
    let id = command.add(1).await[0];
    command.paste(id, "CODE-1").await;
    until("the letter is on its way", || file("begun").exists()).await;
    stopped.signal(Signal::STOP);
    let other = team.desk("cid", &real(), LEASE, |parts| parts.outbox = Some(mail.outbox())).await;
    other.until_leading().await;
    std::fs::write(file("go"), "").unwrap();
    stopped.signal(Signal::CONT);
    until("it was woken", || file("deposed").exists()).await;
    // The letter is dropped where it stands, or is told that it must not go.
    assert_ne!(std::fs::read_to_string(file("decided")).unwrap_or_default(), "Proceed");
    until("the one who leads sends it", || other.state(id).letters()[0].state == LetterState::Sent).await;
    assert_eq!(mail.arrived().len(), 1);
    assert!(other.leads());
}
