//! Codes from a program of the partner: the code on the first line of its output, optionally the expiry on the second.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use async_trait::async_trait;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

use super::parse::{read_code, read_moment};
use super::template::{EscapeContext, RequestTemplates, Values};
use crate::domain::CodeOrigin;
use crate::domain::text::one_line;
use crate::xtime::redact::Redactor;
use crate::xtime::{CodeSource, ObtainedCode, SetupError, SourceError, SourceRequest};

/// How long the output is still read after the program has ended: something that it left behind may hold it open.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// The exit code of a temporary failure (`EX_TEMPFAIL`).
const TRY_AGAIN: i32 = 75;
/// How much of the error output is kept: its end.
const STDERR_KEPT: usize = 4_096;

/// The program (`[invitations.command]`). Templates know `dealer_code`, `dealership`, `name` and `intent`.
#[derive(Debug, Clone)]
pub struct CommandSettings {
    /// Program and arguments; each is one argument, no shell is involved. The program itself is no template.
    pub run: Vec<String>,
    /// The longest that it may run; real time. Then it is killed with everything that it started.
    pub timeout: Duration,
    /// The longest output, in bytes.
    pub max_output: usize,
    /// Variables that it is given besides the usual ones; see [`crate::child`].
    pub environment: Vec<String>,
}

impl Default for CommandSettings {
    fn default() -> Self {
        Self { run: Vec::new(), timeout: Duration::from_secs(30), max_output: 64 << 10, environment: Vec::new() }
    }
}

/// A program as a source of codes.
///
/// Beside its arguments it finds `CLOVERWATCH_INTENT` (the idempotency key), `CLOVERWATCH_DEALER_CODE`, `CLOVERWATCH_DEALERSHIP` and `CLOVERWATCH_NAME` in its environment, and of ours
/// only what [`crate::child`] passes on.
#[derive(Debug)]
pub struct CommandSource {
    settings: CommandSettings,
    templates: RequestTemplates,
    redactor: Redactor,
}

impl CommandSource {
    /// Checks the settings, compiles and tries the templates; runs nothing.
    pub fn new(settings: CommandSettings) -> Result<Self, SetupError> {
        let Some(program) = settings.run.first().filter(|program| !program.trim().is_empty()) else {
            return Err(SetupError::Missing("run"));
        };
        if program.contains("{{") || program.contains("{%") {
            return Err(SetupError::bad("run[0]", "the program must not depend on what is filled in"));
        }
        if settings.timeout.is_zero() {
            return Err(SetupError::bad("timeout", "no program ends in no time"));
        }
        let mut templates = RequestTemplates::new();
        for (at, source) in settings.run.iter().enumerate().skip(1) {
            templates.add(&field(at), EscapeContext::Plain, source)?;
        }
        Ok(Self { settings, templates, redactor: Redactor::new([]) })
    }

    fn command(&self, request: &SourceRequest) -> Result<Command, String> {
        let values = Values::of(request);
        let given = [&values.dealer_code, &values.dealership, &values.name];
        if given.iter().any(|value| value.contains('\0')) {
            return Err("a value holds a NUL character, which no program can be given".to_owned());
        }
        let mut run = self.settings.run.iter().enumerate();
        let Some((_, program)) = run.next() else { return Err("there is no program".to_owned()) };
        let mut command = Command::new(program);
        for (at, source) in run {
            let argument = self.templates.fill(&field(at), EscapeContext::Plain, &values)?;
            // A value must never become an option of the program.
            if argument.starts_with('-') && !source.starts_with('-') {
                return Err(format!("argument {at} would begin with a dash, and be taken for an option"));
            }
            command.arg(argument);
        }
        command
            .env_clear()
            .envs(crate::child::environment(&self.settings.environment))
            .env("CLOVERWATCH_INTENT", &values.intent)
            .env("CLOVERWATCH_DEALER_CODE", &values.dealer_code)
            .env("CLOVERWATCH_DEALERSHIP", &values.dealership)
            .env("CLOVERWATCH_NAME", &values.name)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A group of its own: our own signals do not reach it, and it can be killed with all it started.
            .process_group(0)
            .kill_on_drop(true);
        Ok(command)
    }

    /// The last line that it wrote to its error output, without the code that it may have printed.
    fn last_words(&self, ran: &Ran) -> String {
        let printed = String::from_utf8_lossy(&ran.output);
        let code = printed.lines().next().map(str::trim).unwrap_or_default();
        let errors = String::from_utf8_lossy(&ran.errors);
        let last = errors.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
        self.redactor.line_hiding(last, &[code])
    }
}

