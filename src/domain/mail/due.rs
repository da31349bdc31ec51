//! Letters that are due by themselves: reminders, and the news that customers can book.

use chrono::TimeDelta;

use super::{LetterKind, MailPolicy};
use crate::domain::{Onboarding, Timestamp};

/// How old the news may be: whoever could book long before this program wrote letters is not told so now.
const NEWS_FOR: TimeDelta = TimeDelta::hours(24);

/// A letter that nobody asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueLetter {
    pub kind: LetterKind,
    /// A reminder: so many seconds before the end.
    pub before: Option<u32>,
}

/// The letter that is due at a moment, if one is.
pub fn due_letter(state: &Onboarding, policy: &MailPolicy, now: Timestamp) -> Option<DueLetter> {
    candidates(state, policy, now)
        .filter(|(at, due)| *at <= now && state.obstacle(due.kind, state.generation(), now).is_none())
        .filter(|(at, due)| due.kind != LetterKind::Live || now - *at <= NEWS_FOR)
        // Of the reminders that a clock jump made due together, only the latest.
        .max_by_key(|(at, due)| (*at, std::cmp::Reverse(due.before)))
        .map(|(_, due)| due)
}

/// The next moment at which the clock alone makes a letter due.
pub fn next_letter_at(state: &Onboarding, policy: &MailPolicy, now: Timestamp) -> Option<Timestamp> {
    candidates(state, policy, now).map(|(at, _)| at).filter(|at| *at > now).min()
}

/// When reminders about the newest code went out, and when those to come are due.
pub fn reminder_moments(state: &Onboarding, policy: &MailPolicy, now: Timestamp) -> Vec<Timestamp> {
    let about_it = state.letters().iter().filter(|letter| letter.generation == state.generation());
    let sent = about_it.filter(|letter| letter.before.is_some()).map(|letter| letter.queued_at);
    sent.chain(reminders(state, policy, now).into_iter().map(|(at, _)| at)).collect()
}

fn candidates(state: &Onboarding, policy: &MailPolicy, now: Timestamp) -> impl Iterator<Item = (Timestamp, DueLetter)> {
    reminders(state, policy, now).into_iter().chain(news(state, policy))
}

fn reminders(state: &Onboarding, policy: &MailPolicy, now: Timestamp) -> Vec<(Timestamp, DueLetter)> {
    let off = state.mail.as_ref().is_none_or(|mail| mail.reminders_off);
    let Some(code) = state.invitation.as_ref().filter(|code| code.ended.is_none() && !off) else { return Vec::new() };
    if state.archived_at.is_some() || state.address_refused().is_some() {
        return Vec::new();
    }
    if state.is_confirmed() || state.confirmation.dealer_confirmed_at.is_some() || !state.corresponds() {
        return Vec::new();
    }
    let about_it = || state.letters().iter().filter(|letter| letter.generation == code.generation);
    // Whoever got the letter with the code inside the last hours needs no second one that says the same.
    let told = |letter: &&super::Letter| letter.kind.carries_code() && letter.before.is_none() && letter.has_left();
    let told_at = about_it().filter(told).map(|letter| letter.queued_at).max();
    let closest = about_it().filter_map(|letter| letter.before).min();
    let mut found = Vec::new();
    for before in &policy.remind_before {
        let Some(at) = code.expires_at.checked_sub_signed(*before) else { continue };
        let seconds = u32::try_from(before.num_seconds()).unwrap_or(u32::MAX);
        if told_at.is_some_and(|told| told >= at) || closest.is_some_and(|sent| sent <= seconds) {
            continue;
        }
        // A moment that went by, or was slept through, makes it due now; at night too only if the code is dead by the morning.
        let at = state.snoozed_until.map_or(at, |until| at.max(until)).max(now);
        let awake = policy.quiet.and_then(|quiet| quiet.end(at, state.profile.timezone));
        let at = awake.filter(|awake| *awake < code.expires_at).unwrap_or(at);
        if at < code.expires_at {
            found.push((at, DueLetter { kind: LetterKind::Reminder, before: Some(seconds) }));
        }
    }
    found
}

fn news(state: &Onboarding, policy: &MailPolicy) -> Option<(Timestamp, DueLetter)> {
    let wanted = policy.automatic.contains(&LetterKind::Live) && state.is_live();
    let confirmed_at = state.confirmation.confirmed_at.filter(|_| wanted)?;
    let slots_at = state.slots.as_ref()?.checked_at;
    let since = state.opcode_since.map_or(slots_at, |at| at.max(slots_at)).max(confirmed_at);
    let told = |letter: &super::Letter| letter.kind == LetterKind::Live && letter.queued_at >= confirmed_at;
    if !state.corresponds() || state.letters().iter().any(told) {
        return None;
    }
    Some((since, DueLetter { kind: LetterKind::Live, before: None }))
}
