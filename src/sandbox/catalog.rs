//! The catalogue of a simulated dealership: a draft that its people work on, a published copy, and who is shown what of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// How many operations the draft of one dealership may hold.
pub(super) const OPERATIONS: usize = 500;

/// The opcode that most dealerships have already.
pub(super) const TELL_US_MORE: &str = "Tell Us More";
/// The suitable ordinary opcode that some name instead.
pub(super) const OTHER_EXISTING: &str = "Customer States";
/// The opcode that some create for the partner.
pub(super) const NEW_OPCODE: &str = "DataClover Appt";

/// An application that may display an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Application {
    /// The dealership's own booking pages.
    Consumer,
    Advisor,
    CallCenter,
    /// The terminal in the service drive.
    Kiosk,
    /// The interface of certified partners: us.
    PartnerApi,
}

/// "Which apps should display it?"
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Apps {
    All,
    #[serde(untagged)]
    Only(BTreeSet<Application>),
}

/// Which vehicles an operation is for. An empty list admits every value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Vehicles {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) makes: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) models: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) years: Vec<u16>,
}

/// Standard scope is any year, make and model; everything else is for some vehicles only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum OperationScope {
    Standard,
    #[serde(untagged)]
    Only(Vehicles),
}

/// The vehicle that somebody asks about.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct AskedVehicle<'a> {
    pub(super) year: Option<u16>,
    pub(super) make: &'a str,
    pub(super) model: &'a str,
}

impl OperationScope {
    fn fits(&self, vehicle: &AskedVehicle<'_>) -> bool {
        let among =
            |list: &[String], word: &str| list.is_empty() || list.iter().any(|one| one.eq_ignore_ascii_case(word));
        match self {
            Self::Standard => true,
            Self::Only(only) => {
                among(&only.makes, vehicle.make)
                    && among(&only.models, vehicle.model)
                    && (only.years.is_empty() || vehicle.year.is_some_and(|year| only.years.contains(&year)))
            }
        }
    }
}

impl Apps {
    /// Whether partners are among them.
    pub(super) fn partners(&self) -> bool {
        match self {
            Self::All => true,
            Self::Only(apps) => apps.contains(&Application::PartnerApi),
        }
    }

    /// What is chosen when somebody thinks of internal use only.
    pub(super) fn internal_only() -> Self {
        Self::Only(BTreeSet::from([Application::Consumer, Application::Advisor]))
    }
}

/// One operation of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Operation {
    pub(super) opcode: String,
    pub(super) name: String,
    pub(super) scope: OperationScope,
    pub(super) apps: Apps,
}

impl Operation {
    /// One that everybody is shown for every vehicle.
    pub(super) fn new(opcode: &str, name: &str) -> Self {
        Self { opcode: opcode.to_owned(), name: name.to_owned(), scope: OperationScope::Standard, apps: Apps::All }
    }
}

/// What is changed about an operation; what is not named stays, or is as it should be in a new one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) name: Option<String>,
    pub(super) scope: Option<OperationScope>,
    pub(super) apps: Option<Apps>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Which {
    All,
    One(String),
}

/// Something that people do to a catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Edit {
    /// Creates an operation in the draft, or changes the one with this opcode there.
    Draft { opcode: String, change: Change },
    /// Takes operations out of the draft.
    Remove(Which),
    /// The draft becomes the published copy.
    Publish,
    /// Takes operations out of the published copy; the draft keeps them.
    Unpublish(Which),
    /// Another opcode for the same operation, in both copies at once.
    Rename { from: String, to: String },
}

/// Copies share what is the same in them.
type Copy = Arc<Vec<Arc<Operation>>>;

/// A draft and a published copy.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Catalog {
    draft: Copy,
    published: Copy,
}

impl Catalog {
    /// A catalogue that is published as it was drafted.
    pub(super) fn published(operations: Vec<Operation>) -> Self {
        let draft: Copy = Arc::new(operations.into_iter().map(Arc::new).collect());
        Self { published: Arc::clone(&draft), draft }
    }

