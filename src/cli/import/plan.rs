//! What a list would do to the dealerships that are known: which are new, which change and how, and which rows are refused.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::domain::list::value::Mended;
use crate::domain::list::{ListEntry, ListField, Repetition, ZoneSources};
use crate::domain::text::clean;
use crate::domain::twins::{Beside, hints};
use crate::domain::{
    DealershipId, Onboarding, OpcodeChoice, Profile, ProfileEdit, ProfileField, ProfileProblem, ProfileUpdate, Refusal,
    Untrusted, why_held,
};
use crate::protocol::Incoming;

use super::opcode_words::OpcodeWords;
use super::options::ImportOptions;
use super::parallel::in_shares;
use super::problem::RowProblem;
use super::reading::ImportedList;
use super::remarks::Remarks;
use super::row::ReadRow;

/// A row that cannot be taken.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::cli) struct Refused {
    /// The line of the file on which it begins, counted from 1.
    pub(in crate::cli) line: u64,
    /// Its place among the rows of the file; a heading counts.
    pub(in crate::cli) row: u64,
    /// Its `dealerCode`, as far as there is one; cleaned.
    pub(in crate::cli) dealer_code: String,
    pub(in crate::cli) problems: Vec<RowProblem>,
}

/// A dealership that can be taken.
#[derive(Debug)]
pub(super) struct PlannedRow {
    /// The profile of a dealership that is not known yet.
    new: Option<Profile>,
    pub(super) line: u64,
    pub(super) row: u64,
    /// The rows of further people there.
    people: Vec<RowPlace>,
    pub(super) incoming: Incoming,
}

/// Where a row stands in its file.
#[derive(Debug, Clone, Copy)]
struct RowPlace {
    line: u64,
    row: u64,
}

/// What becomes of the good rows.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct ImportCounts {
    pub(super) added: usize,
    pub(super) updated: usize,
    pub(super) unchanged: usize,
}

/// What a list would do.
#[derive(Debug, Default)]
pub(super) struct ImportPlan {
    /// What can be taken, in order.
    pub(super) rows: Vec<PlannedRow>,
    pub(super) refused: Vec<Refused>,
    /// What becomes of those that can.
    pub(super) counts: ImportCounts,
    /// What changes at known dealerships.
    pub(super) updates: Vec<ProfileUpdate>,
    /// Why a person has to say yes first.
    pub(super) held: Option<String>,
    /// How many rows are further people of a dealership on an earlier line.
    pub(super) people: usize,
    /// How many rows say what an earlier one says.
    pub(super) repeated: usize,
    /// Who would look after dealerships, and is nobody at this desk.
    pub(super) unknown_owners: Vec<String>,
    /// Which new ones may be one that is there already.
    pub(super) twins: Vec<TwinHint>,
}

/// A new dealership that may be one that is there already.
#[derive(Debug, serde::Serialize)]
pub(super) struct TwinHint {
    dealer_code: String,
    /// The line of the new one.
    pub(super) line: u64,
    other: String,
    reasons: Vec<&'static str>,
    #[serde(skip)]
    pub(super) words: String,
}

/// What is said of the row of a further person.
const FURTHER_PERSON: &str = "another person of the dealership on an earlier line: kept as a further contact";

/// What is said of a row that has only a further contact who is known.
const KNOWN_PERSON: &str = "a further contact of the dealership: the contact stays";

/// The most people of one dealership besides its contact.
const MOST_PEOPLE: usize = 100;

/// Several rows of one dealership: its first, and those of more people.
struct Group {
    first: ReadRow,
    further: Vec<ReadRow>,
}

impl Group {
    /// Settles who the contact is, and whether the dealership can be taken.
    fn settle(&mut self, state: Option<&Onboarding>, options: &ImportOptions) -> RowSettlement {
        if state.is_some_and(|state| state.archived_at.is_some()) {
            return Err(vec![RowProblem::new(ProfileField::DealerCode.as_str(), Refusal::Archived.to_string())]);
        }
        let known = state.map(|state| &state.profile);
        let further = state.map_or(&[][..], |state| &state.further_contacts);
        let is_further = self.first.entry.set_apart_known(known, further);
        self.first.entry.settle_contact(self.further.iter_mut().map(|person| &mut person.entry), known);
        let (new, mut said) = settled_profile(&mut self.first, known, options)?;
        said.extend(is_further.then(|| KNOWN_PERSON.to_owned()));
        Ok((new, said))
    }
}

