//! Writes the scenario of one invitation: which behaviour, and from it the scheduled actions.

pub(super) mod letter;
mod opcode;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::action::{Behaviour, DealerAction, MessageKind, NoSlotsReason, OpcodePlan, ScheduledAction, When};
use super::catalog::{Apps, Change, Edit, Which};
use super::profile::DealerProfile;
use super::seeded_rng::SeededRng;
use letter::{LetterReading, TypedCode};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How long an invitation code lives, in seconds.
pub(super) const CODE_LIFE: i64 = 72 * HOUR;

struct ScenarioWriter {
    from: DateTime<Utc>,
    generation: u32,
    /// When the code is typed in at all.
    typing: When,
    actions: Vec<ScheduledAction>,
}

impl ScenarioWriter {
    fn new(from: DateTime<Utc>, generation: u32, reading: Option<&LetterReading>) -> Self {
        let typing = reading.map_or(When::Always, |reading| When::Reading(reading.letter));
        Self { from, generation, typing, actions: Vec::new() }
    }

    /// Adds an action `seconds` after the invitation was generated. What lies beyond the calendar never happens.
    fn add(&mut self, seconds: i64, when: When, action: DealerAction) {
        let Some(at) = TimeDelta::try_seconds(seconds).and_then(|delta| self.from.checked_add_signed(delta)) else {
            return;
        };
        self.actions.push(ScheduledAction { at, generation: self.generation, when, action });
    }

    /// A code is typed in, whosever it is.
    fn typed(&mut self, seconds: i64, what: &TypedCode) {
        let own = std::mem::replace(&mut self.generation, what.generation);
        self.add(seconds, self.typing, what.action.clone());
        self.generation = own;
    }

    fn edit(&mut self, seconds: i64, when: When, edit: Edit) {
        self.add(seconds, when, DealerAction::Catalog(edit));
    }

    /// An operation is drafted, and the catalogue published.
    fn publish(&mut self, seconds: i64, when: When, opcode: &str, change: Change) {
        self.edit(seconds, when, Edit::Draft { opcode: opcode.to_owned(), change });
        self.edit(seconds, when, Edit::Publish);
    }

    /// What kept customers from being offered a time is put right.
    fn end(&mut self, seconds: i64, no_slots: NoSlotsReason) {
        self.add(seconds, When::Connected, DealerAction::Calendar(no_slots.ended()));
        self.say(seconds + MINUTE, When::Connected, MessageKind::Fixed, no_slots.message());
    }

    /// The day that it is at the dealership.
    fn day(&self, seconds: i64, profile: &DealerProfile) -> NaiveDate {
        let at = TimeDelta::try_seconds(seconds).and_then(|delta| self.from.checked_add_signed(delta));
        at.unwrap_or(self.from).with_timezone(&profile.zone).date_naive()
    }

    fn say(&mut self, seconds: i64, when: When, kind: MessageKind, text: &str) {
        self.add(seconds, when, DealerAction::Say { kind, text: text.to_owned(), opcode: None });
    }
}

