//! Text that came from outside, until a method names the place it goes to.

mod cells;
mod guard;
mod named;
mod normal;

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use cells::{clip, clusters, fit, is_certain, width, wrap};
pub use guard::{guard, unguard};
pub use named::{is_line_break, named};
pub use normal::{find_normal, is_normally, normal, normal_key, normal_piece, push_normal};

/// The most characters of one field that are ever shown in a list or a line.
pub const SHOWN_CHARS: usize = 512;

/// Whether a character would be invisible, or would act on a terminal or on the direction of text, if it was printed:
/// controls (C0, C1, DEL), bidirectional controls, zero-width and other format characters, line separators, tags,
/// private use and unassigned noncharacters.
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
            | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

/// Text from outside (a file, the platform, an operator). It has no `Display`: a method says where it goes.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Untrusted(Box<str>);

impl Untrusted {
    /// Takes text in as it came.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The text as it came: for comparing, storing and for JSON (whose encoder escapes it), never for printing.
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// For a cell of the screen: one line; whatever is invisible or would act on the terminal becomes `�`.
    pub fn screen(&self) -> Cow<'_, str> {
        clean(&self.0)
    }

    /// For plain output, logs and errors: the same as for the screen.
    pub fn plain(&self) -> Cow<'_, str> {
        clean(&self.0)
    }

    /// For a CSV field: cleaned, and guarded so that no spreadsheet takes it for a formula; [`unguard`] takes it back.
    pub fn csv(&self) -> Cow<'_, str> {
        guard(clean(&self.0))
    }

    /// For a header, a window title or a Subject: cleaned, ends trimmed, at most 200 characters.
    pub fn header(&self) -> Cow<'_, str> {
        match clean(&self.0) {
            Cow::Borrowed(text) if text.len() <= 200 => Cow::Borrowed(text.trim()),
            text => Cow::Owned(text.trim().chars().take(200).collect()),
        }
    }
}

/// A field's text for people, who must see that there is none.
pub fn or_nothing(text: &str) -> Cow<'_, str> {
    if text.is_empty() { Cow::Borrowed("(nothing)") } else { clean(text) }
}

/// A text for people without what cannot be seen in it, odd spaces as plain ones. Controls stay, to be refused.
pub fn tidy(text: &str) -> Cow<'_, str> {
    let odd = |c: char| !c.is_control() && (is_invisible(c) || c.is_whitespace() && c != ' ');
    if text.is_ascii() || !text.contains(odd) {
        return Cow::Borrowed(text);
    }
    let kept = text.chars().filter_map(|c| match c {
        c if !odd(c) || acts_on_direction(c) => Some(c),
        c => c.is_whitespace().then_some(' '),
    });
    Cow::Owned(kept.collect::<String>().trim().to_owned())
}

/// The first of many texts, and how many more there are: `a, b and 3 more`.
pub fn first_few<T: AsRef<str>>(texts: impl IntoIterator<Item = T>, most: usize) -> String {
    let mut texts = texts.into_iter();
    let mut few = String::new();
    for text in texts.by_ref().take(most) {
        if !few.is_empty() {
            few.push_str(", ");
        }
        few.push_str(text.as_ref());
    }
    match texts.count() {
        0 => few,
        more => format!("{few} and {more} more"),
    }
}

/// Whether a character turns text round, or ends its line: a trick, not an accident.
pub fn acts_on_direction(c: char) -> bool {
    matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}')
}

/// Cleans any text for a terminal: see [`Untrusted::screen`]. Borrowed when there was nothing to do.
pub fn clean(text: &str) -> Cow<'_, str> {
    // Plain ASCII is the common case, and long columns of it are drawn every frame.
    if text.len() <= SHOWN_CHARS && text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len().min(4 * SHOWN_CHARS));
    let mut chars = text.chars().peekable();
    let mut before = None;
    for _ in 0..SHOWN_CHARS {
        let Some(c) = chars.next() else { break };
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            c if joins(before, c, chars.peek().copied()) => {}
            c if is_invisible(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
        before = Some(c);
    }
    if chars.next().is_some() {
        out.push('…');
    }
    if out == text { Cow::Borrowed(text) } else { Cow::Owned(out) }
}

