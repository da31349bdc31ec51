//! Whether the program does its work: it takes writes and its background tasks are alive. A platform that does not answer is
//! told, and is no illness of ours.

use std::sync::Arc;

use serde_json::{Value, json};

use super::hooks::{HookProgress, HookStatus};
use super::metrics::{Metrics, mail_circuit, platform_circuit};
use crate::domain::rfc3339;
use crate::domain::text::clean;
use crate::engine::{Engine, TaskState};

/// What is wrong, in words; nothing: it is well.
fn reasons(faults: &[(&str, TaskState)], write_failure: Option<&str>) -> Vec<String> {
    let writes = write_failure.map(|why| format!("the last write to the store failed: {}", clean(why)));
    let tasks = faults.iter().map(|(name, state)| format!("the task `{name}` is {}", state.as_str()));
    writes.into_iter().chain(tasks).collect()
}

/// Whether it is well, and the answer to whoever asks.
pub fn health(engine: &Engine, metrics: &Metrics, hooks: &[Arc<HookStatus>]) -> (bool, Value) {
    let reasons = reasons(&engine.task_faults(), metrics.write_failure().as_deref());
    let (status, now) = (engine.status().borrow().clone(), engine.clock().now());
    let well = reasons.is_empty();
    let hook = |hook: &Arc<HookStatus>| {
        let HookProgress { position, failure, .. } = hook.progress();
        json!({
            "name": hook.name,
            "position": position,
            "failing_since": failure.as_ref().map(|(since, _)| rfc3339(*since)),
            "why": failure.map(|(_, why)| why),
        })
    };
    let body = json!({
        "schema": 1,
        "status": if well { "ok" } else { "failing" },
        "reasons": reasons,
        "leader": engine.works(),
        "last_event_seq": engine.read_model().seq(),
        "platform": { "circuit": platform_circuit(&status.platform, now), "alarm": status.platform.is_alarm() },
        "mail": { "circuit": mail_circuit(&status.mail.state, now), "waiting": status.mail.waiting },
        "hooks": hooks.iter().map(hook).collect::<Vec<_>>(),
    });
    (well, body)
}
