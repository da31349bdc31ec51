//! Control actions: what the control interface lets a dealership do, an example of each, and how their details are read.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use serde::Deserialize;

use super::super::action::{DealerAction, MessageKind};
use super::super::catalog::{Apps, Change, Edit, OperationScope, Which};
use super::super::fault_queue::WAITING;
use super::super::faults::Fault;
use super::super::profile::Denial;
use super::super::schedule::{ADVISORS, Adjust, Advisor, Channel, Limit};
use super::super::week::SomeDays;

/// The longest opcode, name or identifier.
const TEXT: usize = 128;
/// How many makes, models or years a scope may name.
const VEHICLES: usize = 100;
/// The longest horizon in days, and the longest time that days may be closed.
const YEAR: u16 = 366;
/// How far from today days may lie.
const FAR: u64 = 3 * 366;

/// The actions, with an example of their details.
pub(super) const ACTIONS: [(&str, &str); 19] = [
    ("connect", "{}"),
    ("disconnect", "{}"),
    ("draft", r#"{"opcode": "DataClover Appt", "name": "DataClover appointment", "scope": "standard", "apps": "all"}"#),
    ("publish-catalog", "{}"),
    ("remove", r#"{"opcode": "DataClover Appt"}"#),
    ("publish", r#"{"opcode": "DataClover Appt", "name": "DataClover appointment"}"#),
    ("unpublish", r#"{"opcode": "DataClover Appt"}"#),
    ("rename", r#"{"opcode": "Tell Us More", "name": "Tell Us"}"#),
    ("capacity", r#"{"type": "Web", "value": "NL"}"#),
    ("advisors", r#"{"reservable": true, "workingTimes": true}"#),
    ("horizon", r#"{"days": 60, "leadMinutes": 120}"#),
    ("hours", r#"{"mon": "08:00-18:00", "sun": null}"#),
    ("holiday", r#"{"date": "2026-07-03", "until": "2026-07-05", "closed": true}"#),
    ("open-slots", "{}"),
    ("close-slots", "{}"),
    ("take-slot", r#"{"appointmentDateTimeLocal": "2026-07-06T09:15"}"#),
    ("answers", r#"{"nullLists": true, "zulu": false, "denial": "bare-403"}"#),
    ("next", r#"{"fault": "booked-cut", "calls": 1}"#),
    ("say-done", "{}"),
];

/// What a dealership is to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ControlAction {
    Actions(Vec<DealerAction>),
    TakeSlot(Option<String>),
    /// How the platform answers about it.
    Answers {
        null_lists: Option<bool>,
        zulu: Option<bool>,
        denial: Option<Denial>,
    },
    /// A fault for the next calls, or none any more.
    Next(Option<Fault>, usize),
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ActionError {
    #[error("no such action; there are {}", ACTIONS.map(|(name, _)| name).join(", "))]
    Action,
    #[error("{0}: {1}; for example {2}")]
    Details(&'static str, String, &'static str),
}

/// The actions by their names, with their details.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
enum ActionDetails {
    Connect {},
    Disconnect {},
    Draft {
        opcode: String,
        name: Option<String>,
        scope: Option<OperationScope>,
        apps: Option<Apps>,
    },
    PublishCatalog {},
    Remove {
        opcode: Option<String>,
        #[serde(default)]
        all: bool,
    },
    Publish {
        opcode: String,
        name: Option<String>,
    },
    Unpublish {
        opcode: Option<String>,
        #[serde(default)]
        all: bool,
    },
    Rename {
        opcode: String,
        name: Option<String>,
    },
    Capacity {
        r#type: Channel,
        value: Limit,
    },
    Advisors {
        advisors: Option<Vec<Advisor>>,
        reservable: Option<bool>,
        working_times: Option<bool>,
    },
    Horizon {
        days: Option<u16>,
        lead_minutes: Option<u32>,
    },
    Hours(SomeDays),
    Holiday {
        date: Option<NaiveDate>,
        until: Option<NaiveDate>,
        closed: Option<bool>,
        keep: Option<bool>,
    },
    OpenSlots {},
    CloseSlots {},
    TakeSlot {
        appointment_date_time_local: Option<String>,
    },
    Answers {
        null_lists: Option<bool>,
        zulu: Option<bool>,
        denial: Option<Denial>,
    },
    Next {
        fault: String,
        calls: Option<usize>,
    },
    SayDone {},
}

/// Reads what a dealership is to do. Days are judged from its today.
pub(super) fn read(action: &str, body: &[u8], today: NaiveDate) -> Result<ControlAction, ActionError> {
    let (name, example) = ACTIONS.into_iter().find(|(name, _)| *name == action).ok_or(ActionError::Action)?;
    let body = if body.trim_ascii().is_empty() { b"{}" } else { body };
    details(name, body, today).map_err(|reason| ActionError::Details(name, reason, example))
}

fn details(action: &str, body: &[u8], today: NaiveDate) -> Result<ControlAction, String> {
    let body: serde_json::Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let named = serde_json::Map::from_iter([(action.to_owned(), body)]);
    let actions = match serde_json::from_value(named.into()).map_err(|error| error.to_string())? {
        ActionDetails::Connect {} => vec![DealerAction::Connect],
        ActionDetails::Disconnect {} => vec![DealerAction::Disconnect],
        ActionDetails::Draft { opcode, name, scope, apps } => {
            check_scope(scope.as_ref())?;
            let change = Change { name: optional(name, "name")?, scope, apps };
            vec![DealerAction::Catalog(Edit::Draft { opcode: text(opcode, "opcode")?, change })]
        }
        ActionDetails::PublishCatalog {} => vec![DealerAction::Catalog(Edit::Publish)],
        ActionDetails::Publish { opcode, name } => published(text(opcode, "opcode")?, optional(name, "name")?),
        ActionDetails::Rename { opcode, name } => {
            let to = name.ok_or("the new opcode is missing: it goes into name")?;
            vec![DealerAction::Catalog(Edit::Rename { from: text(opcode, "opcode")?, to: text(to, "name")? })]
        }
        ActionDetails::Remove { opcode, all } => vec![DealerAction::Catalog(Edit::Remove(which(opcode, all)?))],
        ActionDetails::Unpublish { opcode, all } => vec![DealerAction::Catalog(Edit::Unpublish(which(opcode, all)?))],
        ActionDetails::Capacity { r#type, value } => vec![DealerAction::Calendar(Adjust::Capacity(r#type, value))],
        ActionDetails::Advisors { advisors, reservable, working_times } => staff(advisors, reservable, working_times)?,
        ActionDetails::Horizon { days, lead_minutes } => vec![DealerAction::Calendar(horizon(days, lead_minutes)?)],
        ActionDetails::Hours(days) => vec![DealerAction::Calendar(Adjust::Hours(days))],
        ActionDetails::Holiday { date, until, closed, keep } => {
            let mut actions: Vec<_> = keep.map(Adjust::Holidays).map(DealerAction::Calendar).into_iter().collect();
            if let Some(from) = date {
                actions.push(DealerAction::Calendar(days(from, until.unwrap_or(from), closed, today)?));
            }
            if actions.is_empty() {
                return Err("date or keep is needed".to_owned());
            }
            actions
        }
        ActionDetails::OpenSlots {} => vec![DealerAction::Calendar(Adjust::Open)],
        ActionDetails::CloseSlots {} => {
            vec![DealerAction::Calendar(Adjust::Capacity(Channel::Web, Limit::PerDay(0)))]
        }
        ActionDetails::TakeSlot { appointment_date_time_local } => {
            return Ok(ControlAction::TakeSlot(appointment_date_time_local));
        }
        ActionDetails::Answers { null_lists, zulu, denial } => {
            return Ok(ControlAction::Answers { null_lists, zulu, denial });
        }
        ActionDetails::Next { fault, calls } => return next(&fault, calls),
        ActionDetails::SayDone {} => {
            let text = "We have entered the code, everything is done on our side.".to_owned();
            vec![DealerAction::Say { kind: MessageKind::Done, text, opcode: None }]
        }
    };
    Ok(ControlAction::Actions(actions))
}

/// The short way: everything right about it, and the catalogue published.
pub(super) fn published(opcode: String, name: Option<String>) -> Vec<DealerAction> {
    let name = Some(name.unwrap_or_else(|| opcode.clone()));
    let change = Change { name, scope: Some(OperationScope::Standard), apps: Some(Apps::All) };
    vec![DealerAction::Catalog(Edit::Draft { opcode, change }), DealerAction::Catalog(Edit::Publish)]
}

/// Checks a text that stands in a field.
pub(super) fn text(value: String, field: &str) -> Result<String, String> {
    if value.is_empty() || value.len() > TEXT { Err(format!("{field} has 1 to {TEXT} bytes")) } else { Ok(value) }
}

fn optional(value: Option<String>, field: &str) -> Result<Option<String>, String> {
    value.map(|value| text(value, field)).transpose()
}

fn check_scope(scope: Option<&OperationScope>) -> Result<(), String> {
    let Some(OperationScope::Only(only)) = scope else { return Ok(()) };
    let named = only.makes.len() + only.models.len() + only.years.len();
    if named == 0 || named > VEHICLES {
        return Err(format!("scope is \"standard\", or names 1 to {VEHICLES} makes, models or years"));
    }
    only.makes.iter().chain(&only.models).try_for_each(|one| text(one.clone(), "each make and model").map(drop))
}

fn which(opcode: Option<String>, all: bool) -> Result<Which, String> {
    match (opcode, all) {
        (Some(opcode), false) => text(opcode, "opcode").map(Which::One),
        (None, true) => Ok(Which::All),
        _ => Err("either opcode or \"all\": true is needed".to_owned()),
    }
}

fn staff(
    advisors: Option<Vec<Advisor>>,
    reservable: Option<bool>,
    working_times: Option<bool>,
) -> Result<Vec<DealerAction>, String> {
    let mut actions = Vec::new();
    if let Some(advisors) = advisors {
        let ids: BTreeSet<&str> = advisors.iter().map(|advisor| advisor.id.as_str()).collect();
        if ids.len() != advisors.len() || ids.len() > ADVISORS {
            return Err(format!("advisors are at most {ADVISORS}, each with an id of its own"));
        }
        let advisors = advisors.into_iter().map(|one| Ok(Advisor { id: text(one.id, "id")?, ..one }));
        actions.push(Adjust::Advisors(advisors.collect::<Result<_, String>>()?));
    }
    actions.extend(reservable.map(Adjust::Reservable));
    actions.extend(working_times.map(Adjust::AtWork));
    if actions.is_empty() {
        return Err("one of advisors, reservable and workingTimes is needed".to_owned());
    }
    Ok(actions.into_iter().map(DealerAction::Calendar).collect())
}

fn horizon(days: Option<u16>, lead_minutes: Option<u32>) -> Result<Adjust, String> {
    let longest = u32::from(YEAR) * 24 * 60;
    if days.is_none() && lead_minutes.is_none() {
        return Err("days or leadMinutes is needed".to_owned());
    }
    if days.is_some_and(|days| days > YEAR) || lead_minutes.is_some_and(|minutes| minutes > longest) {
        return Err(format!("days are at most {YEAR}, leadMinutes at most {longest}"));
    }
    Ok(Adjust::Horizon { days, lead_minutes })
}

fn days(from: NaiveDate, until: NaiveDate, closed: Option<bool>, today: NaiveDate) -> Result<Adjust, String> {
    let near = today.checked_sub_days(Days::new(FAR)).zip(today.checked_add_days(Days::new(FAR)));
    if until < from || near.is_none_or(|(first, last)| from < first || until > last) {
        return Err("until must not lie before date, and both within three years of today".to_owned());
    }
    Ok(Adjust::Days { from, until, closed })
}

fn next(fault: &str, calls: Option<usize>) -> Result<ControlAction, String> {
    if fault == "none" {
        return Ok(ControlAction::Next(None, 0));
    }
    let fault = Fault::named(fault).map_err(|error| error.to_string())?;
    if fault == Fault::TokenRefused {
        return Err("token-refused is about no dealership; use POST /control/faults".to_owned());
    }
    let calls = calls.unwrap_or(1);
    if !(1..=WAITING).contains(&calls) {
        return Err(format!("calls are 1 to {WAITING}"));
    }
    Ok(ControlAction::Next(Some(fault), calls))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 2, 25).unwrap()
    }

    #[test]
    fn every_example_is_understood() {
        for (action, example) in ACTIONS {
            assert!(read(action, example.as_bytes(), today()).is_ok(), "{action} {example}");
            assert!(read(action, b"[", today()).is_err(), "{action}");
            assert!(read(action, br#"{"nonsense": 1}"#, today()).is_err(), "{action}");
        }
        assert_eq!(read("connect", b" ", today()), Ok(ControlAction::Actions(vec![DealerAction::Connect])));
        assert!(read("explode", b"{}", today()).unwrap_err().to_string().contains("there are connect, disconnect"));
    }

    #[test]
    fn what_is_refused_is_refused_with_the_reason_and_an_example() {
        let long = format!(r#"{{"opcode": "{}"}}"#, "x".repeat(129));
        for (action, body, reason) in [
            ("draft", "{}", "draft: missing field `opcode`"),
            ("draft", long.as_str(), "opcode has 1 to 128 bytes"),
            ("draft", r#"{"opcode": "A", "scope": {}}"#, "names 1 to 100 makes"),
            ("draft", r#"{"opcode": "A", "scope": "any"}"#, "for example"),
            ("draft", r#"{"opcode": "A", "apps": ["moon"]}"#, "for example"),
            ("publish", r#"{"opcode": ""}"#, "opcode has 1"),
            ("rename", r#"{"opcode": "A"}"#, "it goes into name"),
            ("remove", "{}", "either opcode or"),
            ("unpublish", r#"{"opcode": "A", "all": true}"#, "either opcode or"),
            ("capacity", r#"{"type": "Fax", "value": 1}"#, "unknown variant `Fax`, expected one of `Web`"),
            ("capacity", r#"{"type": "Web", "value": -1}"#, "for example"),
            ("advisors", "{}", "one of advisors"),
            ("advisors", r#"{"advisors": [{"id": "a"}, {"id": "a"}]}"#, "an id of its own"),
            ("horizon", "{}", "days or leadMinutes"),
            ("horizon", r#"{"days": 367}"#, "at most 366"),
            ("hours", r#"{"mon": "late"}"#, "mon: \"late\" is not of the form"),
            ("holiday", "{}", "date or keep"),
            ("holiday", r#"{"date": "2026-03-02", "until": "2026-03-01"}"#, "before date"),
            ("holiday", r#"{"date": "2036-03-02"}"#, "three years"),
            ("next", r#"{"fault": "rain"}"#, "is no fault; known are 503"),
            ("next", r#"{"fault": "token-refused"}"#, "about no dealership"),
            ("next", r#"{"fault": "503", "calls": 0}"#, "calls are 1 to"),
        ] {
            let error = read(action, body.as_bytes(), today()).unwrap_err().to_string();
            assert!(error.contains(reason) && error.contains("; for example {"), "{action} {body}: {error}");
        }
    }
}
