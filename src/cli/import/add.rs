//! `add`: one dealership, by hand.

use std::borrow::Cow;

use super::args::Add;
use crate::cli::app::App;
use crate::cli::error::CliError;
use crate::cli::report::named;
use crate::cli::select::one;
use crate::cli::twins::{alike_documents, alike_hint};
use crate::client::ask;
use crate::domain::list::{Assigned, Columns, ListEntry, ListField, Origin};
use crate::domain::{OpcodeOption, ProfileField, Refusal};
use crate::present::Tone;
use crate::present::column::DealershipView;
use crate::present::json::DealershipDocument;
use crate::protocol::{AlikeDealership, Imported, Incoming, Request};
use crate::wiring::Need;

use super::chosen;
use super::options::ImportOptions;
use super::plan::settled_profile;
use super::problem::RowProblem;
use super::remarks::Remarks;
use super::row::RowLayout;
use super::source::SourceRow;

/// `add`: read as a list of one row is.
pub(in crate::cli) async fn add(app: &App, args: &Add) -> Result<(), CliError> {
    let (columns, row) = as_list(args);
    let options = ImportOptions { now: app.clock.now(), ..ImportOptions::default() };
    let mut remarks = Remarks::default();
    let mut read = RowLayout { columns: &columns, options: &options }.read(&row, &mut remarks);
    read.entry.settle_contact([], None);
    match settled_profile(&mut read, None, &options) {
        Ok((_, said)) => said.into_iter().for_each(|words| remarks.of_row(row.line, words)),
        Err(problems) => {
            let all: Vec<String> =
                problems.iter().map(|RowProblem { field, reason }| format!("{field}: {reason}")).collect();
            return Err(CliError::usage(all.join("; ")));
        }
    }
    remarks.messages().for_each(|remark| app.out.note(remark));
    let opcode = chosen(&app.config, &read.opcode);
    let ListEntry { profile, further_contacts, .. } = read.entry;
    let incoming = Incoming { profile, further_contacts, opcode, word: read.opcode.word };
    let client = app.client(Need::default()).await?;
    let request = Request::Add(vec![incoming]);
    let mut answers: Vec<Result<Imported, Refusal>> = ask(&*client, request, &app.actor()).await?;
    let (Imported::Added(id) | Imported::Updated(id) | Imported::Unchanged(id)) =
        answers.pop().ok_or_else(|| CliError::Failed("no answer".to_owned()))??;
    let added = one(app, &*client, &id.to_string()).await;
    let state = added.map_err(|error| CliError::Failed(format!("it was added as {id}, but: {error}")))?;
    // It may be one that is archived. Without the hint it was added all the same.
    let request = Request::Alike { dealerships: vec![id], archived: true };
    let alike: Result<Vec<Vec<AlikeDealership>>, _> = ask(&*client, request, &app.actor()).await;
    let alike = alike.unwrap_or_default().concat();
    if args.json.json {
        let view = DealershipView::of(&state, None, app.clock.now(), &client.info().policy, app.zone);
        let document = DealershipDocument::of(&view, false).with_alike(alike_documents(&alike));
        return app.out.document(&document.with_schema());
    }
    app.out.line(format!("{} {}: added as {id}", app.out.paint(Tone::Good, "done"), named(&state)))?;
    alike.iter().try_for_each(|other| app.out.line(format!("  {}", alike_hint(app, other))))
}

/// What was typed, as the only row of a list whose columns have the names of the fields.
fn as_list(args: &Add) -> (Columns, SourceRow<'_>) {
    let option = if args.new_opcode { OpcodeOption::New.as_str() } else { "" };
    let profile = [
        (ProfileField::Name, args.name.as_str()),
        (ProfileField::DealerCode, &args.dealer_code),
        (ProfileField::Group, &args.group),
        (ProfileField::Brand, &args.brand),
        (ProfileField::City, &args.city),
        (ProfileField::State, &args.state),
        (ProfileField::Timezone, &args.timezone),
        (ProfileField::Contact, &args.contact),
        (ProfileField::Email, &args.email),
        (ProfileField::Phone, &args.phone),
        (ProfileField::Owner, &args.owner),
    ];
    let opcode = [
        (ListField::Opcode, args.opcode.as_deref().unwrap_or_default()),
        (ListField::OpcodeOption, option),
        (ListField::OpcodeWord, &args.opcode_word),
    ];
    let (mut columns, mut cells) = (Columns::default(), Vec::new());
    for (field, text) in profile.into_iter().map(|(field, text)| (ListField::Profile(field), text)).chain(opcode) {
        columns.assigned.push(Assigned { field, columns: vec![cells.len()], origin: Origin::Named });
        columns.headings.push(field.as_str().to_owned());
        cells.push(Some(Cow::Borrowed(text)));
    }
    let row = SourceRow { line: 1, place: 1, cells, not_text: Vec::new(), fault: None, swallowed: None };
    (columns, row)
}
