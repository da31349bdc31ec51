//! `call` and `told`: what was said by phone.

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use crate::domain::{Call, CallOutcome, Command, Onboarding, OpcodeChoice, OpcodeOption, Timestamp, Untrusted};
use crate::wiring::Need;

use super::app::App;
use super::args::Json;
use super::error::CliError;
use super::record::send;
use super::select::one;

impl ValueEnum for CallOutcome {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()).help(self.message()))
    }
}

#[derive(Debug, Args)]
pub struct LogCall {
    /// Which dealership
    pub dealership: String,
    /// What came of it. `done` starts the second clock, `opcode-told` records the opcode
    #[arg(long, value_name = "OUTCOME", value_enum)]
    pub outcome: CallOutcome,
    /// When the call was (default: now)
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// With `done`: when the dealer finished (default: at the time of the call)
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub finished: Option<String>,
    /// When to call back: a time, or a length like 2h
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub callback: Option<String>,
    /// Who was spoken to
    #[arg(long, value_name = "NAME")]
    pub with: Option<String>,
    /// What else was said
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// The opcode that was told, exactly as it is at the dealership
    #[arg(long, value_name = "CODE", allow_hyphen_values = true, required_if_eq("outcome", "opcode-told"))]
    pub opcode: Option<String>,
    /// The opcode was made for the partner's appointments
    #[arg(long, requires = "opcode")]
    pub new: bool,
    /// With `done`: do not acknowledge it by a letter
    #[arg(long)]
    pub no_email: bool,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Args)]
pub struct Told {
    /// Which dealership
    pub dealership: String,
    /// To whom
    #[arg(long, value_name = "NAME")]
    pub to: Option<String>,
    /// When (default: now)
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    #[command(flatten)]
    pub json: Json,
}

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
