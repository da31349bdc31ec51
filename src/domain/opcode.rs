//! The service opcode: the dealership's choice, and whether Xtime shows it to us.

use serde::{Deserialize, Serialize};

use super::Untrusted;

/// One row of `GET /services`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// The opcode: digits, letters with dots, or a phrase. Compared as an exact string.
    pub opcode: Untrusted,
    /// The name beside it.
    pub name: Untrusted,
}

/// Which of the two ways of the seed the dealership chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OpcodeOption {
    /// Option 1: an opcode that the dealership has already (most common).
    Existing,
    /// Option 2: a new one for the partner's appointments.
    New,
}

/// The dealership's choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpcodeChoice {
    /// The code, exactly as it must be sent.
    pub code: Untrusted,
    /// Which option it is.
    pub option: OpcodeOption,
}

/// What is known of the chosen opcode at the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OpcodeState {
    /// Nobody has looked.
    #[default]
    Unchecked,
    /// Visible to us.
    Ok,
    /// Not visible, but something that looks like it is.
    NearMiss,
    /// Not visible.
    Missing,
    /// The list was empty: could not tell.
    Unknown,
}

/// What one list says about one chosen code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The verdict.
    pub state: OpcodeState,
    /// In exact words, for people: "did you mean `TELL US MORE`?"
    pub words: Vec<String>,
}

/// Compares a choice with the list (exact strings; a match that differs only in case or spaces is its own
/// finding; an empty list is "could not tell", never "missing").
pub fn find(code: &str, services: &[Service]) -> Finding {
    if services.is_empty() {
        let words = vec!["Xtime answered with an empty list: could not tell".to_owned()];
        return Finding { state: OpcodeState::Unknown, words };
    }
    if services.iter().any(|service| service.opcode.raw() == code) {
        return Finding { state: OpcodeState::Ok, words: vec!["visible to us".to_owned()] };
    }
    let wanted = folded(code);
    let mut near: Vec<String> = services
        .iter()
        .filter(|_| !wanted.is_empty())
        .filter(|service| folded(service.opcode.raw()) == wanted || folded(service.name.raw()) == wanted)
        .map(|service| format!("did you mean `{}`?", service.opcode.plain()))
        .collect();
    // The platform promises no order; the same list must give the same words, or every look would be news.
    near.sort_unstable();
    near.dedup();
    near.truncate(3);
    if near.is_empty() {
        let words = vec![format!("not among the {} opcodes that Xtime shows us", services.len())];
        Finding { state: OpcodeState::Missing, words }
    } else {
        Finding { state: OpcodeState::NearMiss, words: near }
    }
}

/// Case, spaces and the commonest look-alikes folded away.
fn folded(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !super::text::is_invisible(*c) && !matches!(c, '-' | '_'))
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'o' => '0',
            'l' | 'i' => '1',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(rows: &[(&str, &str)]) -> Vec<Service> {
        rows.iter().map(|(code, name)| Service { opcode: (*code).into(), name: (*name).into() }).collect()
    }

    #[test]
    fn the_four_verdicts() {
        let rows = list(&[("Tell Us More", "General"), ("01HYZLOF1.6", "Oil")]);
        assert_eq!(find("Tell Us More", &rows).state, OpcodeState::Ok);
        assert_eq!(find("DataClover Appt", &rows).state, OpcodeState::Missing);
        assert_eq!(find("Tell Us More", &[]).state, OpcodeState::Unknown);
        let near = find("Tell Us More", &list(&[("TELL  US MORE", "General")]));
        assert_eq!((near.state, near.words[0].as_str()), (OpcodeState::NearMiss, "did you mean `TELL  US MORE`?"));
        assert_eq!(find("DataClover Appt", &list(&[("DC1", "DataClover Appt")])).words, ["did you mean `DC1`?"]);
        assert_eq!(find("OIL10", &list(&[("0ILl0", "Oil")])).state, OpcodeState::NearMiss);
    }
}
