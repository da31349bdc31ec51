//! `opcode set`: the choice of one dealership or of many, and on whose word it is.

use std::sync::Arc;

use crate::client::EngineClient;
use crate::domain::text::clean;
use crate::domain::{Command, FullNames, Named, Onboarding, OpcodeOption, Untrusted};

use super::super::app::App;
use super::super::error::CliError;
use super::super::record::{ask_above_many, send};
use super::super::select::{all, chosen};
use super::args::SetOpcode;
use crate::wiring::Need;

pub(in crate::cli) async fn run(app: &App, args: &SetOpcode) -> Result<(), CliError> {
    let client = app.client(Need::default()).await?;
    let (states, code) = meant(app, args, &*client).await?;
    if let Some(problem) = code.filter(|code| !code.trim().is_empty()).and_then(super::problem) {
        return Err(CliError::usage(format!("the opcode {problem}")));
    }
    let option = match (args.existing, args.new) {
        (true, _) => Some(OpcodeOption::Existing),
        (_, true) => Some(OpcodeOption::New),
        _ => None,
    };
    let Some(choice) = super::choice(&app.config, code, option) else {
        return Err(CliError::usage(
            "which opcode? write it behind the dealership, or take the one of the settings with --existing or --new",
        ));
    };
    let option = choice.option.as_str();
    let what = format!("record opcode `{}` ({option}) for {} dealerships", choice.code.plain(), states.len());
    ask_above_many(app, states.len(), &what, args.yes).await?;
    let word = args.word.as_deref().map(str::trim).filter(|word| !word.is_empty()).map(Untrusted::from);
    send(app, &*client, states, args.json.json, |_| {
        Ok(Command::ChooseOpcode { choice: choice.clone(), word: word.clone() })
    })
    .await
}

/// Which dealerships, and which code, if one was written.
async fn meant<'a>(
    app: &App,
    args: &'a SetOpcode,
    client: &dyn EngineClient,
) -> Result<(Vec<Arc<Onboarding>>, Option<&'a str>), CliError> {
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
        && FullNames::of(all(app, client).await?.iter().map(|state| &**state)).find(code) != Named::Nobody
    {
        let code = clean(code);
        return Err(CliError::usage(format!(
            "`{code}` is a dealership, and the opcode comes last: `opcode set DEALERSHIP… CODE`, or give it with --code CODE"
        )));
    }
    Ok((chosen(app, client, names, query).await?, code.map(String::as_str)))
}