/// The profile of a dealership that is not known yet, with remarks on the row; else all that is wrong with it.
type RowSettlement = Result<(Option<Profile>, Vec<String>), Vec<RowProblem>>;

/// The desk as it is.
pub(super) struct PlanContext<'a> {
    pub(super) states: &'a [Arc<Onboarding>],
    /// How the list is read.
    pub(super) options: &'a ImportOptions,
    /// The opcode choice of a row, with what the settings add.
    pub(super) choice: &'a dyn Fn(&OpcodeWords) -> Option<OpcodeChoice>,
}

impl PlannedRow {
    /// By what it is known.
    pub(super) fn dealer_code(&self) -> &str {
        self.incoming.profile.text_of(ProfileField::DealerCode)
    }
}

impl ImportPlan {
    /// Plans a list; its rows are used up, and its remarks grow.
    pub(super) fn of(list: &mut ImportedList, desk: &PlanContext<'_>) -> Self {
        let mut plan = Self::default();
        let known: HashMap<&str, &Onboarding> =
            desk.states.iter().map(|state| (state.profile.dealer_code.raw(), state.as_ref())).collect();
        let owners: HashSet<&str> =
            desk.states.iter().filter_map(|state| state.profile.owner.as_ref()).map(Untrusted::raw).collect();
        let groups = plan.grouped(std::mem::take(&mut list.rows), &mut list.remarks);
        let settle = |mut group: Group| {
            let state = known.get(group.first.dealer_code()).copied();
            let settlement = group.settle(state, desk.options);
            (group, state, settlement)
        };
        let settled = in_shares(groups, |groups| groups.into_iter().map(settle).collect::<Vec<_>>());
        for (mut group, state, settlement) in settled.into_iter().flatten() {
            plan.owner(&mut group.first, &owners);
            plan.take(group, settlement, state, desk, &mut list.remarks);
        }
        plan.find_twins(desk.states);
        plan.refused.sort_by_key(|refused| (refused.line, refused.row));
        plan.counts.updated = plan.updates.len();
        plan.held = why_held(&plan.updates);
        plan
    }

