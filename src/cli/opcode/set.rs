//! `opcode set`: the choice of one dealership or of many, and on whose word it is.

use std::sync::Arc;

use crate::domain::text::clean;
use crate::domain::{Command, Named, Onboarding, OpcodeOption, Untrusted};

use super::super::app::{App, Need};
use super::super::args::SetOpcode;
use super::super::error::CliError;
use super::super::record::{ask_above_many, choose, send};
use super::super::select::DeskView;

pub(in crate::cli) async fn run(app: &App, args: &SetOpcode) -> Result<(), CliError> {
    let engine = app.engine(Need::default()).await?;
    let mut code = None;
    let states = choose(app, &engine, |desk| {
        let (states, found) = meant(args, desk)?;
        code = found;
        Ok(states)
    })?;
    if let Some(problem) = code.as_deref().filter(|code| !code.trim().is_empty()).and_then(super::problem) {
        return Err(CliError::usage(format!("the opcode {problem}")));
    }
    let option = match (args.existing, args.new) {
        (true, _) => Some(OpcodeOption::Existing),
        (_, true) => Some(OpcodeOption::New),
        _ => None,
    };
    let Some(choice) = super::choice(&app.config, code.as_deref(), option) else {
        return Err(CliError::usage(
            "which opcode? write it behind the dealership, or take the one of the settings with --existing or --new",
        ));
    };
    let option = choice.option.as_str();
    let what = format!("record opcode `{}` ({option}) for {} dealerships", choice.code.plain(), states.len());
    ask_above_many(app, states.len(), &what, args.yes).await?;
    let word = args.word.as_deref().map(str::trim).filter(|word| !word.is_empty()).map(Untrusted::from);
    send(app, &engine, states, args.json.json, |_| {
        Ok(Command::ChooseOpcode { choice: choice.clone(), word: word.clone() })
    })
    .await
}

/// Which dealerships, and which code, if one was written.
fn meant(args: &SetOpcode, desk: &DeskView<'_>) -> Result<(Vec<Arc<Onboarding>>, Option<String>), CliError> {
    let query = args.query.as_deref();
    let usual = args.existing || args.new;
    let (names, code) = match (args.names.as_slice(), query, &args.code) {
        (names, None, Some(code)) => (names, Some(code)),
        ([], Some(_), Some(code)) => (&[][..], Some(code)),
        ([], Some(_), None) => (&[][..], None),
        ([code], Some(_), None) => (&[][..], Some(code)),
        ([], None, None) => (&[][..], None),
        ([one], None, None) if usual => (std::slice::from_ref(one), None),
        ([_], None, None) => {
            return Err(CliError::usage(
                "the opcode is missing: `opcode set DEALERSHIP CODE`, or --existing or --new for the one of the settings",
            ));
        }
        ([names @ .., code], None, None) => (names, Some(code)),
        (_, Some(_), _) => return Err(CliError::usage("name dealerships or give --query, not both")),
    };
    // The last word is the code; somebody who lists dealerships and forgets it must not record one of them as an opcode.
    if let (None, Some(code)) = (&args.code, code)
        && desk.full_names().find(code) != Named::Nobody
    {
        let code = clean(code);
        return Err(CliError::usage(format!(
            "`{code}` is a dealership, and the opcode comes last: `opcode set DEALERSHIP… CODE`, or give it with --code CODE"
        )));
    }
    Ok((desk.targets(names, query)?, code.cloned()))
}
