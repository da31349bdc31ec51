//! What a server said of one recipient, and what became of the letter there by that.

use super::{LONGEST_SAID, beginning, reason};
use crate::domain::{ReportAction, Returned, Untrusted, quoted_reply, refused_address};

/// What the text of a report says of an address: on its own line behind a colon, and on the lines that are indented under it.
pub(super) fn said_of(text: &str, address: &str) -> String {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let mut lines = text.lines();
    let behind = |line: &str| -> Option<String> {
        let (head, rest) = line.trim().split_at_checked(address.len())?;
        let rest = rest.trim_start_matches('>').trim_start();
        let named = head.eq_ignore_ascii_case(address) && (rest.is_empty() || rest.starts_with(':'));
        named.then(|| rest.trim_start_matches(':').trim().to_owned())
    };
    let found = lines.find_map(|line| Some((depth(line), behind(line.trim().trim_start_matches('<'))?)));
    let Some((indent, said)) = found else { return String::new() };
    let under = lines.take_while(|line| !line.trim().is_empty() && depth(line) > indent).map(str::trim);
    [said.as_str()].into_iter().chain(under).filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The code and the status of a reply that stands somewhere in a text.
fn reply_within(said: &str) -> (Option<u16>, Option<&str>) {
    let starts = said.match_indices(['4', '5']).map(|(at, _)| at);
    let begins =
        |at: &usize| said.get(..*at).is_none_or(|before| !before.ends_with(|c: char| c.is_alphanumeric() || c == '.'));
    let replies = starts.filter(begins).filter_map(|at| said.get(at..)).map(quoted_reply);
    replies.into_iter().find(|(code, _)| code.is_some()).unwrap_or_else(|| quoted_reply(said))
}

/// What became of a letter, by what a server said.
pub(super) fn became(addresses: Vec<Untrusted>, action: ReportAction, status: &str, said: &str) -> Returned {
    let said = beginning(said, LONGEST_SAID);
    let (status, reason) = (final_status(action, status, said), reason(said));
    Returned { addresses, original: Vec::new(), action, status, reason }
}

/// The status that counts. Where the report has an undefined one (Exim always does), the server's own reply is more exact.
fn final_status(action: ReportAction, status: &str, said: &str) -> String {
    let (code, quoted) = reply_within(said);
    let status = if status.ends_with(".0.0") { quoted.unwrap_or(status) } else { status };
    let refused = (action == ReportAction::Failed).then(|| refused_address(code, Some(status), said)).flatten();
    refused.unwrap_or_else(|| status.to_owned())
}
