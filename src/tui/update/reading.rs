//! A letter that is read: asking for it, taking it in, and the keys while it is open.

use crate::domain::{Letter, Obstacle, Onboarding};
use crate::present::letters::NO_MAIL;
use crate::protocol::{LetterText, Request};
use crate::tui::msg::{Effect, MailboxLetter, WorkId};
use crate::tui::queue::LetterRef;
use crate::tui::reading::{LetterCode, LetterPage, LetterReader, What};
use crate::tui::reveal::{REVEAL, Reveal};
use crate::tui::rows::step_round;
use crate::tui::state::{Mode, ScreenState};
use crate::tui::theme::Tone;

pub(super) fn can_read(state: &ScreenState) -> Result<(), String> {
    state.setup.mail_name.as_ref().map(drop).ok_or_else(|| NO_MAIL.to_owned())
}

pub(in crate::tui) fn can_read_newest(state: &ScreenState) -> Result<(), String> {
    can_read(state)?;
    let row = state.selected().ok_or("there is no dealership here")?;
    row.state.newest_letter().map(drop).ok_or_else(|| "it never had a letter".to_owned())
}

/// Reads the newest letter of the dealership under the cursor.
pub(in crate::tui) fn newest(state: &mut ScreenState) -> Vec<Effect> {
    let here = state.selected().and_then(|row| Some((row.state.id, row.state.newest_letter()?.id)));
    here.map_or_else(Vec::new, |(dealership, letter)| open(state, LetterRef { dealership, letter }))
}

pub(super) fn open(state: &mut ScreenState, of: LetterRef) -> Vec<Effect> {
    let Some((onboarding, letter)) = of.find(&state.rows) else { return Vec::new() };
    let secret = secret(onboarding, letter);
    let (generation, what) = (letter.generation, What::Letter(of.letter));
    let ticket = state.new_work();
    state.reading = Some(LetterReader::new(of.dealership, what, ticket, generation, secret));
    vec![state.ask_as(ticket, Request::ReadLetter { dealership: of.dealership, letter: of.letter, reveal: false })]
}

/// Only the present code is known; of earlier ones nobody has more than a fingerprint.
fn secret(state: &Onboarding, letter: &Letter) -> LetterCode {
    let present = state.invitation.as_ref().filter(|code| code.generation == letter.generation);
    present.filter(|_| letter.kind.carries_code()).map_or(LetterCode::None, |code| LetterCode::Code(code.code.clone()))
}

pub(in crate::tui) fn can_open_mailbox(state: &ScreenState) -> Result<(), String> {
    if state.setup.mailboxes.is_none() {
        return Err("only the demo has mailboxes that are read here".to_owned());
    }
    let row = state.selected().ok_or("there is no dealership here")?;
    match row.state.address_obstacle() {
        Some(Obstacle::NoAddress) => Err(Obstacle::NoAddress.to_string()),
        Some(_) | None => Ok(()),
    }
}

/// Reads the mailbox of the dealership under the cursor.
pub(in crate::tui) fn open_mailbox(state: &mut ScreenState) -> Vec<Effect> {
    let Some(row) = state.selected() else { return Vec::new() };
    let (id, generation) = (row.state.id, row.state.generation());
    let address = row.state.profile.contact.email.raw().trim().to_owned();
    let ticket = state.new_work();
    state.reading = Some(LetterReader::new(id, What::Mailbox, ticket, generation, LetterCode::None));
    vec![Effect::OpenMailbox(ticket, address)]
}

/// Reads what the open dialog would send, to the dealership on a place of its list.
pub(in crate::tui) fn preview(state: &mut ScreenState, place: usize) -> Vec<Effect> {
    let Mode::Dialog(dialog) = &mut state.mode else { return Vec::new() };
    if let Some(appointment) = &mut dialog.appointment {
        appointment.shows_request = !appointment.shows_request;
        return Vec::new();
    }
    let Mode::Dialog(dialog) = &state.mode else { return Vec::new() };
    match dialog.draft(place, &state.context()) {
        Ok((id, draft)) => {
            let ticket = state.new_work();
            let what = What::Preview(draft.kind, place);
            state.reading = Some(LetterReader::new(id, what, ticket, draft.generation, draft.secret));
            let (kind, as_if) = (draft.kind, draft.as_if);
            vec![state.ask_as(ticket, Request::PreviewLetter { dealership: id, kind, as_if, reveal: false })]
        }
        Err(why) => {
            state.toast(Tone::Warn, format!("preview: {why}"));
            Vec::new()
        }
    }
}

pub(super) fn letter(state: &mut ScreenState, ticket: WorkId, letter: Result<LetterText, String>) {
    if let Some(reading) = state.reading.as_mut().filter(|reading| reading.ticket == ticket) {
        reading.take(letter);
        state.dirty = true;
    }
}

pub(in crate::tui) fn mailbox(state: &mut ScreenState, ticket: WorkId, letters: Result<Vec<MailboxLetter>, String>) {
    let Some(reading) = state.reading.as_mut().filter(|reading| reading.ticket == ticket) else { return };
    let Some(row) = state.rows.get(reading.id) else { return };
    reading.take_mailbox(letters, &row.state);
    state.dirty = true;
}

/// The letter after this one, or before: of the dealership, or of the next dealership in the dialog.
pub(super) fn turn(state: &mut ScreenState, by: isize) -> Vec<Effect> {
    let Some(reading) = &state.reading else { return Vec::new() };
    let id = reading.id;
    match reading.what {
        What::Mailbox => Vec::new(),
        What::Preview(_, place) => {
            let Mode::Dialog(dialog) = &state.mode else { return Vec::new() };
            let next = step_round(place, by, dialog.items.len());
            if next == place { Vec::new() } else { preview(state, next) }
        }
        What::Letter(letter) => {
            let Some(row) = state.rows.get(id) else { return Vec::new() };
            let letters = row.state.letters();
            // The newest is the first that is read; the next one is older.
            let place = letters.iter().position(|one| one.id == letter).unwrap_or(0);
            let next = letters.get(step_round(place, -by, letters.len())).map(|one| one.id);
            match next {
                Some(next) if next != letter => open(state, LetterRef { dealership: id, letter: next }),
                _ => Vec::new(),
            }
        }
    }
}

/// Shows the code of what is read, or of the dealership under the cursor, for a while; or hides it.
pub(in crate::tui) fn reveal(state: &mut ScreenState) {
    let here = match &state.reading {
        Some(reading) => {
            let pages = reading.sheets.as_ref().and_then(|pages| pages.as_ref().ok());
            if !pages.is_some_and(|pages| pages.iter().any(LetterPage::has_code)) {
                let message =
                    if reading.awaits_code() { "the code is not known yet" } else { "there is no code in it" };
                state.toast(Tone::Warn, message);
                return;
            }
            Some((reading.id, reading.generation))
        }
        None => state.shown_row().map(|row| (row.state.id, row.state.generation())),
    };
    let Some((id, generation)) = here else { return };
    let shown = state.revealed(id, generation);
    let until = state.now.face + REVEAL;
    state.reveal = (!shown).then_some(Reveal { id, generation, until });
}
