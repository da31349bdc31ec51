//! Whether the program does its work: it takes writes and its background tasks are alive. A platform that does not answer is
//! told, and is no illness of ours.

use std::sync::Arc;

use super::hooks::{HookProgress, HookStatus};
use super::metrics::{Metrics, mail_circuit, platform_circuit};
use crate::domain::text::clean;
use crate::domain::{Timestamp, rfc3339};
use crate::engine::{Engine, TaskState};
use crate::protocol::{MailStatus, PlatformState};

/// What is wrong, in words; nothing: it is well.
fn reasons(faults: &[(&str, TaskState)], write_failure: Option<&str>) -> Vec<String> {
    let writes = write_failure.map(|why| format!("the last write to the store failed: {}", clean(why)));
    let tasks = faults.iter().map(|(name, state)| format!("the task `{name}` is {}", state.as_str()));
    writes.into_iter().chain(tasks).collect()
}

/// Whether it is well, and the answer to whoever asks.
pub fn health<'a>(engine: &Engine, metrics: &Metrics, hooks: &'a [Arc<HookStatus>]) -> (bool, HealthDocument<'a>) {
    let reasons = reasons(&engine.task_faults(), metrics.write_failure().as_deref());
    (reasons.is_empty(), HealthDocument::of(engine, &reasons, hooks))
}

documents! {
    pub HealthDocument<'a> of (engine: &Engine, reasons: &[String], hooks: &'a [Arc<HookStatus>])
    where (state, now) = (engine.status().borrow().clone(), engine.clock().now());
    {
        hooks: Vec<HookDocument<'a>> = hooks.iter().map(|hook| HookDocument::of(hook)).collect(),
        last_event_seq: u64 = engine.read_model().seq(),
        leader: bool = engine.works(),
        mail: MailHealth = MailHealth::of(&state.mail, now),
        platform: PlatformHealth = PlatformHealth::of(&state.platform, now),
        reasons: Vec<String> = reasons.to_vec(),
        schema: u32 = 1,
        status: &'static str = if reasons.is_empty() { "ok" } else { "failing" },
    }

    MailHealth of (mail: &MailStatus, now: Timestamp) {
        circuit: Option<&'static str> = mail_circuit(&mail.state, now),
        waiting: usize = mail.waiting,
    }

    PlatformHealth of (state: &PlatformState, now: Timestamp) {
        alarm: bool = state.is_alarm(),
        circuit: Option<&'static str> = platform_circuit(state, now),
    }

    HookDocument<'a> of (hook: &'a HookStatus)
    where HookProgress { position, failure, .. } = hook.progress();
    {
        failing_since: Option<String> = failure.as_ref().map(|(since, _)| rfc3339(*since)),
        name: &'a str = &hook.name,
        position: u64 = position,
        why: Option<String> = failure.map(|(_, why)| why),
    }
}
