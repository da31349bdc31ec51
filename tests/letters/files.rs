//! Templates from files: they take the place of those compiled in, and a slip in one is told at the start.

use std::fs;
use std::path::Path;

use cloverwatch::domain::{LetterKind, Policy};
use cloverwatch::mail::{LetterRenderer, RendererError, RendererSettings};

use crate::world::{CODE, context, dealership, settings};

fn with(files: &[(&str, &str)]) -> (tempfile::TempDir, Result<LetterRenderer, RendererError>) {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(directory.path().join(name), text).unwrap();
    }
    let renderer =
        LetterRenderer::new(&RendererSettings { templates: Some(directory.path().to_owned()), ..settings() });
    (directory, renderer)
}

fn complaint(files: &[(&str, &str)]) -> String {
    let (directory, renderer) = with(files);
    let text = renderer.err().unwrap_or_else(|| panic!("{files:?} was taken")).to_string();
    text.replace(&format!("{}{}", directory.path().display(), std::path::MAIN_SEPARATOR), "DIR/")
}

#[test]
fn files_take_the_place_of_templates() {
    let (_directory, renderer) = with(&[
        (
            "invitation.txt",
            "Subject: Welcome, {{ dealership }}\r\nDear {{ contact|upper }}, enter\r\n{{ code }}\r\nbefore {{ expires }}.",
        ),
        ("connect.html", "{% set who %}<i>{{ dealership }}</i>{% endset %}{{ who }}<b>{{ code }}</b>"),
        ("README.md", "{{ nonsense"),
        (".invitation.txt", "{{ nonsense"),
    ]);
    let renderer = renderer.unwrap();
    let mut state = dealership();
    state.profile.name = "A & <B>".into();
    let letter = renderer.write(&state, &context(LetterKind::Invitation), &Policy::default()).unwrap();
    assert_eq!(letter.subject, "Welcome, A & <B>");
    let pages = letter.revealed();
    assert_eq!(pages.text, format!("Dear CARLA MORENO, enter\n{CODE}\nbefore Monday, 3 October 2022, 14:05 EDT.\n"));
    assert!(pages.html.contains(&format!("<i>A &amp; &lt;B&gt;</i><b>{CODE}</b>")), "{}", pages.html);
    // The other letters share the part that was replaced, and are otherwise as they were.
    let other = renderer.write(&state, &context(LetterKind::Reissue), &Policy::default()).unwrap().revealed();
    assert!(other.html.contains("no longer counts") && other.html.contains(&format!("<b>{CODE}</b>")));
}

#[test]
fn slips_are_told_with_file_and_line_and_what_would_be_right() {
    for (files, wants) in [
        (
            &[("live.txt", "Subject: x\n\nHello\n{{ dealershp }}")][..],
            &["DIR/live.txt, line 4", "dealershp", "did you mean `dealership`?", "this letter knows", "opcode"][..],
        ),
        (&[("live.txt", "Subject: {{ dealer }}\nx")], &["DIR/live.txt, line 1", "`dealership`"]),
        (&[("live.html", "<p>\n{{ code }}")], &["DIR/live.html, line 2", "code"]),
        (&[("reissue.txt", "Subject: {{ code }}\n{{ code }}")], &["DIR/reissue.txt, line 1", "code"]),
        (&[("live.html", "{% if opcode %}\n<p>{{ opcode }}")], &["DIR/live.html, line 2"]),
        (&[("live.txt", "Hello")], &["DIR/live.txt, line 1", "`Subject:`"]),
        (&[("live.txt", "")], &["DIR/live.txt, line 1", "`Subject:`"]),
        (&[("live.html", "\n\n{{ opcode|safe }}")], &["DIR/live.html, line 3", "always escaped"]),
        (
            &[("live.html", "{% autoescape false %}{{ opcode }}{% endautoescape %}")],
            &["DIR/live.html, line 1", "escaping"],
        ),
        (&[("live.html", "{% include 'foot.html' %}")], &["DIR/live.html, line 1", "foot.html", "layout.html"]),
        (&[("opcode.html", "\n{{ opcodes }}")], &["DIR/opcode.html, line 2", "did you mean `opcode`?"]),
        (&[("layout.txt", "{% block body %}{% endblock %}\n\n{{ reech }}")], &["DIR/layout.txt, line 3", "`reach`"]),
        (
            &[("opcode-guide.txt", "Subject: x\n{% for step in guide.steps %}{{ step.name }}{% endfor %}")],
            &["line 2", "step.name"],
        ),
        (&[("connect.txt", "no code here")], &["invitation.txt", "shows the code 0 times", "{{ code }}"]),
        (&[("invitation.html", "{{ code }}{{ code }}")], &["DIR/invitation.html", "shows the code 2 times"]),
        (&[("invitation.txt", "Subject: x\n{{ code[0:0] }}")], &["DIR/invitation.txt", "shows the code 0 times"]),
        (&[("invitaton.txt", "x")], &["DIR/invitaton.txt", "used by no letter", "did you mean `invitation.txt`?"]),
    ] {
        let told = complaint(files);
        for want in wants {
            assert!(told.contains(want), "{want}: {told}");
        }
        assert!(!told.contains('\n') && !told.contains(CODE) && !told.contains("SAMPLE-7Q"), "{told}");
    }
}

