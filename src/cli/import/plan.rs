//! What a list would do to the dealerships that are known: which are new, which change and how, and which rows are refused.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::domain::list::ListField;
use crate::domain::text::{clean, normal};
use crate::domain::twins::{Beside, hints};
use crate::domain::{
    Contact, DealershipId, Onboarding, OpcodeChoice, Profile, ProfileEdit, ProfileField, ProfileProblem, ProfileUpdate,
    Untrusted, UpdatesHeld, same_address,
};
use crate::engine::Incoming;

use super::opcode_words::OpcodeWords;
use super::reading::List;
use super::remarks::Remarks;
use super::row::{Problem, ReadRow};

/// A row that cannot be taken.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::cli) struct Refused {
    /// The line of the file on which it begins, counted from 1.
    pub(in crate::cli) line: u64,
    /// Its place among the rows of the file; a heading counts.
    pub(in crate::cli) row: u64,
    /// Its `dealerCode`, as far as there is one; cleaned.
    pub(in crate::cli) dealer_code: String,
    /// Why; never empty.
    pub(in crate::cli) problems: Vec<Problem>,
}

/// A dealership that can be taken.
#[derive(Debug)]
pub(super) struct Planned {
    /// The profile of a dealership that is not known yet.
    new: Option<Profile>,
    pub(super) line: u64,
    pub(super) row: u64,
    pub(super) incoming: Incoming,
}

/// What becomes of the good rows.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) added: usize,
    pub(super) updated: usize,
    pub(super) unchanged: usize,
}

/// What a list would do.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// What can be taken, in order.
    pub(super) rows: Vec<Planned>,
    /// What cannot.
    pub(super) refused: Vec<Refused>,
    /// What becomes of those that can.
    pub(super) counts: Counts,
    /// What changes at known dealerships.
    pub(super) updates: Vec<ProfileUpdate>,
    /// Why a person has to say yes first.
    pub(super) held: Option<UpdatesHeld>,
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
#[derive(Debug)]
pub(super) struct TwinHint {
    /// The line of the new one.
    pub(super) line: u64,
    dealer_code: String,
    other: String,
    reasons: Vec<&'static str>,
    /// For people.
    pub(super) words: String,
}

impl TwinHint {
    /// For scripts.
    pub(super) fn document(&self) -> Value {
        json!({ "line": self.line, "dealer_code": self.dealer_code, "other": self.other, "reasons": self.reasons })
    }
}

/// The most people of one dealership besides its contact.
const MOST_PEOPLE: usize = 100;

/// Several rows of one dealership: its first, and those of more people.
struct Group {
    first: ReadRow,
    further: Vec<ReadRow>,
}

/// The desk as it is.
pub(super) struct Desk<'a> {
    pub(super) states: &'a [Arc<Onboarding>],
    /// The opcode choice of a row, with what the settings add.
    pub(super) choice: &'a dyn Fn(&OpcodeWords) -> Option<OpcodeChoice>,
}

impl Planned {
    /// By what it is known.
    pub(super) fn dealer_code(&self) -> &str {
        self.incoming.profile.text_of(ProfileField::DealerCode)
    }
}

