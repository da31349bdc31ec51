//! Writes the script of one invitation: which behaviour, and from it the timed actions.

pub(super) mod letter;
mod opcode;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::catalog::{Apps, Change, Edit, Which};
use super::chance::SeededRng;
use super::profile::DealerProfile;
use super::script::{Act, Behaviour, MessageKind, NoSlotsReason, OpcodePlan, Timed, When};
use letter::{LetterReading, Typing};

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
    acts: Vec<Timed>,
}

impl ScenarioWriter {
    fn new(from: DateTime<Utc>, generation: u32, reading: Option<&LetterReading>) -> Self {
        let typing = reading.map_or(When::Always, |reading| When::Reading(reading.letter));
        Self { from, generation, typing, acts: Vec::new() }
    }

    /// Adds an action `seconds` after the invitation was generated. What lies beyond the calendar never happens.
    fn add(&mut self, seconds: i64, when: When, act: Act) {
        let Some(at) = TimeDelta::try_seconds(seconds).and_then(|delta| self.from.checked_add_signed(delta)) else {
            return;
        };
        self.acts.push(Timed { at, generation: self.generation, when, act });
    }

    /// A code is typed in, whosever it is.
    fn typed(&mut self, seconds: i64, what: &Typing) {
        let own = std::mem::replace(&mut self.generation, what.generation);
        self.add(seconds, self.typing, what.act.clone());
        self.generation = own;
    }

    fn edit(&mut self, seconds: i64, when: When, edit: Edit) {
        self.add(seconds, when, Act::Catalog(edit));
    }

    /// An operation is drafted, and the catalogue published.
    fn publish(&mut self, seconds: i64, when: When, opcode: &str, change: Change) {
        self.edit(seconds, when, Edit::Draft { opcode: opcode.to_owned(), change });
        self.edit(seconds, when, Edit::Publish);
    }

    /// What kept customers from being offered a time is put right.
    fn end(&mut self, seconds: i64, trouble: NoSlotsReason) {
        self.add(seconds, When::Connected, Act::Calendar(trouble.ended()));
        self.say(seconds + MINUTE, When::Connected, MessageKind::Fixed, trouble.words());
    }

    /// The day that it is at the dealership.
    fn day(&self, seconds: i64, profile: &DealerProfile) -> NaiveDate {
        let at = TimeDelta::try_seconds(seconds).and_then(|delta| self.from.checked_add_signed(delta));
        at.unwrap_or(self.from).with_timezone(&profile.zone).date_naive()
    }

