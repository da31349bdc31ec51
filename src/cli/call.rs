//! `call` and `told`: what was said by phone.

use crate::domain::{Call, CallOutcome, Command, Onboarding, OpcodeChoice, OpcodeOption, Timestamp, Untrusted};
use crate::wiring::Need;

use super::app::App;
use super::args::{LogCall, Told};
use super::error::CliError;
use super::record::send;
use super::select::one;

pub(super) async fn log(app: &App, args: &LogCall) -> Result<(), CliError> {
    if args.opcode.is_some() && args.outcome != CallOutcome::OpcodeTold {
        return Err(CliError::usage("--opcode goes with --outcome opcode-told"));
    }
    if args.finished.is_some() && args.outcome != CallOutcome::Done {
        return Err(CliError::usage("--finished goes with --outcome done"));
    }
    let client = app.client(Need { mail: !args.no_email, ..Need::default() }).await?;
    let state = vec![one(app, &*client, &args.dealership).await?];
    send(app, &*client, state, args.json.json, |state| {
        let call = Call {
            outcome: args.outcome,
            at: moment(app, args.at.as_deref(), state)?,
            call_back_at: args.callback.as_deref().map(|text| app.ahead(text, state.profile.timezone)).transpose()?,
            with: args.with.as_deref().map(Untrusted::from),
            note: args.note.as_deref().map(Untrusted::from),
            finished_at: args.finished.as_deref().map(|text| app.moment(text, state.profile.timezone)).transpose()?,
            opcode: args.opcode.as_deref().map(|code| opcode_told(app, code, args.new, state)),
        };
        Ok(Command::LogCall { call, mail: !args.no_email })
    })
    .await
}

pub(super) async fn told(app: &App, args: &Told) -> Result<(), CliError> {
    let client = app.client(Need::default()).await?;
    let state = vec![one(app, &*client, &args.dealership).await?];
    send(app, &*client, state, args.json.json, |state| {
        let at = moment(app, args.at.as_deref(), state)?;
        Ok(Command::TellCode { seen: state.generation(), to: args.to.as_deref().map(Untrusted::from), at })
    })
    .await
}

fn opcode_told(app: &App, code: &str, new: bool, state: &Onboarding) -> OpcodeChoice {
    let stands = state.opcode.as_deref().map(|chosen| &chosen.choice);
    match new {
        true => OpcodeChoice { code: code.into(), option: OpcodeOption::New },
        false => OpcodeChoice::named(code, stands, &app.config.policy.new_opcode),
    }
}

/// When it was, in the dealership's zone unless it names its own; now where nothing is said.
fn moment(app: &App, text: Option<&str>, state: &Onboarding) -> Result<Timestamp, CliError> {
    text.map_or_else(|| Ok(app.clock.now()), |text| app.moment(text, state.profile.timezone))
}