/// Whether an invisible character is where people have it who hide nothing: it chooses how the character before it looks,
/// or joins that to the one behind. It is left out: the pieces side by side look the same in every terminal.
fn joins(before: Option<char>, c: char, behind: Option<char>) -> bool {
    let picture = |c: Option<char>| {
        matches!(
            c,
            Some(
                '#'
                | '*'
                | '0'..='9'
                | '\u{a9}'
                | '\u{ae}'
                | '\u{200d}'
                | '\u{203c}'..='\u{3299}'
                | '\u{fe0f}'
                | '\u{1f000}'..='\u{1faff}',
            )
        )
    };
    // Arabic and Persian, the scripts of India and around it.
    let joined =
        |c: Option<char>| matches!(c, Some('\u{620}'..='\u{8ff}' | '\u{900}'..='\u{dff}' | '\u{1000}'..='\u{109f}'));
    match c {
        '\u{fe0e}' | '\u{fe0f}' => picture(before),
        '\u{200d}' => picture(before) && picture(behind) || joined(before),
        '\u{200c}' => joined(before) && joined(behind),
        // The flags of England, Scotland and Wales.
        '\u{e0020}'..='\u{e007f}' => matches!(before, Some('\u{1f3f4}' | '\u{e0020}'..='\u{e007e}')),
        _ => false,
    }
}

/// One line for logs, reasons and lists, cut at `most`: white space becomes one space, what is invisible `�`.
pub fn one_line(text: &str, most: usize) -> String {
    let mut out = String::new();
    let mut count = 0;
    for word in text.split_whitespace() {
        let gap = usize::from(count > 0);
        for c in std::iter::repeat_n(' ', gap).chain(word.chars()) {
            if count + 1 == most {
                out.push('…');
                return out;
            }
            out.push(if is_invisible(c) { '\u{fffd}' } else { c });
            count += 1;
        }
    }
    out
}

/// Words for a letter to a stranger: one line with single spaces, at most so many characters. What is invisible is left out instead of
/// marked, because the reader cannot do anything about it; `=?` is opened, because mail programs decode what begins so.
pub fn letter_words(text: &str, most: usize) -> String {
    let mut out = String::new();
    let mut left = most;
    for word in text.split_whitespace() {
        let mut word = word.chars().filter(|c| !is_invisible(*c)).peekable();
        if word.peek().is_none() {
            continue;
        }
        let space = (!out.is_empty()).then_some(' ');
        for c in space.into_iter().chain(word) {
            if left == 0 {
                out.push('…');
                return out;
            }
            if c == '?' && out.ends_with('=') {
                out.push(' ');
            }
            out.push(c);
            left -= 1;
        }
    }
    out
}

/// A text as it is written in HTML or XML, in an element or an attribute.
pub fn escape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// Text of JSON in which whatever is invisible is escaped; it reads back the same.
pub fn escaped(json: &str) -> Cow<'_, str> {
    if json.bytes().all(|byte| byte.is_ascii() && byte != 0x7f) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if is_invisible(c) && c != '\n' {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// What stands in the place of a secret where settings are shown.
pub const MASK: &str = "********";

/// An address, or the template of one, without what may be a secret in it: name and password, the values of its query but
/// for those that are filled in for each request, and what follows a `#`. The one way to show an address.
pub fn masked_address(address: &str) -> Cow<'_, str> {
    let (scheme, rest) = address.split_once("://").map_or(("", address), |(scheme, rest)| (scheme, rest));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    let user = authority.rfind('@').filter(|_| !scheme.is_empty());
    if user.is_none() && !rest.contains(['?', '#']) {
        return Cow::Borrowed(address);
    }
    let mut out = if scheme.is_empty() { String::new() } else { format!("{scheme}://") };
    match user {
        Some(at) => out.extend([MASK, authority.get(at..).unwrap_or_default()]),
        None => out.push_str(authority),
    }
    let (rest, fragment) = rest.split_once('#').map_or((rest, None), |(rest, fragment)| (rest, Some(fragment)));
    let (path, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
    out.push_str(path);
    for (place, pair) in query.into_iter().flat_map(|query| query.split('&')).enumerate() {
        out.push(if place == 0 { '?' } else { '&' });
        match pair.split_once('=') {
            Some((name, value)) if value.is_empty() || is_placeholder(value) => out.extend([name, "=", value]),
            Some((name, _)) => out.extend([name, "=", MASK]),
            None if pair.is_empty() || is_placeholder(pair) => out.push_str(pair),
            None => out.push_str(MASK),
        }
    }
    if fragment.is_some() {
        out.extend(["#", MASK]);
    }
    Cow::Owned(out)
}

/// `{{ dealer_code }}`, and nothing else.
fn is_placeholder(value: &str) -> bool {
    let name = value.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")).map(str::trim);
    name.is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
}

impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.plain())
    }
}

