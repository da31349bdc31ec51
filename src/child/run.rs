//! Running somebody else's program: bounded in time and output, ended with all that it started.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, Command};

/// How long the output is still read after the program has ended: something that it left behind may hold it open.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// How much of the error output is kept: its end.
const STDERR_KEPT: usize = 4_096;

#[derive(Debug)]
pub enum ChildEnd {
    Exited(ExitStatus),
    TimedOut,
    TooMuch,
    Lost(io::Error),
}

#[derive(Debug)]
pub struct ChildOutput {
    pub end: ChildEnd,
    pub output: Vec<u8>,
    /// The end of its error output.
    pub errors: Vec<u8>,
}

/// A program in a clean environment and a group of its own: our signals do not reach it, killing reaches its children.
pub fn grouped(program: &str, environment: &[String]) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .envs(super::environment(environment))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    command
}

/// Kills a process group when it goes out of scope: also when whoever waits for it is cancelled.
struct Group(Option<Pid>);

impl Group {
    fn kill(&mut self) {
        if let Some(pid) = self.0.take() {
            // An error means that it is gone already.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Lets a program run to its end, or ends it with all that it started. `input` is what it is given to read.
pub async fn run(mut child: Child, input: Option<Vec<u8>>, timeout: Duration, max_output: usize) -> ChildOutput {
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    let mut group = Group(pid);
    let (mut stdout, mut stderr) = (child.stdout.take(), child.stderr.take());
    let mut deadline = Box::pin(tokio::time::sleep(timeout));
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let mut exited: Option<ExitStatus> = None;
    let mut feeding = child.stdin.take().zip(input).map(|(stdin, input)| Box::pin(feed(stdin, input)));
    let mut out_chunk = [0; 4_096];
    let mut err_chunk = [0; 4_096];
    let end = loop {
        if let Some(status) = exited.filter(|_| stdout.is_none() && stderr.is_none()) {
            break ChildEnd::Exited(status);
        }
        tokio::select! {
            () = async { if let Some(feeding) = &mut feeding { feeding.await } }, if feeding.is_some() => feeding = None,
            read = read_some(&mut stdout, &mut out_chunk) => match read {
                Some(bytes) if bytes.len() > max_output.saturating_sub(output.len()) => break ChildEnd::TooMuch,
                Some(bytes) => output.extend_from_slice(bytes),
                None => stdout = None,
            },
            read = read_some(&mut stderr, &mut err_chunk) => match read {
                Some(bytes) => {
                    errors.extend_from_slice(bytes);
                    errors.drain(..errors.len().saturating_sub(STDERR_KEPT));
                }
                None => stderr = None,
            },
            ended = child.wait(), if exited.is_none() => match ended {
                Ok(status) => {
                    exited = Some(status);
                    // Its number may soon be another's; what it left running is its own affair.
                    group.0 = None;
                    deadline = Box::pin(tokio::time::sleep(LAST_WORDS));
                }
                Err(error) => break ChildEnd::Lost(error),
            },
            () = &mut deadline => break exited.map_or(ChildEnd::TimedOut, ChildEnd::Exited),
        }
    };
    group.kill();
    if exited.is_none() {
        // Reaps it, so that no zombie is left; it was killed and ends at once.
        let _ = child.wait().await;
    }
    ChildOutput { end, output, errors }
}

/// A program that does not want to read is no failure.
async fn feed(mut stdin: ChildStdin, input: Vec<u8>) {
    let _ = stdin.write_all(&input).await;
}

/// The next bytes; `None` at the end; never ready when there is nothing to read from.
async fn read_some<'a, R: AsyncRead + Unpin>(from: &mut Option<R>, chunk: &'a mut [u8]) -> Option<&'a [u8]> {
    let Some(reader) = from else { return std::future::pending().await };
    match reader.read(chunk).await {
        Ok(0) | Err(_) => None,
        Ok(count) => chunk.get(..count),
    }
}
