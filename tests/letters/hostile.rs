//! Whatever a dealership is called, a letter to it is one letter to one recipient, with the headers that we wrote.

use cloverwatch::domain::text::is_invisible;
use cloverwatch::domain::{InvitationCode, LetterKind, Onboarding, OpcodeOption, OpcodeState, Policy};
use cloverwatch::mail::{LetterRenderer, OutgoingMessage, RenderContext, RenderedLetter, RendererSettings};
use mail_parser::{HeaderValue, Message, MessageParser, MimeHeaders as _};
use proptest::prelude::*;

use crate::world::{CODE, choose, context, dealership, renderer, settings};

/// Texts that have broken mail programs, terminals, templates and parsers. Most come in several coats.
fn hostile() -> Vec<String> {
    let plain = [
        "Bcc: everyone@example.org",
        "x\nBcc: everyone@example.org",
        "x\rBcc: everyone@example.org",
        "x\r\nBcc: everyone@example.org",
        "x\r\n\r\n<h1>Body</h1>",
        "x\r\n.\r\nMAIL FROM:<a@example.org>",
        "x\n\nFrom nobody Mon Oct  3",
        "x\r\n Folded: yes",
        "x\r\n\tFolded: yes",
        "Subject: other\r\n",
        "To: <everyone@example.org>",
        "%0d%0aBcc:everyone@example.org",
        "%s%s%n%x",
        "100% Motors",
        "\\r\\nBcc: x",
        "=?utf-8?q?Bcc=3A_x?=",
        "=?utf-8?b?DQpCY2M6IHhAZXhhbXBsZS5vcmc=?=",
        "=?utf-8?Q?=0D=0ABcc:_x@example.org?=",
        "=?iso-8859-1?q?=E9?= =?utf-8?q?x?=",
        "= ?utf-8?q?x?=",
        "=\u{200b}?utf-8?q?x?=",
        "=?",
        "?=",
        "==?==",
        "=_m000000000000",
        "--=_m000000000000",
        "--=_m000000000000--",
        "--boundary\r\nContent-Type: text/html\r\n\r\n<b>x",
        "Content-Type: multipart/mixed; boundary=x",
        "\"",
        "\"\"",
        "\"unpaired",
        "pair\"ed\" and un\"paired",
        "\\",
        "\\\"",
        "trailing \\",
        "'",
        "(comment",
        "comment)",
        "Group: a@example.org, b@example.org;",
        "<a@example.org>",
        "Name <a@example.org>",
        "a@example.org, b@example.org",
        "a@example.org",
        ";",
        ",",
        ":",
        "@",
        "<>",
        "<script>alert(1)</script>",
        "</td></tr></table><h1>x</h1>",
        "<img src=x onerror=alert(1)>",
        "\"><svg onload=alert(1)>",
        "' onmouseover='x",
        "<!-- comment",
        "--> x <!--",
        "]]>",
        "&lt;script&gt;",
        "&#60;script&#62;",
        "&amp;nbsp;",
        "<a href=\"https://example.org\">click</a>",
        "javascript:alert(1)",
        "{{ code }}",
        "{{ 7 * 7 }}",
        "{% include 'layout.txt' %}",
        "{% for x in range(1000000000) %}",
        "{# comment #}",
        "{{",
        "}}",
        "{%",
        "${jndi:ldap://example.org/x}",
        "#{7*7}",
        "`whoami`",
        "$(whoami)",
        "; rm -rf /",
        "../../etc/passwd",
        "x\0y",
        "\0",
        "\u{1b}[31mred",
        "\u{1b}]52;c;ZWNobw==\u{7}",
        "\u{9b}31m",
        "\u{7f}",
        "\u{8}\u{8}\u{8}",
        "\u{85}next line",
        "\u{b}\u{c}",
        "\u{1c}\u{1d}\u{1e}\u{1f}",
        "a\u{2028}Bcc: x",
        "a\u{2029}Bcc: x",
        "\u{202e}adnoH edisekaL",
        "\u{2066}isolated\u{2069}",
        "\u{200f}rtl mark",
        "\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}",
        "\u{ad}soft\u{ad}hyphen",
        "👩\u{200d}👩\u{200d}👧\u{200d}👦 Motors",
        "❤\u{fe0f} Auto",
        "🇺🇸 Trucks",
        "\u{e0001}\u{e0041}\u{e007f}",
        "\u{f8ff}",
        "\u{f8ff}\u{f8ff}",
        "\u{e000}\u{10ffff}",
        "\u{fffe}\u{ffff}\u{fdd0}",
        "\u{fffd}",
        "Z\u{310}\u{313}\u{33f}a\u{300}\u{301}l\u{302}g\u{303}o",
        "הונדה לייקסייד",
        "سيارات البحيرة",
        "湖畔ホンダ株式会社",
        "Škoda Čeřovský & syn",
        "ﷺ",
        "\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}",
        "Ｂｃｃ：ｘ＠ｅｘａｍｐｌｅ．ｏｒｇ",
        "\u{37e}\u{ff1c}script\u{ff1e}",
        "NULL",
        "None",
        "undefined",
        "true",
        "NaN",
        "-1",
        "=1+1",
        ".",
        "..",
        "\r\n.\r\n",
        " ",
        "\t",
        "\n",
        "    leading",
        "trailing    ",
        "From x",
        ">From x",
        "A",
    ];
    let mut all: Vec<String> = plain.map(str::to_owned).into();
    all.extend(
        ["x", "é", "👍", "<", "\"", "=?", "\r\n", "\u{200b}", "{{", "x ", "\u{f8ff}"].map(|text| text.repeat(5_000)),
    );
    all.push(format!("{}\r\nBcc: x@example.org", "y".repeat(998)));
    all
}

