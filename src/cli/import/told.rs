//! What an import says, in words and as a document.

use std::borrow::Cow;

use super::args::Import;
use crate::cli::app::App;
use crate::cli::error::CliError;
use crate::domain::list::{Assigned, Columns, ListField, Origin};
use crate::domain::text::{clean, or_nothing};
use crate::domain::{ProfileChange, ProfileField, ProfileUpdate, Untrusted};
use crate::present::Tone;
use crate::present::json::{ChangeDocument, SCHEMA};

use super::advice::{Advice, SOME_ZONE, lacking, shell_word};
use super::options::ImportOptions;
use super::plan::{ImportCounts, ImportPlan, Refused, TwinHint};
use super::problem::RowProblem;
use super::reading::{ImportedList, some_of};
use super::remarks::RemarkDocument;

/// From how many refused rows on their reasons are counted too.
const MANY_REFUSED: usize = 5;

/// How many twins are told one by one.
const MOST_TWINS: usize = 20;

/// What there is to tell.
pub(super) struct ImportReport<'a> {
    pub(super) from: &'a str,
    pub(super) args: &'a Import,
    pub(super) options: &'a ImportOptions,
    pub(super) list: &'a ImportedList,
    pub(super) plan: &'a ImportPlan,
    pub(super) would: bool,
}

