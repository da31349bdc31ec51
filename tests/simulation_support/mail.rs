//! The mail of a simulation: a server with moods that loses answers, and dealers who act on what stands in their letters.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use cloverwatch::clock::SharedClock;
use cloverwatch::domain::{Event, Fact, InvitationState, LetterId, LetterKind, Onboarding, Timestamp};
use cloverwatch::engine::OutboxParts;
use cloverwatch::mail::{
    Delivery, LetterRenderer, MailTransport, OutgoingMessage, PreSendCheck, PreSendDecision, RefusedBy,
    RendererSettings,
};
use mail_parser::MessageParser;
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// What is wrong with the mail server at the moment.
#[derive(Debug, Clone, Default)]
pub struct MailMood {
    pub down: bool,
    /// The share of letters that are refused for the time being.
    pub busy: f64,
    /// It refuses every recipient, for a reason that is about us.
    pub unwilling: bool,
    /// It has enough of us for the moment.
    pub throttled: bool,
    /// The share of letters that it takes without saying so; every second of those never arrives.
    pub silent: f64,
}

/// A letter in a mailbox, as its reader sees it.
#[derive(Debug, Clone)]
pub struct Arrived {
    pub letter: LetterId,
    pub to: String,
    pub subject: String,
    /// The line that stands alone, where a reader finds the code.
    pub code: Option<String>,
    pub at: Timestamp,
}

pub struct MailState {
    pub rng: StdRng,
    pub mood: MailMood,
    pub arrived: Vec<Arrived>,
    /// Addresses that do not exist.
    pub unknown: Vec<String>,
    /// The process hangs for good when it hands over this letter: for tests of crashes.
    pub hangs: Option<Hang>,
    /// How many processes hand over letters.
    pub processes: usize,
    pub under_way: usize,
    pub most_under_way: usize,
    /// How often a letter was brought.
    pub tries: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hang {
    BeforeGate,
    /// After the last check, before anything arrives.
    BeforeArrival,
    /// After it arrived, before the answer.
    AfterArrival,
}

pub struct MailWorld {
    clock: SharedClock,
    pub state: Mutex<MailState>,
}

pub const LANES: usize = 4;

/// Made once: it tries out every letter.
static RENDERER: LazyLock<LetterRenderer> = LazyLock::new(|| {
    let settings = RendererSettings {
        partner: "DataClover".to_owned(),
        from: "DataClover Onboarding <onboarding@example.com>".to_owned(),
        reply_to: None,
        envelope_from: None,
        bcc: None,
        contact: None,
        templates: None,
    };
    LetterRenderer::new(&settings).unwrap()
});

impl MailWorld {
    pub fn new(clock: SharedClock, seed: u64) -> Arc<Self> {
        let state = MailState {
            rng: StdRng::seed_from_u64(seed),
            mood: MailMood::default(),
            arrived: Vec::new(),
            unknown: Vec::new(),
            hangs: None,
            processes: 1,
            under_way: 0,
            most_under_way: 0,
            tries: 0,
        };
        Arc::new(Self { clock, state: Mutex::new(state) })
    }

    pub fn mood(&self, change: impl FnOnce(&mut MailMood)) {
        change(&mut self.state.lock().mood);
    }

    /// What the engine is given of it.
    pub fn outbox(self: &Arc<Self>) -> OutboxParts {
        OutboxParts {
            renderer: RENDERER.clone(),
            transport: Arc::clone(self) as Arc<dyn MailTransport>,
            per_hour: 1_000,
            reports: None,
        }
    }

    pub fn arrived(&self) -> Vec<Arrived> {
        self.state.lock().arrived.clone()
    }

    fn arrive(&self, outgoing: &OutgoingMessage) {
        let arrived = read(outgoing, self.clock.now());
        self.state.lock().arrived.push(arrived);
    }
}

/// Reads a letter as a person does: the code is the one line between two empty ones that is a single word.
fn read(outgoing: &OutgoingMessage, at: Timestamp) -> Arrived {
    let message = MessageParser::default().parse(&outgoing.message).unwrap();
    let text = message.body_text(0).unwrap();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let alone = |three: &[&str]| {
        let word = !three[1].is_empty() && !three[1].contains(char::is_whitespace) && three[1].len() >= 4;
        (three[0].is_empty() && three[2].is_empty() && word).then(|| three[1].to_owned())
    };
    let code = lines.windows(3).find_map(alone);
    Arrived {
        letter: outgoing.letter,
        to: message.to().unwrap().first().unwrap().address().unwrap().to_owned(),
        subject: message.subject().unwrap().to_owned(),
        code,
        at,
    }
}

struct UnderWay<'a>(&'a MailWorld);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.state.lock().under_way -= 1;
    }
}

