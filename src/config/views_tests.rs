//! `[[views]]`: read, printed, described; every mistake with its place.

use std::path::Path;

use super::{Overrides, parse, print, reference, schema, views};
use crate::present::column::{Sort, TableColumn as T};
use crate::present::view::{SavedView, named};

const VIEWS: &str = r#"
[[views]]
name = "Late"
query = "owner:me move:us"
columns = ["dealership", "city", "clock", "next", "mail"]
sort = "attention,code-ends"
[[views]]
name = "by-owner"
query = "stage:overdue"
"#;

fn read(text: &str) -> Result<Vec<SavedView>, String> {
    let loaded = parse(Path::new("c.toml"), text, &Overrides::default()).map_err(|error| error.to_string())?;
    let printed = print::effective(&loaded.0);
    let again = parse(Path::new("c.toml"), &printed, &Overrides::default()).unwrap();
    assert_eq!(again.0.views, loaded.0.views, "{printed}");
    Ok(loaded.0.views)
}

#[test]
fn views_are_read_and_one_of_the_same_name_replaces_a_given_one() {
    let given: Vec<String> = read("").unwrap().into_iter().map(|view| view.name).collect();
    assert_eq!(given, ["mine", "today", "by owner", "by group"]);
    let views = read(VIEWS).unwrap();
    let late = named(&views, "late").unwrap();
    assert_eq!(late.columns, [T::Name, T::City, T::Clock, T::NextStep, T::Mail]);
    assert_eq!(late.sort, Some(Sort { then: Some((T::CodeClock, false)), ..Sort::by(T::Attention, false) }));
    assert_eq!((views.len(), named(&views, "By Owner").unwrap().query.as_str()), (5, "stage:overdue"));
    assert!(named(&views, "mien").unwrap_err().contains("did you mean `mine`?"));
}

#[test]
fn every_row_is_on_the_page_and_in_the_schema() {
    let (page, schema) = (reference::markdown(), schema::schema());
    let of_views = page.split_once("\n## `[[views]]`\n").unwrap().1;
    for setting in views::settings() {
        assert!(of_views.contains(&format!("\n| `{}` | ", setting.key)), "{}", setting.key);
        let row = schema.pointer(&format!("/properties/views/items/properties/{}/description", setting.key));
        assert!(row.is_some(), "{}", setting.key);
    }
}

#[test]
fn mistakes_are_told_with_their_place() {
    let view = "[[views]]\nname = \"x\"\n";
    for (text, place, told) in [
        ("[[views]]\nquery = \"is:live\"".to_owned(), "", "it is missing"),
        (format!("{view}{view}"), "c.toml:4:8", "another view has the same name"),
        (format!("{view}query = \"is:lvie\""), "c.toml:3:9", "did you mean `live`?"),
        (format!("{view}columns = [\"clcok\"]"), "c.toml:3:11", "did you mean `clock`?"),
        (format!("{view}columns = [\"email\"]"), "c.toml:3:11", "`email` is a column of `list` only"),
        (format!("{view}columns = [\"attention\"]"), "c.toml:3:11", "is an order"),
        (format!("{view}sort = \"clock:up\""), "c.toml:3:8", "neither asc nor desc"),
        (format!("{view}sort = \"onwer\""), "c.toml:3:8", "did you mean `owner`?"),
        (format!("{view}sort = \"name,city,clock\""), "c.toml:3:8", "two columns at most"),
        (format!("{view}querry = \"x\""), "c.toml:3:1", "did you mean `query`?"),
        (format!("[[views]]\nname = \"{}\"", "x".repeat(41)), "c.toml:2:8", "at most 40"),
        ("views = 5".to_owned(), "c.toml:1:9", "write [[views]]"),
    ] {
        let mistakes = read(&text).expect_err(&text);
        assert!(mistakes.lines().any(|one| one.starts_with(place) && one.contains(told)), "{text}\n{mistakes}");
    }
}