impl From<&str> for Untrusted {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Untrusted {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

/// A path for people: cleaned, for a file name may hold anything.
pub fn shown_path(path: &std::path::Path) -> String {
    clean(&path.to_string_lossy()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &[&str] = &[
        "\u{1b}]52;c;ZWNobw==\u{7}",
        "\u{1b}[2J",
        "a\u{202e}b",
        "a\u{2066}b",
        "a\u{200b}b",
        "a\nb\rc\td",
        "\u{9b}31m",
        "\u{0}",
        "\u{7f}",
        "\u{e0041}",
        "x\u{feff}",
    ];

    #[test]
    fn nothing_invisible_survives() {
        for text in HOSTILE {
            let text = Untrusted::from(*text);
            for shown in [text.screen(), text.plain(), text.csv(), text.header()] {
                assert!(!shown.chars().any(is_invisible), "{shown:?}");
            }
        }
        let long = Untrusted::from("é".repeat(5_000));
        assert_eq!(long.screen().chars().count(), SHOWN_CHARS + 1);
        assert_eq!(long.header().chars().count(), 200);
    }

    #[test]
    fn what_joins_characters_is_left_out_where_people_have_it() {
        for (text, shown) in [
            ("☎\u{fe0f} ❤\u{fe0f}", "☎ ❤"),
            ("1\u{fe0f}\u{20e3}", "1\u{20e3}"),
            ("👨\u{200d}👩\u{200d}👧 ❤\u{fe0f}\u{200d}🔥", "👨👩👧 ❤🔥"),
            ("🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}", "🏴"),
            ("क\u{94d}\u{200d}ष می\u{200c}خواهم", "क\u{94d}ष میخواهم"),
            // Where it would hide something it is shown.
            ("a\u{fe0f}b\u{200d}c\u{200c}", "a\u{fffd}b\u{fffd}c\u{fffd}"),
            ("🚗\u{200d}", "🚗\u{fffd}"),
            ("a\u{e0041}", "a\u{fffd}"),
        ] {
            assert_eq!(clean(text), shown, "{text:?}");
        }
    }

    #[test]
    fn words_of_a_letter_are_one_visible_line() {
        for text in HOSTILE {
            let words = letter_words(text, 200);
            assert!(!words.chars().any(is_invisible), "{words:?}");
        }
        assert_eq!(letter_words(" A\r\nBcc: x\u{2028}y\u{0} \u{200b} z ", 200), "A Bcc: x y z");
        assert_eq!(letter_words("=?utf-8?q?x?= =\u{200b}?", 200), "= ?utf-8?q?x?= = ?");
        assert_eq!(letter_words(&"é".repeat(5_000), 3), "ééé…");
        assert_eq!(letter_words("abc \u{200b}", 3), "abc");
    }

    #[test]
    fn an_address_is_shown_without_what_may_be_a_secret() {
        for (address, shown) in [
            (
                "https://example.com/a?key=S3CRET&dealer={{ dealer_code }}&x=",
                "https://example.com/a?key=********&dealer={{ dealer_code }}&x=",
            ),
            ("https://me:S3CRET@example.com:8443/a", "https://********@example.com:8443/a"),
            ("https://example.com?S3CRET#S3CRET", "https://example.com?********#********"),
            ("https://S3CRET@@example.com", "https://********@example.com"),
            ("/services?apikey=S3CRET{{ name }}", "/services?apikey=********"),
            ("https://example.com/a@b", "https://example.com/a@b"),
            ("sled:/home/a@b", "sled:/home/a@b"),
        ] {
            assert_eq!(masked_address(address), shown);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_value_of_a_query_is_ever_shown(address in "(https://)?[a-z@:.]{0,9}[/?#a&=]{0,9}\\?[&=a{}#?/@]{0,6}S3CRET[&=a{}#?/@]{0,6}") {
            // As a name it is none.
            let is_name = address.split_once("S3CRET").is_some_and(|(_, rest)| rest.contains('='));
            proptest::prop_assume!(!is_name && !address.contains("{{"));
            let shown = masked_address(&address).into_owned();
            proptest::prop_assert!(!shown.contains("S3CRET"), "{}", shown);
        }
    }

    #[test]
    fn one_line_is_short_and_clean() {
        assert_eq!(one_line("  a\r\n\tb \u{1b}[2J\u{202e}c\u{2028}d", 200), "a b \u{fffd}[2J\u{fffd}c d");
        let cut = one_line(&"é ".repeat(500), 200);
        assert_eq!(cut.chars().count(), 200);
        assert!(cut.ends_with('…'));
        assert_eq!(one_line("abc", 3).chars().count(), 3);
        assert_eq!(one_line("\u{0}\u{7f}", 9), "\u{fffd}\u{fffd}");
    }

    #[test]
    fn what_cannot_be_seen_is_taken_out_of_a_name_and_what_acts_stays_to_be_refused() {
        assert_eq!(tidy("Rooftop\u{200b} One\u{feff}"), "Rooftop One");
        assert_eq!(tidy("\u{a0}Smith\u{a0}Ford\u{e0041} "), "Smith Ford");
        for same in ["Núñez", "a\u{202e}b", "a\u{1b}b", "a\nb", " a "] {
            assert_eq!(tidy(same), same);
        }
    }
}

#[cfg(test)]
mod outlet_tests;
