//! The architecture holds: layers, no circles, files and functions that fit in a head, one name for one thing.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot read the sources must fail loudly")]

mod imports;
mod source;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use imports::Imports;
use source::{SourceFile, source_files};

/// Each layer with the layers that it may know. What is not listed may know nothing.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("timezone", &[]),
    ("domain", &["timezone"]),
    ("clock", &[]),
    ("tls", &[]),
    ("child", &[]),
    ("signals", &[]),
    ("guard", &[]),
    ("failure_point", &[]),
    ("protocol", &["domain", "timezone"]),
    ("store", &["protocol", "domain", "clock", "guard", "failure_point"]),
    ("xtime", &["protocol", "domain", "clock", "timezone", "tls", "child"]),
    ("mail", &["domain", "clock", "timezone", "tls", "failure_point"]),
    ("sandbox", &["clock", "timezone"]),
    ("engine", &["store", "xtime", "mail", "protocol", "domain", "clock", "guard", "failure_point"]),
    ("client", &["engine", "protocol", "domain", "clock"]),
    ("service", &["engine", "store", "xtime", "protocol", "domain", "clock", "tls", "child", "failure_point"]),
    ("attach", &["client", "protocol", "domain", "clock", "failure_point"]),
    (
        "config",
        &["present", "service", "engine", "store", "xtime", "mail", "domain", "clock", "timezone", "tls", "child"],
    ),
    (
        "wiring",
        &[
            "attach", "client", "config", "service", "engine", "store", "xtime", "mail", "protocol", "domain", "clock",
            "tls",
        ],
    ),
    ("present", &["protocol", "domain", "timezone"]),
    ("tui", &["present", "client", "protocol", "domain", "clock", "timezone", "signals", "guard"]),
    (
        "cli",
        &[
            "tui", "present", "wiring", "client", "config", "protocol", "sandbox", "domain", "clock", "timezone",
            "tls", "signals", "guard",
        ],
    ),
    ("main", &["cli", "xtime"]),
];

/// What a module, and what is below it, may know besides.
const EXCEPTIONS: &[(&str, &[&str])] = &[
    // They read and write the files of a store that nobody has open, or beside its owner.
    ("cli::backup", &["store"]),
    ("cli::complete", &["store"]),
    ("cli::doctor", &["store"]),
    ("cli::store", &["store"]),
    ("cli::store_access", &["store"]),
    // `mail test` sends one without an engine.
    ("cli::mail::test", &["mail"]),
    // A demo brings a platform, a post office, a store to throw away and a past of its own.
    ("cli::demo", &["engine", "store", "xtime", "mail"]),
];

/// The layers of the screen, the lowest first: none knows those above it. Of what is not listed most are parts of the
/// state, of which none can know it without a circle.
const SCREEN: &[&[&str]] = &[
    &["tui::action", "tui::action_list"],
    &["tui::keymap::map", "tui::setup"],
    &["tui::dialog", "tui::actions", "tui::mode"],
    &["tui::state"],
    &["tui::update"],
    &["tui::registry"],
    &["tui::enabled"],
    &["tui::dispatch", "tui::view"],
    &["tui::run"],
];

/// What a layer must not touch, wherever it is written.
const PURE: &[(&str, &[&str])] = &[
    (
        "domain",
        &["tokio::", "ratatui::", "std::fs", "std::net", "std::process", "std::env", "reqwest::", "sled::", "lettre::"],
    ),
    ("protocol", &["tokio::", "ratatui::", "std::fs", "std::net", "std::process", "std::env", "reqwest::", "sled::"]),
    ("tui", &["reqwest::", "lettre::", "sled::", "std::net", "EmbeddedStore", "JournalReader"]),
    ("engine", &["reqwest::", "lettre::", "sled::", "ratatui::", "crossterm::", "axum::"]),
    ("service", &["lettre::", "sled::", "ratatui::", "crossterm::"]),
    ("sandbox", &["lettre::", "sled::", "ratatui::"]),
];

/// Lines of a file that a reader can hold in the head; tests at its end do not count.
const MOST_LINES: usize = 400;

