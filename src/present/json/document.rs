//! What documents are made of, and what several of them hold.

use crate::domain::{DealershipId, Onboarding, Timestamp, Untrusted, rfc3339};

/// Documents, a line for each field: its name, its type, and where it comes from.
macro_rules! documents {
    ($(
        $(#[$attribute:meta])*
        $vis:vis $name:ident $(<$life:lifetime>)? of ($($argument:ident: $kind:ty),+) $(where $known:pat = $source:expr;)? {
            $($(#[$option:meta])* $field:ident: $type:ty = $value:expr,)+
        }
    )+) => {
        $(
            $(#[$attribute])*
            #[derive(serde::Serialize)]
            $vis struct $name $(<$life>)? {
                $($(#[$option])* $field: $type,)+
            }

            impl $(<$life>)? $name $(<$life>)? {
                $vis fn of($($argument: $kind),+) -> Self {
                    $(let $known = $source;)?
                    Self { $($field: $value,)+ }
                }
            }
        )+
    };
}

/// The form of every document.
pub const SCHEMA: u32 = 1;

documents! {
    pub DealershipName<'a> of (state: &'a Onboarding) {
        dealer_code: &'a str = state.profile.dealer_code.raw(),
        id: DealershipId = state.id,
        name: &'a str = state.profile.name.raw(),
    }
}

pub(super) fn time(at: Option<Timestamp>) -> Option<String> {
    at.map(rfc3339)
}

pub(super) fn text_or_null(text: &Untrusted) -> Option<&str> {
    (!text.is_empty()).then(|| text.raw())
}
