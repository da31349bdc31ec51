//! What an import says, in words and as a document.

use serde_json::{Value, json};

use super::args::Import;
use crate::cli::app::App;
use crate::cli::error::CliError;
use crate::domain::list::{Assigned, Columns, ListField, Origin};
use crate::domain::text::{clean, or_nothing};
use crate::domain::{ProfileChange, ProfileField, ProfileUpdate, Untrusted};
use crate::present::Tone;
use crate::present::json::SCHEMA;

use super::advice::{Advice, SOME_ZONE, lacking, shell_word};
use super::options::ImportOptions;
use super::plan::{ImportCounts, ImportPlan, Refused};
use super::reading::{ImportedList, some_of};

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

    pub(super) fn document(&self) -> Value {
        let ImportCounts { added, updated, unchanged } = self.plan.counts;
        let ImportPlan { updates, refused, held, people, repeated, unknown_owners, .. } = self.plan;
        let columns = &self.list.columns;
        let advice = self.advice();
        json!({
            "schema": SCHEMA,
            "file": self.from,
            "dry_run": self.args.dry_run,
            "recorded": !self.would,
            "heading_line": self.list.heading_line,
            "columns": columns.assigned.iter().map(|assigned| column(columns, assigned)).collect::<Vec<_>>(),
            "rows": added + updated + unchanged + people + repeated + refused.len(),
            "added": added,
            "updated": updated,
            "unchanged": unchanged,
            "further_contacts": people,
            "updates": updates.iter().map(update).collect::<Vec<_>>(),
            "held": held.as_ref().map(ToString::to_string),
            "refused": refused.iter().map(one_refused).collect::<Vec<_>>(),
            "reasons": self.reasons(),
            "alike": self.plan.twins,
            "unknown_owners": unknown_owners.iter().map(|owner| clean(owner)).collect::<Vec<_>>(),
            "ignored_columns": columns.unused().map(|place| clean(&columns.headings[place]).into_owned()).collect::<Vec<_>>(),
            "remarks": self.list.remarks.json(),
            "command": (!advice.is_empty()).then(|| advice.command(self.args, self.options)),
        })
    }
}

/// A reason and how many rows have it.
#[derive(serde::Serialize)]
struct ReasonCount<'a> {
    field: &'a str,
    reason: &'a str,
    rows: usize,
    lines: Vec<u64>,
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

fn column(columns: &Columns, assigned: &Assigned) -> Value {
    let names: Vec<_> = assigned
        .columns
        .iter()
        .map(|place| clean(columns.headings.get(*place).map_or("", String::as_str)).into_owned())
        .collect();
    let numbers: Vec<usize> = assigned.columns.iter().map(|place| place + 1).collect();
    json!({ "field": assigned.field.as_str(), "columns": names, "numbers": numbers, "origin": assigned.origin.as_str() })
}

/// Every field that an update changes: its name, what it read, what it reads.
fn fields(update: &ProfileUpdate) -> impl Iterator<Item = (&'static str, Untrusted, Untrusted)> {
    let change = |change: &ProfileChange| (change.field.as_str(), change.from.clone(), change.to.clone());
    let nothing = || Untrusted::from("");
    let contacts = update.contacts.iter().map(move |contact| ("further_contact", nothing(), contact.humanize().into()));
    let opcode = update.opcode.clone().map(|code| (ListField::Opcode.as_str(), Untrusted::from(""), code));
    update.changes.iter().map(change).chain(contacts).chain(opcode)
}

fn update(update: &ProfileUpdate) -> Value {
    let change = |(field, from, to): (&str, Untrusted, Untrusted)| json!({ "field": field, "from": from, "to": to });
    let changes: Vec<Value> = fields(update).map(change).collect();
    json!({ "dealer_code": update.dealer_code, "changes": changes })
}

fn one_refused(refused: &Refused) -> Value {
    let Refused { line, row, dealer_code, problems } = refused;
    let first = problems.first();
    json!({
        "line": line,
        "row": row,
        "dealer_code": (!dealer_code.is_empty()).then_some(dealer_code),
        "field": first.map(|problem| problem.field),
        "reason": first.map(|problem| &problem.reason),
        "reasons": problems,
    })
}
