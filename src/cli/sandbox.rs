//! `sandbox`: the simulated platform by itself.

use std::sync::Arc;

use crate::clock::WallClock;
use crate::sandbox::{self, PostSettings, SandboxSettings};

use super::app::App;
use super::args::SandboxArgs;
use super::error::CliError;

/// Runs until a signal ends it.
pub(super) async fn run(app: &App, args: &SandboxArgs) -> Result<(), CliError> {
    let clock = Arc::new(WallClock::accelerated(args.speed));
    let post = args.smtp.map(|listen| PostSettings { listen, maildir: args.maildir.clone() });
    let settings = SandboxSettings {
        listen: args.listen,
        seed: args.seed,
        faults: args.faults.clone(),
        post,
        ..SandboxSettings::new(clock)
    };
    let (client_id, client_secret, api_key) =
        (settings.client_id.clone(), settings.client_secret.clone(), settings.api_key.clone());
    let sandbox = sandbox::start(settings)
        .await
        .map_err(|error| CliError::Failed(format!("cannot start the sandbox on {}: {error}", args.listen)))?;
    // Ready to be put into a configuration file. The credentials are the sandbox's own and open nothing else.
    app.out.line(format!(
        "[xtime]\nbase_url = \"{}\"\ntoken_url = \"{}\"\nclient_id = \"{client_id}\"\nclient_secret = \"{client_secret}\"\n\
         api_key = \"{api_key}\"\n\n[invitations]\nsource = \"http\"\n\n[invitations.http]\nurl = \"{}\"\n\
         body = '{{\"dealerCode\": \"{{{{ dealer_code }}}}\"}}'\ncode = \"/data/code\"\nexpires_at = \"/data/expires\"",
        sandbox.base_url(),
        sandbox.token_url(),
        sandbox.invitations_url(),
    ))?;
    if let Some(smtp) = sandbox.smtp_addr() {
        app.out.line(format!(
            "\n[mail]\ntransport = \"smtp://{smtp}\"\nfrom = \"DataClover Onboarding <onboarding@example.com>\""
        ))?;
    }
    app.out.flush()?;
    app.out.note(format!(
        "the sandbox listens on {}; {} lists what its dealerships can be made to do",
        sandbox.addr(),
        sandbox.control_url()
    ));
    if let Some(smtp) = sandbox.smtp_addr() {
        app.out.note(format!("letters are taken at {smtp}; {}/mailboxes shows them", sandbox.control_url()));
    }
    // A signal ends it: whoever runs this command drops it then.
    std::future::pending().await
}