impl Plan {
    /// Plans a list; its rows are used up, and its remarks grow.
    pub(super) fn of(list: &mut List, desk: &Desk<'_>) -> Self {
        let mut plan = Self::default();
        let known: HashMap<&str, &Onboarding> =
            desk.states.iter().map(|state| (state.profile.dealer_code.raw(), state.as_ref())).collect();
        let owners: HashSet<&str> =
            desk.states.iter().filter_map(|state| state.profile.owner.as_ref()).map(Untrusted::raw).collect();
        let groups = plan.grouped(std::mem::take(&mut list.rows), &mut list.remarks);
        for mut group in groups {
            let state = known.get(group.first.dealer_code()).copied();
            plan.owner(&mut group.first, &owners);
            if let (None, Some(words)) = (state, group.first.concluded.take()) {
                list.remarks.of_row(group.first.line, words);
            }
            plan.take(group, state, desk);
        }
        plan.find_twins(desk.states);
        plan.refused.sort_by_key(|refused| (refused.line, refused.row));
        plan.counts.updated = plan.updates.len();
        plan.held = UpdatesHeld::of(&plan.updates);
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
            let is_said = |edit: &ProfileEdit| edit.text.is_empty() || group.first.person.contains(edit);
            let is_repeated = row.person.iter().all(is_said);
            let contact = row.contact();
            let is_person = !contact.email.is_empty() || !contact.name.is_empty();
            if !is_one_rooftop(&group.first, &row) || !is_repeated && !is_person {
                let reason = format!("`{}` stands already on line {}", clean(code), group.first.line);
                let problem = Problem::new(ProfileField::DealerCode.word(), reason);
                // Which of them is right is not for us to guess, so the first one stands.
                self.refuse(&row, vec![problem]);
            } else if is_repeated {
                self.repeated += 1;
                remarks.of_row(row.line, "the dealership of an earlier line once more: read once".to_owned());
            } else if group.further.len() >= MOST_PEOPLE {
                let reason =
                    format!("more than {MOST_PEOPLE} further people of the dealership on line {}", group.first.line);
                self.refuse(&row, vec![Problem::new(Problem::ROW, reason)]);
            } else {
                remarks.of_row(
                    row.line,
                    "another person of the dealership on an earlier line: kept as a further contact".to_owned(),
                );
                group.further.push(row);
            }
        }
        groups
    }

    /// An owner by a column that may mean the dealership's own counts when somebody here has that name.
    fn owner(&mut self, row: &mut ReadRow, known: &HashSet<&str>) {
        let Some(owner) = row.offered_owner.take() else { return };
        if known.contains(owner.as_str()) {
            row.profile.defaults.push(ProfileEdit { field: ProfileField::Owner, text: owner });
        } else if !self.unknown_owners.contains(&owner) && self.unknown_owners.len() < 100 {
            self.unknown_owners.push(owner);
        }
    }

    fn take(&mut self, group: Group, state: Option<&Onboarding>, desk: &Desk<'_>) {
        let (mut row, people) = with_its_contact(group, state);
        let new = match judged(&mut row, state) {
            Ok(new) => new,
            Err(problems) => {
                for person in &people {
                    let reason = format!("the dealership on line {} is refused", row.line);
                    self.refuse(person, vec![Problem::new(Problem::ROW, reason)]);
                }
                self.refuse(&row, problems);
                return;
            }
        };
        let mut further_contacts: Vec<Contact> = std::mem::take(&mut row.further_contacts);
        for person in people {
            match person_problems(&person) {
                problems if problems.is_empty() => {
                    self.people += 1;
                    further_contacts.push(person.contact());
                    further_contacts.extend(person.further_contacts);
                }
                problems => self.refuse(&person, problems),
            }
        }
        let choice = (desk.choice)(&row.opcode);
        match state {
            None => self.counts.added += 1,
            Some(state) => match ProfileUpdate::of(state, &row.profile, &further_contacts, choice.as_ref()) {
                Some(update) => self.updates.push(update),
                None => self.counts.unchanged += 1,
            },
        }
        let incoming =
            Incoming { profile: row.profile, further_contacts, opcode: choice, word: row.opcode.word.clone() };
        self.rows.push(Planned { new, line: row.line, row: row.place, incoming });
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
                    reasons: twin.reasons.iter().map(|field| field.word()).collect(),
                    words: format!("{} ({}) {}", profile.name.plain(), profile.dealer_code.plain(), twin.hint(other)),
                });
            }
        }
    }

    /// Notes a row that cannot be taken.
    fn refuse(&mut self, row: &ReadRow, problems: Vec<Problem>) {
        let dealer_code = clean(row.dealer_code()).into_owned();
        self.refused.push(Refused { line: row.line, row: row.place, dealer_code, problems });
    }

    /// A rule refused what was planned.
    pub(super) fn refuse_planned(&mut self, place: usize, reason: &str) {
        let Some(planned) = self.rows.get(place) else { return };
        let dealer_code = clean(planned.dealer_code()).into_owned();
        let problems = vec![Problem::new(ProfileField::DealerCode.word(), reason)];
        self.refused.push(Refused { line: planned.line, row: planned.row, dealer_code, problems });
    }
}