    /// Rows of one dealerCode belong together when they are of one rooftop: systems write a row for each person.
    fn grouped(&mut self, rows: Vec<ReadRow>, remarks: &mut Remarks) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::with_capacity(rows.len());
        let mut places: HashMap<String, usize> = HashMap::with_capacity(rows.len());
        for row in rows {
            let code = row.dealer_code();
            let first = places.get(code).copied().filter(|_| !code.is_empty() && !row.is_unreadable());
            let Some(group) = first.and_then(|place| groups.get_mut(place)) else {
                if !code.is_empty() && !row.is_unreadable() {
                    places.insert(code.to_owned(), groups.len());
                }
                groups.push(Group { first: row, further: Vec::new() });
                continue;
            };
            let refuse = |field, reason| vec![RowProblem::new(field, reason)];
            match row.repetition(&group.first) {
                // Which of them is right is not for us to guess, so the first one stands.
                Repetition::Contradicts => {
                    let reason = format!("`{}` stands already on line {}", clean(code), group.first.line);
                    self.refuse(&row, refuse(ProfileField::DealerCode.as_str(), reason));
                }
                Repetition::Repeats => {
                    self.repeated += 1;
                    remarks.of_row(row.line, "the dealership of an earlier line once more: read once".to_owned());
                }
                Repetition::Person if group.further.len() >= MOST_PEOPLE => {
                    let line = group.first.line;
                    let reason = format!("more than {MOST_PEOPLE} further people of the dealership on line {line}");
                    self.refuse(&row, refuse(RowProblem::ROW, reason));
                }
                Repetition::Person => group.further.push(row),
            }
        }
        groups
    }

    /// An owner by a column that may mean the dealership's own counts when somebody here has that name.
    fn owner(&mut self, row: &mut ReadRow, known: &HashSet<&str>) {
        let Some(owner) = row.offered_owner.take() else { return };
        if known.contains(owner.as_str()) {
            row.entry.profile.defaults.push(ProfileEdit { field: ProfileField::Owner, text: owner });
        } else if !self.unknown_owners.contains(&owner) && self.unknown_owners.len() < 100 {
            self.unknown_owners.push(owner);
        }
    }

    fn take(
        &mut self,
        group: Group,
        settlement: RowSettlement,
        state: Option<&Onboarding>,
        desk: &PlanContext<'_>,
        remarks: &mut Remarks,
    ) {
        let Group { first: row, further: people } = group;
        let (new, said) = match settlement {
            Ok(good) => good,
            Err(problems) => {
                self.refuse_people(&people.iter().map(place).collect::<Vec<_>>(), row.dealer_code(), row.line);
                self.refuse(&row, problems);
                return;
            }
        };
        said.into_iter().for_each(|words| remarks.of_row(row.line, words));
        for RowProblem { field, .. } in &row.placeholders {
            remarks.of_row(row.line, format!("{field}: {}", Mended::Placeholder.message()));
        }
        let choice = (desk.choice)(&row.opcode);
        if let Some(state) = state {
            let stays = stays_as_it_is(state, &row, choice.as_ref());
            stays.into_iter().for_each(|words| remarks.of_row(row.line, words));
        }
        let ListEntry { profile, mut further_contacts, .. } = row.entry;
        let mut taken = Vec::new();
        for person in people {
            match person_problems(&person) {
                problems if problems.is_empty() => {
                    remarks.of_row(person.line, FURTHER_PERSON.to_owned());
                    taken.push(place(&person));
                    further_contacts.extend(person.entry.people());
                }
                problems => self.refuse(&person, problems),
            }
        }
        self.people += taken.len();
        match state {
            None => self.counts.added += 1,
            Some(state) => match ProfileUpdate::of(state, &profile, &further_contacts, choice.as_ref()) {
                Some(update) => self.updates.push(update),
                None => self.counts.unchanged += 1,
            },
        }
        let incoming = Incoming { profile, further_contacts, opcode: choice, word: row.opcode.word };
        self.rows.push(PlannedRow { new, line: row.line, row: row.place, people: taken, incoming });
    }

    fn find_twins(&mut self, states: &[Arc<Onboarding>]) {
        let added: Vec<(u64, &Profile)> =
            self.rows.iter().filter_map(|row| Some((row.line, row.new.as_ref()?))).collect();
        let new: Vec<&Profile> = added.iter().map(|(_, profile)| *profile).collect();
        let known = states.iter().map(|state| (state.id, &state.profile));
        let by_id: HashMap<DealershipId, &Profile> = known.clone().collect();
        for (place, twins) in hints(known, &new).into_iter().enumerate() {
            let Some((line, profile)) = added.get(place) else { continue };
            for twin in twins {
                let other = match twin.id {
                    Beside::Known(id) => by_id.get(&id).copied(),
                    // Of two new ones the later tells it.
                    Beside::New(other) => new.get(other).copied().filter(|_| other < place),
                };
                let Some(other) = other else { continue };
                self.twins.push(TwinHint {
                    line: *line,
                    dealer_code: profile.dealer_code.plain().into_owned(),
                    other: other.dealer_code.plain().into_owned(),
                    reasons: twin.reasons.iter().map(|field| field.as_str()).collect(),
                    words: format!("{} ({}) {}", profile.name.plain(), profile.dealer_code.plain(), twin.hint(other)),
                });
            }
        }
    }

    /// Notes a row that cannot be taken.
    fn refuse(&mut self, row: &ReadRow, problems: Vec<RowProblem>) {
        let dealer_code = clean(row.dealer_code()).into_owned();
        self.refused.push(Refused { line: row.line, row: row.place, dealer_code, problems });
    }

    /// Notes the rows of more people of a dealership that is refused.
    fn refuse_people(&mut self, people: &[RowPlace], dealer_code: &str, line: u64) {
        for RowPlace { line: here, row } in people {
            let problems = vec![RowProblem::new(RowProblem::ROW, format!("the dealership on line {line} is refused"))];
            let dealer_code = clean(dealer_code).into_owned();
            self.refused.push(Refused { line: *here, row: *row, dealer_code, problems });
        }
    }

    /// A rule refused what was planned.
    pub(super) fn refuse_planned(&mut self, place: usize, reason: &str) {
        let Some(planned) = self.rows.get(place) else { return };
        let dealer_code = clean(planned.dealer_code()).into_owned();
        let problems = vec![RowProblem::new(ProfileField::DealerCode.as_str(), reason)];
        let (line, row, people) = (planned.line, planned.row, planned.people.clone());
        let is_new = planned.new.is_some();
        self.people -= people.len();
        self.refuse_people(&people, &dealer_code, line);
        self.twins.retain(|twin| twin.line != line && !(is_new && twin.other == dealer_code));
        self.refused.push(Refused { line, row, dealer_code, problems });
    }
}

