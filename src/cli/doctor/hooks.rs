//! The hooks' part: whom they call, and how the last call went.

use url::Url;

use super::Findings;
use crate::cli::store_access::StoreClient;
use crate::cli::zone::operators_zone;
use crate::config::{Config, HookConfig};
use crate::domain::Severity;
use crate::store::{HookPosition, hook_position};
use crate::wiring::hooks;

pub(super) async fn inspect(found: &mut Findings, config: &Config, client: Option<&StoreClient>) {
    if let Err(error) = hooks(config) {
        found.note("hooks", Severity::Bad, error.to_string());
    }
    for hook in &config.hooks {
        let position = match (config.store.directory(), client) {
            (Some(dir), _) => hook_position(dir, &hook.key()),
            (None, Some(client)) => client.hook_position(&hook.key()).await,
            (None, None) => Ok(None),
        };
        let (health, words) = match position {
            Ok(None) => (Severity::Good, "it begins with the next event".to_owned()),
            Ok(Some(position)) => told(&position),
            Err(error) => (Severity::Bad, error.to_string()),
        };
        found.note("hooks", health, format!("{} ({}): {words}", hook.key(), called(hook)));
    }
}

fn called(hook: &HookConfig) -> String {
    match (&hook.url, hook.run.first()) {
        // The path of an address may be a secret.
        (Some(url), _) => Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default(),
        (None, program) => program.cloned().unwrap_or_default(),
    }
}

fn told(position: &HookPosition) -> (Severity, String) {
    let failed = position.attempt.as_ref().and_then(|attempt| Some((attempt, attempt.why.as_ref()?)));
    match failed {
        Some((attempt, why)) => {
            let since = operators_zone().line(attempt.since);
            (
                Severity::Doubtful,
                format!("event {} since {since}, {} times in vain: {why}", attempt.last, attempt.failures),
            )
        }
        None => (Severity::Good, format!("done up to event {}", position.after)),
    }
}