    pub(super) fn edit(&mut self, edit: &Edit) {
        match edit {
            Edit::Draft { opcode, change } => self.draft(opcode, change),
            Edit::Remove(which) => without(&mut self.draft, which),
            Edit::Publish => self.published = Arc::clone(&self.draft),
            Edit::Unpublish(which) => without(&mut self.published, which),
            Edit::Rename { from, to } => {
                rename(&mut self.draft, from, to);
                rename(&mut self.published, from, to);
            }
        }
    }

    fn draft(&mut self, opcode: &str, change: &Change) {
        let draft = Arc::make_mut(&mut self.draft);
        let place = draft.iter().position(|known| known.opcode == opcode);
        let place = place.unwrap_or_else(|| {
            draft.push(Arc::new(Operation::new(opcode, opcode)));
            draft.len() - 1
        });
        let Some(operation) = draft.get_mut(place).map(Arc::make_mut) else { return };
        let Change { name, scope, apps } = change.clone();
        operation.name = name.unwrap_or_else(|| std::mem::take(&mut operation.name));
        operation.scope = scope.unwrap_or_else(|| operation.scope.clone());
        operation.apps = apps.unwrap_or_else(|| operation.apps.clone());
    }

    /// What partners are shown for a vehicle, in the order of the catalogue.
    pub(super) fn shown<'a>(&'a self, vehicle: AskedVehicle<'a>) -> impl Iterator<Item = &'a Operation> {
        let published = self.published.iter().map(|one| &**one);
        published.filter(move |one| one.apps.partners() && one.scope.fits(&vehicle))
    }

    /// Whether partners are shown an opcode for a vehicle.
    pub(super) fn shows(&self, opcode: &str, vehicle: AskedVehicle<'_>) -> bool {
        self.shown(vehicle).any(|one| one.opcode == opcode)
    }

    /// How the published copy calls an opcode, whoever is shown it.
    pub(super) fn name_of(&self, opcode: &str) -> Option<&str> {
        self.published.iter().find(|one| one.opcode == opcode).map(|one| one.name.as_str())
    }

    pub(super) fn drafted(&self) -> impl Iterator<Item = &Operation> {
        self.draft.iter().map(|one| &**one)
    }

    /// The published copy, in order.
    pub(super) fn public(&self) -> impl Iterator<Item = &Operation> {
        self.published.iter().map(|one| &**one)
    }

    /// Why partners do not see an operation of this catalogue in the vehicle-independent list; `None` when they do.
    pub(super) fn hidden(&self, opcode: &str) -> Option<&'static str> {
        match self.public().find(|one| one.opcode == opcode) {
            None => Some("not published"),
            Some(one) if !one.apps.partners() => Some("not shown to the partner API"),
            Some(one) if !one.scope.fits(&AskedVehicle::default()) => Some("not of standard scope"),
            Some(_) => None,
        }
    }
}

fn without(copy: &mut Copy, which: &Which) {
    match which {
        Which::All => *copy = Copy::default(),
        Which::One(opcode) => Arc::make_mut(copy).retain(|known| known.opcode != *opcode),
    }
}

