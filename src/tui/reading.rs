//! A letter that is read at the desk, over everything else: as it went out, as it would go out, or as a simulated dealer
//! received it. Codes are masked until somebody asks for them.

use std::fmt;

use super::list_cursor::Scroll;
use super::work::WorkId;
use crate::domain::{DealershipId, InvitationCode, LetterId, LetterKind, Onboarding, Timestamp};
use crate::present::time::Zone;
use crate::protocol::LetterText;

/// What stands in the place of a code that nobody knows yet.
pub const UNKNOWN_CODE: &str = "[the code, not known yet]";

/// The mailboxes of the simulated dealers: what is in that of an address, the newest first.
pub type Mailboxes = dyn Fn(&str) -> Vec<MailboxLetter> + Send + Sync;

/// A letter in a simulated dealer's mailbox.
#[derive(Clone, PartialEq, Eq)]
pub struct MailboxLetter {
    pub from: String,
    pub subject: String,
    pub received_at: Timestamp,
    /// Its plain text, with the code.
    pub text: String,
}

impl fmt::Debug for MailboxLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The text holds a code.
        f.debug_struct("MailboxLetter").field("received_at", &self.received_at).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A letter of the dealership.
    Letter(LetterId),
    /// The letter that the open dialog would send to the dealership on this place of its list.
    Preview(LetterKind, usize),
    /// The mailbox of its address.
    Mailbox,
}

/// One letter as it is shown.
pub struct LetterPage {
    /// What stands above the text.
    pub head: Vec<(&'static str, String)>,
    /// The text, its code masked.
    masked: String,
    /// The text with its code; `None`: there is none in it, or nobody knows it.
    whole: Option<String>,
}

impl LetterPage {
    /// The text, with its code only when that is asked for.
    pub fn text(&self, revealed: bool) -> &str {
        self.whole.as_deref().filter(|_| revealed).unwrap_or(&self.masked)
    }

    /// Whether there is a code that could be shown.
    pub fn has_code(&self) -> bool {
        self.whole.is_some()
    }
}

/// The code of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LetterCode {
    /// There is none in it.
    None,
    Code(InvitationCode),
    /// It is yet to come; this one stands in its place.
    Unknown(InvitationCode),
}

/// A letter while it is read.
pub struct LetterReader {
    pub id: DealershipId,
    pub what: What,
    /// What was asked for; another answer is not for this.
    pub ticket: WorkId,
    /// The generation of its code: what is revealed.
    pub generation: u32,
    pub scroll: Scroll,
    /// What is read; `None`: it was asked for. Or why it cannot be read.
    pub sheets: Option<Result<Vec<LetterPage>, String>>,
    secret: LetterCode,
}

impl LetterReader {
    /// Something that was asked for.
    pub fn new(id: DealershipId, what: What, ticket: WorkId, generation: u32, secret: LetterCode) -> Self {
        Self { id, what, ticket, generation, scroll: Scroll::default(), sheets: None, secret }
    }

    /// Whether the code in it is not known yet.
    pub fn awaits_code(&self) -> bool {
        matches!(self.secret, LetterCode::Unknown(_))
    }

    pub fn take(&mut self, letter: Result<LetterText, String>) {
        self.sheets = Some(letter.map(|letter| {
            let LetterText { to, subject, text, .. } = letter;
            let head = vec![("to", to), ("subject", subject)];
            let (masked, whole) = match &self.secret {
                LetterCode::None => (text, None),
                LetterCode::Code(code) => {
                    let whole = text.contains(&code.masked()).then(|| text.replace(&code.masked(), code.reveal()));
                    (text, whole)
                }
                LetterCode::Unknown(stand_in) => (text.replace(&stand_in.masked(), UNKNOWN_CODE), None),
            };
            vec![LetterPage { head, masked, whole }]
        }));
    }

    pub fn take_mailbox(&mut self, letters: Result<Vec<MailboxLetter>, String>, state: &Onboarding) {
        self.sheets = Some(letters.map(|letters| letters.into_iter().map(|letter| received(letter, state)).collect()));
    }
}

fn received(letter: MailboxLetter, state: &Onboarding) -> LetterPage {
    let at = Zone::from(state.profile.timezone).show(letter.received_at);
    let head = vec![("from", letter.from), ("subject", letter.subject), ("received", at)];
    let masked = without_codes(&letter.text, state);
    let whole = (masked != letter.text).then_some(letter.text);
    LetterPage { head, masked, whole }
}

/// A text with every code masked that this dealership ever had: whatever a simulated server made of the letter.
fn without_codes(text: &str, state: &Onboarding) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim();
        let code = InvitationCode::recorded(word).ok();
        let code = code.filter(|code| state.digests().any(|digest| digest == code.digest()));
        match code {
            Some(code) => out.push_str(&piece.replacen(word, &code.masked(), 1)),
            None => out.push_str(piece),
        }
    }
    // Inside a longer word, as in a link, only the present one can be found.
    match &state.invitation {
        Some(present) => out.replace(present.code.reveal(), &present.code.masked()),
        None => out,
    }
}
