//! What a simulated dealership is like before anybody invites it: zone, catalogue, schedule, and how its gateway refuses.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::action::{NoSlotsReason, OpcodePlan};
use super::catalog::{Apps, Catalog, Change, Edit, OTHER_EXISTING, Operation, OperationScope, TELL_US_MORE, Vehicles};
use super::schedule::Schedule;
use super::seeded_rng::SeededRng;
use super::week::Week;
use crate::timezone::Tz;

/// How a dealership that is not connected is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Denial {
    /// A bare 403 from the gateway.
    #[serde(rename = "bare-403")]
    Bare,
    /// Status 200 with `success: false`, a code and a message.
    #[serde(rename = "success-false")]
    Envelope,
}

/// What a dealership is like: a pure function of the seed and its code.
#[derive(Debug, Clone)]
pub(super) struct DealerProfile {
    pub(super) zone: Tz,
    pub(super) denial: Denial,
    /// Its local times end in a `Z` that does not mean UTC.
    pub(super) zulu: bool,
    /// It answers `null` where others answer an empty list.
    pub(super) null_lists: bool,
    /// The share of slots that others have taken.
    pub(super) occupancy: f64,
    /// What it will do about the service operations code.
    pub(super) plan: OpcodePlan,
    /// What it has instead of the opcode that it names, if its plan is such a confusion.
    pub(super) near: Option<&'static str>,
    /// What keeps customers of the web from being offered a time at first.
    pub(super) no_slots: Option<NoSlotsReason>,
    /// The catalogue before anything happens.
    pub(super) catalog: Catalog,
    /// The schedule before anything happens.
    pub(super) schedule: Schedule,
}

const ZONES: [chrono_tz::Tz; 9] = [
    chrono_tz::America::New_York,
    chrono_tz::America::Chicago,
    chrono_tz::America::Denver,
    chrono_tz::America::Phoenix,
    chrono_tz::America::Los_Angeles,
    chrono_tz::America::Toronto,
    chrono_tz::America::Halifax,
    chrono_tz::America::Anchorage,
    chrono_tz::Pacific::Honolulu,
];

const ORDINARY: [(&str, &str); 24] = [
    ("01HYZLOF1.6", "Lube, oil and filter, 1.6 l"),
    ("01HYZLOF2.0", "Lube, oil and filter, 2.0 l"),
    ("SYN.OIL", "Synthetic oil change"),
    ("000200", "Oil and filter change"),
    ("000310", "Tire rotation"),
    ("000311", "Wheel balance, four wheels"),
    ("000415", "Brake inspection"),
    ("000420", "Front brake pads"),
    ("000530", "Cabin air filter"),
    ("000531", "Engine air filter"),
    ("BATT.TEST", "Battery test"),
    ("ALIGN.4W", "Four wheel alignment"),
    ("COOL.FLUSH", "Coolant flush"),
    ("TRANS.SVC", "Transmission service"),
    ("RECALL", "Recall, please bring the letter"),
    ("STATE INSP", "State inspection"),
    ("Multi Point", "Multi-point inspection"),
    ("Wiper Blades", "Wiper blade replacement"),
    ("Check Engine", "Check engine light is on"),
    ("AC CHECK", "Air conditioning check"),
    ("30K", "30,000 mile service"),
    ("60K", "60,000 mile service"),
    ("90K", "90,000 mile service"),
    ("DETAIL.FULL", "Full detail"),
];

/// What looks like [`TELL_US_MORE`]: by case, by spaces, by look-alike characters, and by its name only.
const NEAR: [(&str, &str); 7] = [
    ("TELL US MORE", TELL_US_MORE),
    ("Tell us more", TELL_US_MORE),
    ("Tell  Us More", TELL_US_MORE),
    // A Cyrillic o, the digit 0, the digits 1.
    ("Tell Us M\u{43e}re", TELL_US_MORE),
    ("Tell Us M0re", TELL_US_MORE),
    ("Te11 Us More", TELL_US_MORE),
    ("TUM01", TELL_US_MORE),
];