#[async_trait]
impl MailTransport for MailWorld {
    async fn deliver(&self, outgoing: &OutgoingMessage, pre_send: &dyn PreSendCheck) -> Delivery {
        let (latency, mood, busy, silent, arrives, hangs) = {
            let mut state = self.state.lock();
            state.under_way += 1;
            state.tries += 1;
            state.most_under_way = state.most_under_way.max(state.under_way);
            let mood = state.mood.clone();
            let (busy, silent) = (state.rng.random_bool(mood.busy), state.rng.random_bool(mood.silent));
            (state.rng.random_range(5..400), mood, busy, silent, state.rng.random_bool(0.5), state.hangs)
        };
        let _under_way = UnderWay(self);
        self.clock.sleep(Duration::from_millis(latency)).await;
        if mood.down {
            return Delivery::Down { reason: "connection refused".to_owned() };
        }
        if self.state.lock().unknown.contains(&outgoing.to) {
            let (reason, address) = ("550 5.1.1 no such user".to_owned(), Some("5.1.1".to_owned()));
            return Delivery::Refused { reason, permanent: true, address, by: RefusedBy::Server };
        }
        if mood.unwilling {
            return Delivery::Refused {
                reason: "550 5.7.1 relaying denied".to_owned(),
                permanent: true,
                address: None,
                by: RefusedBy::ServerForAll,
            };
        }
        if mood.throttled {
            return Delivery::Deferred { reason: "450 4.7.1 too much mail".to_owned() };
        }
        if busy {
            let reason = "450 4.2.1 busy".to_owned();
            return Delivery::Refused { reason, permanent: false, address: None, by: RefusedBy::Server };
        }
        if hangs == Some(Hang::BeforeGate) {
            std::future::pending::<()>().await;
        }
        if pre_send.check().await == PreSendDecision::Abort {
            return Delivery::Aborted;
        }
        if hangs == Some(Hang::BeforeArrival) {
            std::future::pending::<()>().await;
        }
        self.clock.sleep(Duration::from_millis(latency)).await;
        if !silent || arrives {
            self.arrive(outgoing);
        }
        if hangs == Some(Hang::AfterArrival) {
            std::future::pending::<()>().await;
        }
        self.clock.sleep(Duration::from_millis(latency / 2)).await;
        match silent {
            true => Delivery::Uncertain { reason: "the connection ended after the final dot".to_owned() },
            false => Delivery::Sent { reply: "250 2.0.0 queued".to_owned() },
        }
    }

    async fn check(&self) -> Result<String, String> {
        Ok("ready".to_owned())
    }

    fn name(&self) -> String {
        "simulated mail".to_owned()
    }

    fn max_connections(&self) -> usize {
        LANES
    }
}

/// What must always be true of letters, checked by the events and by what arrived.
#[derive(Default)]
pub struct MailChecker {
    codes: HashMap<(cloverwatch::domain::DealershipId, u32), String>,
    letters: HashMap<LetterId, Told>,
    reminders: HashMap<(cloverwatch::domain::DealershipId, u32, u32), LetterId>,
    arrived_checked: usize,
}

#[derive(Default)]
struct Told {
    kind: Option<LetterKind>,
    owner: Option<cloverwatch::domain::DealershipId>,
    generation: u32,
    to: String,
    begun: u32,
    uncertain: u32,
    refused_after_begun: u32,
    sending: bool,
    arrived: u32,
    person_wanted_it_again: bool,
    begun_at: Vec<Timestamp>,
    queued_at: Option<Timestamp>,
    ends: u32,
}

impl Told {
    /// Six tries of the ladder, and the two of a letter in doubt.
    fn end(&mut self) {
        self.ends += 1;
        assert!(self.person_wanted_it_again || self.ends <= 8, "a letter is tried without end");
    }
}

