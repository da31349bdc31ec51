//! What the screen takes over from the engine that it shows.

use std::sync::Arc;

use super::screen::Screen;
use crate::client::SharedClient;

/// Has a screen show what an engine is.
pub(super) fn adopt(screen: &mut Screen, client: &SharedClient) {
    let (setup, info) = (&mut screen.state.setup, client.info());
    setup.read_only = info.read_only;
    setup.source = info.code_origin;
    setup.mail_name.clone_from(&info.mail_name);
    setup.mails = info.mails;
    // The platform of a demo is a sandbox, and says so.
    if !setup.is_demo() {
        setup.environment = info.environment;
    }
    setup.owner.clone_from(&info.owner);
    setup.policy = info.policy.clone();
    setup.claims = Arc::new(Arc::clone(client));
    screen.clock = Arc::clone(client.clock());
}
