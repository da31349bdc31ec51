//! What a dealership does about its service operations code once it is connected, and what it puts right later.

use super::super::action::{MessageKind, OpcodePlan, When};
use super::super::catalog::{Apps, Change, Edit, NEW_OPCODE, OperationScope, TELL_US_MORE, Vehicles};
use super::super::profile::DealerProfile;
use super::super::seeded_rng::SeededRng;
use super::{DAY, HOUR, MINUTE, ScenarioWriter};

/// What is done when the code is entered, and what after Xtime shows the connection.
pub(super) fn write(
    scenario: &mut ScenarioWriter,
    rng: &mut SeededRng,
    (entered, connected): (i64, i64),
    profile: &DealerProfile,
) {
    let created = entered + 2 * MINUTE;
    let named = Change { name: Some("DataClover appointment".to_owned()), ..Change::default() };
    let later = rng.between(6 * HOUR, 4 * DAY);
    let healed = rng.likely(0.6).then_some(connected + later);
    match profile.plan {
        OpcodePlan::NewAtOnce => scenario.publish(created, When::Accepted, NEW_OPCODE, named),
        OpcodePlan::NewLater => scenario.publish(connected + later, When::Accepted, NEW_OPCODE, named),
        OpcodePlan::NewUnpublished => {
            let draft = Edit::Draft { opcode: NEW_OPCODE.to_owned(), change: named };
            scenario.edit(created, When::Accepted, draft);
        }
        OpcodePlan::NewNotAll => {
            let change = Change { apps: Some(Apps::internal_only()), ..named };
            scenario.publish(created, When::Accepted, NEW_OPCODE, change);
        }
        OpcodePlan::NewNotStandard => {
            let vehicles = Vehicles { makes: vec!["Toyota".to_owned()], ..Vehicles::default() };
            let change = Change { scope: Some(OperationScope::Only(vehicles)), ..named };
            scenario.publish(created, When::Accepted, NEW_OPCODE, change);
        }
        OpcodePlan::InternalOnly
        | OpcodePlan::NearMiss
        | OpcodePlan::Existing
        | OpcodePlan::OtherExisting
        | OpcodePlan::NewNever => {}
    }
    if let Some(at) = healed {
        heal(scenario, rng, at, profile);
    }
}

/// What kept partners from seeing the opcode is put right.
fn heal(scenario: &mut ScenarioWriter, rng: &mut SeededRng, at: i64, profile: &DealerProfile) {
    let for_all = Change { apps: Some(Apps::All), ..Change::default() };
    match profile.plan {
        OpcodePlan::NewUnpublished => {
            scenario.edit(at, When::Connected, Edit::Publish);
            let text = "We had created the operations code, but not published the catalog. It is published now.";
            fixed(scenario, at, text);
        }
        OpcodePlan::NewNotAll => {
            scenario.publish(at, When::Connected, NEW_OPCODE, for_all);
            fixed(scenario, at, "The operations code was for our own apps only. All apps may display it now.");
        }
        OpcodePlan::NewNotStandard => {
            let change = Change { scope: Some(OperationScope::Standard), ..Change::default() };
            scenario.publish(at, When::Connected, NEW_OPCODE, change);
            fixed(scenario, at, "The operations code was for one make only. It is of standard scope now.");
        }
        OpcodePlan::InternalOnly => {
            scenario.publish(at, When::Connected, TELL_US_MORE, for_all);
            fixed(scenario, at, "Nothing of our catalog was for all apps. The operations code is now.");
        }
        OpcodePlan::NearMiss => {
            let Some(near) = profile.near else { return };
            if rng.likely(0.5) {
                let rename = Edit::Rename { from: near.to_owned(), to: TELL_US_MORE.to_owned() };
                scenario.edit(at, When::Connected, rename);
            } else {
                scenario.publish(at, When::Connected, TELL_US_MORE, Change::default());
            }
        }
        OpcodePlan::NewAtOnce
        | OpcodePlan::NewLater
        | OpcodePlan::Existing
        | OpcodePlan::OtherExisting
        | OpcodePlan::NewNever => {}
    }
}

fn fixed(scenario: &mut ScenarioWriter, at: i64, text: &str) {
    scenario.say(at + MINUTE, When::Connected, MessageKind::Fixed, text);
}
