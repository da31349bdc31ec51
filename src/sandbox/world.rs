//! Everything the simulated platform knows: dealerships, invitations by idempotency key, tokens, and calls in their order.

use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};
use std::sync::Arc;

use crate::timezone::Tz;
use chrono::{DateTime, TimeDelta, Utc};

use super::action::{DealerAction, ScheduledAction, When};
use super::dealer::{Dealer, IssuedInvitation, Said};
use super::profile::{DealerProfile, Denial};
use super::scenario;
use super::seeded_rng::SeededRng;

/// How many dealerships there may be.
const DEALERS: usize = 100_000;
/// How many invitations one dealership may have.
const INVITATIONS: usize = 1_000;
/// How many things may happen to one dealership.
pub(super) const ACTS: usize = 50_000;
/// How many idempotency keys are remembered.
const KEYS: usize = 500_000;
/// How far back an invitation may have been generated.
const OLDEST_DAYS: i64 = 400;
/// How long a token lives, in seconds.
pub(super) const TOKEN_LIFE: i64 = 86_400;

/// Why the world does not change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum WorldRefusal {
    #[error("a dealerCode has 1 to 64 printable characters")]
    DealerCode,
    #[error("generatedAt must lie in the past, at most {OLDEST_DAYS} days back")]
    GeneratedAt,
    #[error("this Idempotency-Key was used for another dealerCode")]
    OtherDealer,
    #[error("email is no address such as ann@example.com")]
    Email,
    #[error("the sandbox is full")]
    Full,
}

/// One call of a dealership, as delivered.
pub(super) struct DealerCall {
    pub(super) seq: u64,
    pub(super) dealer: Arc<str>,
    pub(super) said: Said,
}