impl ImportReport<'_> {
    /// For people: what was read as what, every refused row, every change, and the counts.
    pub(super) fn humanize(&self, app: &App) -> Result<(), CliError> {
        let (from, plan) = (self.from, self.plan);
        self.about_columns().into_iter().for_each(|words| app.out.note(format!("{from}: {words}")));
        self.list.remarks.lines(from).into_iter().for_each(|remark| app.out.note(remark));
        for Refused { line, dealer_code, problems, .. } in &plan.refused {
            let code = if dealer_code.is_empty() { String::new() } else { format!(" ({dealer_code})") };
            let reasons: Vec<String> =
                problems.iter().map(|problem| format!("{}: {}", problem.field, problem.reason)).collect();
            app.out.note(format!("{from}:{line}{code}: {}", reasons.join("; ")));
        }
        if plan.refused.len() > MANY_REFUSED {
            self.reasons().iter().for_each(|reason| app.out.note(reason.humanize()));
        }
        for update in &plan.updates {
            app.out.line(format!("{} ({})", update.name.plain(), update.dealer_code.plain()))?;
            for (field, from, to) in fields(update) {
                app.out.line(format!("  {field}: {} → {}", or_nothing(from.raw()), or_nothing(to.raw())))?;
            }
        }
        self.about_twins(app)?;
        let refused = format!("{} refused", plan.refused.len());
        let refused = if plan.refused.is_empty() { refused } else { app.out.paint(Tone::Warn, &refused) };
        app.out.line(format!("{}, {refused}", self.counts()))?;
        let advice = self.advice();
        if !advice.is_empty() {
            app.out.note(format!("this may do better:\n  {}", advice.command(self.args, self.options)));
        }
        Ok(())
    }

    /// How many are new, changed and as they were.
    fn counts(&self) -> String {
        let would = if self.would { "would be " } else { "" };
        let ImportCounts { added, updated, unchanged } = self.plan.counts;
        format!("{would}{added} added, {updated} updated, {unchanged} unchanged")
    }

    /// What comes of it in a few lines: the counts, and why rows are refused.
    pub(super) fn summary(&self) -> Vec<String> {
        let counts = format!("{}, {} refused", self.counts(), self.plan.refused.len());
        let held = self.plan.held.as_ref().map(|held| format!("held until --yes: {held}"));
        let reasons = self.reasons().into_iter().take(MANY_REFUSED).map(|reason| reason.humanize());
        let zone = self.advice().set.first().map(|(field, value)| format!("for the whole list: --set {field}={value}"));
        [counts].into_iter().chain(held).chain(reasons).chain(zone).collect()
    }

    /// Which of the new ones may be one that is there already. Nothing is merged by itself.
    fn about_twins(&self, app: &App) -> Result<(), CliError> {
        for hint in self.plan.twins.iter().take(MOST_TWINS) {
            app.out.line(format!("{}:{}: {}", self.from, hint.line, app.out.paint(Tone::Warn, &hint.words)))?;
        }
        let more = self.plan.twins.len().saturating_sub(MOST_TWINS);
        if more > 0 {
            app.out.line(format!("{more} more may be the same as another: `list is:twin` shows them"))?;
        }
        Ok(())
    }

    fn about_columns(&self) -> Vec<String> {
        let columns = &self.list.columns;
        let name = |place: &usize| columns.shown(*place);
        let names = |assigned: &Assigned| assigned.columns.iter().map(name).collect::<Vec<_>>().join(" and ");
        let guessed: Vec<String> = columns
            .assigned
            .iter()
            .filter(|assigned| assigned.origin == Origin::Guessed && assigned.columns.len() == 1)
            .map(|assigned| format!("{} is {}", names(assigned), assigned.field.as_str()))
            .collect();
        let mut all = Vec::new();
        if !guessed.is_empty() {
            all.push(format!("columns: {}", guessed.join(", ")));
        }
        for several in columns.assigned.iter().filter(|a| a.columns.len() > 1 && a.origin != Origin::Offered) {
            let field = several.field.as_str();
            all.push(format!("columns {} are all {field}: the first that is filled counts", names(several)));
        }
        let unused: Vec<String> = columns.unused().map(|place| name(&place)).collect();
        if !unused.is_empty() {
            all.push(format!("columns that no field wants: {}", unused.join(", ")));
        }
        all.extend(self.about_owners());
        all
    }

    fn about_owners(&self) -> Option<String> {
        let owner = ListField::Profile(ProfileField::Owner);
        let offer = self.list.columns.offers().find(|offer| offer.field == owner)?;
        let column = self.list.columns.name_of(*offer.columns.first()?);
        let names = &self.plan.unknown_owners;
        let pair = shell_word(&format!("{column}={}", owner.as_str()));
        (!names.is_empty()).then(|| {
            format!("owner: nobody at this desk is called {}: left out; --map {pair} takes it", some_of(names))
        })
    }

    /// What to type to have fewer rows refused.
    fn advice(&self) -> Advice {
        if self.plan.refused.is_empty() {
            return Advice::default();
        }
        let columns = &self.list.columns;
        let mut advice = Advice::of_fields(columns, &lacking(columns, self.options, &self.plan.refused));
        let zone = ProfileField::Timezone.as_str();
        let no_zone =
            self.plan.refused.iter().flat_map(|refused| &refused.problems).any(|problem| problem.field == zone);
        let column = columns.of(ListField::Profile(ProfileField::Timezone)).is_some();
        if no_zone && !column && !advice.set.iter().any(|(field, _)| *field == zone) {
            advice.set.push((zone, SOME_ZONE));
        }
        advice
    }

    /// The reasons of all refused rows, the most frequent first.
    fn reasons(&self) -> Vec<ReasonCount<'_>> {
        let mut all: Vec<ReasonCount<'_>> = Vec::new();
        let mut places: std::collections::HashMap<(&str, &str), usize> = std::collections::HashMap::new();
        for refused in &self.plan.refused {
            for problem in &refused.problems {
                let (field, reason) = (problem.field, kind(&problem.reason));
                let place = *places.entry((field, reason)).or_insert_with(|| {
                    all.push(ReasonCount { field, reason, rows: 0, lines: Vec::new() });
                    all.len() - 1
                });
                if let Some(known) = all.get_mut(place) {
                    known.rows += 1;
                    if known.lines.len() < MANY_REFUSED {
                        known.lines.push(refused.line);
                    }
                }
            }
        }
        all.sort_by_key(|reason| std::cmp::Reverse(reason.rows));
        all
    }

    fn rows(&self) -> usize {
        let ImportCounts { added, updated, unchanged } = self.plan.counts;
        added + updated + unchanged + self.plan.people + self.plan.repeated + self.plan.refused.len()
    }
}

