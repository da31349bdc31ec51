//! The columns of the table, and the key by which each one orders the rows.

use crate::domain::{Attention, InvitationState, Onboarding, Policy, Timestamp};

/// A column of the table, or the order of the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Column {
    /// Not a column: what needs attention first, then the nearest deadline.
    Attention,
    /// The rooftop's name.
    Name,
    /// Where it is.
    City,
    /// Xtime's identifier.
    DealerCode,
    /// The masked code.
    Code,
    /// What is left of the code's 72 hours.
    CodeClock,
    /// What is left of Xtime's 24 hours.
    ConfirmClock,
    /// The stage.
    Stage,
    /// The opcode and whether it is visible.
    Opcode,
    /// Who looks after it.
    Owner,
    /// The newest event.
    LastEvent,
}

impl Column {
    /// Every order, in the order of the table.
    pub const ALL: [Self; 11] = [
        Self::Attention,
        Self::Name,
        Self::City,
        Self::DealerCode,
        Self::Code,
        Self::CodeClock,
        Self::ConfirmClock,
        Self::Stage,
        Self::Opcode,
        Self::Owner,
        Self::LastEvent,
    ];

    /// The heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Attention => "attention",
            Self::Name => "dealership",
            Self::City => "city",
            Self::DealerCode => "dealerCode",
            Self::Code => "code",
            Self::CodeClock => "code ends",
            Self::ConfirmClock => "Xtime due",
            Self::Stage => "stage",
            Self::Opcode => "opcode",
            Self::Owner => "owner",
            Self::LastEvent => "last event",
        }
    }

    /// The column some steps further.
    #[must_use]
    pub fn step(self, by: isize) -> Self {
        let place = Self::ALL.iter().position(|column| *column == self).unwrap_or(0);
        Self::ALL.get(super::step_round(place, by, Self::ALL.len())).copied().unwrap_or(Self::Attention)
    }

    /// Whether its order is that of a text; ties are then broken by the rest of the text.
    pub(super) const fn is_text(self) -> bool {
        matches!(self, Self::Name | Self::City | Self::DealerCode | Self::Opcode | Self::Owner)
    }
}

/// How the rows are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub column: Column,
    /// The largest first. What has no value comes last either way.
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self { column: Column::Attention, descending: false }
    }
}

/// Where a row stands in an order, as integers: a byte that puts rows without a value last with 15 bytes of folded text
/// or of a number; then 16 bytes of what is left of the text, or of the folded name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Key(u128, u128);

/// How many bytes of a text are in the first and in the second part of a key.
const TEXT_IN_KEY: (usize, usize) = (15, 16);

/// The key of a row, and whether its text is longer than that.
pub(super) fn key(sort: Sort, state: &Onboarding, facts: Derived, name: &str, policy: &Policy) -> (Key, bool) {
    const LAST: u128 = 0xff << 120;
    const VALUE: u128 = !LAST;
    let by_name = pack(name.bytes().take(TEXT_IN_KEY.1), TEXT_IN_KEY.1);
    if sort.column.is_text() {
        let text = text_of(sort.column, state, policy);
        let (Key(first, second), long) = text_key(text);
        let key = match (text.is_empty(), sort.descending) {
            (true, _) => Key(LAST, by_name),
            (false, _) if text.len() <= TEXT_IN_KEY.0 => {
                Key(if sort.descending { !first & VALUE } else { first }, by_name)
            }
            (false, true) => Key(!first & VALUE, !second),
            (false, false) => Key(first, second),
        };
        return (key, long);
    }
    let first = match number_of(sort.column, state, facts).map(|number| u128::from(number) << 56) {
        Some(value) if sort.descending => !value & VALUE,
        Some(value) => value,
        None => LAST,
    };
    (Key(first, by_name), false)
}

/// The key of the name, in which slots are given.
pub(super) fn name_key(state: &Onboarding) -> Key {
    text_key(state.profile.name.raw()).0
}

/// What a row shows that depends on the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Derived {
    /// Where it stands.
    pub stage: crate::domain::Stage,
    /// Why it needs somebody.
    pub attention: Option<Attention>,
    /// Out of sight.
    pub snoozed: bool,
}

pub(super) fn text_of<'a>(column: Column, state: &'a Onboarding, policy: &'a Policy) -> &'a str {
    match column {
        Column::City => state.profile.city.raw(),
        Column::DealerCode => state.profile.dealer_code.raw(),
        Column::Opcode => state.opcode_code(&policy.default_opcode),
        Column::Owner => state.profile.owner.as_ref().map_or("", |owner| owner.raw()),
        _ => state.profile.name.raw(),
    }
}

