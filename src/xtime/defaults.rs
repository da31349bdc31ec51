//! The default table of meanings. The platform's own codes and texts for most failures are not public, so the rows know how such
//! services say things, and stay silent where a sentence could be about something else (an opcode, our own key).

use super::meaning::{Meaning, Pattern, StatusMatch};
use crate::domain::Outcome::{self, NotConnected, OurCredentials, Unknown};

/// The gateway or the platform is busy, whatever status it says so with (a spent quota comes as a 403).
const BUSY: &str = r"quota|limit exceeded|too many requests|rate.?limit|throttl|try again later|temporarily unavailable|service unavailable|internal (server )?error|timed? ?out";

/// Our token, key or client is refused.
const OURS: &str = concat!(
    r"(invalid|expired|missing|malformed|unknown|revoked)\s+((access|bearer|security|authentication|api|subscription|client)\s+)*(token|key|credentials?|client|signature)\b",
    r"|\b(token|key|credentials?|signature)\s+((is|has|was|are)\s+)?(been\s+)?(invalid|expired|missing|malformed|revoked|disabled|not (valid|recogni[sz]ed|found))",
    r"|invalid_(token|client|grant|scope)|access_denied|insufficient[_ ]scope|explicit deny|not authenticated|authentication (failed|required)",
);

/// A subject that is the dealership, perhaps named: "dealerCode xts1234", "Dealer 'abc'", "store: 17".
macro_rules! dealer {
    () => {
        r#"\b(dealer(ship)?|store|rooftop|location|shop)([ _-]?(code|id|number))?(\s*[:=#]\s*['"]?[a-z0-9._-]+['"]?|\s+['"(\[][a-z0-9._-]+['")\]]|\s+[a-z._-]*[0-9][a-z0-9._-]*)?"#
    };
}

/// "The dealership … is not connected / has not authorized this partner." What follows "not enabled" must not be an opcode.
const DEALER_IS_NOT: &str = concat!(
    dealer!(),
    r"(\s+(is|was|are|has|have))?(n['’]t|\s+not|\s+no longer|\s+never)(\s+(yet|been|currently))*\s+",
    r"((connected|linked|integrated|onboarded|opted[ -]in)\b",
    r"|(authori[sz]ed|enabled|permitted|activated|subscribed|entitled)(\s+yet)?\s*(([.!;,:)]|$)",
    r"|\s((for|to|with|by|in|on)\s+)?((this|the|your|our)\s+)?(partner|application|app|client|vendor|provider|integration|xtime|api|access)\b))",
    r"|",
    dealer!(),
    r"\s+(is|was|has been|has)\s+(disconnected|unauthori[sz]ed|deauthori[sz]ed)\b",
);

/// "… not authorized for dealer xts1234", where nothing follows the dealership.
const NOT_FOR_DEALER: &str = concat!(
    r"(not\s+(yet\s+)?(authori[sz]ed|permitted|allowed|connected|enabled|entitled|linked|subscribed)|no access|access\s+((is|was)\s+)?denied|unauthori[sz]ed|(does|do)(\s+not|n['’]t)\s+have\s+(access|permission))",
    r"(\s+access)?\s+(to|for|with|at|by|on)\s+((access|this|the|that|requested|specified|given)\s+)*",
    dealer!(),
    r"\s*([.!;,:)]|$)",
);

/// A bare sentence, as the answer to a question about one dealership.
const BARE: &str = r"^(error[:\s]+)?((the |this )?partner\s+)?((is|was|has)\s+)?(not( yet)?( been)?|no longer)\s+(authori[sz]ed|connected|enabled|integrated|linked)[.!]?$|^(unauthori[sz]ed|forbidden|access (is )?denied)[.!]?$";

/// A code in words.
const CODE: &str = r"((dealer(ship)?|store|rooftop|partner|integration)[ _-]?)?(is[ _-]?)?not[ _-]?(authori[sz]ed|connected|enabled|linked|integrated)";

/// Status, code, message, meaning.
type Row = (Option<&'static str>, Option<&'static str>, Option<&'static str>, Outcome);

/// The rows, first match wins. In words: whoever fails cannot tell; a quota is no answer; our own keys are about us; a sentence about the
/// dealership is about the dealership; the gateway's bare 403 is taken for "not this dealership" (the guard against everybody turning at once
/// catches the case that it was about us); any other 401 is about us.
const ROWS: &[Row] = &[
    (Some("3xx"), None, None, Unknown),
    (Some("407-408"), None, None, Unknown),
    (Some("425"), None, None, Unknown),
    (Some("429"), None, None, Unknown),
    (Some("5xx"), None, None, Unknown),
    (None, None, Some(BUSY), Unknown),
    (None, Some("invalid_(token|client|grant|scope)|access_denied|insufficient_scope"), None, OurCredentials),
    (None, None, Some(OURS), OurCredentials),
    (Some("2xx"), None, Some(DEALER_IS_NOT), NotConnected),
    (Some("2xx"), None, Some(NOT_FOR_DEALER), NotConnected),
    (Some("2xx"), None, Some(BARE), NotConnected),
    (Some("2xx"), Some(CODE), None, NotConnected),
    (Some("401-404"), None, Some(DEALER_IS_NOT), NotConnected),
    (Some("401-404"), None, Some(NOT_FOR_DEALER), NotConnected),
    (Some("403"), None, Some(BARE), NotConnected),
    (Some("401"), None, None, OurCredentials),
];

/// The default table.
pub fn defaults() -> Vec<Meaning> {
    // Every row compiles: a test counts them.
    ROWS.iter().filter_map(|row| read(*row)).collect()
}

/// The operator's own rows, then the defaults: what is said explicitly wins.
pub fn with_defaults(own: impl IntoIterator<Item = Meaning>) -> Vec<Meaning> {
    own.into_iter().chain(defaults()).collect()
}

fn read((status, code, message, means): Row) -> Option<Meaning> {
    let pattern = |text: Option<&str>| text.map(Pattern::new).transpose().ok();
    let status = status.map(str::parse::<StatusMatch>).transpose().ok()?;
    Some(Meaning { status, code: pattern(code)?, message: pattern(message)?, means })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read() {
        assert_eq!(defaults().len(), ROWS.len());
        assert_eq!(with_defaults(defaults()).len(), 2 * ROWS.len());
    }
}
