//! What documents are made of, and what several of them hold.

use crate::domain::{DealershipId, Onboarding, Timestamp, Untrusted, rfc3339};

/// The form of every document.
pub const SCHEMA: u32 = 1;

documents! {
    pub DealershipName<'a> of (state: &'a Onboarding) {
        dealer_code: &'a str = state.profile.dealer_code.raw(),
        id: DealershipId = state.id,
        name: &'a str = state.profile.name.raw(),
    }

    /// A field that reads otherwise: its name, what it read, what it reads.
    pub ChangeDocument of (change: (&'static str, Untrusted, Untrusted)) where (name, before, now) = change; {
        field: &'static str = name,
        from: Untrusted = before,
        to: Untrusted = now,
    }
}

pub(super) fn time(at: Option<Timestamp>) -> Option<String> {
    at.map(rfc3339)
}

pub(super) fn text_or_null(text: &Untrusted) -> Option<&str> {
    (!text.is_empty()).then(|| text.raw())
}
