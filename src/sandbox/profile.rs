//! What a simulated dealership is like before anybody invites it: zone, hours, catalogue, and how its gateway says no.

use chrono_tz::Tz;

use super::chance::Chance;
use super::script::OpcodePlan;

/// One entry of a dealership's catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Service {
    pub(super) opcode: String,
    pub(super) name: String,
}

impl Service {
    pub(super) fn new(opcode: &str, name: &str) -> Self {
        Self { opcode: opcode.to_owned(), name: name.to_owned() }
    }
}

/// How a dealership that is not connected is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denial {
    /// A bare 403 from the gateway.
    Bare,
    /// Status 200 with `success: false`, a code and a message.
    Envelope,
}

/// What a dealership is like: a pure function of the seed and its code.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    pub(super) zone: Tz,
    pub(super) denial: Denial,
    /// Its local times end in a `Z` that does not mean UTC.
    pub(super) zulu: bool,
    /// It answers `null` where others answer an empty list.
    pub(super) null_lists: bool,
    /// Opening hours from Monday, in minutes of the day.
    pub(super) hours: [Option<(u32, u32)>; 7],
    /// The share of slots that others have taken.
    pub(super) occupancy: f64,
    /// Whether customers of the web are offered anything at the start.
    pub(super) capacity: bool,
    /// What it will do about the service operations code.
    pub(super) plan: OpcodePlan,
    /// The catalogue before anything happens.
    pub(super) services: Vec<Service>,
}

const ZONES: [Tz; 9] = [
    Tz::America__New_York,
    Tz::America__Chicago,
    Tz::America__Denver,
    Tz::America__Phoenix,
    Tz::America__Los_Angeles,
    Tz::America__Toronto,
    Tz::America__Halifax,
    Tz::America__Anchorage,
    Tz::Pacific__Honolulu,
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

/// The opcode that most dealerships have already.
pub(super) const TELL_US_MORE: &str = "Tell Us More";
/// The suitable ordinary opcode that some name instead.
pub(super) const OTHER_EXISTING: &str = "Customer States";
/// The opcode that some create for the partner.
pub(super) const NEW_OPCODE: &str = "DataClover Appt";

impl Profile {
    /// The dealership with a code, in a zone when that is known.
    pub(super) fn of(seed: u64, dealer: &str, zone: Option<Tz>) -> Self {
        let mut chance = Chance::of(seed, &["profile", dealer]);
        let plan = OpcodePlan::draw(&mut chance);
        let drawn = chance.pick(&ZONES, Tz::America__Chicago);
        let count = chance.between(5, 20);
        let step = chance.pick(&[1, 5, 7, 11], 1);
        let start = chance.between(0, 23);
        let mut services: Vec<Service> = (0..count)
            .filter_map(|index| ORDINARY.get(usize::try_from((start + index * step) % 24).unwrap_or(0)))
            .map(|(opcode, name)| Service::new(opcode, name))
            .collect();
        match plan {
            OpcodePlan::Existing => services.push(Service::new(TELL_US_MORE, TELL_US_MORE)),
            OpcodePlan::NearMiss => {
                let near = chance.pick(&["TELL US MORE", "Tell us more", "Tell  Us More"], "TELL US MORE");
                services.push(Service::new(near, TELL_US_MORE));
            }
            OpcodePlan::OtherExisting => services.push(Service::new(OTHER_EXISTING, "Customer states a concern")),
            OpcodePlan::NewAtOnce | OpcodePlan::NewLater | OpcodePlan::NewNever => {}
        }
        let open = u32::try_from(chance.between(26, 32)).unwrap_or(28) * 15;
        let close = u32::try_from(chance.between(66, 76)).unwrap_or(72) * 15;
        let saturday = chance.likely(0.7).then_some((open + 30, 14 * 60));
        let hours = if chance.likely(0.06) {
            [Some((0, 24 * 60)); 7]
        } else {
            let weekday = Some((open, close));
            [weekday, weekday, weekday, weekday, weekday, saturday, None]
        };
        Self {
            zone: zone.unwrap_or(drawn),
            denial: if chance.likely(0.5) { Denial::Bare } else { Denial::Envelope },
            zulu: chance.likely(0.2),
            null_lists: chance.likely(0.3),
            hours,
            occupancy: 0.2 + 0.5 * chance.unit(),
            capacity: chance.likely(0.9),
            plan,
            services,
        }
    }

    /// The words that a person reads about how it refuses.
    pub(super) fn denial_name(&self) -> &'static str {
        match self.denial {
            Denial::Bare => "bare-403",
            Denial::Envelope => "success-false",
        }
    }
}
