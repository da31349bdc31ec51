//! Codes from a program of the partner: the code on the first line of its output, optionally the expiry on the second.

use std::time::Duration;

use async_trait::async_trait;
use tokio::process::Command;

use super::parse::{read_code, read_moment};
use super::template::{EscapeContext, RequestTemplates, Values};
use crate::child::{ChildEnd, ChildOutput, grouped, run};
use crate::domain::CodeOrigin;
use crate::domain::text::one_line;
use crate::xtime::redact::Redactor;
use crate::xtime::{CodeSource, ObtainedCode, SetupError, SourceError, SourceRequest};

/// The exit code of a temporary failure (`EX_TEMPFAIL`).
const TRY_AGAIN: i32 = 75;

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
        let mut command = grouped(program, &self.settings.environment);
        for (at, source) in run {
            let argument = self.templates.fill(&field(at), EscapeContext::Plain, &values)?;
            // A value must never become an option of the program.
            if argument.starts_with('-') && !source.starts_with('-') {
                return Err(format!("argument {at} would begin with a dash, and be taken for an option"));
            }
            command.arg(argument);
        }
        command
            .env("CLOVERWATCH_INTENT", &values.intent)
            .env("CLOVERWATCH_DEALER_CODE", &values.dealer_code)
            .env("CLOVERWATCH_DEALERSHIP", &values.dealership)
            .env("CLOVERWATCH_NAME", &values.name);
        Ok(command)
    }

    /// The last line that it wrote to its error output, without the code that it may have printed.
    fn last_words(&self, ran: &ChildOutput) -> String {
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
        let ran = run(child, None, self.settings.timeout, self.settings.max_output).await;
        match ran.end {
            ChildEnd::Exited(status) if status.success() => read(&ran.output),
            ChildEnd::Exited(status) => {
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
            ChildEnd::TooMuch => {
                let most = self.settings.max_output;
                Err(SourceError::Unusable(format!("the program printed more than {most} bytes; it was killed")))
            }
            ChildEnd::TimedOut => {
                Err(unclear(format!("the program did not end within {:?}; it was killed", self.settings.timeout)))
            }
            ChildEnd::Lost(why) => Err(unclear(one_line(&format!("the program was lost: {why}"), 200))),
        }
    }
}
