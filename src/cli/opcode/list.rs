//! `opcode list`: what Xtime shows us of a dealership, asked now.

use serde_json::{Value, json};

use crate::domain::text::clean;
use crate::domain::text::fit;
use crate::domain::{OpcodeState, Outcome, Service, opcode::find, rfc3339};
use crate::present::Tone;
use crate::present::json::{DealershipName, SCHEMA};

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
}

pub(in crate::cli) async fn run(app: &App, dealership: &str, json: bool) -> Result<(), CliError> {
    let (state, checked) = probe_one(app, dealership).await?;
    let result = &checked.result;
    let services = result.services.as_deref().unwrap_or_default();
    let chosen = state.opcode_code(&app.config.policy.default_opcode);
    let finding = find(chosen, services);
    let connected = result.outcome == Outcome::Connected;
    let marks: Vec<Mark> = services.iter().map(|service| Mark::of(chosen, finding.state, service)).collect();
    if json {
        let list: Vec<Value> = services
            .iter()
            .zip(&marks)
            .map(|(service, mark)| {
                let near = if let Mark::Near(words) = mark { Some(words) } else { None };
                json!({
                    "opcode": service.opcode.raw(),
                    "name": service.name.raw(),
                    "chosen": matches!(mark, Mark::Chosen),
                    "near_miss": near,
                })
            })
            .collect();
        app.out.document(&json!({
            "schema": SCHEMA,
            "dealership": DealershipName::of(&state),
            "outcome": result.outcome.to_string(),
            "reason": result.reason,
            "choice": chosen,
            "option": state.opcode.as_deref().map(|chosen| chosen.choice.option.as_str()),
            "state": (if connected { finding.state } else { state.opcode_state }).as_str(),
            "findings": if connected { &finding.words } else { &state.opcode_findings },
            "visible_before_since": state.opcode_was_visible.map(|was| rfc3339(was.from)),
            "opcodes": list,
        }))?;
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
    let wide = services.iter().map(|service| service.opcode.plain().chars().count()).max().unwrap_or(0).min(40);
    for (service, mark) in services.iter().zip(marks) {
        let (sign, words) = match mark {
            Mark::Chosen => (app.out.paint(Tone::Good, "*"), String::new()),
            Mark::Near(words) => {
                (app.out.paint(Tone::Warn, "~"), app.out.paint(Tone::Warn, &format!("  {}", clean(words))))
            }
            Mark::Other => (" ".to_owned(), String::new()),
        };
        app.out.line(format!("{sign} {}  {}{words}", fit(&service.opcode.plain(), wide), service.name.plain()))?;
    }
    Ok(())
}