#[test]
fn what_is_rarely_so_is_tried_too() {
    // Each of these is reached only by a dealership that lacks something.
    for (name, text) in [
        ("live.txt", "Subject: x\n{% if not contact %}{{ nobody }}{% endif %}"),
        ("opcode-guide.txt", "Subject: x\n{% if guide.new %}{{ nobody }}{% endif %}"),
        ("opcode-guide.txt", "Subject: x\n{% if not guide.connected %}{{ nobody }}{% endif %}"),
        ("opcode.txt", "{% if not opcode_chosen %}{{ nobody }}{% endif %}"),
    ] {
        assert!(complaint(&[(name, text)]).contains("nobody"), "{text}");
    }
}

#[test]
fn files_that_cannot_be_read() {
    let (directory, _) = with(&[]);
    let gone = directory.path().join("gone");
    let told = |path: &Path| {
        LetterRenderer::new(&RendererSettings { templates: Some(path.to_owned()), ..settings() }).unwrap_err()
    };
    assert!(matches!(told(&gone), RendererError::Directory { .. }));
    fs::write(directory.path().join("live.html"), b"\xff\xfe").unwrap();
    assert!(told(directory.path()).to_string().contains("live.html cannot be read"));
    fs::write(directory.path().join("live.html"), vec![b'x'; 300_000]).unwrap();
    assert!(told(directory.path()).to_string().contains("at most 262144"));
    fs::remove_file(directory.path().join("live.html")).unwrap();
    fs::create_dir(directory.path().join("live.html")).unwrap();
    assert!(matches!(told(directory.path()), RendererError::File { .. }));
}

#[test]
fn settings_that_are_wrong() {
    let told = |change: fn(&mut RendererSettings)| {
        let mut own = settings();
        change(&mut own);
        LetterRenderer::new(&own).unwrap_err().to_string()
    };
    assert!(told(|own| own.partner = " \u{200b} ".to_owned()).contains("name is empty"));
    assert!(told(|own| own.from = "DataClover".to_owned()).contains("cannot come from this sender: `DataClover`"));
    assert!(told(|own| own.reply_to = Some("a@b, c@d".to_owned())).contains("more than one address"));
}

#[test]
fn a_sample_of_each_kind() {
    for kind in LetterKind::ALL {
        let letter = LetterRenderer::new(&settings()).unwrap().sample(&context(kind)).unwrap();
        assert!(cloverwatch::domain::address::is_reserved(letter.to.address.as_str()));
        assert_eq!(letter.context().kind, kind);
    }
}

#[test]
fn the_documentation_lists_the_names_that_there_are() {
    let page = include_str!("../../docs/letters.md");
    let row = |begin: &str| {
        let line = page.lines().find(|line| line.starts_with(&format!("| {begin}"))).unwrap();
        let names = line.rsplit_once(" | ").unwrap().1.split('`').skip(1).step_by(2);
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    for kind in LetterKind::ALL {
        let told = complaint(&[(&format!("{kind}.html"), "{{ xyzzy }}")]);
        let mut known: Vec<_> = told.rsplit_once("knows ").unwrap().1.split(", ").map(str::to_owned).collect();
        let mut listed = row("every letter");
        let own = format!("`{kind}` |");
        listed.extend(row(if kind.carries_code() { "`invitation`, `reissue`, `reminder` |" } else { &own }));
        known.sort();
        listed.sort();
        assert_eq!(known, listed, "{kind}");
        assert!(page.contains(&format!("`{kind}.txt`, `.html`")), "{kind}");
    }
}
