//! The letters of a dealership, and which of them still matter.

use chrono::TimeDelta;

use super::{AddressRefused, Letter, LetterState};
use crate::domain::{LetterId, Onboarding, Timestamp, Untrusted, same_address};

impl Onboarding {
    /// The letters of this dealership, oldest first.
    pub fn letters(&self) -> &[Letter] {
        self.mail.as_deref().map_or(&[], |mail| &mail.letters)
    }

    pub fn letter(&self, id: LetterId) -> Option<&Letter> {
        self.mail.as_deref()?.letter(id)
    }

    /// The latest letter that was handed over for an address.
    pub fn latest_letter_to(&self, address: &Untrusted) -> Option<&Letter> {
        self.letters().iter().rev().find(|letter| letter.handed > 0 && same_address(&letter.to, address))
    }

    pub fn newest_letter(&self) -> Option<&Letter> {
        self.letters().last()
    }

    /// The letter that tells how things stand: the newest, or an older one of its code whose failure no later one made good.
    pub fn telling_letter(&self) -> Option<&Letter> {
        let about_it = self.letters().iter().rev().filter(|letter| letter.generation == self.generation());
        let mut wrong = about_it.filter(|letter| letter.is_trouble() && !self.is_made_good(letter));
        wrong.next().or_else(|| self.newest_letter())
    }

    /// The letter with the present code that waits only for an address.
    pub fn held_letter(&self) -> Option<&Letter> {
        let held = self.address_obstacle().is_some();
        let mut waiting = self.letters().iter().filter(|letter| letter.due_at.is_some() && letter.kind.carries_code());
        waiting.find(|_| held)
    }

    /// Whether a later letter did what this one should: a letter with the code of the same issue was sent after it. One that
    /// became a file did not: nobody mailed it.
    pub fn is_made_good(&self, letter: &Letter) -> bool {
        let later = self.letters().iter().rev().take_while(|one| one.id != letter.id);
        let mut same = later.filter(|one| match letter.kind.carries_code() {
            true => one.kind.carries_code() && one.generation == letter.generation,
            false => one.kind == letter.kind,
        });
        same.any(|one| one.state == LetterState::Sent && !one.is_trouble())
    }

    /// Whether a letter went wrong and somebody must still do something about it: no later one made it good, and its code is not
    /// one that the dealership is connected without. Whoever says that the code was entered has got the letter that was held up.
    pub fn is_troubled_by(&self, letter: &Letter) -> bool {
        let arrived = letter.state == LetterState::Sent && self.confirmation.dealer_confirmed_at.is_some();
        let over = self.is_made_good(letter) || arrived || (self.is_confirmed() && letter.kind.carries_code());
        letter.is_trouble() && !over
    }

    /// The letters that somebody may still want to do something about: those on their way, and those about the present code that
    /// went wrong. Of an archived dealership nothing is retried.
    pub fn letters_that_matter(&self) -> impl Iterator<Item = &Letter> {
        let present = |letter: &Letter| self.archived_at.is_none() && letter.generation == self.generation();
        let matters = move |letter: &&Letter| letter.is_open() || (present(letter) && self.is_troubled_by(letter));
        self.letters().iter().filter(matters)
    }

    /// The refused address, when it is still the dealership's.
    pub fn address_refused(&self) -> Option<&AddressRefused> {
        self.mail.as_deref()?.refused.as_ref()
    }

    /// Whether a letter with the present code has left: those whom we do not write to need no reminders.
    pub fn corresponds(&self) -> bool {
        let generation = self.generation();
        self.letters()
            .iter()
            .any(|letter| letter.kind.carries_code() && letter.generation == generation && letter.has_left())
    }

    /// The letter that is to go next: the one that is due first, while there is an address that works.
    pub fn letter_to_send(&self) -> Option<&Letter> {
        if self.address_obstacle().is_some() {
            return None;
        }
        let due = self.letters().iter().filter_map(|letter| letter.due_at.map(|at| (at, letter)));
        due.min_by_key(|(at, letter)| (*at, letter.queued_at)).map(|(_, letter)| letter)
    }

    /// When its next letter may go: when that is due, and not right after another one.
    pub fn next_send_at(&self, apart: TimeDelta, now: Timestamp) -> Option<Timestamp> {
        let letter = self.letter_to_send()?;
        let due = if letter.is_due(now) { now } else { letter.due_at? };
        let pause = self.letter_pause(apart, now).map(|pause| now + pause);
        Some(pause.map_or(due, |pause| pause.max(due)))
    }

    /// How long its next letter has to wait, because it had one a moment ago.
    pub fn letter_pause(&self, apart: TimeDelta, now: Timestamp) -> Option<TimeDelta> {
        // After a clock that was set back nobody knows how long ago it was; a letter is not held for that.
        let begun_at = self.mail.as_deref()?.begun_at.filter(|begun_at| *begun_at <= now)?;
        let next = begun_at.checked_add_signed(apart)?;
        (next > now).then(|| next - now)
    }
}
