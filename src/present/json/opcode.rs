//! The opcodes that Xtime shows of a dealership, and the steps that lead to its own, in documents.

use super::document::{DealershipName, SCHEMA, time};
use crate::domain::opcode::Finding;
use crate::domain::{
    Guide, GuideStep, Observed, Onboarding, Outcome, Policy, ProbeResult, Service, Timestamp, rfc3339,
};

documents! {
    /// The steps of a dealership. `probe`: what was asked for them just now.
    pub GuideDocument<'a> of (
        state: &'a Onboarding,
        guide: &'a Guide,
        policy: &'a Policy,
        probe: Option<&'a ProbeResult>,
        now: Timestamp
    ) {
        dealership: DealershipName<'a> = DealershipName::of(state),
        lacks: Option<&'static str> = state.lacks(),
        letter: String = guide.letter(),
        opcode: GuideOpcodeDocument<'a> = GuideOpcodeDocument::of(state, guide, policy),
        open: usize = guide.open(),
        probe: Option<GuideProbeDocument<'a>> = probe.map(GuideProbeDocument::of),
        schema: u32 = SCHEMA,
        stage: &'static str = state.stage(now).as_str(),
        steps: Vec<StepDocument<'a>> = guide.steps.iter().zip(1..).map(|(step, n)| StepDocument::of(step, n)).collect(),
    }

    GuideOpcodeDocument<'a> of (state: &'a Onboarding, guide: &Guide, policy: &'a Policy) {
        choice: &'a str = state.opcode_code(&policy.default_opcode),
        chosen: bool = guide.chosen,
        findings: &'a [String] = &state.opcode_findings,
        option: &'static str = guide.option.as_str(),
        state: &'static str = state.opcode_state.as_str(),
        visible_before_since: Option<String> = time(state.opcode_was_visible.map(|was| was.from)),
    }

    GuideProbeDocument<'a> of (result: &'a ProbeResult) {
        at: String = rfc3339(result.ended_at),
        outcome: String = result.outcome.to_string(),
        reason: &'a str = &result.reason,
    }

    StepDocument<'a> of (step: &'a GuideStep, number: usize) {
        number: usize = number,
        observed: &'static str = match step.observed {
            Observed::Visible => "visible",
            Observed::NotVisible => "not-visible",
            Observed::CannotBeObserved => "cannot-be-observed",
        },
        title: &'a str = &step.title,
        why: &'a str = &step.why,
    }

    /// What a probe saw of a dealership's opcodes; `finding` is about its own.
    pub OpcodesDocument<'a> of (
        state: &'a Onboarding,
        choice: &'a str,
        result: &'a ProbeResult,
        finding: &'a Finding,
        opcodes: Vec<OpcodeRowDocument<'a>>
    )
    where is_connected = result.outcome == Outcome::Connected;
    {
        choice: &'a str = choice,
        dealership: DealershipName<'a> = DealershipName::of(state),
        findings: &'a [String] = if is_connected { &finding.words } else { &state.opcode_findings },
        opcodes: Vec<OpcodeRowDocument<'a>> = opcodes,
        option: Option<&'static str> = state.opcode.as_deref().map(|chosen| chosen.choice.option.as_str()),
        outcome: String = result.outcome.to_string(),
        reason: &'a str = &result.reason,
        schema: u32 = SCHEMA,
        state: &'static str = if is_connected { finding.state } else { state.opcode_state }.as_str(),
        visible_before_since: Option<String> = time(state.opcode_was_visible.map(|was| was.from)),
    }

    /// One opcode of the list, and in what it is like the one that was chosen.
    pub OpcodeRowDocument<'a> of (service: &'a Service, is_chosen: bool, near_miss: Option<&'a str>) {
        chosen: bool = is_chosen,
        name: &'a str = service.name.raw(),
        near_miss: Option<&'a str> = near_miss,
        opcode: &'a str = service.opcode.raw(),
    }
}
