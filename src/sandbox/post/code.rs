//! Finds the invitation code in a letter, as a person does: it stands on a line of its own, after a line that speaks of it.

/// How long a code may be, in characters.
const LONG: std::ops::RangeInclusive<usize> = 4..=64;
/// How many lines before the code are read as what introduces it.
const INTRODUCTION: usize = 3;

/// What has "code" in its name and is none.
const OTHERS: [&str; 8] = [
    "operations code",
    "operation code",
    "service code",
    "op code",
    "opcode",
    "dealer code",
    "zip code",
    "source code",
];

/// The code in a plain text, if there is one.
pub(super) fn find(text: &str) -> Option<&str> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.iter().enumerate().find_map(|(at, line)| {
        let introduction = introduction(lines.get(..at)?);
        let announced = introduction.last().is_some_and(|last| last.ends_with(':'));
        (is_token(line) && (announced || looks_like_a_code(line)) && speaks_of_a_code(introduction)).then_some(*line)
    })
}

/// The last lines of the paragraph above, which may be set off by empty lines.
fn introduction<'a, 'b>(before: &'a [&'b str]) -> &'a [&'b str] {
    let end = before.iter().rposition(|line| !line.is_empty()).map_or(0, |at| at + 1);
    let paragraph = before.get(..end).unwrap_or_default();
    let start = paragraph.iter().rposition(|line| line.is_empty()).map_or(0, |at| at + 1);
    paragraph.get(start.max(end.saturating_sub(INTRODUCTION))..).unwrap_or_default()
}

/// One word of the length of a code that is neither an address nor a line drawn with signs.
fn is_token(line: &str) -> bool {
    LONG.contains(&line.chars().count())
        && !line.chars().any(|c| c.is_whitespace() || c.is_control())
        && line.chars().any(char::is_alphanumeric)
        && !line.contains("://")
        && !super::address::mailbox(line).is_some_and(|_| line.contains('.'))
}

/// What nobody announced with a colon is a code only if it looks like none of the words of a letter.
fn looks_like_a_code(token: &str) -> bool {
    let ends_a_sentence = token.ends_with([',', '.', ';', ':', '!', '?']);
    !ends_a_sentence && (token.chars().any(|c| c.is_ascii_digit()) || !token.chars().any(char::is_lowercase))
}

fn speaks_of_a_code(lines: &[&str]) -> bool {
    let mut text = lines.join(" ").to_lowercase();
    for other in OTHERS {
        text = text.replace(other, "");
    }
    text.split(|c: char| !c.is_alphanumeric()).any(|word| word == "code")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_person_finds_it() {
        for (text, code) in [
            ("Hello,\n\nthis is your invitation code:\n\n    K7QF-2M9X\n\nIt is good until 3 March.\n", "K7QF-2M9X"),
            ("Your code\r\n\r\nK7QF-2M9X\r\n", "K7QF-2M9X"),
            ("Enter this code at Input\nInvitation, and then choose\nValidate:\n  abcd\n", "abcd"),
            ("The code is:\n1234.\n", "1234."),
            ("The earlier code no longer counts.\n\nYour new code:\n\nNEW-5678\n", "NEW-5678"),
            ("Your code is below.\n\n----------\n\nYour code:\nÜ-77\n", "Ü-77"),
        ] {
            assert_eq!(find(text), Some(code), "{text}");
        }
    }

    #[test]
    fn a_person_takes_nothing_else_for_it() {
        for text in [
            "",
            "K7QF-2M9X\n",
            "Your code:\n\nhttps://example.com/help\n",
            "Your code:\n\ndesk@example.com\n",
            "Your code:\nabc\n",
            "Your code:\nTwo words\n",
            "You have typed the code.\n\nRegards,\nDataClover\n",
            "You have typed the code.\n\nThanks\n",
            "Your operations code:\n\nTELLUSMORE\n",
            "Your code was typed in.\n\nWe see nothing yet.\n\nXTS-1234\n",
            "Decode this:\nK7QF-2M9X\n",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_read_and_a_code_is_found_wherever_it_stands(before in "(?s).{0,80}", code in "[A-Z0-9]{4}-[A-Z0-9]{4}", after in "(?s).{0,80}") {
            find(&before);
            let after = format!("\n{after}");
            let plain: Vec<&str> = before.lines().filter(|line| !line.to_lowercase().contains("code")).collect();
            let plain = plain.join("\n");
            let text = format!("{plain}\n\nYour code:\n\n{code}{after}");
            prop_assert_eq!(find(&text), Some(code.as_str()));
        }
    }
}
