//! Colours by their meaning, and the glyphs of what is known of a dealership: each frontend has its own inks for them.

use crate::domain::{
    Attention, EventSeverity, InvitationState, Mover, Onboarding, OpcodeState, Severity, Stage, Timestamp,
};

use crate::domain::query::Derived;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    /// Headings, and what was asked for.
    Strong,
    Good,
    /// Somebody is at work, or a clock runs.
    Busy,
    Warn,
    Bad,
    Faint,
}

impl From<Severity> for Tone {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Good => Self::Good,
            Severity::Doubtful => Self::Warn,
            Severity::Bad => Self::Bad,
        }
    }
}

impl From<EventSeverity> for Tone {
    fn from(severity: EventSeverity) -> Self {
        match severity {
            EventSeverity::Routine => Self::Faint,
            EventSeverity::Progress => Self::Busy,
            EventSeverity::Neutral => Self::Plain,
            EventSeverity::Good => Self::Good,
            EventSeverity::Warning => Self::Warn,
            EventSeverity::Bad => Self::Bad,
        }
    }
}

impl From<Attention> for Tone {
    fn from(attention: Attention) -> Self {
        match attention {
            Attention::Lost
            | Attention::LeftLive
            | Attention::Overdue
            | Attention::Expired
            | Attention::CodeFromFuture
            | Attention::CodeNotObtained => Self::Bad,
            _ => Self::Warn,
        }
    }
}

impl From<Mover> for Tone {
    fn from(whose: Mover) -> Self {
        if whose == Mover::Us { Self::Warn } else { Self::Plain }
    }
}

pub const fn stage_glyph(stage: Stage) -> (&'static str, Tone) {
    match stage {
        Stage::New => ("○", Tone::Plain),
        Stage::Invited => ("◔", Tone::Busy),
        Stage::Expired => ("✗", Tone::Bad),
        Stage::AwaitingXtime => ("◑", Tone::Busy),
        Stage::Overdue => ("▲", Tone::Bad),
        Stage::Confirmed => ("◕", Tone::Good),
        Stage::OpcodeMissing => ("◇", Tone::Warn),
        Stage::NoSlots => ("□", Tone::Warn),
        Stage::Live => ("●", Tone::Good),
        Stage::Lost => ("▼", Tone::Bad),
        Stage::Revoked => ("⊘", Tone::Faint),
        Stage::Archived => ("▫", Tone::Faint),
    }
}

pub const fn opcode_glyph(state: OpcodeState) -> (&'static str, Tone) {
    match state {
        OpcodeState::Unchecked => ("·", Tone::Faint),
        OpcodeState::Ok => ("✓", Tone::Good),
        OpcodeState::NearMiss => ("≈", Tone::Warn),
        OpcodeState::Missing => ("✗", Tone::Warn),
        OpcodeState::Unknown => ("?", Tone::Faint),
    }
}

/// Of what is left of the code's life; faint where nobody waits for its end.
pub fn code_clock_tone(state: &Onboarding, facts: Derived, now: Timestamp) -> Tone {
    match state.invitation.as_ref().map(|newest| newest.state(now)) {
        Some(InvitationState::Live) if facts.stage == Stage::AwaitingXtime => Tone::Faint,
        Some(InvitationState::Live) if facts.attention == Some(Attention::ExpiringSoon) => Tone::Warn,
        Some(InvitationState::Live) => Tone::Busy,
        Some(InvitationState::Expired) if state.confirmation.dealer_confirmed_at.is_none() => Tone::Bad,
        _ => Tone::Faint,
    }
}

/// Of what is left of Xtime's 24 hours; faint where nobody waits for Xtime.
pub fn confirm_clock_tone(state: &Onboarding, facts: Derived) -> Tone {
    match facts.stage {
        _ if state.xtime_due_at().is_none() => Tone::Faint,
        Stage::Overdue => Tone::Bad,
        _ if facts.attention == Some(Attention::WaitingLong) => Tone::Warn,
        _ => Tone::Busy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::width;

    #[test]
    fn stages_and_opcode_states_differ_by_glyph() {
        let opcodes = [OpcodeState::Unchecked, OpcodeState::Ok, OpcodeState::NearMiss, OpcodeState::Missing];
        for mut glyphs in
            [Stage::ALL.map(|stage| stage_glyph(stage).0).to_vec(), opcodes.map(|state| opcode_glyph(state).0).to_vec()]
        {
            let count = glyphs.len();
            assert!(glyphs.iter().all(|glyph| width(glyph) == 1));
            glyphs.sort_unstable();
            glyphs.dedup();
            assert_eq!(glyphs.len(), count);
        }
    }
}