/// What a dealership does with an invitation: how, and the timed actions in no particular order. Who reads of it in a letter
/// does the same as who was told at once, only not before the letter was read.
pub(super) fn write(
    seed: u64,
    dealer: &str,
    generation: u32,
    generated_at: DateTime<Utc>,
    profile: &DealerProfile,
    reading: Option<&LetterReading>,
) -> (Behaviour, Vec<ScheduledAction>) {
    let words = ["script", dealer, &generation.to_string(), &generated_at.timestamp_millis().to_string()];
    let mut rng = SeededRng::of(seed, &words);
    let behaviour = Behaviour::draw(&mut rng, generation);
    let mut scenario = ScenarioWriter::new(generated_at, generation, reading);
    let lag = reading.map_or(0, |reading| reading.lag);
    let mut when = entered(&mut rng, behaviour);
    if let Some(reading) = reading {
        when = reading.begin(&mut scenario, seed, dealer, behaviour, when);
    }
    question(&mut scenario, &mut rng, lag);
    match behaviour {
        Behaviour::Never => {
            if rng.likely(0.2) {
                untrue_done(&mut scenario, &mut rng, lag + 2 * HOUR);
            }
        }
        Behaviour::Early | Behaviour::Midway | Behaviour::Late | Behaviour::TooLate => {
            finish(&mut scenario, &mut rng, when, profile);
        }
        Behaviour::WrongRooftop | Behaviour::Cancel => {
            let right = behaviour == Behaviour::Cancel;
            scenario.add(when, scenario.typing, DealerAction::Enter { right, finish: !right });
            if rng.likely(if right { 0.5 } else { 0.9 }) {
                untrue_done(&mut scenario, &mut rng, when);
            }
        }
        Behaviour::Mistyped | Behaviour::MistypedGivesUp => {
            let text = "Xtime says that the invitation is not valid. We typed it as it stands in the e-mail.";
            match reading {
                None => scenario.say(when + 3 * MINUTE, When::Always, MessageKind::CodeRefused, text),
                Some(reading) => scenario.typed(when, &reading.slip),
            }
            if behaviour == Behaviour::Mistyped {
                let again = when + rng.soon(10 * MINUTE, 6 * HOUR);
                finish(&mut scenario, &mut rng, again, profile);
            }
        }
    }
    if rng.likely(0.6) {
        let at = CODE_LIFE + rng.between(20 * MINUTE, 20 * HOUR);
        let text = "Our code has run out before we got to it. Please send a new one.";
        scenario.say(at, When::Dead, MessageKind::NeedsCode, text);
    }
    (behaviour, scenario.actions)
}

fn question(scenario: &mut ScenarioWriter, rng: &mut SeededRng, lag: i64) {
    if !rng.likely(0.08) {
        return;
    }
    let texts = [
        "We cannot find Configure Application in our Xtime. Where is it?",
        "There is no Partners tab for my user. Who can give me the right role?",
        "Does the 72 hours end at midnight or at the minute?",
        "Do we need one code for each of our stores?",
    ];
    let at = lag + rng.soon(10 * MINUTE, 40 * HOUR);
    scenario.say(at, When::Always, MessageKind::Question, rng.pick(&texts, texts[0]));
}

/// When the code is typed in, in seconds after it was generated.
fn entered(rng: &mut SeededRng, behaviour: Behaviour) -> i64 {
    match behaviour {
        Behaviour::Midway => rng.between(20 * HOUR, 60 * HOUR),
        Behaviour::Late if rng.likely(0.5) => rng.between(71 * HOUR, CODE_LIFE - MINUTE),
        Behaviour::Late => rng.between(60 * HOUR, 71 * HOUR),
        Behaviour::TooLate => rng.between(CODE_LIFE + MINUTE, 96 * HOUR),
        _ => rng.soon(5 * MINUTE, 20 * HOUR),
    }
}

fn untrue_done(scenario: &mut ScenarioWriter, rng: &mut SeededRng, after: i64) {
    let at = after + rng.soon(2 * MINUTE, 5 * HOUR);
    scenario.say(at, When::Always, MessageKind::Done, "We have entered the code, everything is done on our side.");
}

/// The code is typed in and confirmed; then Xtime reflects it, the dealership tells, publishes, and perhaps drifts.
fn finish(scenario: &mut ScenarioWriter, rng: &mut SeededRng, when: i64, profile: &DealerProfile) {
    scenario.add(when, scenario.typing, DealerAction::Enter { right: true, finish: true });
    let delay = match rng.weighted(&[(35, 'h'), (52, 'd'), (8, 'o'), (5, 'n')], 'h') {
        'h' => Some(rng.soon(MINUTE, 2 * HOUR)),
        'd' => Some(rng.between(HOUR, 23 * HOUR)),
        'o' => Some(rng.between(24 * HOUR + MINUTE, 40 * HOUR)),
        _ => None,
    };
    if rng.likely(0.7) {
        let at = when + rng.soon(2 * MINUTE, 3 * HOUR);
        scenario.say(at, When::Accepted, MessageKind::Done, "We have connected you in Xtime.");
    }
    tell_opcode(scenario, rng, when, profile.plan);
    let Some(delay) = delay else { return };
    let connected = when + delay;
    scenario.add(connected, When::Accepted, DealerAction::Connect);
    opcode::write(scenario, rng, (when, connected), profile);
    if let Some(no_slots) = profile.no_slots {
        if no_slots == NoSlotsReason::Closed {
            scenario.add(
                connected,
                When::Connected,
                DealerAction::Calendar(no_slots.begun(scenario.day(connected, profile))),
            );
        }
        if rng.likely(0.6) {
            let at = connected + rng.between(3 * HOUR, 4 * DAY);
            scenario.end(at, no_slots);
        }
    }
    drift(scenario, rng, connected, profile);
}

