//! A program that runs beside the test: what it says is read as it comes, and can be waited for.

use std::process::Stdio;
use std::sync::Arc;

use parking_lot::Mutex;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Everything that all programs of a cell have said.
pub type Received = Arc<Mutex<Vec<String>>>;

/// What one has said so far, line by line.
#[derive(Debug, Default, Clone)]
pub struct Said {
    pub out: Vec<String>,
    pub log: Vec<String>,
    /// How many of both it has closed.
    closed: u8,
}

pub struct Process {
    cell: String,
    child: Child,
    said: watch::Receiver<Said>,
    readers: JoinSet<()>,
}

impl Process {
    pub fn start(cell: &str, command: std::process::Command, received: &Received) -> Self {
        let mut command = Command::from(command);
        let mut child = command.stdin(Stdio::null()).kill_on_drop(true).spawn().unwrap();
        let (record, said) = watch::channel(Said::default());
        let mut readers = JoinSet::new();
        let (out, log) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        readers.spawn(read(out, record.clone(), Arc::clone(received), |said| &mut said.out));
        readers.spawn(read(log, record, Arc::clone(received), |said| &mut said.log));
        Self { cell: cell.to_owned(), child, said, readers }
    }

    /// Waits until it has said something.
    pub async fn until(&mut self, mut done: impl FnMut(&Said) -> bool) -> Said {
        let said = self.said.wait_for(|said| said.closed == 2 || done(said)).await.unwrap().clone();
        assert!(done(&said), "{}: it ended before:\n{said:#?}", self.cell);
        said
    }

    /// SIGKILL. It must have been running.
    pub async fn kill(mut self) {
        assert!(self.child.try_wait().unwrap().is_none(), "{}: it ended by itself: {:#?}", self.cell, self.said());
        self.child.kill().await.unwrap();
        self.readers.join_all().await;
    }

    /// SIGKILL, unless it has ended by itself. It is gone when this returns: the next one needs the store.
    pub async fn kill_if_running(mut self) {
        self.child.kill().await.ok();
        self.readers.join_all().await;
    }

    /// SIGTERM; what is under way ends well.
    pub async fn end(mut self) {
        // Before it says anything it may not have come so far as to hear signals.
        self.until(|said| !said.out.is_empty() || !said.log.is_empty()).await;
        let pid = self.child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        kill_process(pid.expect("it is running"), Signal::TERM).unwrap();
        let status = self.child.wait().await.unwrap();
        while self.readers.join_next().await.is_some() {}
        assert_eq!(status.code(), Some(143), "{}: {:#?}", self.cell, self.said());
    }

    /// Waits for its own end; the exit code and what it said.
    pub async fn ended(mut self) -> (i32, Said) {
        while self.readers.join_next().await.is_some() {}
        let code = self.child.wait().await.unwrap().code().unwrap_or(-1);
        (code, self.said())
    }

    fn said(&self) -> Said {
        self.said.borrow().clone()
    }
}

async fn read(
    from: impl AsyncRead + Unpin,
    record: watch::Sender<Said>,
    received: Received,
    place: fn(&mut Said) -> &mut Vec<String>,
) {
    let mut lines = BufReader::new(from).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        received.lock().push(line.clone());
        record.send_modify(|said| place(said).push(line));
    }
    record.send_modify(|said| said.closed += 1);
}
