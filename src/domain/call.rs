//! Calls with a dealership: what came of each, when to call back, and codes read out (`domain.md`, "whose move is it").

use serde::{Deserialize, Serialize};

use super::{OpcodeChoice, Timestamp, Untrusted, moment};

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallOutcome {
    /// The dealer has entered and confirmed the code: the second clock starts.
    Done,
    WillDo,
    /// Their Xtime role does not show *Configure Application* or *Partners*.
    PageNotFound,
    /// Xtime did not take the code at *Validate*.
    CodeRefused,
    WantsCode,
    /// The dealer named the opcode.
    OpcodeTold,
    NoAnswer,
    WrongPerson,
}

impl CallOutcome {
    pub const ALL: [Self; 8] = [
        Self::Done,
        Self::WillDo,
        Self::PageNotFound,
        Self::CodeRefused,
        Self::WantsCode,
        Self::OpcodeTold,
        Self::NoAnswer,
        Self::WrongPerson,
    ];

    /// Whether the dealer said how it goes with the code.
    pub const fn is_about_code(self) -> bool {
        match self {
            Self::Done | Self::WillDo | Self::PageNotFound | Self::CodeRefused | Self::WantsCode => true,
            Self::OpcodeTold | Self::NoAnswer | Self::WrongPerson => false,
        }
    }

    /// The word of JSON and of the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::WillDo => "will-do",
            Self::PageNotFound => "page-not-found",
            Self::CodeRefused => "code-refused",
            Self::WantsCode => "wants-code",
            Self::OpcodeTold => "opcode-told",
            Self::NoAnswer => "no-answer",
            Self::WrongPerson => "wrong-person",
        }
    }

    pub const fn message(self) -> &'static str {
        match self {
            Self::Done => "the dealer is done",
            Self::WillDo => "the dealer will do it",
            Self::PageNotFound => "the dealer could not find the page",
            Self::CodeRefused => "Xtime refused the code",
            Self::WantsCode => "the dealer wants a new code",
            Self::OpcodeTold => "the dealer told the opcode",
            Self::NoAnswer => "no answer",
            Self::WrongPerson => "wrong person",
        }
    }
}

/// A call to be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub outcome: CallOutcome,
    pub at: Timestamp,
    pub call_back_at: Option<Timestamp>,
    pub with: Option<Untrusted>,
    pub note: Option<Untrusted>,
    /// When the dealer finished, with [`CallOutcome::Done`]; `None`: at the time of the call.
    pub finished_at: Option<Timestamp>,
    /// The one that was told, with [`CallOutcome::OpcodeTold`].
    pub opcode: Option<OpcodeChoice>,
}

/// The newest call with a dealership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastCall {
    pub outcome: CallOutcome,
    #[serde(with = "moment")]
    pub at: Timestamp,
    pub by: Box<str>,
    pub with: Option<Untrusted>,
    pub note: Option<Untrusted>,
    /// The code that was the newest at that moment; 0: there was none.
    pub generation: u32,
}

/// A code that was read out by phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldCode {
    pub generation: u32,
    #[serde(with = "moment")]
    pub at: Timestamp,
    pub by: Box<str>,
    pub to: Option<Untrusted>,
}

/// What is known of the calls with a dealership.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calls {
    pub last: Option<LastCall>,
    /// The newest one in which the dealer said how it goes with the code: an unanswered one takes nothing of that back.
    pub about_code: Option<LastCall>,
    /// When to call back, until that is done or has become needless.
    #[serde(with = "moment")]
    pub call_back_at: Option<Timestamp>,
    pub told: Option<ToldCode>,
}