impl DealerProfile {
    /// The dealership with a code, in a zone when that is known.
    pub(super) fn of(seed: u64, dealer: &str, zone: Option<Tz>) -> Self {
        let mut rng = SeededRng::of(seed, &["profile", dealer]);
        let plan = OpcodePlan::draw(&mut rng);
        let drawn = Tz::of(rng.pick(&ZONES, chrono_tz::America::Chicago));
        let count = rng.between(5, 20);
        let step = rng.pick(&[1, 5, 7, 11], 1);
        let start = rng.between(0, 23);
        let mut operations: Vec<Operation> = (0..count)
            .filter_map(|index| ORDINARY.get(usize::try_from((start + index * step) % 24).unwrap_or(0)))
            .map(|(opcode, name)| Operation::new(opcode, name))
            .collect();
        let mut near = None;
        match plan {
            OpcodePlan::Existing => operations.push(Operation::new(TELL_US_MORE, TELL_US_MORE)),
            OpcodePlan::NearMiss => {
                let (opcode, name) = rng.pick(&NEAR, ("TELL US MORE", TELL_US_MORE));
                near = Some(opcode);
                operations.push(Operation::new(opcode, name));
            }
            OpcodePlan::OtherExisting => operations.push(Operation::new(OTHER_EXISTING, "Customer states a concern")),
            OpcodePlan::InternalOnly => {
                operations.push(Operation::new(TELL_US_MORE, TELL_US_MORE));
                operations.iter_mut().for_each(|one| one.apps = Apps::internal_only());
            }
            _ => {}
        }
        let open = u32::try_from(rng.between(26, 32)).unwrap_or(28) * 15;
        let close = u32::try_from(rng.between(66, 76)).unwrap_or(72) * 15;
        let saturday = rng.likely(0.7).then_some((open + 30, 14 * 60));
        let hours = if rng.likely(0.06) {
            Week::always()
        } else {
            let weekday = Some((open, close));
            Week::new([weekday, weekday, weekday, weekday, weekday, saturday, None])
        };
        // Drawn for nothing since every denial is the public one: without it every other draw would be another.
        rng.likely(0.5);
        let (zulu, null_lists) = (rng.likely(0.2), rng.likely(0.3));
        let occupancy = 0.2 + 0.5 * rng.unit();
        let troubled = rng.likely(0.15);
        let mut rng = SeededRng::of(seed, &["house", dealer]);
        let no_slots = NoSlotsReason::draw(&mut rng);
        let no_slots = troubled.then_some(no_slots);
        Self {
            zone: zone.unwrap_or(drawn),
            denial: Denial::Bare,
            zulu,
            null_lists,
            occupancy,
            plan,
            near,
            no_slots,
            catalog: catalog(operations, &mut rng),
            schedule: schedule(hours, no_slots, &mut rng),
        }
    }
}

/// Beside what everybody is shown: what is for some vehicles, for internal use, or still being worked on.
fn catalog(mut operations: Vec<Operation>, rng: &mut SeededRng) -> Catalog {
    if rng.likely(0.4) {
        let vehicles = Vehicles { makes: vec!["RAM".to_owned(), "Ford".to_owned()], ..Vehicles::default() };
        let scope = OperationScope::Only(vehicles);
        operations.push(Operation { scope, ..Operation::new("DIESEL.SVC", "Diesel engine service") });
    }
    if rng.likely(0.4) {
        let apps = Apps::internal_only();
        operations.push(Operation { apps, ..Operation::new("FLEET.ONLY", "Fleet customers, by contract") });
    }
    let mut catalog = Catalog::published(operations);
    if rng.likely(0.15) {
        let change = Change { name: Some("Winter package (draft)".to_owned()), ..Change::default() };
        catalog.edit(&Edit::Draft { opcode: "WINTER.PKG".to_owned(), change });
    }
    catalog
}

fn schedule(hours: Week, no_slots: Option<NoSlotsReason>, rng: &mut SeededRng) -> Schedule {
    let advisors = usize::try_from(rng.between(1, 5)).unwrap_or(1);
    let lead = rng.pick(&[0, 0, 30, 60, 120], 0);
    let mut schedule = Schedule::new(hours, advisors, lead);
    // Days are closed from some day on; that is in the scenario.
    if let Some(no_slots) = no_slots.filter(|no_slots| *no_slots != NoSlotsReason::Closed) {
        schedule.adjust(&no_slots.begun(NaiveDate::MIN));
    }
    if rng.likely(0.1) {
        schedule.holidays = false;
    }
    schedule
}