/// Reads what a program that ended well has printed. Without a usable code it ended well all the same: it may have made one.
fn read(output: &[u8]) -> Result<ObtainedCode, SourceError> {
    let refused = |why: String| SourceError::Unusable(format!("the program printed no usable code: {why}"));
    let text = std::str::from_utf8(output).map_err(|_| refused("it is no UTF-8 text".to_owned()))?;
    let mut lines = text.lines();
    let code = read_code(lines.next().unwrap_or_default()).map_err(|error| refused(format!("on line 1, {error}")))?;
    let second = lines.next().map(str::trim).filter(|line| !line.is_empty());
    let expires_at = second.and_then(read_moment);
    if second.is_some() && expires_at.is_none() {
        tracing::warn!("line 2 of the program's output is not RFC 3339; the expiry is left out");
    }
    Ok(ObtainedCode { code, generated_at: None, expires_at })
}

fn field(at: usize) -> String {
    format!("run[{at}]")
}

#[async_trait]
impl CodeSource for CommandSource {
    fn origin(&self) -> CodeOrigin {
        CodeOrigin::Command
    }

    async fn obtain(&self, request: &SourceRequest) -> Result<ObtainedCode, SourceError> {
        let unclear = |reason: String| SourceError::Unclear { reason, retry_after: None };
        let mut command = self.command(request).map_err(SourceError::TurnedAway)?;
        let child = command.spawn().map_err(|error| {
            let reason = one_line(&format!("the program could not be started: {error}"), 200);
            match error.kind() {
                // Nothing ran, and nothing will until somebody sees to it.
                std::io::ErrorKind::NotFound | std::io::ErrorKind::PermissionDenied => SourceError::TurnedAway(reason),
                _ => unclear(reason),
            }
        })?;
        let ran = run(child, self.settings.timeout, self.settings.max_output).await;
        match ran.end {
            End::Exited(status) if status.success() => read(&ran.output),
            End::Exited(status) => {
                let said = self.last_words(&ran);
                let said = if said.is_empty() { String::new() } else { format!(": {said}") };
                match status.code() {
                    Some(code) => {
                        let reason = one_line(&format!("the program ended with exit code {code}{said}"), 200);
                        Err(if code == TRY_AGAIN { unclear(reason) } else { SourceError::TurnedAway(reason) })
                    }
                    None => Err(unclear(one_line(&format!("the program was killed{said}"), 200))),
                }
            }
            End::TooMuch => {
                let most = self.settings.max_output;
                Err(SourceError::Unusable(format!("the program printed more than {most} bytes; it was killed")))
            }
            End::TimedOut => {
                Err(unclear(format!("the program did not end within {:?}; it was killed", self.settings.timeout)))
            }
            End::Lost(why) => Err(unclear(why)),
        }
    }
}

enum End {
    Exited(ExitStatus),
    TimedOut,
    TooMuch,
    Lost(String),
}

struct Ran {
    end: End,
    output: Vec<u8>,
    errors: Vec<u8>,
}

/// Kills a process group when it goes out of scope: also when whoever waits for the code is cancelled.
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

/// Lets a program run to its end, or ends it.
async fn run(mut child: Child, timeout: Duration, max_output: usize) -> Ran {
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    let mut group = Group(pid);
    let (mut stdout, mut stderr) = (child.stdout.take(), child.stderr.take());
    let mut deadline = Box::pin(tokio::time::sleep(timeout));
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let mut exited: Option<ExitStatus> = None;
    let mut out_chunk = [0; 4_096];
    let mut err_chunk = [0; 4_096];
    let end = loop {
        if let Some(status) = exited.filter(|_| stdout.is_none() && stderr.is_none()) {
            break End::Exited(status);
        }
        tokio::select! {
            read = read_some(&mut stdout, &mut out_chunk) => match read {
                Some(bytes) if bytes.len() > max_output.saturating_sub(output.len()) => break End::TooMuch,
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
                Err(error) => break End::Lost(one_line(&format!("the program was lost: {error}"), 200)),
            },
            () = &mut deadline => break exited.map_or(End::TimedOut, End::Exited),
        }
    };
    group.kill();
    if exited.is_none() {
        // Reaps it, so that no zombie is left; it was killed and ends at once.
        let _ = child.wait().await;
    }
    Ran { end, output, errors }
}

/// The next bytes; `None` at the end; never ready when there is nothing to read from.
async fn read_some<'a, R: AsyncRead + Unpin>(from: &mut Option<R>, chunk: &'a mut [u8]) -> Option<&'a [u8]> {
    let Some(reader) = from else { return std::future::pending().await };
    match reader.read(chunk).await {
        Ok(0) | Err(_) => None,
        Ok(count) => chunk.get(..count),
    }
}
