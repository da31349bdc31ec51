//! `check`: looks at the platform, now.

use std::sync::Arc;

use chrono::TimeDelta;
use futures::StreamExt;
use indicatif::ProgressBar;
use serde_json::{Value, json};

use crate::client::{EngineClient, SharedClient, ask, ask_each, clock_doubt};
use crate::domain::Severity;
use crate::domain::opcode::find;
use crate::domain::text::clean;
use crate::domain::{ClockDoubt, Onboarding, Outcome, Policy, ProbeResult, Timestamp, humanize, rfc3339};
use crate::present::Tone;
use crate::present::event::summary;
use crate::present::json::SlotsSeenDocument;
use crate::present::opcode::{SLOT_CAUSES, slot_causes, slots_seen};
use crate::present::time::Zone;
use crate::protocol::{Checked, Notification, PlatformState, Request};

use super::app::App;
use super::args::Targets;
use super::error::CliError;
use super::opcode::words;
use super::output::progress;
use super::report::{self, CommandReport};
use super::select::{chosen, one};
use crate::wiring::Need;

/// What takes longer is said before.
const WORTH_TELLING: TimeDelta = TimeDelta::seconds(10);

documents! {
    /// What a look found, and how its dealership stands after it.
    CheckedDocument<'a> of (state: &'a Onboarding, checked: &'a Checked, policy: &'a Policy, now: Timestamp) {
        events: Vec<Value> = checked.events.iter().map(|event| event.public(Some(&state.profile.name))).collect(),
        lacks: Option<&'static str> = state.lacks(),
        opcode: CheckedOpcodeDocument<'a> = CheckedOpcodeDocument::of(state, policy),
        probe: CheckedProbeDocument<'a> = CheckedProbeDocument::of(&checked.result),
        slots: Option<Value> = checked.slots.as_ref().map(|slots| match slots {
            Ok(counts) => json!(SlotsSeenDocument::of(counts)),
            Err(why) => json!({ "unknown": why }),
        }),
        stage: &'static str = state.stage(now).as_str(),
    }

    CheckedOpcodeDocument<'a> of (state: &'a Onboarding, policy: &'a Policy) {
        choice: &'a str = state.opcode_code(&policy.default_opcode),
        findings: &'a [String] = &state.opcode_findings,
        state: &'static str = state.opcode_state.as_str(),
        visible_before_since: Option<String> = state.opcode_was_visible.map(|was| rfc3339(was.from)),
    }

    CheckedProbeDocument<'a> of (result: &'a ProbeResult) {
        at: String = rfc3339(result.ended_at),
        outcome: String = result.outcome.to_string(),
        reason: &'a str = &result.reason,
        unrecognised: bool = result.unrecognised,
    }
}

const LOOKING: Need = Need { platform: true, source: false, mail: false, states: false, background: false };

pub(super) async fn run(app: &App, args: &Targets) -> Result<(), CliError> {
    let client = looking(app).await?;
    let states = chosen(app, &*client, &args.dealerships, args.query.as_deref()).await?;
    let all = states.len();
    let bar = match takes_at_least(all, app.config.pace().requests_per_second) {
        Some(words) => {
            app.out.note(words);
            progress("{bar:40} {pos}/{len} looked at  {elapsed}", all as u64)
        }
        None => ProgressBar::hidden(),
    };
    let (actor, request) = (app.actor(), Request::Probe(states.iter().map(|state| state.id).collect()));
    let answers = tokio::select! {
        answers = ask_each::<Box<Checked>>(&*client, request, &actor, |done| bar.set_position(done as u64)) => answers,
        () = tell_waits(app, &*client, &bar, all) => return Ok(()),
    };
    bar.finish_and_clear();
    let mut report = CommandReport::default();
    for (state, answer) in states.into_iter().zip(answers) {
        let outcome = match answer {
            Ok(checked) => {
                let after = client.read_model().get(state.id).unwrap_or_else(|| Arc::clone(&state));
                let document = json!(CheckedDocument::of(&after, &checked, &app.config.policy, app.clock.now()));
                let words = told(app, &after, &checked);
                match checked.result.outcome {
                    Outcome::Connected | Outcome::NotConnected => {
                        report::ItemOutcome::Found(checked.result.severity(&after), words, document)
                    }
                    // It was looked, but nothing is known: a script must not take that for an answer.
                    Outcome::OurCredentials | Outcome::Unknown => report::ItemOutcome::Untold(words, document),
                }
            }
            Err(error) => report::ItemOutcome::of_error(error),
        };
        report.push(state, outcome);
    }
    if let Some(doubt @ ClockDoubt::OffPlatform(_)) = clock_doubt(&*client) {
        app.out.warn(doubt.to_string());
    }
    report.finish(app, args.json.json)
}

/// That so many looks take long, where they do; each is one request, and another where slots are looked for.
fn takes_at_least(looks: usize, per_second: u32) -> Option<String> {
    let seconds = i64::try_from(looks).ok()? / i64::from(per_second.max(1));
    let length = humanize(TimeDelta::try_seconds(seconds).filter(|length| *length > WORTH_TELLING)?);
    let rate = if per_second == 1 { "1 request".to_owned() } else { format!("{per_second} requests") };
    Some(format!("{looks} dealerships are looked at: that takes at least {length} at {rate} a second"))
}