/// The dealership with a text in every field that a letter could speak of.
fn called(text: &str, option: OpcodeOption) -> Onboarding {
    let mut state = dealership();
    for field in [
        &mut state.profile.name,
        &mut state.profile.dealer_code,
        &mut state.profile.group,
        &mut state.profile.city,
        &mut state.profile.state,
        &mut state.profile.contact.name,
        &mut state.profile.contact.phone,
    ] {
        *field = text.into();
    }
    choose(&mut state, text, option);
    state.opcode.as_mut().unwrap().by = text.into();
    state.opcode_findings = Box::new([text.to_owned()]);
    if option == OpcodeOption::New {
        state.opcode_state = OpcodeState::Missing;
    }
    state
}

fn letters(renderer: &LetterRenderer, state: &Onboarding, policy: &Policy) -> Vec<RenderedLetter> {
    let wanted = LetterKind::ALL.into_iter().filter(|kind| *kind != LetterKind::Live || state.is_live());
    wanted.map(|kind| renderer.write(state, &context(kind), policy).unwrap()).collect()
}

fn plainly(message: &Message<'_>, name: &'static str) -> String {
    match message.header(name) {
        Some(HeaderValue::Text(text)) => text.to_string(),
        other => panic!("{name}: {other:?}"),
    }
}

/// The names of the headers as they stand on the wire, before any parser forgives anything.
fn header_names(bytes: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(bytes).unwrap();
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    let lines = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    lines.map(|line| line.split_once(": ").unwrap().0.to_owned()).collect()
}

/// Everything that must be so of any letter.
fn check(letter: &RenderedLetter, text: &str) {
    let kind = letter.context().kind;
    let OutgoingMessage { message: bytes, from, to, letter: id, .. } = letter.outgoing().unwrap();
    assert_eq!(letter.outgoing().unwrap().message, bytes, "the same bytes each time");
    assert_eq!((from.as_str(), to.as_str()), ("onboarding@example.com", "carla@example.com"));
    let mut names = header_names(&bytes);
    names.sort();
    let mut want =
        ["Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Subject", "To", "X-Cloverwatch-Letter"]
            .to_vec();
    if letter.reply_to.is_some() {
        want.insert(5, "Reply-To");
    }
    assert_eq!(names, want, "{kind} {text:?}");
    for line in bytes.split(|byte| *byte == b'\n') {
        assert!(line.len() <= 998, "{kind} {text:?}");
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        assert!(line.iter().all(|byte| matches!(byte, b'\t' | 0x20..=0x7e)), "{kind} {text:?}");
    }
    let head_end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    assert!(!String::from_utf8_lossy(&bytes[..head_end]).contains(CODE), "{kind} {text:?}");

    let message = MessageParser::default().parse(&bytes).unwrap();
    let (sender, receiver) = (message.from().unwrap().as_list().unwrap(), message.to().unwrap().as_list().unwrap());
    assert_eq!((sender.len(), receiver.len()), (1, 1), "{kind} {text:?}");
    assert_eq!(receiver[0].address(), Some("carla@example.com"), "{kind} {text:?}");
    assert_eq!(sender[0].address(), Some("onboarding@example.com"), "{kind} {text:?}");
    assert_eq!(receiver[0].name().unwrap_or_default(), letter.to.name, "{kind} {text:?}");
    assert_eq!(message.subject(), Some(letter.subject.as_str()), "{kind} {text:?}");
    assert_eq!(message.message_id(), Some(format!("{id}@example.com").as_str()));
    assert_eq!(plainly(&message, "Message-ID"), format!("{id}@example.com"));
    assert_eq!(message.date().unwrap().to_timestamp(), letter.context().written_at.timestamp());
    for shown in [&letter.subject, &letter.to.name] {
        assert!(!shown.contains(is_invisible) && shown.chars().count() <= 201 && !shown.contains(CODE), "{shown:?}");
    }

    let pages = letter.revealed();
    assert_eq!((message.text_body_count(), message.html_body_count(), message.attachment_count()), (1, 1, 0));
    let parts: Vec<_> = message.parts.iter().map(|part| part.content_type().unwrap().subtype().unwrap()).collect();
    assert_eq!(parts, ["alternative", "plain", "html"], "{kind} {text:?}");
    let read = |body: std::borrow::Cow<'_, str>| body.replace("\r\n", "\n").trim_end().to_owned();
    assert_eq!(read(message.body_text(0).unwrap()), pages.text.trim_end(), "{kind} {text:?}");
    assert_eq!(read(message.body_html(0).unwrap()), pages.html.trim_end(), "{kind} {text:?}");
    assert!(!pages.text.chars().any(|c| c != '\n' && is_invisible(c)), "{kind} {text:?}");
    assert!(!pages.html.chars().any(|c| c != '\n' && is_invisible(c)), "{kind} {text:?}");
    let alone = pages.text.lines().filter(|line| line.trim() == CODE).count();
    let element = pages.html.matches(&format!(">{CODE}<")).count();
    let expected = usize::from(kind.carries_code());
    assert_eq!((alone, pages.text.matches(CODE).count()), (expected, expected), "{kind} {text:?}");
    assert_eq!((element, pages.html.matches(CODE).count()), (expected, expected), "{kind} {text:?}");
}

