//! Why a dealership is stuck, the likeliest cause first, and what to tell the dealer about each (`domain.md`, "what support staff
//! ask and what goes wrong").

use super::{CallOutcome, NO_SLOTS_CAUSES, Onboarding, OpcodeOption, OpcodeState, Stage, Timestamp};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LikelyCause {
    pub cause: &'static str,
    /// What to ask or tell on the phone.
    pub tell: String,
}

fn cause(cause: &'static str, tell: impl Into<String>) -> LikelyCause {
    LikelyCause { cause, tell: tell.into() }
}

impl Onboarding {
    /// The likely causes of being stuck, in order; none where it is not.
    pub fn likely_causes(&self, now: Timestamp, default_opcode: &str) -> Vec<LikelyCause> {
        match self.stage(now) {
            Stage::Overdue => self.causes_of_overdue(),
            Stage::Lost => self.causes_of_loss(),
            Stage::OpcodeMissing => {
                self.causes_of_missing_opcode(&super::text::clean(self.opcode_code(default_opcode)))
            }
            Stage::NoSlots => NO_SLOTS_CAUSES.map(|known| cause(known, "")).into(),
            Stage::New
            | Stage::Invited
            | Stage::Expired
            | Stage::AwaitingXtime
            | Stage::Confirmed
            | Stage::Live
            | Stage::Revoked
            | Stage::Archived => Vec::new(),
        }
    }

    fn causes_of_overdue(&self) -> Vec<LikelyCause> {
        let name = self.profile.name.plain();
        let role =
            cause("their role lacks Configure Application", "their Xtime admin gives the role, or enters the code");
        let mut causes = vec![
            cause(
                "it was entered at another rooftop",
                format!("open {name} itself in Xtime: does Partners list us there? If not: a new code, entered there"),
            ),
            cause("Cancel was pressed at the last step", "a new code, Validate, and this time Confirm"),
        ];
        // Where the dealer said so it is no guess.
        let place = if self.said(CallOutcome::PageNotFound) { 0 } else { causes.len() };
        causes.insert(place, role);
        let code = self.profile.dealer_code.plain();
        causes.push(cause("Xtime is late", format!("nothing: ask Xtime support about dealerCode {code}")));
        causes
    }

    fn causes_of_loss(&self) -> Vec<LikelyCause> {
        let code = self.profile.dealer_code.plain();
        vec![
            cause("it was disconnected on purpose", "was it on purpose, and who decided it?"),
            cause("it was disconnected by mistake", "a new code, entered as the first time"),
            cause(
                "the rooftop has another dealerCode now",
                format!("which dealerCode does Xtime show? Ours is {code}"),
            ),
        ]
    }

    fn causes_of_missing_opcode(&self, code: &str) -> Vec<LikelyCause> {
        let spelled = cause(
            "it is spelled otherwise",
            format!("read out the code as it stands there: it must be exactly \"{code}\""),
        );
        let availability = cause(
            "not every app may display it",
            "in Availability, \"Which apps should display it?\" = All, then Publish",
        );
        let published = cause("the catalog is not published", "press Publish: nothing changes before that");
        let scope = cause("it has no standard scope", "scope: usable for any year, make and model, then Publish");
        let created = cause("it does not exist", format!("create it with the code \"{code}\", scope, All, Publish"));
        match (self.opcode_state, self.opcode_was_visible, self.opcode_option()) {
            (OpcodeState::NearMiss, ..) => {
                let taken = cause("another spelling is the one they want", "shall we use the one that is visible?");
                vec![spelled, taken]
            }
            (_, Some(_), _) => {
                let renamed = LikelyCause { cause: "it was renamed", ..spelled };
                let deleted = LikelyCause { cause: "it was deleted", ..created };
                let edited = LikelyCause { cause: "it was changed and not published again", ..published };
                vec![edited, availability, renamed, deleted]
            }
            (_, None, OpcodeOption::New) => vec![published, availability, scope, spelled, created],
            (_, None, OpcodeOption::Existing) => vec![spelled, availability, published, scope, created],
        }
    }

    fn said(&self, outcome: CallOutcome) -> bool {
        self.standing_call().is_some_and(|call| call.outcome == outcome)
    }
}

#[cfg(test)]
#[path = "causes_tests.rs"]
mod tests;