/// Everything the simulated platform knows.
pub(super) struct World {
    pub(super) seed: u64,
    pub(super) dealers: BTreeMap<Arc<str>, Dealer>,
    pub(super) calls: Vec<DealerCall>,
    /// Whether there is a post office: who has an address there learns of invitations by letter only.
    pub(super) post: bool,
    /// Every code that was generated, with its dealership and generation.
    pub(super) codes: HashMap<String, (Arc<str>, u32)>,
    /// The dealerships whose people get letters at an address.
    pub(super) addresses: HashMap<String, BTreeSet<Arc<str>>>,
    keys: HashMap<String, (Arc<str>, IssuedInvitation)>,
    /// When somebody may have something to say, so that asking for calls costs nothing while nobody has.
    due: BinaryHeap<Reverse<(DateTime<Utc>, Arc<str>)>>,
    tokens: HashMap<String, DateTime<Utc>>,
    tokens_made: u64,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            seed,
            dealers: BTreeMap::new(),
            calls: Vec::new(),
            post: false,
            codes: HashMap::new(),
            addresses: HashMap::new(),
            keys: HashMap::new(),
            due: BinaryHeap::new(),
            tokens: HashMap::new(),
            tokens_made: 0,
        }
    }

    /// Whether these dealerships could be had, old and new ones, with so many things happening to each.
    pub(super) fn has_room_for<'a>(
        &self,
        codes: impl Iterator<Item = &'a str>,
        actions: usize,
    ) -> Result<(), WorldRefusal> {
        let mut fresh = BTreeSet::new();
        for code in codes {
            checked(code)?;
            match self.dealers.get(code) {
                Some(dealer) if dealer.actions() + actions > ACTS => return Err(WorldRefusal::Full),
                Some(_) => {}
                None => {
                    fresh.insert(code);
                }
            }
        }
        if self.dealers.len() + fresh.len() > DEALERS { Err(WorldRefusal::Full) } else { Ok(()) }
    }

    /// The dealership with a code, made when it is new. A zone is set when it is given.
    pub(super) fn dealer(&mut self, code: &str, zone: Option<Tz>) -> Result<(Arc<str>, &mut Dealer), WorldRefusal> {
        checked(code)?;
        let key = self.dealers.get_key_value(code).map(|(key, _)| Arc::clone(key));
        if key.is_none() && self.dealers.len() >= DEALERS {
            return Err(WorldRefusal::Full);
        }
        let key = key.unwrap_or_else(|| Arc::from(code));
        let seed = self.seed;
        let dealer =
            self.dealers.entry(Arc::clone(&key)).or_insert_with(|| Dealer::new(DealerProfile::of(seed, code, zone)));
        dealer.profile.zone = zone.unwrap_or(dealer.profile.zone);
        Ok((key, dealer))
    }

    /// How a dealership refuses; an unknown one has its own manner, too.
    pub(super) fn denial(&self, code: &str) -> Denial {
        self.dealers
            .get(code)
            .map_or_else(|| DealerProfile::of(self.seed, code, None).denial, |dealer| dealer.profile.denial)
    }

    /// Generates an invitation, or answers the one that an idempotency key stands for.
    pub(super) fn invite(
        &mut self,
        code: &str,
        zone: Option<Tz>,
        generated_at: Option<DateTime<Utc>>,
        key: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<IssuedInvitation, WorldRefusal> {
        if let Some((dealer, invitation)) = key.and_then(|key| self.keys.get(key)) {
            return if **dealer == *code { Ok(invitation.clone()) } else { Err(WorldRefusal::OtherDealer) };
        }
        let generated_at = generated_at.unwrap_or(now);
        if generated_at > now || now.signed_duration_since(generated_at) > TimeDelta::days(OLDEST_DAYS) {
            return Err(WorldRefusal::GeneratedAt);
        }
        if self.keys.len() >= KEYS {
            return Err(WorldRefusal::Full);
        }
        let (seed, post) = (self.seed, self.post);
        let (dealer_code, dealer) = self.dealer(code, zone)?;
        if dealer.invitations().len() >= INVITATIONS {
            return Err(WorldRefusal::Full);
        }
        let generation = u32::try_from(dealer.invitations().len()).unwrap_or(u32::MAX).saturating_add(1);
        let (behaviour, actions) = scenario::write(seed, code, generation, generated_at, &dealer.profile, None);
        let by_letter = post && dealer.email.is_some();
        if !by_letter {
            dealer.known.insert(generation);
        }
        let code = self.fresh_code(&dealer_code, generation);
        let invitation = IssuedInvitation { code, generation, generated_at, behaviour };
        for scheduled in actions.into_iter().filter(|_| !by_letter) {
            self.happens(&dealer_code, scheduled);
        }
        if let Some(dealer) = self.dealers.get_mut(&dealer_code) {
            dealer.invited(invitation.clone());
        }
        if let Some(key) = key {
            self.keys.insert(key.to_owned(), (dealer_code, invitation.clone()));
        }
        Ok(invitation)
    }

    /// Lets something happen to a dealership at its time.
    pub(super) fn happens(&mut self, dealer: &Arc<str>, scheduled: ScheduledAction) {
        if matches!(
            scheduled.action,
            DealerAction::Enter { .. } | DealerAction::Mistype { .. } | DealerAction::Say { .. }
        ) {
            self.due.push(Reverse((scheduled.at, Arc::clone(dealer))));
        }
        if let Some(dealer) = self.dealers.get_mut(dealer) {
            dealer.add(scheduled);
        }
    }

    /// Lets some things happen now, one after the other, by the control interface: all of them, or none.
    pub(super) fn happen_now(
        &mut self,
        dealer: &Arc<str>,
        actions: Vec<DealerAction>,
        now: DateTime<Utc>,
    ) -> Result<(), WorldRefusal> {
        if self.dealers.get(dealer).is_some_and(|dealer| dealer.actions() + actions.len() > ACTS) {
            return Err(WorldRefusal::Full);
        }
        for action in actions {
            self.happens(dealer, ScheduledAction { at: now, generation: 0, when: When::Always, action });
        }
        Ok(())
    }

    /// Appends the calls that have become due, in order of time.
    pub(super) fn hear(&mut self, now: DateTime<Utc>) {
        let mut talkers = BTreeSet::new();
        while self.due.peek().is_some_and(|Reverse((at, _))| *at <= now) {
            if let Some(Reverse((_, dealer))) = self.due.pop() {
                talkers.insert(dealer);
            }
        }
        let mut heard: Vec<(Arc<str>, Said)> = Vec::new();
        for code in talkers {
            if let Some(dealer) = self.dealers.get_mut(&code) {
                heard.extend(dealer.take_said(now).into_iter().map(|said| (Arc::clone(&code), said)));
            }
        }
        heard.sort_by(|one, other| (one.1.at, &one.0).cmp(&(other.1.at, &other.0)));
        for (dealer, said) in heard {
            let seq = self.calls.last().map_or(1, |last| last.seq + 1);
            self.calls.push(DealerCall { seq, dealer, said });
        }
    }

    /// A new token; old ones stay good until they end.
    pub(super) fn token(&mut self, now: DateTime<Utc>) -> String {
        self.tokens.retain(|_, ends| *ends > now);
        self.tokens_made += 1;
        let mut rng = SeededRng::of(self.seed, &["token", &self.tokens_made.to_string()]);
        let token = format!("sbx.{:016x}{:016x}", rng.bits(), rng.bits());
        let life = TimeDelta::try_seconds(TOKEN_LIFE).unwrap_or_default();
        let ends = now.checked_add_signed(life).unwrap_or(DateTime::<Utc>::MAX_UTC);
        self.tokens.insert(token.clone(), ends);
        token
    }

    /// Whether a token is good.
    pub(super) fn knows_token(&self, token: &str, now: DateTime<Utc>) -> bool {
        self.tokens.get(token).is_some_and(|ends| *ends > now)
    }

    /// Forgets a token before its time.
    pub(super) fn forget_token(&mut self, token: &str) {
        self.tokens.remove(token);
    }

    /// A code that nobody else has, such as `K7QF-2M9X`: without the letters and digits that people confuse.
    fn fresh_code(&mut self, dealer: &Arc<str>, generation: u32) -> String {
        const LETTERS: &[char] = &[
            '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N',
            'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z',
        ];
        let mut rng = SeededRng::of(self.seed, &["code", dealer, &generation.to_string()]);
        loop {
            let mut half = || (0..4).map(|_| rng.pick(LETTERS, 'A')).collect::<String>();
            let code = format!("{}-{}", half(), half());
            if let Entry::Vacant(place) = self.codes.entry(code.clone()) {
                place.insert((Arc::clone(dealer), generation));
                return code;
            }
        }
    }
}

