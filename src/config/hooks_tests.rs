//! `[[hooks]]` and `[metrics]`: read, printed, described; every mistake with its place.

use std::path::Path;

use super::{Config, HookConfig, Overrides, hooks, parse, print, reference, schema};
use crate::domain::Fact;
use crate::service::hooks::HookTarget;

const HOOKS: &str = r#"
[[hooks]]
name = "pager"
on = ["integration.*", "invitation.expired"]
run = ["page", "{name}", "--what={kind}"]
environment = ["PAGER_HOME"]
group = "10s"
per_minute = 6
timeout = "5s"
[[hooks]]
on = ["*"]
url = "http://127.0.0.1:9/hook"
secret = { env = "HOOK_SECRET" }
"#;

fn read(text: &str) -> Result<(Config, Vec<String>), Vec<String>> {
    let told = |all: &[crate::present::diagnostic::Diagnostic]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
    let (config, warnings) = parse(Path::new("c.toml"), text, &Overrides::default()).map_err(|error| told(&error.0))?;
    Ok((config, told(&warnings)))
}

fn same(one: &HookConfig, other: &HookConfig) -> bool {
    format!("{one:?}") == format!("{other:?}")
}

#[test]
fn hooks_are_read_and_printed_as_they_were_written() {
    let (config, warnings) = read(HOOKS).unwrap();
    assert_eq!(warnings, Vec::<String>::new());
    let [program, url] = &config.hooks[..] else { panic!("{:?}", config.hooks) };
    assert_eq!((program.key(), program.per_minute, url.per_minute), ("pager".to_owned(), 6, 60));
    assert!(url.key().starts_with("hook-") && url.key().len() == 13, "{}", url.key());
    let (again, _) = read(&print::effective(&config)).unwrap();
    assert!(config.hooks.iter().zip(&again.hooks).all(|(one, other)| same(one, other)), "{:?}", again.hooks);

    let one =
        crate::wiring::hooks(&read("[[hooks]]\non = [\"integration.*\", \"note.added\"]\nrun = [\"x\"]").unwrap().0)
            .unwrap();
    let kinds: Vec<&str> = one[0].kinds.iter().map(|place| Fact::KINDS[usize::from(*place)]).collect();
    assert!(kinds.contains(&"integration.lost") && kinds.ends_with(&["note.added"]), "{kinds:?}");
    assert!(matches!(one[0].target, HookTarget::Program { .. }));
}

#[test]
fn every_row_is_on_the_page_and_in_the_schema() {
    let (page, schema) = (reference::markdown(), schema::schema());
    let of_hooks = page.split_once("\n## `[[hooks]]`\n").unwrap().1;
    for setting in hooks::settings() {
        assert!(of_hooks.contains(&format!("\n| `{}` | ", setting.key)), "{}", setting.key);
        let row = schema.pointer(&format!("/properties/hooks/items/properties/{}/description", setting.key));
        assert!(row.is_some(), "{}", setting.key);
    }
}

#[test]
fn mistakes_are_told_with_their_place() {
    let hook = "[[hooks]]\non = [\"note.added\"]\nrun = [\"x\"]\n";
    for (text, place, told) in [
        ("[[hooks]]\nrun = [\"x\"]", "", "it is missing: kinds of events"),
        ("[[hooks]]\non = []\nrun = [\"x\"]", "c.toml:2:6", "it is missing: kinds of events"),
        ("[[hooks]]\non = [\"note.addd\"]\nrun = [\"x\"]", "c.toml:2:6", "did you mean `note.added`?"),
        ("[[hooks]]\non = [\"notes.*\"]\nrun = [\"x\"]", "c.toml:2:6", "there is no kind of event `notes.*`"),
        ("[[hooks]]\non = [\"*\"]", "", "a hook needs `run` (a program) or `url`"),
        ("[[hooks]]\non = [\"*\"]\nrun = [\"{name}\"]", "c.toml:3:7", "the program itself must be named"),
        ("[[hooks]]\non = [\"*\"]\nrun = [\"x\", \"{nmae}\"]", "c.toml:3:7", "did you mean `name`?"),
        (
            "[[hooks]]\non = [\"*\"]\nrun = [\"x\"]\nurl = \"https://example.com\"",
            "c.toml:4:7",
            "either `run` or `url`",
        ),
        ("[[hooks]]\non = [\"*\"]\nurl = \"http://example.com\"", "c.toml:3:7", "use https"),
        ("[[hooks]]\non = [\"*\"]\nrun = [\"x\"]\nsecret = { env = \"X\" }", "c.toml:4:10", "a program has none"),
        ("[[hooks]]\non = [\"*\"]\nrun = [\"x\"]\nname = \"A/b\"", "c.toml:4:8", "a file is named by it"),
        ("[[hooks]]\non = [\"*\"]\nrun = [\"x\"]\ngruop = \"10s\"", "c.toml:4:1", "did you mean `group`?"),
        (
            "[[hooks]]\non = [\"*\"]\nrun = [\"x\"]\nenvironment = [\"CLOVERWATCH_X\"]",
            "c.toml:4:15",
            "no program is given it",
        ),
        (&format!("{hook}{hook}"), "", "another hook has the same name"),
        ("hooks = 5", "c.toml:1:9", "write [[hooks]]"),
        ("[metrics]\nlisten = \"9464\"", "c.toml:2:10", "an address and a port are needed"),
    ] {
        let mistakes = read(text).expect_err(text);
        assert!(mistakes.iter().any(|one| one.starts_with(place) && one.contains(told)), "{text}\n{mistakes:?}");
    }
    let (_, warnings) = read("[[hooks]]\non = [\"*\"]\nurl = \"https://example.com\"").unwrap();
    assert!(warnings[0].contains("the calls are not signed"), "{warnings:?}");
    let (_, warnings) = read("[metrics]\nlisten = \"0.0.0.0:9464\"").unwrap();
    assert!(warnings[0].contains("127.0.0.1 keeps them here"), "{warnings:?}");
}