fn number_of(column: Column, state: &Onboarding, facts: Derived) -> Option<u64> {
    let newest = state.invitation.as_ref();
    match column {
        Column::Attention => {
            let rank = facts.attention.map_or(0x40, |attention| attention as u64);
            let aside = u64::from(facts.snoozed) << 7;
            let time = urgent_since(state, facts).map_or(u64::MAX >> 8, |at| moment(at) >> 8);
            Some((rank | aside) << 56 | time)
        }
        Column::Code => newest.map(|newest| u64::from(newest.generation)),
        Column::CodeClock => newest.map(|newest| moment(newest.expires_at)),
        Column::ConfirmClock => state.confirmation.due_at.filter(|_| !state.is_confirmed()).map(moment),
        Column::Stage => Some(facts.stage as u64),
        // The newest first is what people mean by this column.
        Column::LastEvent => Some(!moment(state.last_event.at)),
        _ => None,
    }
}

/// The deadline or moment that puts a row before others of the same urgency.
fn urgent_since(state: &Onboarding, facts: Derived) -> Option<Timestamp> {
    let confirmation = &state.confirmation;
    match facts.attention {
        Some(Attention::Lost) => confirmation.lost_at,
        Some(Attention::Overdue | Attention::WaitingLong) => confirmation.due_at,
        Some(Attention::OpcodeMissing) => state.opcode_since,
        Some(Attention::LeftLive) => state.left_live_at,
        Some(Attention::BookingUnknown) => state.booking.as_ref().map(|booking| booking.at),
        Some(Attention::NoSlots) => state.slots.as_ref().map(|slots| slots.checked_at),
        Some(Attention::Doubted | Attention::Unrecognised) => state.probe.as_ref().map(|probe| probe.at),
        Some(Attention::Expired | Attention::ExpiringSoon | Attention::CodeNotObtained) => {
            state.invitation.as_ref().map(|newest| newest.expires_at)
        }
        None if state.is_confirmed() => None,
        None => confirmation.due_at.or_else(|| {
            let newest = state.invitation.as_ref()?;
            (newest.ended.is_none() && newest.state(newest.generated_at) == InvitationState::Live)
                .then_some(newest.expires_at)
        }),
    }
}

/// Milliseconds with the sign folded in, so that unsigned comparison is right; the low 8 bits are free.
fn moment(at: Timestamp) -> u64 {
    // Moments that do not fit (years beyond 2,000,000) saturate.
    let millis = at.timestamp_millis().clamp(-(1 << 54), (1 << 54) - 1) + (1 << 54);
    (millis as u64) << 8
}

fn text_key(text: &str) -> (Key, bool) {
    const ALL: usize = TEXT_IN_KEY.0 + TEXT_IN_KEY.1;
    let mut folded = [0; ALL];
    let mut used = 0;
    if text.is_ascii() {
        for (place, byte) in folded.iter_mut().zip(text.bytes()) {
            *place = byte.to_ascii_lowercase();
        }
        used = text.len();
    } else {
        for byte in text.chars().flat_map(char::to_lowercase).collect::<String>().bytes() {
            if let Some(place) = folded.get_mut(used) {
                *place = byte;
            }
            used += 1;
        }
    }
    let (first, second) = folded.split_at(TEXT_IN_KEY.0);
    let key = Key(pack(first.iter().copied(), TEXT_IN_KEY.0), pack(second.iter().copied(), TEXT_IN_KEY.1));
    (key, used > ALL)
}

/// Bytes as a number in which earlier ones count more.
fn pack(text: impl Iterator<Item = u8>, bytes: usize) -> u128 {
    let (value, count) = text.fold((0u128, 0), |(value, count), byte| (value << 8 | u128::from(byte), count + 1));
    value << (8 * (bytes - count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_packed_in_their_order() {
        let texts = ["", "a", "aa", "ab", "b", "zebra crossing of the north", "zebra crossing of the south", "été"];
        assert!(texts.map(|text| text_key(text).0).is_sorted());
        assert_eq!(text_key("ABC"), text_key("abc"));
        assert_eq!(text_key("ÉTÉ"), text_key("été"));
        assert!(text_key(&"é".repeat(16)).1 && !text_key(&"é".repeat(15)).1);
    }

    #[test]
    fn columns_go_round() {
        assert_eq!(Column::Attention.step(-1), Column::LastEvent);
        assert_eq!(Column::LastEvent.step(1), Column::Attention);
    }
}