fn tell_opcode(scenario: &mut ScenarioWriter, rng: &mut SeededRng, when: i64, plan: OpcodePlan) {
    let (opcode, option) = plan.told();
    // Who uses the usual one often thinks that it goes without saying.
    if !rng.likely(if option == "new" { 0.85 } else { 0.6 }) {
        return;
    }
    let text = match option {
        "new" => format!("We have created a new operations code for you: {opcode}"),
        _ => format!("Please use our operations code {opcode}"),
    };
    let action = DealerAction::Say { kind: MessageKind::Opcode, text, opcode: Some((opcode.to_owned(), option)) };
    scenario.add(when + rng.soon(5 * MINUTE, 12 * HOUR), When::Accepted, action);
}

/// What goes wrong after it worked: the opcode is renamed or withdrawn, nothing is offered any more, or the connection is
/// ended. About half of it is put right some days later.
fn drift(scenario: &mut ScenarioWriter, rng: &mut SeededRng, connected: i64, profile: &DealerProfile) {
    let opcode = profile.plan.told().0;
    let table = [(3, 'r'), (3, 'u'), (2, 'a'), (4, 's'), (4, 'd'), (84, '-')];
    let what = rng.weighted(&table, '-');
    let at = connected + rng.between(12 * HOUR, 12 * DAY);
    let healed = rng.likely(0.5).then_some(at + rng.between(8 * HOUR, 3 * DAY));
    // What was never right cannot go wrong.
    let had_it = matches!(profile.plan, OpcodePlan::Existing | OpcodePlan::OtherExisting | OpcodePlan::NewAtOnce);
    match what {
        'r' | 'u' | 'a' if !had_it => {}
        'r' => {
            let to = rng.pick(&["Tell Us More!", "Tell Us", "CUST STATES", "Online Appt"], "Tell Us");
            scenario.edit(at, When::Connected, Edit::Rename { from: opcode.to_owned(), to: to.to_owned() });
            if let Some(healed) = healed {
                scenario.edit(healed, When::Connected, Edit::Rename { from: to.to_owned(), to: opcode.to_owned() });
                scenario.say(
                    healed + MINUTE,
                    When::Connected,
                    MessageKind::Fixed,
                    "The operations code has its old name again.",
                );
            }
        }
        'u' => {
            scenario.edit(at, When::Connected, Edit::Unpublish(Which::One(opcode.to_owned())));
            if let Some(healed) = healed {
                scenario.edit(healed, When::Connected, Edit::Publish);
                scenario.say(
                    healed + MINUTE,
                    When::Connected,
                    MessageKind::Fixed,
                    "The operations code is published again.",
                );
            }
        }
        'a' => {
            let mut change = Change { apps: Some(Apps::internal_only()), ..Change::default() };
            scenario.publish(at, When::Connected, opcode, change.clone());
            if let Some(healed) = healed {
                change.apps = Some(Apps::All);
                scenario.publish(healed, When::Connected, opcode, change);
                scenario.say(
                    healed + MINUTE,
                    When::Connected,
                    MessageKind::Fixed,
                    "The operations code is for all apps again.",
                );
            }
        }
        's' => {
            let no_slots = NoSlotsReason::draw(rng);
            scenario.add(at, When::Connected, DealerAction::Calendar(no_slots.begun(scenario.day(at, profile))));
            if let Some(healed) = healed {
                scenario.end(healed, no_slots);
            }
        }
        'd' => scenario.add(connected + rng.between(4 * HOUR, 4 * DAY), When::Connected, DealerAction::Disconnect),
        _ => {}
    }
}
