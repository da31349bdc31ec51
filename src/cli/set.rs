//! `set`: corrects the profile of one dealership, and prints what was and what is.

use std::sync::Arc;

use crate::client::{EngineClient, ask};
use crate::domain::owner::about_new_owner;
use crate::domain::text::{clean, or_nothing};
use crate::domain::{Command, DealershipId, Event, Onboarding, ProfileChange, ProfileEdit, ProfileField, Untrusted};
use crate::present::Tone;
use crate::present::json::{ChangeDocument, DealershipName, SCHEMA};
use crate::protocol::Request;
use clap::Args;

use super::app::App;
use super::args::Json;
use super::error::CliError;
use super::report::named;
use super::select::{all, one};
use crate::wiring::Need;

documents! {
    CorrectedDocument<'a> of (state: &'a Onboarding, changes: Vec<ProfileChange>) {
        changes: Vec<ChangeDocument> =
            changes.into_iter().map(|one| ChangeDocument::of((one.field.as_str(), one.from, one.to))).collect(),
        dealership: DealershipName<'a> = DealershipName::of(state),
        schema: u32 = SCHEMA,
    }
}

#[derive(Debug, Args)]
pub struct Set {
    /// Which dealership
    pub dealership: String,
    /// The rooftop's name
    #[arg(long)]
    pub name: Option<String>,
    /// The contact's mail address
    #[arg(long)]
    pub email: Option<String>,
    /// The contact's number
    #[arg(long)]
    pub phone: Option<String>,
    /// The contact's name
    #[arg(long, value_name = "NAME")]
    pub contact: Option<String>,
    /// Its time zone: America/Chicago, Central, CT, …
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
    /// The dealer group
    #[arg(long)]
    pub group: Option<String>,
    /// The make it sells
    #[arg(long)]
    pub brand: Option<String>,
    /// Where it is
    #[arg(long)]
    pub city: Option<String>,
    /// Its state or province
    #[arg(long)]
    pub state: Option<String>,
    /// Which of us looks after it; empty: nobody
    #[arg(long)]
    pub owner: Option<String>,
    #[command(flatten)]
    pub json: Json,
}

/// What shall read otherwise, each as its option says it.
fn edits(args: &Set) -> Result<Vec<ProfileEdit>, CliError> {
    let given = [
        ("--name", ProfileField::Name, &args.name),
        ("--contact", ProfileField::Contact, &args.contact),
        ("--email", ProfileField::Email, &args.email),
        ("--phone", ProfileField::Phone, &args.phone),
        ("--timezone", ProfileField::Timezone, &args.timezone),
        ("--group", ProfileField::Group, &args.group),
        ("--brand", ProfileField::Brand, &args.brand),
        ("--city", ProfileField::City, &args.city),
        ("--state", ProfileField::State, &args.state),
        ("--owner", ProfileField::Owner, &args.owner),
    ];
    let edit = |(option, field, text): (&str, ProfileField, &Option<String>)| {
        let text = text.as_deref()?.trim().to_owned();
        let checked = field.check(&text).map_err(|reason| CliError::usage(format!("{option}: {reason}")));
        Some(checked.map(|()| ProfileEdit { field, text }))
    };
    let edits = given.into_iter().filter_map(edit).collect::<Result<Vec<_>, _>>()?;
    if edits.is_empty() {
        return Err(CliError::usage("what shall be corrected? Give at least one of --name, --contact, --email, …"));
    }
    Ok(edits)
}

/// Says of an owner whom no other dealership has that the name may be mistyped.
pub(super) async fn tell_new_owner(
    app: &App,
    client: &dyn EngineClient,
    id: DealershipId,
    owner: &str,
) -> Result<(), CliError> {
    let states = all(app, client).await?;
    let others = states.iter().filter(|state| state.id != id);
    let known = others.filter_map(|state| state.profile.owner.as_ref()).map(Untrusted::raw);
    if let Some(words) = about_new_owner(owner, known) {
        app.out.warn(format!("`{}`: {}", clean(owner), clean(&words)));
    }
    Ok(())
}

pub(super) async fn run(app: &App, args: &Set) -> Result<(), CliError> {
    let edits = edits(args)?;
    let client = app.client(Need::default()).await?;
    let before = one(app, &*client, &args.dealership).await?;
    let owner = edits.iter().find(|edit| edit.field == ProfileField::Owner).map(|edit| edit.text.clone());
    if let Some(owner) = owner.filter(|owner| before.profile.text_of(ProfileField::Owner) != owner) {
        tell_new_owner(app, &*client, before.id, &owner).await?;
    }
    let correction = Request::Execute(vec![(before.id, Command::Correct { edits })]);
    ask::<Vec<Arc<Event>>>(&*client, correction, &app.actor()).await?;
    let after = client.read_model().get(before.id).unwrap_or_else(|| before.clone());
    let changes = before.profile.changes(&after.profile);
    if let Some(words) = after.profile.new_zone_contradiction(&before.profile, app.clock.now()) {
        app.out.warn(words);
    }
    if args.json.json {
        return app.out.document(&CorrectedDocument::of(&after, changes));
    }
    if changes.is_empty() {
        return app.out.line(format!(
            "{} {}: nothing to change",
            app.out.paint(Tone::Faint, "already so"),
            named(&after)
        ));
    }
    app.out.line(format!("{} {}", app.out.paint(Tone::Good, "corrected"), named(&after)))?;
    for change in changes {
        app.out.line(format!(
            "  {}: {} → {}",
            change.field.as_str(),
            or_nothing(change.from.raw()),
            or_nothing(change.to.raw())
        ))?;
    }
    Ok(())
}