fn checked(code: &str) -> Result<(), WorldRefusal> {
    if code.is_empty() || code.chars().count() > 64 || code.trim() != code || code.chars().any(char::is_control) {
        return Err(WorldRefusal::DealerCode);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::catalog::AskedVehicle;
    use super::super::platform::calendar_of;
    use super::*;

    #[test]
    fn every_behaviour_occurs_and_is_the_same_for_the_same_seed() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let run = || {
            let mut world = World::new(3);
            (0..500)
                .map(|number| world.invite(&format!("xts{number}"), None, None, None, now).unwrap())
                .map(|invitation| (invitation.code, invitation.behaviour.name()))
                .collect::<Vec<_>>()
        };
        let first = run();
        assert_eq!(first, run());
        let kinds: BTreeSet<_> = first.iter().map(|(_, kind)| *kind).collect();
        assert_eq!(kinds.len(), 9, "{kinds:?}");
        let codes: BTreeSet<_> = first.iter().map(|(code, _)| code).collect();
        assert_eq!(codes.len(), 500);
    }

    /// The default seed, which the demonstration shows.
    #[test]
    fn two_hundred_dealers_in_the_middle_of_things_show_every_situation() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let mut world = World::new(1);
        for number in 0..200_i32 {
            let at = now - TimeDelta::hours(i64::from(number) * 10 * 24 / 200);
            world.invite(&format!("xts{number}"), None, Some(at), None, now).unwrap();
        }
        let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
        for (code, dealer) in &mut world.dealers {
            let mut at = |hours| {
                dealer.settle(now - TimeDelta::hours(hours));
                dealer.state.clone()
            };
            let was_connected = (0..240).any(|hours| at(hours).connected);
            let entered = (0..240).rev().find(|hours| at(*hours).accepted.is_some());
            let state = at(0);
            let (opcode, _) = dealer.profile.plan.told();
            let published = state.catalog.shows(opcode, AskedVehicle::default());
            let nothing = state.catalog.shown(AskedVehicle::default()).next().is_none();
            let near = dealer.profile.near.is_some_and(|near| state.catalog.shows(near, AskedVehicle::default()));
            let slots = calendar_of(1, code, dealer).first(now).is_some();
            let newest = dealer.newest(now).unwrap();
            let situation = match (state.connected, published, near, slots) {
                (true, true, _, true) => "live",
                (true, true, _, false) => "no slots",
                _ if state.connected && nothing => "list empty",
                (true, false, true, _) => "near miss",
                (true, false, false, _) => state.catalog.hidden(opcode).unwrap_or("opcode missing"),
                _ if was_connected => "lost",
                _ if entered.is_some_and(|hours| hours > 24) => "overdue",
                _ if entered.is_some() => "awaiting",
                _ if newest.expires_at() <= now => "expired",
                _ if (newest.expires_at() - now).num_hours() < 24 => "expires soon",
                _ => "living",
            };
            *seen.entry(situation).or_default() += 1;
        }
        let wanted = [
            "awaiting",
            "expired",
            "expires soon",
            "list empty",
            "live",
            "living",
            "lost",
            "near miss",
            "no slots",
            "not of standard scope",
            "not published",
            "not shown to the partner API",
            "overdue",
        ];
        assert_eq!(seen.keys().copied().collect::<Vec<_>>(), wanted, "{seen:?}");
        world.hear(now);
        let kinds: BTreeSet<_> = world.calls.iter().map(|call| call.said.kind.name()).collect();
        assert_eq!(kinds.len(), 6, "{kinds:?}");
        assert!(world.calls.is_sorted_by_key(|call| call.said.at));
        let heard = world.calls.len();
        world.hear(now);
        assert_eq!(world.calls.len(), heard, "nobody says it twice");
    }
}
