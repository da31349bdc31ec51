//! `doctor`: everything that must be right before the desk works, looked at one by one.

mod hooks;
mod store;
mod team;
mod zones;

use std::io::IsTerminal;
use std::sync::Arc;

use chrono::TimeDelta;

use crate::clock::{Clock, WallClock};
use crate::config::{self, Config, StoreUrl, paths};
use crate::domain::text::clean;
use crate::domain::text::shown_path;
use crate::domain::{ClockDoubt, CodeOrigin, Severity, Timestamp};
use crate::present::Tone;
use crate::present::json::SCHEMA;
use crate::protocol::ReadModel;
use crate::tui::keymap;
use crate::wiring;

use super::app::overrides;
use super::args::{Globals, Json};
use super::error::CliError;
use super::output::{Out, humanize_term, is_dumb};
use super::store_access::StoreClient;
use super::zone::{choose_zone_rules, operators_zone};
use crate::domain::text::fit;

struct Finding {
    name: String,
    severity: Severity,
    detail: String,
}

const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Good => "ok",
        Severity::Doubtful => "warning",
        Severity::Bad => "problem",
    }
}

documents! {
    DoctorDocument<'a> of (found: &'a [Finding]) {
        findings: Vec<FindingDocument<'a>> = found.iter().map(FindingDocument::of).collect(),
        schema: u32 = SCHEMA,
    }

    FindingDocument<'a> of (finding: &'a Finding) {
        detail: &'a str = &finding.detail,
        name: &'a str = &finding.name,
        state: &'static str = word(finding.severity),
    }
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn note(&mut self, name: impl Into<String>, severity: Severity, detail: impl AsRef<str>) {
        self.0.push(Finding { name: name.into(), severity, detail: in_a_line(detail.as_ref()) });
    }
}

/// Lines as the sentences of one.
fn in_a_line(text: &str) -> String {
    let mut line = String::new();
    for sentence in text.lines() {
        if !line.is_empty() {
            line.push_str(if line.ends_with(['.', ':', ';', ',', '!', '?']) { " " } else { ". " });
        }
        line.push_str(&clean(sentence));
    }
    line
}

/// Runs the command. Exit 1 when something is a problem.
pub(super) async fn run(globals: &Globals, accept_loss: bool, json: Json) -> Result<(), CliError> {
    let out = Out::new(globals.color);
    let mut found = Findings::default();
    terminal(&mut found);
    match config::load(&overrides(globals)) {
        Ok((config, warnings)) => {
            let place = paths::config_file().as_deref().map(shown_path).unwrap_or_default();
            let file = config.file.as_deref().map_or_else(|| format!("no file {place}; the defaults hold"), shown_path);
            found.note("settings", Severity::Good, file);
            for warning in warnings {
                found.note("settings", Severity::Doubtful, warning.to_string());
            }
            keys(&mut found);
            let database = choose_zone_rules(&config);
            match &config.store {
                StoreUrl::Embedded(dir) => {
                    if accept_loss {
                        store::accept_loss(&mut found, dir, globals.read_only).await;
                    }
                    store::inspect(&mut found, dir);
                    store::owner(&mut found, dir, &config).await;
                }
                StoreUrl::Postgres(url) => {
                    if accept_loss {
                        found.note(
                            "loss",
                            Severity::Bad,
                            "nothing was given up: --accept-loss is for the journal in a directory",
                        );
                    }
                    team::inspect(&mut found, &config, url).await;
                }
            }
            certificates(&mut found);
            codes(&mut found, &config);
            mail(&mut found, &config).await;
            // Whatever is wrong with the store is told already.
            let client = StoreClient::open(&config, Arc::new(WallClock::real())).await.ok();
            hooks::inspect(&mut found, &config, client.as_ref()).await;
            let skew = platform(&mut found, &config).await;
            let read_model = client.as_ref().map(StoreClient::read_model);
            zones::inspect(&mut found, &database, read_model);
            clock(&mut found, &config, read_model.and_then(ReadModel::newest_event), skew);
        }
        Err(error) => {
            for mistake in error.0 {
                found.note("settings", Severity::Bad, mistake.to_string());
            }
        }
    }
    print(&out, &found, json.json)?;
    out.flush()?;
    if found.0.iter().any(|finding| finding.severity == Severity::Bad) { Err(CliError::Told(1)) } else { Ok(()) }
}

fn print(out: &Out, found: &Findings, json: bool) -> Result<(), CliError> {
    if json {
        return out.document(&DoctorDocument::of(&found.0));
    }
    for finding in &found.0 {
        let tone = match finding.severity {
            Severity::Good => Tone::Good,
            Severity::Doubtful => Tone::Warn,
            Severity::Bad => Tone::Bad,
        };
        let word = out.paint(tone, &fit(word(finding.severity), 7));
        out.entry(&format!("{word}  {}  ", fit(&finding.name, 12)), 23, &[(&finding.detail, Tone::Plain)])?;
    }
    Ok(())
}