/// What a row says of a known dealership that is decided at the desk, and so is not taken from a list.
fn stays_as_it_is(state: &Onboarding, row: &ReadRow, choice: Option<&OpcodeChoice>) -> Vec<String> {
    let owner = row.entry.profile.defaults.iter().find(|edit| edit.field == ProfileField::Owner);
    let owner = owner
        .filter(|edit| edit.text != state.profile.text_of(ProfileField::Owner))
        .map(|_| "owner: a known dealership keeps who looks after it: `assign` changes that".to_owned());
    let opcode = state.opcode.as_ref().filter(|chosen| choice.is_some_and(|choice| *choice != chosen.choice));
    let opcode =
        opcode.map(|_| "opcode: a known dealership keeps what was chosen: `opcode set` changes that".to_owned());
    owner.into_iter().chain(opcode).collect()
}

fn place(row: &ReadRow) -> RowPlace {
    RowPlace { line: row.line, row: row.place }
}

/// Whether a row can be taken.
pub(super) fn settled_profile(row: &mut ReadRow, known: Option<&Profile>, options: &ImportOptions) -> RowSettlement {
    let sources = ZoneSources {
        postal_code: &row.postal_code,
        country: &row.country,
        fixed: options.fixed(ListField::Profile(ProfileField::Timezone)),
        now: options.now,
    };
    let zone = sources.settle(&mut row.entry.profile, known);
    let (mut remarks, missing) = zone.map_or_else(|missing| (Vec::new(), Some(missing)), |remarks| (remarks, None));
    remarks.extend(known.into_iter().flat_map(|known| row.entry.doubts_of_contact(known)));
    // Most rows are good, and are read once.
    if row.problems.is_empty()
        && known.is_none()
        && let Ok(profile) = row.entry.profile.new_profile()
    {
        return Ok((Some(profile), remarks));
    }
    match problems(row, known, missing.as_ref()) {
        problems if problems.is_empty() => Ok((None, remarks)),
        problems => Err(problems),
    }
}

/// What its cells say already is not said again.
fn problems(row: &mut ReadRow, known: Option<&Profile>, no_zone: Option<&String>) -> Vec<RowProblem> {
    let mut all = std::mem::take(&mut row.problems);
    if let Some(whole) = all.iter().find(|problem| problem.field == RowProblem::ROW) {
        return vec![whole.clone()];
    }
    let told = |all: &[RowProblem], field: ProfileField| all.iter().any(|problem| problem.field == field.as_str());
    for ProfileProblem { field, reason } in row.entry.profile.problems(known) {
        if told(&all, field) {
            continue;
        }
        let no_zone = no_zone.filter(|_| field == ProfileField::Timezone);
        let placeholder = row.placeholders.iter().find(|problem| problem.field == field.as_str());
        let reason = no_zone.cloned().or_else(|| Some(placeholder?.reason.clone())).unwrap_or(reason);
        all.push(RowProblem::new(field.as_str(), reason));
    }
    all.sort_by_key(|problem| ListField::all().position(|field| field.as_str() == problem.field));
    all
}

/// What is wrong with a further person.
fn person_problems(row: &ReadRow) -> Vec<RowProblem> {
    let is_of_person = |problem: &&RowProblem| ProfileField::PERSON.iter().any(|field| field.as_str() == problem.field);
    let cells = row.problems.iter().filter(is_of_person).cloned();
    let fields = row.entry.person_problems().into_iter();
    cells.chain(fields.map(|ProfileProblem { field, reason }| RowProblem::new(field.as_str(), reason))).collect()
}
