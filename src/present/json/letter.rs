//! Letters in a document.

use super::document::{DealershipName, SCHEMA, time};
use crate::domain::{AddressRefused, Letter, LetterId, Mail, Onboarding, rfc3339};

documents! {
    pub LetterDocument<'a> of (letter: &'a Letter) {
        again: bool = letter.again,
        at: String = rfc3339(letter.at),
        before_expiry_seconds: Option<u32> = letter.before,
        by: &'a str = &letter.by,
        #[serde(skip_serializing_if = "Option::is_none")]
        dealership: Option<DealershipName<'a>> = None,
        delayed_at: Option<String> = time(letter.delayed_at),
        generation: u32 = letter.generation,
        handed_over: u16 = letter.handed,
        id: LetterId = letter.id,
        kind: &'static str = letter.kind.as_str(),
        next_try_at: Option<String> = time(letter.due_at),
        queued_at: String = rfc3339(letter.queued_at),
        reason: Option<&'a str> = letter.words.as_deref(),
        #[serde(skip_serializing_if = "Option::is_none")]
        schema: Option<u32> = None,
        state: &'static str = letter.state.as_str(),
        #[serde(skip_serializing_if = "Option::is_none")]
        subject: Option<&'a str> = None,
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<String> = None,
        to: &'a str = letter.to.raw(),
        #[serde(skip_serializing_if = "Option::is_none")]
        waits: Option<&'a str> = None,
    }

    /// The letters of a dealership, and the one that tells how things stand.
    pub(super) MailDocument<'a> of (mail: &'a Mail, telling: Option<&Letter>) {
        address_refused: Option<RefusedDocument<'a>> = mail.refused.as_ref().map(RefusedDocument::of),
        last_at: Option<String> = time(telling.map(|letter| letter.at)),
        letters: Vec<LetterDocument<'a>> = mail.letters.iter().map(LetterDocument::of).collect(),
        next_try_at: Option<String> = time(telling.and_then(|letter| letter.due_at)),
        reminders: bool = !mail.reminders_off,
        state: Option<&'static str> = telling.map(|letter| letter.state.as_str()),
    }

    RefusedDocument<'a> of (refused: &'a AddressRefused) {
        address: &'a str = refused.address.raw(),
        at: String = rfc3339(refused.at),
        status: &'a str = &refused.status,
    }
}

impl<'a> LetterDocument<'a> {
    /// With the reason why it was not handed over just now.
    #[must_use]
    pub fn with_wait(self, waits: Option<&'a str>) -> Self {
        Self { waits, ..self }
    }

    #[must_use]
    pub fn of_dealership(self, state: &'a Onboarding) -> Self {
        Self { dealership: Some(DealershipName::of(state)), ..self }
    }

    /// A document by itself, with subject and text where they can be made.
    #[must_use]
    pub fn with_page(self, page: Option<(&'a str, String)>) -> Self {
        let (subject, text) = page.unzip();
        Self { schema: Some(SCHEMA), subject, text, ..self }
    }
}

impl<'a> MailDocument<'a> {
    /// `None`: it never had a letter.
    pub(super) fn of_dealership(state: &'a Onboarding) -> Option<Self> {
        state.mail.as_deref().map(|mail| Self::of(mail, state.telling_letter()))
    }
}
