//! What a dealership does about its service operations code once it is connected, and what it puts right later.

use super::super::catalog::{Apps, Change, Edit, OperationScope, Vehicles};
use super::super::chance::SeededRng;
use super::super::profile::{DealerProfile, NEW_OPCODE, TELL_US_MORE};
use super::super::script::{MessageKind, OpcodePlan, When};
use super::{DAY, HOUR, MINUTE, ScenarioWriter};

/// Writes it down: what is done when the code is entered, and what after Xtime shows the connection.
pub(super) fn write(
    plot: &mut ScenarioWriter,
    chance: &mut SeededRng,
    (entered, connected): (i64, i64),
    profile: &DealerProfile,
) {
    let created = entered + 2 * MINUTE;
    let named = Change { name: Some("DataClover appointment".to_owned()), ..Change::default() };
    let later = chance.between(6 * HOUR, 4 * DAY);
    let healed = chance.likely(0.6).then_some(connected + later);
    match profile.plan {
        OpcodePlan::NewAtOnce => plot.publish(created, When::Accepted, NEW_OPCODE, named),
        OpcodePlan::NewLater => plot.publish(connected + later, When::Accepted, NEW_OPCODE, named),
        OpcodePlan::NewUnpublished => {
            plot.edit(created, When::Accepted, Edit::Draft { opcode: NEW_OPCODE.to_owned(), change: named });
            if let Some(healed) = healed {
                plot.edit(healed, When::Connected, Edit::Publish);
                fixed(
                    plot,
                    healed,
                    "We had created the operations code, but not published the catalog. It is published now.",
                );
            }
        }
        OpcodePlan::NewNotAll => {
            plot.publish(created, When::Accepted, NEW_OPCODE, Change { apps: Some(Apps::own_house()), ..named });
            if let Some(healed) = healed {
                plot.publish(
                    healed,
                    When::Connected,
                    NEW_OPCODE,
                    Change { apps: Some(Apps::All), ..Change::default() },
                );
                fixed(plot, healed, "The operations code was for our own apps only. All apps may display it now.");
            }
        }
        OpcodePlan::NewNotStandard => {
            let vehicles = Vehicles { makes: vec!["Toyota".to_owned()], ..Vehicles::default() };
            plot.publish(
                created,
                When::Accepted,
                NEW_OPCODE,
                Change { scope: Some(OperationScope::Only(vehicles)), ..named },
            );
            if let Some(healed) = healed {
                let change = Change { scope: Some(OperationScope::Standard), ..Change::default() };
                plot.publish(healed, When::Connected, NEW_OPCODE, change);
                fixed(plot, healed, "The operations code was for one make only. It is of standard scope now.");
            }
        }
        OpcodePlan::OwnHouse => {
            if let Some(healed) = healed {
                let change = Change { apps: Some(Apps::All), ..Change::default() };
                plot.publish(healed, When::Connected, TELL_US_MORE, change);
                fixed(plot, healed, "Nothing of our catalog was for all apps. The operations code is now.");
            }
        }
        OpcodePlan::NearMiss => {
            let Some((healed, near)) = healed.zip(profile.near) else { return };
            if chance.likely(0.5) {
                plot.edit(healed, When::Connected, Edit::Rename { from: near.to_owned(), to: TELL_US_MORE.to_owned() });
            } else {
                plot.publish(healed, When::Connected, TELL_US_MORE, Change::default());
            }
        }
        OpcodePlan::Existing | OpcodePlan::OtherExisting | OpcodePlan::NewNever => {}
    }
}

fn fixed(plot: &mut ScenarioWriter, at: i64, words: &str) {
    plot.say(at + MINUTE, When::Connected, MessageKind::Fixed, words);
}
