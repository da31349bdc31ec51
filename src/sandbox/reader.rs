//! How the people of a simulated dealership come to know a code: from a letter in their mailbox, and from nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::timezone::Tz;
use chrono::{DateTime, TimeDelta, Utc};

use super::action::{Behaviour, CodeResult, DealerAction, ScheduledAction, Typed, When};
use super::scenario::{self, letter::LetterReading, letter::TypedCode};
use super::seeded_rng::SeededRng;
use super::world::{ACTS, World, WorldRefusal};

/// How many letters with a code one dealership takes notice of.
const LETTERS: usize = 1_000;
/// The most things that follow from one letter.
const CONSEQUENCES: usize = 64;

/// What the code in a letter was worth when it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CodeStanding {
    NoCode,
    /// It would have been accepted.
    Living,
    Expired,
    /// A newer one had been generated.
    Superseded,
    /// It was generated for a dealership that gets no letters at this address.
    OtherRooftop,
    Unknown,
}

impl CodeStanding {
    /// As the control interface writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoCode => "none",
            Self::Living => "living",
            Self::Expired => "expired",
            Self::Superseded => "superseded",
            Self::OtherRooftop => "of another rooftop",
            Self::Unknown => "unknown code",
        }
    }
}

impl World {
    /// Sets where the people of a dealership get letters; an empty address is none.
    pub(super) fn set_email(&mut self, dealer: &Arc<str>, email: &str) -> Result<(), WorldRefusal> {
        let address = address_of(email)?;
        let Some(known) = self.dealers.get_mut(dealer) else { return Ok(()) };
        let before = std::mem::replace(&mut known.email, address.clone());
        if let Some(others) = before.and_then(|before| self.addresses.get_mut(&before)) {
            others.remove(dealer);
        }
        if let Some(address) = address {
            self.addresses.entry(address).or_default().insert(Arc::clone(dealer));
        }
        Ok(())
    }

    /// Sets the address that came with an invitation, if one did.
    pub(super) fn addressed(&mut self, code: &str, zone: Option<Tz>, email: Option<&str>) -> Result<(), WorldRefusal> {
        let Some(email) = email else { return Ok(()) };
        address_of(email)?;
        let (dealer, _) = self.dealer(code, zone)?;
        self.set_email(&dealer, email)
    }

    /// What the code in a letter to an address is worth at a moment.
    pub(super) fn standing(&self, address: &str, code: Option<&str>, at: DateTime<Utc>) -> CodeStanding {
        let Some(code) = code else { return CodeStanding::NoCode };
        let Some((owner, generation)) = self.codes.get(code) else { return CodeStanding::Unknown };
        if !self.addresses.get(address).is_some_and(|owners| owners.contains(owner)) {
            return CodeStanding::OtherRooftop;
        }
        match self.dealers.get(owner).and_then(|dealer| dealer.newest(at)) {
            Some(newest) if newest.generation != *generation => CodeStanding::Superseded,
            Some(newest) if newest.expires_at() <= at => CodeStanding::Expired,
            _ => CodeStanding::Living,
        }
    }

    /// A letter has come to an address, with a code or without. Answers when somebody there opens it, if anybody does.
    pub(super) fn letter_came(
        &mut self,
        address: &str,
        code: Option<&str>,
        at: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let owners = self.addresses.get(address).filter(|owners| !owners.is_empty())?.clone();
        let mut rng = SeededRng::of(self.seed, &["open", address, &at.timestamp_millis().to_string()]);
        let opened = at.checked_add_signed(TimeDelta::try_seconds(rng.soon(2 * 60, 8 * 3_600))?);
        let actions = code.and_then(|code| {
            let dealer = self.meant(&owners, code, at)?;
            let actions = self.read(&dealer, code, at)?;
            Some((dealer, actions))
        });
        let Some((dealer, actions)) = actions else { return opened };
        let typed = |scheduled: &&ScheduledAction| {
            matches!(scheduled.action, DealerAction::Enter { .. } | DealerAction::Mistype { .. })
        };
        let typed_at = actions.iter().filter(typed).map(|scheduled| scheduled.at).min();
        for scheduled in actions {
            self.happens(&dealer, scheduled);
        }
        // Nobody types what was not opened.
        opened.into_iter().chain(typed_at).min()
    }

