use chrono::TimeDelta;

use crate::domain::{humanize, needs_no_probe};
use crate::protocol::{PlatformState, Request};
use crate::tui::action::Danger;
use crate::tui::setup::NO_PLATFORM;

use crate::tui::dialog::RecordingAction;

pub const ACTION: RecordingAction = RecordingAction {
    id: "check",
    title: "check now",
    doc: "Look at the platform now.",
    danger: Danger::None,
    // A look harms nobody, but many of them take a while.
    unasked: 5,
    possible: |context| match context.status.platform {
        _ if context.setup.read_only => Err("read-only: a look would be recorded".to_owned()),
        PlatformState::Unconfigured => Err(NO_PLATFORM.to_owned()),
        _ => Ok(()),
    },
    commands: |dry_run| needs_no_probe(dry_run.state).map_or(Ok(Vec::new()), Err),
    request: |dialog, _| Ok(Request::Probe(dialog.items.iter().map(|item| item.id).collect())),
    heading: |_| "Check",
    button: |_| "check now",
    duration: |count, status| {
        let rate = status.requests_per_second.max(1);
        let seconds = i64::try_from(count.div_ceil(rate as usize)).ok().and_then(TimeDelta::try_seconds);
        let length = humanize(seconds.unwrap_or(TimeDelta::MAX));
        format!("Takes about {length} at {rate} requests a second; longer where slots are looked for.")
    },
    ..RecordingAction::with("")
};