    fn say(&mut self, seconds: i64, when: When, kind: MessageKind, text: &str) {
        self.add(seconds, when, Act::Say { kind, text: text.to_owned(), opcode: None });
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
) -> (Behaviour, Vec<Timed>) {
    let words = ["script", dealer, &generation.to_string(), &generated_at.timestamp_millis().to_string()];
    let mut chance = SeededRng::of(seed, &words);
    let behaviour = Behaviour::draw(&mut chance, generation);
    let mut plot = ScenarioWriter::new(generated_at, generation, reading);
    let lag = reading.map_or(0, |reading| reading.lag);
    let mut when = entered(&mut chance, behaviour);
    if let Some(reading) = reading {
        when = reading.begin(&mut plot, seed, dealer, behaviour, when);
    }
    if chance.likely(0.08) {
        let texts = [
            "We cannot find Configure Application in our Xtime. Where is it?",
            "There is no Partners tab for my user. Who can give me the right role?",
            "Does the 72 hours end at midnight or at the minute?",
            "Do we need one code for each of our stores?",
        ];
        let at = lag + chance.soon(10 * MINUTE, 40 * HOUR);
        plot.say(at, When::Always, MessageKind::Question, chance.pick(&texts, texts[0]));
    }
    match behaviour {
        Behaviour::Never => {
            if chance.likely(0.2) {
                untrue_done(&mut plot, &mut chance, lag + 2 * HOUR);
            }
        }
        Behaviour::Early | Behaviour::Midway | Behaviour::Late | Behaviour::TooLate => {
            finish(&mut plot, &mut chance, when, profile);
        }
        Behaviour::WrongRooftop | Behaviour::Cancel => {
            let right = behaviour == Behaviour::Cancel;
            plot.add(when, plot.typing, Act::Enter { right, finish: !right });
            if chance.likely(if right { 0.5 } else { 0.9 }) {
                untrue_done(&mut plot, &mut chance, when);
            }
        }
        Behaviour::Mistyped | Behaviour::MistypedGivesUp => {
            let text = "Xtime says that the invitation is not valid. We typed it as it stands in the e-mail.";
            match reading {
                None => plot.say(when + 3 * MINUTE, When::Always, MessageKind::CodeRefused, text),
                Some(reading) => plot.typed(when, &reading.slip),
            }
            if behaviour == Behaviour::Mistyped {
                let again = when + chance.soon(10 * MINUTE, 6 * HOUR);
                finish(&mut plot, &mut chance, again, profile);
            }
        }
    }
    if chance.likely(0.6) {
        let at = CODE_LIFE + chance.between(20 * MINUTE, 20 * HOUR);
        plot.say(
            at,
            When::Dead,
            MessageKind::NeedsCode,
            "Our code has run out before we got to it. Please send a new one.",
        );
    }
    (behaviour, plot.acts)
}

/// When the code is typed in, in seconds after it was generated.
fn entered(chance: &mut SeededRng, behaviour: Behaviour) -> i64 {
    match behaviour {
        Behaviour::Midway => chance.between(20 * HOUR, 60 * HOUR),
        Behaviour::Late if chance.likely(0.5) => chance.between(71 * HOUR, CODE_LIFE - MINUTE),
        Behaviour::Late => chance.between(60 * HOUR, 71 * HOUR),
        Behaviour::TooLate => chance.between(CODE_LIFE + MINUTE, 96 * HOUR),
        _ => chance.soon(5 * MINUTE, 20 * HOUR),
    }
}

fn untrue_done(plot: &mut ScenarioWriter, chance: &mut SeededRng, after: i64) {
    let at = after + chance.soon(2 * MINUTE, 5 * HOUR);
    plot.say(at, When::Always, MessageKind::Done, "We have entered the code, everything is done on our side.");
}

/// The code is typed in and confirmed; then Xtime reflects it, the dealership tells, publishes, and perhaps drifts.
fn finish(plot: &mut ScenarioWriter, chance: &mut SeededRng, when: i64, profile: &DealerProfile) {
    plot.add(when, plot.typing, Act::Enter { right: true, finish: true });
    let delay = match chance.weighted(&[(35, 'h'), (52, 'd'), (8, 'o'), (5, 'n')], 'h') {
        'h' => Some(chance.soon(MINUTE, 2 * HOUR)),
        'd' => Some(chance.between(HOUR, 23 * HOUR)),
        'o' => Some(chance.between(24 * HOUR + MINUTE, 40 * HOUR)),
        _ => None,
    };
    if chance.likely(0.7) {
        let at = when + chance.soon(2 * MINUTE, 3 * HOUR);
        plot.say(at, When::Accepted, MessageKind::Done, "We have connected you in Xtime.");
    }
    tell_opcode(plot, chance, when, profile.plan);
    let Some(delay) = delay else { return };
    let connected = when + delay;
    plot.add(connected, When::Accepted, Act::Connect);
    opcode::write(plot, chance, (when, connected), profile);
    if let Some(trouble) = profile.trouble {
        if trouble == NoSlotsReason::Closed {
            plot.add(connected, When::Connected, Act::Calendar(trouble.begun(plot.day(connected, profile))));
        }
        if chance.likely(0.6) {
            let at = connected + chance.between(3 * HOUR, 4 * DAY);
            plot.end(at, trouble);
        }
    }
    drift(plot, chance, connected, profile);
}

fn tell_opcode(plot: &mut ScenarioWriter, chance: &mut SeededRng, when: i64, plan: OpcodePlan) {
    let (opcode, option) = plan.told();
    // Who uses the usual one often thinks that it goes without saying.
    if !chance.likely(if option == "new" { 0.85 } else { 0.6 }) {
        return;
    }
    let text = match option {
        "new" => format!("We have created a new operations code for you: {opcode}"),
        _ => format!("Please use our operations code {opcode}"),
    };
    let act = Act::Say { kind: MessageKind::Opcode, text, opcode: Some((opcode.to_owned(), option)) };
    plot.add(when + chance.soon(5 * MINUTE, 12 * HOUR), When::Accepted, act);
}

/// What goes wrong after it worked: the opcode is renamed or withdrawn, nothing is offered any more, or the connection is
/// ended. About half of it is put right some days later.
fn drift(plot: &mut ScenarioWriter, chance: &mut SeededRng, connected: i64, profile: &DealerProfile) {
    let opcode = profile.plan.told().0;
    let table = [(3, 'r'), (3, 'u'), (2, 'a'), (4, 's'), (4, 'd'), (84, '-')];
    let what = chance.weighted(&table, '-');
    let at = connected + chance.between(12 * HOUR, 12 * DAY);
    let healed = chance.likely(0.5).then_some(at + chance.between(8 * HOUR, 3 * DAY));
    // What was never right cannot go wrong.
    let had_it = matches!(profile.plan, OpcodePlan::Existing | OpcodePlan::OtherExisting | OpcodePlan::NewAtOnce);
    match what {
        'r' | 'u' | 'a' if !had_it => {}
        'r' => {
            let to = chance.pick(&["Tell Us More!", "Tell Us", "CUST STATES", "Online Appt"], "Tell Us");
            plot.edit(at, When::Connected, Edit::Rename { from: opcode.to_owned(), to: to.to_owned() });
            if let Some(healed) = healed {
                plot.edit(healed, When::Connected, Edit::Rename { from: to.to_owned(), to: opcode.to_owned() });
                plot.say(
                    healed + MINUTE,
                    When::Connected,
                    MessageKind::Fixed,
                    "The operations code has its old name again.",
                );
            }
        }
        'u' => {
            plot.edit(at, When::Connected, Edit::Unpublish(Which::One(opcode.to_owned())));
            if let Some(healed) = healed {
                plot.edit(healed, When::Connected, Edit::Publish);
                plot.say(
                    healed + MINUTE,
                    When::Connected,
                    MessageKind::Fixed,
                    "The operations code is published again.",
                );
            }
        }
        'a' => {
            let mut change = Change { apps: Some(Apps::own_house()), ..Change::default() };
            plot.publish(at, When::Connected, opcode, change.clone());
            if let Some(healed) = healed {
                change.apps = Some(Apps::All);
                plot.publish(healed, When::Connected, opcode, change);
                plot.say(
                    healed + MINUTE,
                    When::Connected,
                    MessageKind::Fixed,
                    "The operations code is for all apps again.",
                );
            }
        }
        's' => {
            let trouble = NoSlotsReason::draw(chance);
            plot.add(at, When::Connected, Act::Calendar(trouble.begun(plot.day(at, profile))));
            if let Some(healed) = healed {
                plot.end(healed, trouble);
            }
        }
        'd' => plot.add(connected + chance.between(4 * HOUR, 4 * DAY), When::Connected, Act::Disconnect),
        _ => {}
    }
}