/// Whether two rows with one dealerCode are of one dealership: both have a name, or neither, and what the later says of it the
/// first says too.
fn is_one_rooftop(first: &ReadRow, other: &ReadRow) -> bool {
    let same = |edit: &ProfileEdit| normal(first.profile.text_of(edit.field)) == normal(&edit.text);
    let has_name = |row: &ReadRow| row.profile.edits.iter().any(|edit| edit.field == ProfileField::Name);
    let opcode = &other.opcode;
    has_name(first) == has_name(other)
        && other.profile.edits.iter().filter(|edit| !edit.text.is_empty()).all(same)
        && (*opcode == OpcodeWords::default() || *opcode == first.opcode)
}

/// The row with the person who is the contact: the one who is already, else the first.
fn with_its_contact(group: Group, state: Option<&Onboarding>) -> (ReadRow, Vec<ReadRow>) {
    let Group { mut first, mut further } = group;
    keep_known_address(&mut first, state);
    let is_contact = |row: &ReadRow| {
        let contact = row.contact();
        !contact.email.is_empty() && state.is_some_and(|state| state.profile.contact.is_same_person(&contact))
    };
    if !is_contact(&first)
        && let Some(contact) = further.iter_mut().find(|row| is_contact(row))
    {
        std::mem::swap(&mut first.person, &mut contact.person);
    }
    first.profile.edits.append(&mut first.person.clone());
    (first, further)
}

/// Of several addresses in one cell the one that the dealership has stays its contact's.
fn keep_known_address(row: &mut ReadRow, state: Option<&Onboarding>) {
    let Some(state) = state else { return };
    let known = &state.profile.contact.email;
    let email = row.person.iter_mut().find(|edit| edit.field == ProfileField::Email);
    let further = row.further_contacts.iter_mut().find(|further| same_address(&further.email, known));
    if let (Some(email), Some(further)) = (email, further) {
        let before = std::mem::replace(&mut email.text, further.email.raw().to_owned());
        further.email = before.as_str().into();
    }
}

/// Whether a row can be taken, with the profile of a dealership that is not known yet; else everything that is wrong with it.
pub(super) fn judged(row: &mut ReadRow, state: Option<&Onboarding>) -> Result<Option<Profile>, Vec<Problem>> {
    // Most rows are good, and are read once.
    if row.problems.is_empty()
        && state.is_none()
        && let Ok(profile) = row.profile.new_profile()
    {
        return Ok(Some(profile));
    }
    match problems(row, state) {
        problems if problems.is_empty() => Ok(None),
        problems => Err(problems),
    }
}

/// What its cells say already is not said again.
fn problems(row: &mut ReadRow, state: Option<&Onboarding>) -> Vec<Problem> {
    let mut all = std::mem::take(&mut row.problems);
    if let Some(whole) = all.iter().find(|problem| problem.field == Problem::ROW) {
        return vec![whole.clone()];
    }
    let told = |all: &[Problem], field: ProfileField| all.iter().any(|problem| problem.field == field.word());
    for ProfileProblem { field, reason } in row.profile.problems(state.map(|state| &state.profile)) {
        if told(&all, field) {
            continue;
        }
        let concluded = row.no_zone.as_ref().filter(|_| field == ProfileField::Timezone);
        all.push(Problem::new(field.word(), concluded.cloned().unwrap_or(reason)));
    }
    all.sort_by_key(|problem| ListField::all().position(|field| field.word() == problem.field));
    all
}

/// What is wrong with a further person.
fn person_problems(row: &ReadRow) -> Vec<Problem> {
    let of_person = |problem: &&Problem| {
        [ProfileField::Contact, ProfileField::Email, ProfileField::Phone]
            .iter()
            .any(|field| field.word() == problem.field)
    };
    let cells = row.problems.iter().filter(of_person).cloned();
    let edits = row.person.iter().filter(|edit| !edit.text.is_empty());
    let fields = edits.filter_map(|edit| Some(Problem::new(edit.field.word(), edit.field.check(&edit.text).err()?)));
    cells.chain(fields).collect()
}