/// The tags of a page, without what is between them.
fn tags(html: &str) -> Vec<String> {
    html.split('<').skip(1).map(|part| part.split('>').next().unwrap().to_owned()).collect()
}

#[test]
fn every_hostile_text_through_every_kind() {
    let renderer = renderer();
    let texts = hostile();
    assert!(texts.len() >= 100, "{}", texts.len());
    let policy = Policy::default();
    for option in [OpcodeOption::Existing, OpcodeOption::New] {
        let harmless = letters(&renderer, &called("Harmless", option), &policy);
        for text in &texts {
            let written = letters(&renderer, &called(text, option), &policy);
            assert_eq!(written.len(), harmless.len());
            for (letter, other) in written.iter().zip(&harmless) {
                check(letter, text);
                let (own, expected) = (tags(&letter.revealed().html), tags(&other.revealed().html));
                // What shows nothing leaves its element out; nothing ever adds one.
                if letter.to.name.is_empty() || text.trim().is_empty() {
                    assert!(own.iter().all(|tag| expected.contains(tag)), "{text:?}");
                } else {
                    assert_eq!(own, expected, "{text:?}");
                }
            }
        }
    }
}

#[test]
fn reports_and_copies_go_where_the_settings_say_and_no_header_names_it() {
    let own = RendererSettings {
        envelope_from: Some("bounces@example.net".to_owned()),
        bcc: Some("archive@example.org".to_owned()),
        ..settings()
    };
    let renderer = LetterRenderer::new(&own).unwrap();
    let letter = renderer.write(&dealership(), &context(LetterKind::Invitation), &Policy::default()).unwrap();
    let outgoing = letter.outgoing().unwrap();
    assert_eq!((outgoing.from.as_str(), outgoing.to.as_str()), ("bounces@example.net", "carla@example.com"));
    assert_eq!(outgoing.bcc.as_deref(), Some("archive@example.org"));
    let head = String::from_utf8(outgoing.message).unwrap();
    assert!(head.contains("From: \"DataClover Onboarding\" <onboarding@example.com>"), "{head}");
    assert!(head.contains("@example.com>\r\n") && !head.contains("bounces@") && !head.contains("archive@"), "{head}");
    for (key, own) in [
        ("envelope_from", RendererSettings { envelope_from: Some("Name <a@example.com>".to_owned()), ..settings() }),
        ("bcc", RendererSettings { bcc: Some("a@example.com, b@example.com".to_owned()), ..settings() }),
    ] {
        assert!(LetterRenderer::new(&own).unwrap_err().to_string().contains(key));
    }
}

#[test]
fn a_letter_names_itself_and_what_somebody_had_tried_again_says_so() {
    let bytes = |settled| {
        let context = RenderContext { settled, ..context(LetterKind::Invitation) };
        let letter = renderer().write(&dealership(), &context, &Policy::default()).unwrap();
        (context.letter, String::from_utf8(letter.outgoing().unwrap().message).unwrap())
    };
    let ((id, first), (_, again)) = (bytes(0), bytes(2));
    assert!(first.contains(&format!("\r\nX-Cloverwatch-Letter: {id}\r\n")), "{first}");
    assert_eq!(again, first.replace(&format!("X-Cloverwatch-Letter: {id}"), &format!("X-Cloverwatch-Letter: {id} 2")));
}