/// Lines of a function.
const MOST_FUNCTION_LINES: usize = 60;

/// Functions in a `mod.rs`: what it holds is for other files, it says what they are.
const MOST_MOD_FUNCTIONS: usize = 2;

/// Functions that are one `match` that reads as a table.
const TABLES: &[&str] =
    &["src/domain/evolve.rs apply", "src/domain/mail/fold.rs fold", "src/tui/dispatch/message.rs take"];

/// Names that once stood for what has a standard name now.
const OLD_NAMES: &[&str] = &[
    "agenda", "askers", "aside", "chance", "courier", "deed", "door", "ending", "errand", "errands", "glance",
    "ground", "heard", "hold", "judge", "keeper", "known", "mass", "occasion", "offer", "parcel", "parked", "pen",
    "plot", "press", "rhythm", "scrubber", "sheet", "spot", "stretch", "trip", "trouble", "way", "wish", "witness",
];

static FILES: LazyLock<Vec<SourceFile>> = LazyLock::new(source_files);

fn none_of(wrong: &[String], advice: &str) {
    assert!(wrong.is_empty(), "{advice}:\n{}", wrong.join("\n"));
}

fn is_below(user: &str, above: &str) -> bool {
    user.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Whether a module may know a layer besides those of its own.
fn is_excepted(user: &str, other: &str) -> bool {
    EXCEPTIONS.iter().any(|(above, layers)| is_below(user, above) && layers.contains(&other))
}

/// The layer of a module; `None` for the crate itself.
fn layer(module: &[String]) -> Option<&str> {
    module.first().map(String::as_str)
}

#[test]
fn imports_point_downward() {
    let plan: BTreeMap<_, _> = MAY_KNOW.iter().copied().collect();
    let mut wrong = Vec::new();
    for (user, used) in Imports::of(&FILES).iter() {
        let (Some(own), Some(other)) = (layer(user), layer(used)) else { continue };
        match plan.get(own) {
            None => wrong.push(format!("{}: `{own}` is no layer of the plan", user.join("::"))),
            Some(may) if own != other && !may.contains(&other) && !is_excepted(&user.join("::"), other) => {
                wrong.push(format!("{}: `{own}` must not know `{}`", user.join("::"), used.join("::")));
            }
            Some(_) => {}
        }
    }
    none_of(&wrong, "imports that do not point downward");
}

#[test]
fn every_exception_is_needed() {
    let imports = Imports::of(&FILES);
    let is_used = |above: &str, other: &str| {
        imports.iter().any(|(user, used)| is_below(&user.join("::"), above) && layer(used) == Some(other))
    };
    let pairs = EXCEPTIONS.iter().flat_map(|(above, layers)| layers.iter().map(move |other| (*above, *other)));
    let unused: Vec<_> = pairs.filter(|(above, other)| !is_used(above, other)).collect();
    assert!(unused.is_empty(), "exceptions that nothing needs: {unused:?}");
}

#[test]
fn modules_are_in_no_circle() {
    let circles = Imports::of(&FILES).cycles();
    none_of(
        &circles.iter().map(|circle| circle.join(", ")).collect::<Vec<_>>(),
        "modules that use each other in a circle; move what two of them need below both",
    );
}

#[test]
fn the_screen_is_built_in_layers() {
    let layer_of = |module: &[String]| {
        let name = module.join("::");
        SCREEN.iter().position(|layer| layer.iter().any(|above| is_below(&name, above)))
    };
    let mut wrong = Vec::new();
    for (user, used) in Imports::of(&FILES).iter() {
        if let (Some(own), Some(other)) = (layer_of(user), layer_of(used))
            && other > own
        {
            wrong.push(format!("{} must not know {}", user.join("::"), used.join("::")));
        }
    }
    let is_there = |name: &&str| FILES.iter().any(|file| is_below(&file.module.join("::"), name));
    let gone = SCREEN.iter().flat_map(|layer| layer.iter()).filter(|name| !is_there(name));
    wrong.extend(gone.map(|name| format!("there is no {name}")));
    none_of(&wrong, "what of the screen knows what stands above it");
}

#[test]
fn pure_layers_touch_nothing_outside() {
    let mut wrong = Vec::new();
    for file in FILES.iter() {
        for (_, words) in PURE.iter().filter(|(name, _)| layer(&file.module) == Some(name)) {
            let used = words.iter().filter(|word| file.code.contains(**word));
            wrong.extend(used.map(|word| format!("{}: {word}", file.path.display())));
        }
    }
    none_of(&wrong, "what these layers must not touch");
}

#[test]
fn files_fit_in_a_head() {
    let long = FILES.iter().filter(|file| file.lines > MOST_LINES);
    let long: Vec<_> = long.map(|file| format!("{}: {} lines", file.path.display(), file.lines)).collect();
    none_of(&long, "files to split");
}

#[test]
fn a_mod_file_is_only_the_front_door() {
    let full = FILES.iter().filter(|file| file.path.ends_with("mod.rs") && file.functions.len() > MOST_MOD_FUNCTIONS);
    let full: Vec<_> =
        full.map(|file| format!("{}: {} functions", file.path.display(), file.functions.len())).collect();
    none_of(&full, "move what these hold to files that are named for it");
}

#[test]
fn functions_fit_on_a_screen() {
    let functions = FILES.iter().flat_map(|file| file.functions.iter().map(move |function| (file, function)));
    let long = functions.filter(|(_, function)| function.lines > MOST_FUNCTION_LINES);
    let long = long.map(|(file, function)| {
        (format!("{} {}", file.path.display(), function.name), format!("{} lines", function.lines))
    });
    let is_named = |place: &str| TABLES.contains(&place);
    let (named, long): (Vec<_>, Vec<_>) = long.partition(|(place, _)| is_named(place));
    none_of(&long.iter().map(|(place, lines)| format!("{place}: {lines}")).collect::<Vec<_>>(), "functions to split");
    assert_eq!(named.len(), TABLES.len(), "of those named, only these are still long: {named:?}");
}

#[test]
fn a_public_type_has_a_name_of_its_own() {
    let mut places: BTreeMap<&str, Vec<&Path>> = BTreeMap::new();
    for file in FILES.iter() {
        for name in &file.public_types {
            places.entry(name).or_default().push(&file.path);
        }
    }
    let repeated = places.iter().filter(|(_, places)| places.len() > 1);
    none_of(
        &repeated.map(|(name, places)| format!("{name}: {places:?}")).collect::<Vec<_>>(),
        "names of several types",
    );
}

#[test]
fn names_are_standard_words() {
    let snake = |name: &str| {
        let mut snake = String::new();
        for c in name.chars() {
            if c.is_uppercase() && !snake.is_empty() {
                snake.push('_');
            }
            snake.extend(c.to_lowercase());
        }
        snake
    };
    let names = FILES.iter().flat_map(|file| file.names.iter().map(move |name| (file, name)));
    let old = names.filter(|(_, name)| OLD_NAMES.contains(&snake(name).as_str()));
    let old: Vec<_> = old.map(|(file, name)| format!("{}: {name}", file.path.display())).collect();
    none_of(&old, "names that have a standard word (docs/architecture.md)");
}

/// The rules of chrono-tz are of 2025, so no local time may come from it: `timezone` is the only one to ask.
#[test]
fn only_names_of_zones_come_from_chrono_tz() {
    let names = [
        "timezone.rs",
        "timezone",
        "domain/zone.rs",
        "domain/zone",
        "sandbox/profile.rs",
        "cli/demo/people.rs",
        "mail/renderer/sample.rs",
    ];
    let may = |file: &SourceFile| names.iter().any(|name| file.path.starts_with(Path::new("src").join(name)));
    let wrong = FILES.iter().filter(|file| file.code.contains("chrono_tz") && !may(file));
    let wrong: Vec<_> = wrong.map(|file| file.path.display().to_string()).collect();
    none_of(&wrong, "use `timezone::Tz` in");
}