documents! {
    pub(super) ImportDocument<'a> of (report: &'a ImportReport<'_>)
    where ImportReport { from, args, options, list, plan, would } = *report;
    {
        added: usize = plan.counts.added,
        alike: &'a [TwinHint] = &plan.twins,
        columns: Vec<ColumnDocument<'a>> =
            list.columns.assigned.iter().map(|assigned| ColumnDocument::of(&list.columns, assigned)).collect(),
        command: Option<String> = Some(report.advice()).filter(|advice| !advice.is_empty())
            .map(|advice| advice.command(args, options)),
        dry_run: bool = args.dry_run,
        file: &'a str = from,
        further_contacts: usize = plan.people,
        heading_line: Option<u64> = list.heading_line,
        held: Option<&'a str> = plan.held.as_deref(),
        ignored_columns: Vec<Cow<'a, str>> = list.columns.unused().map(|place| heading(&list.columns, place)).collect(),
        reasons: Vec<ReasonCount<'a>> = report.reasons(),
        recorded: bool = !would,
        refused: Vec<RefusedDocument<'a>> = plan.refused.iter().map(RefusedDocument::of).collect(),
        remarks: Vec<RemarkDocument> = list.remarks.documents(),
        rows: usize = report.rows(),
        schema: u32 = SCHEMA,
        unchanged: usize = plan.counts.unchanged,
        unknown_owners: Vec<Cow<'a, str>> = plan.unknown_owners.iter().map(|owner| clean(owner)).collect(),
        updated: usize = plan.counts.updated,
        updates: Vec<UpdateDocument<'a>> = plan.updates.iter().map(UpdateDocument::of).collect(),
    }

    /// Which columns a field is read from.
    ColumnDocument<'a> of (columns: &'a Columns, assigned: &'a Assigned) {
        columns: Vec<Cow<'a, str>> = assigned.columns.iter().map(|place| heading(columns, *place)).collect(),
        field: &'static str = assigned.field.as_str(),
        numbers: Vec<usize> = assigned.columns.iter().map(|place| place + 1).collect(),
        origin: &'static str = assigned.origin.as_str(),
    }

    UpdateDocument<'a> of (update: &'a ProfileUpdate) {
        changes: Vec<ChangeDocument> = fields(update).map(ChangeDocument::of).collect(),
        dealer_code: &'a Untrusted = &update.dealer_code,
    }

    RefusedDocument<'a> of (refused: &'a Refused) where first = refused.problems.first(); {
        dealer_code: Option<&'a str> = Some(&*refused.dealer_code).filter(|code| !code.is_empty()),
        field: Option<&'static str> = first.map(|problem| problem.field),
        line: u64 = refused.line,
        reason: Option<&'a str> = first.map(|problem| &*problem.reason),
        reasons: &'a [RowProblem] = &refused.problems,
        row: u64 = refused.row,
    }
}

fn heading(columns: &Columns, place: usize) -> Cow<'_, str> {
    clean(columns.headings.get(place).map_or("", String::as_str))
}

/// A reason and how many rows have it.
#[derive(serde::Serialize)]
struct ReasonCount<'a> {
    field: &'a str,
    lines: Vec<u64>,
    reason: &'a str,
    rows: usize,
}

impl ReasonCount<'_> {
    fn humanize(&self) -> String {
        let rows = if self.rows == 1 { "row" } else { "rows" };
        format!("{} {rows}: {}: {}", self.rows, self.field, self.reason)
    }
}

/// A reason without the value that it begins with, so that rows with different values have the same.
fn kind(reason: &str) -> &str {
    let value = reason.strip_prefix('`').and_then(|rest| rest.split_once('`'));
    value.map_or(reason, |(_, rest)| rest.trim_start_matches([':', ' ']))
}

/// Every field that an update changes: its name, what it read, what it reads.
fn fields(update: &ProfileUpdate) -> impl Iterator<Item = (&'static str, Untrusted, Untrusted)> {
    let change = |change: &ProfileChange| (change.field.as_str(), change.from.clone(), change.to.clone());
    let nothing = || Untrusted::from("");
    let contacts = update.contacts.iter().map(move |contact| ("further_contact", nothing(), contact.humanize().into()));
    let opcode = update.opcode.clone().map(|code| (ListField::Opcode.as_str(), Untrusted::from(""), code));
    update.changes.iter().map(change).chain(contacts).chain(opcode)
}
