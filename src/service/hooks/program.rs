//! A hook that is a program: no shell, a cleaned environment, the JSON on its standard input, ended after its time with
//! all that it started.

use std::process::Stdio;
use std::time::Duration;

use secrecy::SecretString;

use super::hook_call::{CallFailure, EventValues, HookCall};
use crate::child::{ChildEnd, ChildOutput, grouped, run};
use crate::domain::text::{first_few, one_line};
use crate::xtime::Redactor;

/// What may stand in braces in an argument.
pub const PLACEHOLDERS: [&str; 5] = ["name", "kind", "dealer_code", "seq", "id"];

/// How many lines of what it says go to the log.
const LINES_LOGGED: usize = 5;

/// The longest that is filled in for a group.
const LONGEST_VALUE: usize = 500;

/// How many values of a group are named.
const VALUES_NAMED: usize = 10;

/// What it prints is nobody's: more than this ends it.
const MOST_OUTPUT: usize = 1 << 20;

#[derive(Debug)]
pub struct ProgramTarget {
    run: Vec<String>,
    environment: Vec<String>,
    timeout: Duration,
    redactor: Redactor,
}

impl ProgramTarget {
    pub fn new(run: Vec<String>, environment: Vec<String>, timeout: Duration) -> Self {
        // What it was given it may print.
        let given = environment.iter().filter_map(|name| std::env::var(name).ok()).map(SecretString::from);
        Self { redactor: Redactor::new(given), run, environment, timeout }
    }

    pub(super) async fn call(&self, call: &HookCall) -> Result<(), CallFailure> {
        let mut arguments = self.run.iter().map(|argument| fill(argument, call));
        let Some(program) = arguments.next() else { return Err(CallFailure::new("there is no program")) };
        let mut command = grouped(&program, &self.environment);
        command.args(arguments).env("CLOVERWATCH_HOOK_ID", &call.id).stdin(Stdio::piped());
        let child = command.spawn();
        let child = child.map_err(|error| CallFailure::new(format!("it could not be started: {error}")))?;
        let mut body = call.body.clone().into_bytes();
        body.push(b'\n');
        let ran = run(child, Some(body), self.timeout, MOST_OUTPUT).await;
        let said = self.said(&ran);
        for line in &said {
            tracing::info!(program = one_line(&program, 100), "hook: {line}");
        }
        let why = match ran.end {
            ChildEnd::Exited(status) if status.success() => return Ok(()),
            ChildEnd::Exited(status) => match status.code() {
                Some(code) => format!("it ended with exit code {code}"),
                None => "it was killed".to_owned(),
            },
            ChildEnd::TimedOut => format!("it did not end within {:?}; it was killed", self.timeout),
            ChildEnd::TooMuch => format!("it printed more than {MOST_OUTPUT} bytes; it was killed"),
            ChildEnd::Lost(error) => format!("it was lost: {error}"),
        };
        let last = said.last().map_or_else(String::new, |line| format!(": {line}"));
        Err(CallFailure::new(one_line(&(why + &last), 200)))
    }

    /// The last lines of its error output.
    fn said(&self, ran: &ChildOutput) -> Vec<String> {
        let errors = String::from_utf8_lossy(&ran.errors);
        let lines: Vec<&str> = errors.lines().filter(|line| !line.trim().is_empty()).collect();
        let skipped = lines.len().saturating_sub(LINES_LOGGED);
        lines.into_iter().skip(skipped).map(|line| self.redactor.line(line)).collect()
    }
}

/// An argument with its values. A value never becomes an option of the program, and is not filled in itself.
fn fill(argument: &str, call: &HookCall) -> String {
    let (mut filled, mut rest) = (String::new(), argument);
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let known = after.split_once('}').filter(|(word, _)| PLACEHOLDERS.contains(word));
        rest = match known {
            Some((word, behind)) => {
                filled.push_str(&value(word, call));
                behind
            }
            None => {
                filled.push('{');
                after
            }
        };
    }
    filled.push_str(rest);
    if argument.starts_with('-') { filled } else { filled.trim_start_matches('-').to_owned() }
}

/// Of several events: what differs, with commas.
fn value(placeholder: &str, call: &HookCall) -> String {
    if placeholder == "id" {
        return call.id.clone();
    }
    let of = |event: &EventValues| match placeholder {
        "name" => event.name.clone(),
        "kind" => event.kind.to_owned(),
        "dealer_code" => event.dealer_code.clone(),
        _ => event.seq.to_string(),
    };
    let mut values: Vec<String> = Vec::new();
    for value in call.values.iter().map(of) {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    match values.as_slice() {
        [one] => one.replace('\0', ""),
        several => one_line(&first_few(several, VALUES_NAMED), LONGEST_VALUE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    fn call(names: &[&str]) -> HookCall {
        let values = names.iter().zip(1..).map(|(name, seq)| EventValues {
            name: (*name).to_owned(),
            kind: "note.added",
            dealer_code: format!("xts{seq}"),
            seq,
        });
        let values = values.collect();
        HookCall { id: "msg_a_1".to_owned(), body: String::new(), values, at: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn a_value_stays_a_value_and_of_several_each_is_named_once() {
        let one = call(&["--output=/etc/passwd {kind}"]);
        assert_eq!(fill("{name}", &one), "output=/etc/passwd {kind}");
        assert_eq!(fill("--title={name}", &one), "--title=--output=/etc/passwd {kind}");
        assert_eq!(
            fill("{kind} at {dealer_code} ({seq}, {id}) {other}", &one),
            "note.added at xts1 (1, msg_a_1) {other}"
        );
        let two = call(&["Ford of Boise", "Ford of Reno"]);
        assert_eq!(fill("{kind}: {name}", &two), "note.added: Ford of Boise, Ford of Reno");
    }
}