fn rename(copy: &mut Copy, from: &str, to: &str) {
    if from == to || !copy.iter().any(|known| known.opcode == from) {
        return;
    }
    let operations = Arc::make_mut(copy);
    // No two operations have the same opcode: the one that had the new one gives way.
    operations.retain(|known| known.opcode != to);
    for known in operations.iter_mut().filter(|known| known.opcode == from) {
        to.clone_into(&mut Arc::make_mut(known).opcode);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(opcode: &str) -> Edit {
        Edit::Draft { opcode: opcode.to_owned(), change: Change::default() }
    }

    fn opcodes(catalog: &Catalog, vehicle: AskedVehicle<'_>) -> Vec<String> {
        catalog.shown(vehicle).map(|one| one.opcode.clone()).collect()
    }

    #[test]
    fn what_is_drafted_is_shown_when_it_is_published() {
        let any = AskedVehicle::default();
        let mut catalog = Catalog::published(vec![Operation::new("OIL", "Oil")]);
        catalog.edit(&draft("NEW"));
        assert_eq!((catalog.hidden("NEW"), catalog.shows("NEW", any)), (Some("not published"), false));
        catalog.edit(&Edit::Publish);
        assert_eq!(opcodes(&catalog, any), ["OIL", "NEW"]);
        catalog.edit(&Edit::Remove(Which::One("OIL".to_owned())));
        assert!(catalog.shows("OIL", any), "still in the published copy");
        catalog.edit(&Edit::Publish);
        assert_eq!(opcodes(&catalog, any), ["NEW"]);
        catalog.edit(&Edit::Unpublish(Which::All));
        assert!(opcodes(&catalog, any).is_empty() && catalog.drafted().count() == 1);
        catalog.edit(&Edit::Publish);
        assert_eq!(opcodes(&catalog, any), ["NEW"], "the draft had kept it");
    }

    #[test]
    fn scope_and_apps_decide_who_sees_it() {
        let mut catalog = Catalog::default();
        let change = Change {
            scope: Some(OperationScope::Only(Vehicles {
                makes: vec!["Kia".to_owned()],
                years: vec![2020, 2021],
                ..Vehicles::default()
            })),
            ..Change::default()
        };
        catalog.edit(&Edit::Draft { opcode: "A".to_owned(), change });
        catalog.edit(&Edit::Publish);
        assert_eq!(catalog.hidden("A"), Some("not of standard scope"));
        assert!(catalog.shows("A", AskedVehicle { year: Some(2020), make: "KIA", model: "Rio" }));
        for (year, make) in [(None, "Kia"), (Some(2019), "Kia"), (Some(2020), "Ford")] {
            assert!(!catalog.shows("A", AskedVehicle { year, make, model: "x" }), "{year:?} {make}");
        }
        let apps = Some(Apps::internal_only());
        let change = Change { scope: Some(OperationScope::Standard), apps, ..Change::default() };
        catalog.edit(&Edit::Draft { opcode: "A".to_owned(), change });
        catalog.edit(&Edit::Publish);
        assert_eq!(catalog.hidden("A"), Some("not shown to the partner API"));
        let apps = Some(Apps::Only(BTreeSet::from([Application::PartnerApi])));
        catalog.edit(&Edit::Draft { opcode: "A".to_owned(), change: Change { apps, ..Change::default() } });
        catalog.edit(&Edit::Publish);
        assert_eq!(catalog.hidden("A"), None);
    }

    #[test]
    fn a_renamed_operation_keeps_its_place_and_its_name() {
        let mut catalog = Catalog::published(vec![Operation::new("A", "Oil"), Operation::new("B", "Air")]);
        catalog.edit(&Edit::Rename { from: "A".to_owned(), to: "B".to_owned() });
        assert_eq!(opcodes(&catalog, AskedVehicle::default()), ["B"]);
        assert_eq!(catalog.name_of("B"), Some("Oil"));
        catalog.edit(&Edit::Rename { from: "nothing".to_owned(), to: "B".to_owned() });
        catalog.edit(&Edit::Rename { from: "B".to_owned(), to: "B".to_owned() });
        assert_eq!(catalog.name_of("B"), Some("Oil"));
    }

    #[test]
    fn scopes_and_apps_are_written_as_people_write_them() {
        let read = |text: &str| serde_json::from_str::<OperationScope>(text);
        assert_eq!(read("\"standard\"").unwrap(), OperationScope::Standard);
        assert!(matches!(read("{\"makes\": [\"Kia\"]}").unwrap(), OperationScope::Only(_)));
        assert!(read("\"any\"").is_err() && read("{\"colour\": [\"red\"]}").is_err());
        let apps = Apps::Only(BTreeSet::from([Application::PartnerApi, Application::Consumer]));
        assert_eq!(serde_json::to_string(&apps).unwrap(), "[\"consumer\",\"partner-api\"]");
        assert_eq!(serde_json::from_str::<Apps>("\"all\"").unwrap(), Apps::All);
    }
}
