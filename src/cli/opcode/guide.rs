//! `opcode guide`: the dealership's steps as a checklist, or as a text for the dealer.

use crate::domain::text::clean;
use crate::domain::{Guide, GuideStep, Observed, Onboarding, OpcodeState, Outcome, Timestamp, guide};
use crate::present::Tone;
use crate::present::json::GuideDocument;
use crate::present::opcode::{observed_mark, slot_causes};

use super::super::app::App;
use super::super::check::probe_one;
use super::super::error::CliError;
use super::super::report::named;
use super::super::select::one;
use super::args;
use super::words;

pub(in crate::cli) async fn run(app: &App, args: &args::GuideArgs) -> Result<(), CliError> {
    let policy = app.config.policy.clone();
    let (state, checked) = if args.check {
        let (state, checked) = probe_one(app, &args.dealership).await?;
        (state, Some(checked))
    } else {
        // From the journal alone, also beside whoever owns the store.
        let reading = app.read().await?;
        (one(app, &*reading, &args.dealership).await?, None)
    };
    let guide = guide(&state, &policy, &app.config.partner);
    let now = app.clock.now();
    if args.letter {
        for line in guide.letter().lines() {
            app.out.line(clean(line))?;
        }
    } else if args.json.json {
        let probe = checked.as_ref().map(|checked| &checked.result);
        app.out.document(&GuideDocument::of(&state, &guide, &policy, probe, now))?;
    } else {
        page(app, &state, &guide, now)?;
    }
    match checked.map(|checked| checked.result) {
        Some(result) if matches!(result.outcome, Outcome::OurCredentials | Outcome::Unknown) => {
            app.out.warn(format!("this is what was known before; now: {} ({})", result.outcome, clean(&result.reason)));
            Err(CliError::Told(1))
        }
        _ => Ok(()),
    }
}

fn page(app: &App, state: &Onboarding, guide: &Guide, now: Timestamp) -> Result<(), CliError> {
    let out = &app.out;
    out.line(out.paint(Tone::Strong, &named(state)))?;
    out.line(format!("opcode `{}`: {}", guide.code.plain(), words::choice(state, now)))?;
    if let Some(gone) = words::gone(state, now) {
        out.line(out.paint(Tone::Warn, &gone))?;
    }
    for line in missing(state, guide) {
        out.line(out.paint(Tone::Warn, &line))?;
    }
    if guide.open() == 0 && state.lacks().is_none() {
        out.line(out.paint(Tone::Good, "nothing is missing"))?;
    }
    out.line("")?;
    for (number, step) in (1..).zip(&guide.steps) {
        let (sign, tone) = observed_mark(step.observed);
        out.line(format!("{} {number}. {}", out.paint(tone, sign), clean(&step.title)))?;
        let why = if step.why.is_empty() { String::new() } else { format!(": {}", clean(&step.why)) };
        out.line(out.paint(Tone::Faint, &format!("       {}{why}", step.observed.message())))?;
    }
    Ok(())
}

/// What is still missing, what stands in the way most first.
fn missing(state: &Onboarding, guide: &Guide) -> Vec<String> {
    let of =
        |observed| (1..).zip(&guide.steps).filter(move |(_, step): &(usize, &GuideStep)| step.observed == observed);
    let mut lines: Vec<String> = of(Observed::NotVisible)
        .map(|(number, step)| format!("missing: step {number}, {}", clean(&step.why)))
        .collect();
    let unseen: Vec<String> = of(Observed::CannotBeObserved).map(|(number, _)| number.to_string()).collect();
    if !unseen.is_empty() {
        let steps = if unseen.len() == 1 { "step" } else { "steps" };
        lines.push(format!("cannot be observed: {steps} {}", unseen.join(", ")));
    }
    // Beyond the steps: with the opcode visible, only slots can be lacking.
    if state.opcode_state == OpcodeState::Ok
        && let Some(lacks) = state.lacks()
    {
        lines.push(format!("missing: {lacks}"));
        if state.slots.as_ref().is_some_and(|slots| slots.count == 0) {
            lines.extend(slot_causes().map(|cause| format!("  {cause}")));
        }
    }
    lines
}
