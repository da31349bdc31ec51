//! Which dealerships may be one and the same, as commands show it.

use crate::present::Tone;
use crate::protocol::AlikeDealership;

use super::app::App;

pub(super) fn alike_hint(app: &App, other: &AlikeDealership) -> String {
    let archived = if other.archived { ", archived" } else { "" };
    app.out.paint(Tone::Warn, &format!("{}{archived}", other.twin.hint(&other.profile)))
}