fn terminal(found: &mut Findings) {
    if !std::io::stdout().is_terminal() {
        found.note("terminal", Severity::Good, "stdout is no terminal; the dashboard needs one");
        return;
    }
    let term = std::env::var("TERM").unwrap_or_default();
    match crossterm::terminal::size() {
        Ok((columns, rows)) if !is_dumb(Some(&term)) => {
            let health = if columns >= 40 && rows >= 10 { Severity::Good } else { Severity::Bad };
            found.note("terminal", health, format!("{term}, {columns}x{rows} (40x10 is the least)"));
        }
        Ok(_) => {
            let term = humanize_term(Some(&term));
            found.note("terminal", Severity::Bad, format!("no dashboard can be drawn on it: TERM is {term}"));
        }
        Err(error) => found.note("terminal", Severity::Bad, format!("{term}: its size is not known: {error}")),
    }
    let colors = match (std::env::var("COLORTERM").as_deref(), std::env::var_os("NO_COLOR")) {
        (_, Some(value)) if !value.is_empty() => "none, as NO_COLOR asks".to_owned(),
        (Ok("truecolor" | "24bit"), _) => "all".to_owned(),
        _ if term.contains("256color") => "256".to_owned(),
        _ => "8 or 16".to_owned(),
    };
    found.note("colours", Severity::Good, colors);
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let utf8 = locale.as_deref().is_some_and(|locale| locale.to_lowercase().replace('-', "").contains("utf8"));
    let detail = locale.unwrap_or_else(|| "no locale is set".to_owned());
    found.note("text", if utf8 { Severity::Good } else { Severity::Doubtful }, format!("{detail}; glyphs need UTF-8"));
}

fn keys(found: &mut Findings) {
    let Some(path) = paths::keymap_file() else { return };
    let Ok(text) = std::fs::read_to_string(&path) else {
        found.note("keys", Severity::Good, "the default keymap");
        return;
    };
    let problems = keymap::check(&text, &shown_path(&path));
    if problems.is_empty() {
        found.note("keys", Severity::Good, shown_path(&path));
    }
    for problem in problems {
        let health = if problem.warning { Severity::Doubtful } else { Severity::Bad };
        found.note("keys", health, problem.to_string());
    }
}

fn certificates(found: &mut Findings) {
    let named = crate::tls::named_targets();
    let (health, so) = match named.any_there {
        true => (Severity::Doubtful, "what it names is not used"),
        false => (Severity::Bad, "no certificate of the system counts either"),
    };
    for missing in named.missing {
        found.note("certificates", health, format!("{missing}: {so}"));
    }
}

/// Our clock against the platform's, or against what is recorded.
fn clock(found: &mut Findings, config: &Config, newest: Option<Timestamp>, skew: Option<TimeDelta>) {
    if newest.is_none() && skew.is_none() {
        return;
    }
    let now = WallClock::real().now();
    match ClockDoubt::find(now, newest, skew, &config.policy) {
        Some(doubt) => found.note("own clock", Severity::Bad, doubt.to_string()),
        None => {
            let agrees = if skew.is_some() { "; Xtime's agrees" } else { "" };
            let words = format!("it is {}{agrees}", operators_zone().line(now));
            found.note("own clock", Severity::Good, words);
        }
    }
}

fn codes(found: &mut Findings, config: &Config) {
    match wiring::code_source(config, Arc::new(WallClock::real())) {
        Ok(_) => {
            let words = match config.invitations.source {
                CodeOrigin::Paste => "by paste, from the partner's own screen",
                CodeOrigin::Http => "from an HTTP interface",
                CodeOrigin::Command => "from a program",
            };
            found.note("codes", Severity::Good, words);
        }
        Err(error) => found.note("codes", Severity::Bad, error.to_string()),
    }
}

/// As far as a letter would go, without one.
async fn mail(found: &mut Findings, config: &Config) {
    let checked = match wiring::outbox(config, Arc::new(WallClock::real())) {
        Ok(Some(post)) => {
            if let Some(reports) = post.reports.filter(|reports| !reports.join("new").is_dir()) {
                let words = format!("{} is no maildir: no delivery report is read ([mail] bounces)", reports.display());
                found.note("reports", Severity::Bad, words);
            }
            post.transport.check().await
        }
        Ok(None) => {
            let words = "no letter is ever sent; codes are handed over by hand ([mail] transport is none)";
            found.note("mail", Severity::Doubtful, words);
            return;
        }
        Err(error) => Err(error.to_string()),
    };
    match checked {
        Ok(words) => found.note("mail", Severity::Good, words),
        Err(words) => found.note("mail", Severity::Bad, words),
    }
}

/// The platform as it answers, and its clock minus ours.
async fn platform(found: &mut Findings, config: &Config) -> Option<TimeDelta> {
    match wiring::platform(config, Arc::new(WallClock::real())) {
        Ok(None) => {
            let missing = config.xtime.missing().join(", ");
            found.note(
                "platform",
                Severity::Doubtful,
                format!("probing is off until these are set in [xtime]: {missing}"),
            );
            None
        }
        Ok(Some(platform)) => {
            let (findings, skew) = platform.diagnose().await;
            for finding in findings {
                let health = if finding.ok { Severity::Good } else { Severity::Bad };
                found.note(finding.name, health, finding.detail);
            }
            skew
        }
        Err(error) => {
            found.note("platform", Severity::Bad, error.to_string());
            None
        }
    }
}