    /// The rooftop that a letter is about, which it names. When the code is of none of theirs, it is one that still waits.
    fn meant(&mut self, owners: &BTreeSet<Arc<str>>, code: &str, at: DateTime<Utc>) -> Option<Arc<str>> {
        let own = self.codes.get(code).map(|(dealer, _)| dealer).filter(|dealer| owners.contains(*dealer));
        if let Some(own) = own {
            return Some(Arc::clone(own));
        }
        let waits = owners.iter().find(|dealer| {
            self.dealers.get_mut(&***dealer).is_some_and(|dealer| {
                dealer.settle(at);
                !dealer.state.connected
            })
        });
        waits.or_else(|| owners.first()).cloned()
    }

    /// What a dealership does about a letter with a code; `None` when it takes no notice of more letters.
    fn read(&mut self, name: &Arc<str>, code: &str, at: DateTime<Utc>) -> Option<Vec<ScheduledAction>> {
        let typing = self.typing(name, code);
        let slip = self.typing(name, &mistyped(self.seed, name, code));
        let dealer = self.dealers.get(name)?;
        if dealer.letters.len() >= LETTERS || dealer.actions() + CONSEQUENCES > ACTS {
            return None;
        }
        let newest_known = dealer.known.last().copied().unwrap_or_default();
        if newest_known > typing.generation && dealer.known.contains(&typing.generation) {
            // A late copy of an older letter: the newer one names a later end.
            return Some(Vec::new());
        }
        let before = dealer.letters.last().map(|(code, _)| code.clone());
        let again = before.as_deref() == Some(code);
        let older = before.filter(|_| !again).map(|before| self.typing(name, &before));
        let (seed, dealer) = (self.seed, self.dealers.get_mut(name)?);
        if again {
            dealer.letters.last_mut()?.1 += 1;
        } else {
            dealer.letters.push((code.to_owned(), 0));
        }
        let letter = u32::try_from(dealer.letters.len()).unwrap_or(u32::MAX);
        let (_, copy) = *dealer.letters.last()?;
        let mut actions =
            vec![ScheduledAction { at, generation: 0, when: When::Always, action: DealerAction::Letter(letter) }];
        let invitation = dealer.invitations().iter().find(|one| one.generation == typing.generation);
        match invitation.map(|one| (one.generation, one.generated_at, one.behaviour)) {
            None if again => {}
            None => actions.extend(scenario::letter::misled(seed, name, at, letter, &typing)),
            Some((generation, generated_at, behaviour)) => {
                let lag = at.signed_duration_since(generated_at).num_seconds().max(0);
                let reading = LetterReading { letter, lag, slip, older };
                if dealer.known.insert(generation) {
                    actions.extend(
                        scenario::write(seed, name, generation, generated_at, &dealer.profile, Some(&reading)).1,
                    );
                } else if behaviour == Behaviour::Never {
                    let invitation = (generation, generated_at);
                    actions.extend(scenario::letter::nudged(seed, name, invitation, copy, &dealer.profile, &reading));
                }
            }
        }
        Some(actions)
    }

    /// What it is at the platform when a dealership types a code.
    fn typing(&self, dealer: &Arc<str>, code: &str) -> TypedCode {
        match self.codes.get(code) {
            Some((owner, generation)) if owner == dealer => {
                TypedCode { generation: *generation, action: DealerAction::Enter { right: true, finish: true } }
            }
            Some(_) => TypedCode {
                generation: 0,
                action: DealerAction::Mistype { typed: Typed::new(code), why: CodeResult::OtherRooftop },
            },
            None => TypedCode {
                generation: 0,
                action: DealerAction::Mistype { typed: Typed::new(code), why: CodeResult::Unknown },
            },
        }
    }
}

/// Reads where somebody gets letters; an empty text is nowhere.
pub(super) fn address_of(email: &str) -> Result<Option<String>, WorldRefusal> {
    match email.trim() {
        "" => Ok(None),
        email => super::post::address::mailbox(email).map(Some).ok_or(WorldRefusal::Email),
    }
}

/// The code with one character taken for a neighbour.
fn mistyped(seed: u64, dealer: &str, code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    let mut rng = SeededRng::of(seed, &["slip", dealer, code]);
    let last = i64::try_from(letters.len()).unwrap_or(1) - 1;
    let place = usize::try_from(rng.between(0, last)).unwrap_or(0);
    let slip = |c: char| match c {
        'A'..='Y' | 'a'..='y' | '0'..='8' => char::from_u32(c as u32 + 1).unwrap_or('7'),
        _ => '7',
    };
    letters.iter().enumerate().map(|(at, c)| if at == place { slip(*c) } else { *c }).collect()
}
