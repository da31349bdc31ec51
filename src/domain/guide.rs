//! What a dealership has to do so that its opcode works, step by step, with what can be seen of each from here, and as a text for
//! the dealer. The steps are the seed's; where they are done in Xtime is public.

use super::{Onboarding, OpcodeOption, OpcodeState, Policy, Untrusted};

/// What can be seen of a step from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observed {
    /// It is done: we see what it leads to.
    Visible,
    /// It is not done, or not as it must be.
    NotVisible,
    /// Nobody can tell from here.
    CannotBeObserved,
}

impl Observed {
    pub const fn message(self) -> &'static str {
        match self {
            Self::Visible => "visible",
            Self::NotVisible => "not visible",
            Self::CannotBeObserved => "cannot be observed",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuideStep {
    pub title: String,
    /// What can be seen of it.
    pub observed: Observed,
    /// Why we say so; may be empty.
    pub why: String,
}

/// The steps of one dealership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guide {
    pub option: OpcodeOption,
    /// The code that it is about.
    pub code: Untrusted,
    /// Whether the dealership chose it; else it is the configured default.
    pub chosen: bool,
    /// The steps, in their order.
    pub steps: Vec<GuideStep>,
    partner: String,
}

/// The steps that lead to a visible opcode, and what each of them has shown so far.
pub fn guide(state: &Onboarding, policy: &Policy, partner: &str) -> Guide {
    let code = Untrusted::from(state.opcode_code(&policy.default_opcode));
    let option = state.opcode_option();
    let seen = Seen::of(state);
    let plain = code.plain();
    let step = |title: String, (observed, why): (Observed, String)| GuideStep { title, observed, why };
    let mut steps = match option {
        OpcodeOption::Existing => vec![
            step(
                format!("Find the service opcode `{plain}` in the Xtime service catalog, spelled exactly so"),
                seen.code(),
            ),
            step(
                "Make sure that it has standard scope: usable for any year, make and model".to_owned(),
                seen.setting(),
            ),
        ],
        OpcodeOption::New => vec![
            step(
                "Create a service operation with standard scope: usable for any year, make and model".to_owned(),
                seen.setting(),
            ),
            step(
                format!("Set its code to `{plain}`, exactly so, and its name to something with {partner} in it"),
                seen.code(),
            ),
        ],
    };
    let all = "In Availability, set \"Which apps should display it?\" to All";
    steps.push(step(all.to_owned(), seen.setting()));
    steps.push(step("Publish the catalog: nothing changes before that".to_owned(), seen.setting()));
    steps.push(step(format!("Tell the onboarding contact at {partner} the code"), shared(state)));
    Guide { option, code, chosen: state.opcode.is_some(), steps, partner: partner.to_owned() }
}

fn shared(state: &Onboarding) -> (Observed, String) {
    match &state.opcode {
        None => (Observed::NotVisible, "no choice is recorded; the default is assumed".to_owned()),
        Some(chosen) => {
            let word = chosen.word.as_ref().map_or(String::new(), |word| format!(", says {}", word.plain()));
            (Observed::Visible, format!("recorded by {}{word}", super::text::clean(&chosen.by)))
        }
    }
}

/// What the list of services says about the steps.
struct Seen<'a> {
    state: &'a Onboarding,
}

impl<'a> Seen<'a> {
    fn of(state: &'a Onboarding) -> Self {
        Self { state }
    }

    /// Whether anything at all can be seen.
    fn blind(&self) -> Option<&'static str> {
        match self.state.opcode_state {
            _ if !self.state.is_confirmed() => Some("not connected yet"),
            OpcodeState::Unchecked => Some("not looked for yet"),
            OpcodeState::Unknown => Some("Xtime answered with an empty list"),
            OpcodeState::Ok | OpcodeState::NearMiss | OpcodeState::Missing => None,
        }
    }

    fn code(&self) -> (Observed, String) {
        match (self.blind(), self.state.opcode_state) {
            (Some(why), _) => (Observed::CannotBeObserved, why.to_owned()),
            (None, OpcodeState::Ok) => (Observed::Visible, "Xtime shows it to us".to_owned()),
            (None, _) => {
                let finding = self.state.opcode_findings.first().map(String::as_str).unwrap_or_default();
                let gone = if self.state.opcode_was_visible.is_some() { "it was visible before; " } else { "" };
                (Observed::NotVisible, format!("{gone}{}", super::text::clean(finding)))
            }
        }
    }

    /// Scope, availability and publishing show only in the code being listed or not: which of them is missing nobody can tell.
    fn setting(&self) -> (Observed, String) {
        match (self.blind(), self.state.opcode_state) {
            (Some(why), _) => (Observed::CannotBeObserved, why.to_owned()),
            (None, OpcodeState::Ok) => (Observed::Visible, String::new()),
            (None, OpcodeState::NearMiss) => (Observed::Visible, "for the one that is like it".to_owned()),
            (None, _) => (Observed::CannotBeObserved, "any of these steps may be the one that is missing".to_owned()),
        }
    }
}

impl Guide {
    /// How many steps are not seen to be done.
    pub fn open(&self) -> usize {
        self.steps.iter().filter(|step| step.observed != Observed::Visible).count()
    }

    /// What a letter about the steps begins with: why there must be an opcode, and which it is.
    pub fn reason(&self) -> String {
        let code = self.code.plain();
        let partner = &self.partner;
        let which = match self.option {
            OpcodeOption::Existing => format!("your existing service opcode `{code}`"),
            OpcodeOption::New => format!("a new service opcode, `{code}`"),
        };
        format!(
            "Every appointment that {partner} requests in Xtime carries a service opcode of your dealership: {which}."
        )
    }

    /// What the dealer may read of what is seen of a step: nothing where nobody can tell, and never which of us wrote what down.
    pub fn told(&self, step: &GuideStep) -> Option<String> {
        let ours = self.steps.last() == Some(step);
        match step.observed {
            Observed::CannotBeObserved => None,
            Observed::Visible if ours => Some("done".to_owned()),
            Observed::NotVisible if ours => None,
            Observed::Visible => Some(step.observed.message().to_owned()),
            Observed::NotVisible => {
                Some(format!("{}: {}", step.observed.message(), step.why.replacen("missing: ", "", 1)))
            }
        }
    }

    /// The steps as a text that can be sent to the dealer: plain lines, nothing of what we see.
    pub fn letter(&self) -> String {
        let mut text = format!("{}\n{STEPS}\n\n", self.reason());
        for (number, step) in (1..).zip(&self.steps) {
            text.push_str(&format!("{number}. {}.\n", step.title));
        }
        text.push_str(&format!("\n{ANOTHER}\n"));
        text
    }
}

/// What a letter says before the steps.
pub const STEPS: &str = "Please go through these steps in Xtime:";

/// What a letter says behind the steps.
pub const ANOTHER: &str = "If you would rather use another opcode that suits, that is fine too: tell us which one.";

#[cfg(test)]
#[path = "guide_tests.rs"]
mod tests;