impl MailChecker {
    /// An event, and the dealership before it.
    pub fn take_in(&mut self, event: &Event, before: Option<&Onboarding>) {
        let Some(id) = event.dealership else { return };
        match &event.fact {
            Fact::InvitationIssued { generation, code, .. } => {
                self.codes.insert((id, *generation), code.reveal().to_owned());
            }
            Fact::EmailQueued { letter, what, generation, before: seconds, .. } => {
                let told = self.letters.entry(*letter).or_default();
                assert!(told.kind.is_none(), "a letter is queued once");
                (told.kind, told.owner, told.generation) = (Some(*what), Some(id), *generation);
                told.queued_at = Some(event.at);
                if let Some(seconds) = seconds {
                    let again = self.reminders.insert((id, *generation, *seconds), *letter);
                    assert_eq!(again, None, "reminded of the same twice");
                }
            }
            Fact::EmailBegun { letter, to } => {
                let before = before.unwrap();
                let told = self.letters.get_mut(letter).unwrap();
                assert!(!told.sending, "begun twice without an end");
                told.sending = true;
                told.begun += 1;
                to.raw().clone_into(&mut told.to);
                told.begun_at.push(event.at);
                if told.kind == Some(LetterKind::Reminder) {
                    let quiet = cloverwatch::domain::MailPolicy::default().quiet.unwrap();
                    let woken = quiet.end(told.queued_at.unwrap(), before.profile.timezone);
                    let dies = before.invitation.as_ref().unwrap().expires_at;
                    assert!(woken.is_none_or(|woken| woken >= dies), "a reminder was queued in the quiet hours");
                }
                assert_eq!(before.profile.contact.email, *to);
                assert!(before.archived_at.is_none() && before.address_refused().is_none());
                if told.kind.unwrap().carries_code() {
                    let newest = before.invitation.as_ref().unwrap();
                    assert_eq!(newest.generation, told.generation, "a superseded code on its way");
                    assert_eq!(newest.state(event.at), InvitationState::Live, "a dead code on its way");
                    assert!(!before.is_confirmed(), "a code for somebody who is connected");
                }
                let most = if told.person_wanted_it_again { u32::MAX } else { 2 };
                assert!(told.begun - told.refused_after_begun <= most, "a third copy");
                assert!(
                    told.begun - told.refused_after_begun <= 1 + told.uncertain,
                    "a second copy of what was certain"
                );
            }
            Fact::EmailSent { letter, .. } => {
                let told = self.letters.get_mut(letter).unwrap();
                assert!(told.sending && told.arrived > 0, "sent, and never arrived");
                told.sending = false;
            }
            Fact::EmailFailed { letter, .. } => {
                let told = self.letters.get_mut(letter).unwrap();
                told.refused_after_begun += u32::from(told.sending);
                told.sending = false;
                told.end();
            }
            Fact::EmailUncertain { letter, refused, .. } => {
                let told = self.letters.get_mut(letter).unwrap();
                told.refused_after_begun += u32::from(told.sending && *refused);
                told.uncertain += u32::from(told.sending && !*refused);
                told.sending = false;
                told.end();
            }
            Fact::EmailRetried { letter } => self.letters.get_mut(letter).unwrap().person_wanted_it_again = true,
            _ => {}
        }
    }

    /// Whatever arrived since the last time. The letters with a code in them are what dealers act on.
    pub fn arrivals(&mut self, mail: &MailWorld) -> Vec<Arrived> {
        let state = mail.state.lock();
        assert!(state.most_under_way <= LANES * state.processes);
        let new = state.arrived[self.arrived_checked..].to_vec();
        self.arrived_checked = state.arrived.len();
        drop(state);
        for one in &new {
            let told = self.letters.get_mut(&one.letter).expect("a letter arrived that was never queued");
            told.arrived += 1;
            assert!(told.arrived <= told.begun, "it arrived more often than it was handed over");
            assert_eq!(one.to, told.to, "it arrived at the wrong rooftop");
            let key = (told.owner.unwrap(), told.generation);
            let code = told.kind.unwrap().carries_code().then(|| self.codes[&key].clone());
            assert_eq!(one.code, code, "the code in the letter is not the dealership's");
            assert!(code.is_none_or(|code| !one.subject.contains(&code)), "a code in a Subject");
        }
        new
    }
}