#[test]
fn what_no_person_sent_says_so() {
    for automatic in [false, true] {
        let context = RenderContext { automatic, ..context(LetterKind::Reminder) };
        let letter = renderer().write(&dealership(), &context, &Policy::default()).unwrap();
        let message = letter.outgoing().unwrap().message;
        let names = header_names(&message);
        assert_eq!(names.contains(&"Auto-Submitted".to_owned()), automatic, "{names:?}");
        assert_eq!(String::from_utf8_lossy(&message).contains("\r\nAuto-Submitted: auto-generated\r\n"), automatic);
    }
}

#[test]
fn hostile_settings_make_no_other_letter() {
    for text in hostile() {
        let own = RendererSettings {
            partner: text.clone(),
            from: format!("{} <onboarding@example.com>", text.replace(['<', '>'], "")),
            reply_to: Some(format!("\"{}\" <answers@example.com>", text.replace(['<', '>'], ""))),
            envelope_from: None,
            bcc: None,
            contact: Some(text.clone()),
            templates: None,
        };
        let policy = Policy { default_opcode: text.clone(), new_opcode: text.clone(), ..Policy::default() };
        // A name of nothing visible is refused; every other one is written with.
        let Ok(renderer) = LetterRenderer::new(&own) else {
            assert!(text.chars().all(|c| c.is_whitespace() || is_invisible(c)), "{text:?}");
            continue;
        };
        let mut state = called(&text, OpcodeOption::Existing);
        state.opcode = None;
        for letter in letters(&renderer, &state, &policy) {
            check(&letter, &text);
            let head = letter.outgoing().unwrap().message;
            let message = MessageParser::default().parse(&head).unwrap();
            let answers = message.reply_to().unwrap().as_list().unwrap();
            assert_eq!(answers.iter().map(|one| one.address()).collect::<Vec<_>>(), [Some("answers@example.com")]);
        }
    }
}

#[test]
fn a_dealership_named_like_its_code_does_not_carry_it_into_a_header() {
    for name in [CODE.to_owned(), format!("Motors {CODE} Inc")] {
        let state = called(&name, OpcodeOption::Existing);
        for kind in LetterKind::ALL.into_iter().filter(|kind| kind.carries_code()) {
            let letter = renderer().write(&state, &context(kind), &Policy::default()).unwrap();
            assert!(letter.subject.contains("••••7Q") && !letter.subject.contains(CODE), "{}", letter.subject);
            assert!(!letter.to.name.contains(CODE), "{}", letter.to.name);
        }
    }
}

#[test]
fn hostile_codes_arrive_as_they_are() {
    for code in [
        "<b>&\"'",
        "{{code}}",
        "a=3Db==",
        "=?utf-8?q?x?=",
        "....",
        "--=_m000000000000",
        "Ford",
        "span",
        "été✓4",
        "%41%42",
        "\\x41",
        "From",
        &"W".repeat(64),
    ] {
        let mut state = dealership();
        // Older versions took these, and they are sent as they were recorded.
        state.invitation.as_mut().unwrap().code = InvitationCode::recorded(code).unwrap();
        for kind in LetterKind::ALL.into_iter().filter(|kind| kind.carries_code()) {
            let letter = renderer().write(&state, &context(kind), &Policy::default()).unwrap();
            let bytes = letter.outgoing().unwrap().message;
            let message = MessageParser::default().parse(&bytes).unwrap();
            let text = message.body_text(0).unwrap();
            assert_eq!(text.lines().filter(|line| line.trim() == code).count(), 1, "{code}: {text}");
            let html = message.body_html(0).unwrap().replace("&lt;", "<").replace("&gt;", ">");
            let html = html.replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&");
            assert_eq!(html.matches(&format!(">{code}<")).count(), 1, "{code}: {html}");
            assert!(!letter.subject.contains(code), "{code}: {}", letter.subject);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_in_any_field(text in "\\PC{0,60}|[\\x00-\\x7f]{0,120}|(.|\n|\r|=\\?|\\?=|<|\"){0,80}") {
        let state = called(&text, OpcodeOption::New);
        prop_assume!(!text.contains(CODE));
        let renderer = LetterRenderer::new(&settings()).unwrap();
        for letter in letters(&renderer, &state, &Policy::default()) {
            check(&letter, &text);
        }
    }
}
