//! `mail bounce`: a delivery report from a file or a pipe. What is none ends well, so that a mail server does not return it to its writer.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use crate::client::{EngineClient, ask};
use crate::domain::text::clean;
use crate::domain::{LONGEST_REPORT, LetterId, Onboarding, ReportAction, refuses_address, same_address};
use crate::present::json::{DealershipName, SCHEMA};
use crate::protocol::{Request, RequestError, Returns, TakenReport};

use super::super::app::App;
use super::super::error::CliError;
use super::super::report::named;
use crate::wiring::Need;

documents! {
    DeliveryReportDocument<'a> of (is_report: bool, returned: Vec<ReturnedDocument<'a>>) {
        report: bool = is_report,
        returned: Vec<ReturnedDocument<'a>> = returned,
        schema: u32 = SCHEMA,
    }

    ReturnedDocument<'a> of (one: &'a Returns, dealerships: &'a [Arc<Onboarding>]) {
        address: &'a str = one.address.raw(),
        dealerships: Vec<DealershipName<'a>> = dealerships.iter().map(|state| DealershipName::of(state)).collect(),
        delayed: bool = one.returned.action == ReportAction::Delayed,
        letter: Option<LetterId> = one.letter,
        reason: &'a str = &one.returned.reason,
        recorded: bool = !one.recorded.is_empty(),
        status: &'a str = &one.returned.status,
    }
}

pub(super) async fn run(app: &App, file: Option<&Path>, json: bool) -> Result<(), CliError> {
    let file = file.filter(|file| *file != Path::new("-")).map(Path::to_owned);
    let shown = file.as_deref().map_or_else(|| "stdin".to_owned(), crate::domain::text::shown_path);
    let read = tokio::task::spawn_blocking(move || {
        let mut bytes = Vec::new();
        match file {
            Some(file) => std::fs::File::open(file)?.take(LONGEST_REPORT as u64).read_to_end(&mut bytes),
            None => std::io::stdin().lock().take(LONGEST_REPORT as u64).read_to_end(&mut bytes),
        }?;
        std::io::Result::Ok(bytes)
    });
    let bytes = read.await.map_err(|error| CliError::Failed(error.to_string()))?;
    let bytes = bytes.map_err(|error| CliError::usage(format!("cannot read {shown}: {error}")))?;
    let client = app.client(Need { states: true, ..Need::default() }).await?;
    let report = match ask::<TakenReport>(&*client, Request::TakeReport(bytes), &app.actor()).await {
        Ok(report) => report,
        // A mail server that pipes it here must not send it back to whoever wrote it.
        Err(RequestError::Report(why)) => {
            app.out.note(format!("{why}: left alone"));
            return if json { document(app, &*client, None) } else { Ok(()) };
        }
        Err(error) => return Err(error.into()),
    };
    if json {
        document(app, &*client, Some(&report))?;
    }
    for one in &report.returns {
        let words = message(one);
        for id in one.dealerships.iter().filter(|_| !json) {
            let Some(state) = client.read_model().get(*id) else { continue };
            app.out.line(format!("{}: {words}{}", named(&state), besides(one, &state)))?;
        }
        if one.dealerships.is_empty() {
            let whose = if one.of_copy { "" } else { ": about no letter in this store" };
            app.out.warn(format!("{words}{whose}"));
        }
    }
    if report.returns.is_empty() {
        app.out.note("the report tells of no failure");
    }
    Ok(())
}

/// Whose address it is, when it is not the letter's, and whether that was news.
fn besides(one: &Returns, state: &Onboarding) -> String {
    let letter = one.letter.and_then(|letter| state.letter(letter));
    let elsewhere = |to| !one.address.is_empty() && !same_address(to, &one.address);
    match letter {
        _ if one.of_copy => ", which gets a copy by [mail] bcc; that says nothing of the letter".to_owned(),
        Some(letter) if !one.recorded.contains(&state.id) => format!("; nothing new: the letter is {}", letter.state),
        None if !one.recorded.contains(&state.id) => "; nothing new".to_owned(),
        Some(letter) if elsewhere(&letter.to) => ", to which somebody sent it on".to_owned(),
        _ => String::new(),
    }
}

/// What became of a letter at one address.
fn message(one: &Returns) -> String {
    let (address, returned) = (one.address.plain(), &one.returned);
    let (status, reason) = (clean(&returned.status), clean(&returned.reason));
    match returned.action {
        ReportAction::Delayed if one.address.is_empty() => {
            format!("the letter is held up on its way, {status} ({reason})")
        }
        ReportAction::Failed if one.address.is_empty() => reason.into_owned(),
        _ if one.of_copy => format!("the copy to {address} did not arrive, {status} ({reason})"),
        ReportAction::Delayed => format!("the letter to {address} is held up on its way, {status} ({reason})"),
        ReportAction::Failed if refuses_address(&returned.status) => format!("{address} refused, {status} ({reason})"),
        ReportAction::Failed => format!("the letter came back from {address}, {status} ({reason})"),
    }
}

fn document(app: &App, client: &dyn EngineClient, report: Option<&TakenReport>) -> Result<(), CliError> {
    let returns: &[Returns] = report.map_or(&[], |report| &report.returns);
    let whose = |one: &Returns| one.dealerships.iter().filter_map(|id| client.read_model().get(*id)).collect();
    let whose: Vec<Vec<Arc<Onboarding>>> = returns.iter().map(whose).collect();
    let returned = returns.iter().zip(&whose).map(|(one, whose)| ReturnedDocument::of(one, whose)).collect();
    app.out.document(&DeliveryReportDocument::of(report.is_some(), returned))
}
