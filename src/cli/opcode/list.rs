//! `opcode list`: what Xtime shows us of a dealership, asked now.

use crate::domain::text::{clean, fit, width};
use crate::domain::{OpcodeState, Outcome, Service, opcode::find};
use crate::present::Tone;
use crate::present::json::{OpcodeRowDocument, OpcodesDocument};

use super::super::app::App;
use super::super::check::probe_one;
use super::super::error::CliError;
use super::super::report::named;

/// What a row is to the choice.
enum Mark {
    /// It is what was chosen.
    Chosen,
    /// It may be what was meant; in which words.
    Near(String),
    Other,
}

impl Mark {
    fn of(chosen: &str, found: OpcodeState, service: &Service) -> Self {
        if service.opcode.raw() == chosen {
            return Self::Chosen;
        }
        // Beside the chosen one nothing is a slip.
        if found != OpcodeState::NearMiss {
            return Self::Other;
        }
        let alone = find(chosen, std::slice::from_ref(service));
        match alone.words.into_iter().next() {
            Some(words) if alone.state == OpcodeState::NearMiss => Self::Near(words),
            _ => Self::Other,
        }
    }

    fn document<'a>(&'a self, service: &'a Service) -> OpcodeRowDocument<'a> {
        let near = if let Self::Near(words) = self { Some(words.as_str()) } else { None };
        OpcodeRowDocument::of(service, matches!(self, Self::Chosen), near)
    }
}

pub(in crate::cli) async fn run(app: &App, dealership: &str, json: bool) -> Result<(), CliError> {
    let (state, checked) = probe_one(app, dealership).await?;
    let result = &checked.result;
    let services = result.services.as_deref().unwrap_or_default();
    let chosen = state.opcode_code(&app.config.policy.default_opcode);
    let finding = find(chosen, services);
    let marks: Vec<Mark> = services.iter().map(|service| Mark::of(chosen, finding.state, service)).collect();
    if json {
        let opcodes = services.iter().zip(&marks).map(|(service, mark)| mark.document(service)).collect();
        app.out.document(&OpcodesDocument::of(&state, chosen, result, &finding, opcodes))?;
    } else {
        rows(app, services, &marks)?;
    }
    match result.outcome {
        Outcome::Connected => {
            let words = finding.words.iter().map(|words| clean(words).into_owned()).collect::<Vec<_>>().join("; ");
            app.out.note(format!("{}: opcode `{}`: {words}", named(&state), clean(chosen)));
            if let Some(gone) = super::words::gone(&state, app.clock.now()) {
                app.out.note(format!("  {gone}"));
            }
            Ok(())
        }
        outcome => Err(CliError::Failed(format!("{outcome}: {}", clean(&result.reason)))),
    }
}

fn rows(app: &App, services: &[Service], marks: &[Mark]) -> Result<(), CliError> {
    let wide = services.iter().map(|service| width(&service.opcode.plain())).max().unwrap_or(0).min(40);
    for (service, mark) in services.iter().zip(marks) {
        let (sign, tone, words) = match mark {
            Mark::Chosen => ("*", Tone::Good, String::new()),
            Mark::Near(words) => ("~", Tone::Warn, format!("  {}", clean(words))),
            Mark::Other => (" ", Tone::Plain, String::new()),
        };
        let label = format!("{} {}  ", app.out.paint(tone, sign), fit(&service.opcode.plain(), wide));
        app.out.entry(&label, wide + 4, &[(&service.name.plain(), Tone::Plain), (&words, tone)])?;
    }
    Ok(())
}
