//! `sandbox`: the simulated platform by itself.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use crate::sandbox::Faults;

use crate::clock::WallClock;
use crate::sandbox::{self, PostSettings, SandboxSettings};

use super::app::App;
use super::error::CliError;

#[derive(Debug, Clone, Args)]
pub struct SandboxArgs {
    /// Where it listens, on this machine only; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8787")]
    pub listen: SocketAddr,
    /// Which of the possible worlds
    #[arg(long, value_name = "S", default_value_t = 7)]
    pub seed: u64,
    /// How many times as fast as real time it goes
    #[arg(long, value_name = "X", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// Which faults, and how often: `none`, `nasty`, or a list like `503=2%,429=1%,slow=3%:400ms`
    #[arg(long, value_name = "SPEC", default_value = "none")]
    pub faults: Faults,
    /// Take letters there, on this machine only, and keep them in mailboxes; dealerships with an address then act on the
    /// code that they read
    #[arg(long, value_name = "ADDR")]
    pub smtp: Option<SocketAddr>,
    /// Also put reports of failed delivery into this maildir
    #[arg(long, value_name = "DIR", requires = "smtp", value_hint = clap::ValueHint::DirPath)]
    pub maildir: Option<PathBuf>,
}

/// A speed that the clocks can keep.
pub(super) fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (1.0..=10_000.0).contains(&speed) => Ok(speed),
        _ => Err("a number from 1 to 10000".to_owned()),
    }
}

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
