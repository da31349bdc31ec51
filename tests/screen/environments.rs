//! Production looks different.

use cloverwatch::domain::Environment;
use cloverwatch::tui::Msg;
use cloverwatch::tui::theme::{TerminalEnv, ThemeChoice, ThemeSet};

use crate::desk::Desk;
use crate::population::sample;

fn on(environment: Environment) -> Desk {
    Desk::with(sample(), (120, 30), |setup| setup.environment = Some(environment))
}

#[test]
fn each_is_named_and_has_a_colour_of_its_own() {
    let theme = |choice| ThemeSet::of(choice, TerminalEnv::default()).on(None);
    let all = [Environment::Production, Environment::Sandbox, Environment::Demo];
    let mut looks = Vec::new();
    for environment in all {
        let mut desk = on(environment);
        let name = environment.as_str().to_uppercase();
        desk.sees(&name);
        for choice in [ThemeChoice::Dark, ThemeChoice::Mono] {
            let (buffer, _) = desk.cells(&theme(choice));
            let status = (0..120).map(|x| buffer[(x, 29)].symbol()).collect::<String>();
            let at = status.find(&name).unwrap_or_else(|| panic!("{status}"));
            looks.push((choice, buffer[(at as u16, 29)].style()));
        }
    }
    let dark: Vec<_> =
        looks.iter().filter(|(choice, _)| *choice == ThemeChoice::Dark).map(|(_, style)| style).collect();
    assert!(dark[0].bg != dark[1].bg && dark[1].bg != dark[2].bg && dark[0].bg != dark[2].bg, "{dark:?}");
    Desk::open((120, 30)).sees_no("PRODUCTION").sees_no("SANDBOX");
}

#[test]
fn a_dialog_about_many_says_so_in_production_alone() {
    let revoke = |environment| {
        let mut desk = on(environment);
        desk.press("m a x");
        desk
    };
    revoke(Environment::Production).sees(" dealerships in production");
    revoke(Environment::Sandbox).sees(" dealerships").sees_no("in production");
    on(Environment::Production).go_to(4).press("r").sees_no("in production");
    // A note reaches nobody.
    on(Environment::Production).press("m a n").sees(" dealerships").sees_no("in production");
}

#[test]
fn no_message_covers_that_it_is_production() {
    for size in [(120, 30), (80, 24), (40, 10)] {
        let mut desk = Desk::with(sample(), size, |setup| setup.environment = Some(Environment::Production));
        desk.tell(Msg::Notice(format!("a long message {} to its end", "word ".repeat(usize::from(size.0)))));
        desk.sees("a long message").sees("PRODUCTION");
    }
}
