//! Kinds of events that are shown or hidden together.

use crate::domain::Fact;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Codes: asked for, issued, superseded, expired, revoked.
    Codes,
    /// The dealer's word and what Xtime shows.
    Xtime,
    /// Opcodes, slots and test appointments.
    Opcodes,
    Mail,
    /// Profiles, owners, notes, snoozes, the archive.
    Desk,
}

impl Group {
    pub const ALL: [Self; 5] = [Self::Codes, Self::Xtime, Self::Opcodes, Self::Mail, Self::Desk];

    pub const fn title(self) -> &'static str {
        match self {
            Self::Codes => "codes",
            Self::Xtime => "Xtime and the dealer's word",
            Self::Opcodes => "opcodes, slots, appointments",
            Self::Mail => "letters",
            Self::Desk => "dealerships, owners, notes",
        }
    }

    /// Its name where room is short.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Codes => "codes",
            Self::Xtime => "Xtime",
            Self::Opcodes => "opcodes",
            Self::Mail => "mail",
            Self::Desk => "desk",
        }
    }

    pub fn of(fact: &Fact) -> Self {
        Self::of_kinds(fact.group())
    }

    fn of_kinds(group: &str) -> Self {
        match group {
            "invitation" => Self::Codes,
            "dealer" | "integration" | "probe" | "platform" => Self::Xtime,
            "opcode" | "slots" | "appointment" => Self::Opcodes,
            "email" | "reminders" => Self::Mail,
            _ => Self::Desk,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HiddenGroups(u8);

impl HiddenGroups {
    const fn bit(group: Group) -> u8 {
        1 << group as u8
    }

    pub const fn has(self, group: Group) -> bool {
        self.0 & Self::bit(group) != 0
    }

    pub const fn set(&mut self, group: Group, hidden: bool) {
        if hidden {
            self.0 |= Self::bit(group);
        } else {
            self.0 &= !Self::bit(group);
        }
    }

    pub fn is_all(self) -> bool {
        Group::ALL.into_iter().all(|group| self.has(group))
    }

    /// The kinds that are left, by their places; none: all of them.
    pub fn kinds(self) -> Vec<u8> {
        if self == Self::default() {
            return Vec::new();
        }
        Fact::places(|kind| !self.has(Group::of_kinds(kind.split_once('.').map_or("", |(group, _)| group))))
    }
}