/// Says when the platform has us wait for long, and until when; never ends. `bar` knows how many of all were looked at.
async fn tell_waits(app: &App, client: &dyn EngineClient, bar: &ProgressBar, all: usize) {
    let mut news = client.subscribe();
    let (mut told, mut platform) = (None, client.status().platform);
    loop {
        if platform.is_alarm()
            && let PlatformState::RateLimited { why, until, .. } = platform
            && told.replace(until) != Some(until)
        {
            let progress = format!("{} of {all} looked at", bar.position());
            bar.suspend(|| app.out.note(waits(app.zone, until, &why, &progress)));
        }
        platform = loop {
            match news.next().await {
                Some(Notification::Status(status)) => break status.platform,
                Some(_) => {}
                None => std::future::pending().await,
            }
        };
    }
}

fn waits(zone: Zone, until: Timestamp, why: &str, progress: &str) -> String {
    format!("Xtime asked us to wait until {} ({}); {progress}, it goes on then", zone.line(until), clean(why))
}

/// A client with a platform to ask; says which settings are missing for that.
pub(super) async fn looking(app: &App) -> Result<SharedClient, CliError> {
    let missing = app.config.xtime.missing();
    if !missing.is_empty() {
        return Err(CliError::usage(format!("Xtime is not configured: set {} in [xtime]", missing.join(", "))));
    }
    app.client(LOOKING).await
}

/// Looks at one dealership, and how it stands after that: what was found is recorded.
pub(super) async fn probe_one(app: &App, name: &str) -> Result<(Arc<Onboarding>, Box<Checked>), CliError> {
    let client = looking(app).await?;
    let state = one(app, &*client, name).await?;
    let checked = ask(&*client, Request::Probe(vec![state.id]), &app.actor()).await?;
    Ok((client.read_model().get(state.id).unwrap_or(state), checked))
}

fn told(app: &App, state: &Onboarding, checked: &Checked) -> String {
    let result = &checked.result;
    let mut text = format!("{} ({})", result.outcome, clean(&result.reason));
    let now = app.clock.now();
    if result.outcome == Outcome::Connected {
        let chosen = state.opcode_code(&app.config.policy.default_opcode);
        // What this list says: an empty one says nothing, whatever is known from before.
        let found = find(chosen, result.services.as_deref().unwrap_or_default()).words.join("; ");
        let code = clean(chosen);
        text.push_str(&format!("; opcode `{code}` {}: {}", state.opcode_state.as_str(), clean(&found)));
        if let Some(gone) = words::gone(state, now) {
            text.push_str(&format!("; {gone}"));
        }
    }
    if let Some(slots) = &checked.slots {
        text.push_str(&format!("; {}", slots_seen(slots, state.profile.timezone)));
        if slots.as_ref().is_ok_and(|counts| counts.count == 0) {
            text.push_str(&format!(" in {} days; {SLOT_CAUSES}", app.config.policy.slot_window));
            slot_causes().for_each(|cause| text.push_str(&format!("\n  {cause}")));
        }
    }
    match (state.is_live(), state.lacks()) {
        (true, _) => {
            let (ink, words) = match result.severity(state) {
                Severity::Good => (Tone::Good, "live"),
                Severity::Doubtful | Severity::Bad => (Tone::Warn, "still counted as live"),
            };
            text.push_str(&format!("\n  {}", app.out.paint(ink, words)));
        }
        (false, Some(lacks)) => {
            text.push_str(&format!("\n  {}", app.out.paint(Tone::Warn, &format!("to be live it lacks: {lacks}"))));
        }
        (false, None) => {}
    }
    if let Some(open) = &state.booking {
        text.push_str(&format!("\n  test appointment: {}", words::open_booking(open, state, now)));
    }
    for event in &checked.events {
        let words = summary(event, |at| Zone::from(state.profile.timezone).line(at));
        text.push_str(&format!("\n  recorded: {words}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn until_when_xtime_has_us_wait_is_told_in_the_operators_zone() {
        let until = "2026-10-29T08:00:12Z".parse().unwrap();
        let words = waits(Zone::Named(chrono_tz::America::Chicago.into()), until, "status 429", "3 of 9 looked at");
        let told = "Xtime asked us to wait until 2026-10-29 03:00 CDT (status 429); 3 of 9 looked at, it goes on then";
        assert_eq!(words, told);
    }

    #[test]
    fn what_takes_longer_than_ten_seconds_is_said_before() {
        assert_eq!((takes_at_least(0, 10), takes_at_least(109, 10), takes_at_least(10, 1)), (None, None, None));
        let told = |looks, per_second| takes_at_least(looks, per_second).unwrap();
        assert_eq!(
            told(1_200, 10),
            "1200 dealerships are looked at: that takes at least 2m 00s at 10 requests a second"
        );
        assert!(told(11, 1).ends_with("at least 11s at 1 request a second"));
    }
}
