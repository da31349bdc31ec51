//! Files that people write: lists, settings, keys.

use std::path::Path;

use cloverwatch::cli::import::read_list;
use cloverwatch::config::{Overrides, parse, print};
use cloverwatch::domain::text::guard;
use cloverwatch::domain::{Profile, ProfileField};
use cloverwatch::tui::keymap::{Keymap, check};

use super::assert_shown;

/// What a list says is the same when it is written as our own CSV and read again.
pub fn list(bytes: &[u8]) {
    let rows = match read_list(bytes.to_vec()) {
        Ok(rows) => rows,
        Err(why) => return assert_shown(&why),
    };
    let mut taken = Vec::new();
    for (line, row) in rows {
        assert!(line > 0);
        match row {
            Ok(profile) => taken.push(profile),
            Err(why) => assert_shown(&why),
        }
    }
    if taken.is_empty() {
        return;
    }
    let again = read_list(as_csv(&taken).into_bytes()).unwrap_or_else(|why| panic!("{why}: {}", as_csv(&taken)));
    let again: Vec<_> = again.into_iter().map(|(_, row)| row).collect();
    let taken: Vec<_> = taken.into_iter().map(Ok).collect();
    assert_eq!(again, taken);
}

fn as_csv(profiles: &[Profile]) -> String {
    let heading = ProfileField::ALL.map(ProfileField::as_str).join(",");
    let cell = |text: &str| format!("\"{}\"", guard(text.into()).replace('"', "\"\""));
    let row = |profile: &Profile| ProfileField::ALL.map(|field| cell(profile.text_of(field))).join(",");
    std::iter::once(heading).chain(profiles.iter().map(row)).map(|line| line + "\n").collect()
}

/// What is printed can be read again, and says the same.
pub fn config(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let read = |text: &str| parse(Path::new("config.toml"), text, &Overrides::default());
    match read(text) {
        Ok((config, warnings)) => {
            warnings.iter().for_each(|warning| assert_shown(&warning.to_string()));
            let printed = print::effective(&config);
            assert_shown(&printed);
            let (again, _) = read(&printed).unwrap_or_else(|error| panic!("{error}:\n{printed}"));
            // What is printed last are the meanings of answers: the defaults among them are the file's own now.
            let (meanings, own) = (&again.xtime.settings.meanings, again.xtime.own_meanings);
            assert_eq!(meanings[..own], config.xtime.settings.meanings[..]);
            let before = |text: &str| text.split("\n[[xtime.meaning]]").next().map(str::to_owned);
            assert_eq!(before(&print::effective(&again)), before(&printed));
        }
        Err(error) => assert_shown(&error.to_string()),
    }
}

/// Whatever a file says, there is a map, and what is printed of it reads the same.
pub fn keymap(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (map, wrong) = Keymap::load(Some(("keymap.toml", text)));
    wrong.iter().for_each(|found| assert_shown(&found.to_string()));
    let printed = map.print();
    assert_shown(&printed);
    let again = check(&printed, "keymap.toml");
    assert!(again.iter().all(|found| wrong.iter().any(|known| known.message == found.message)), "{again:?}");
    assert_eq!(Keymap::load(Some(("keymap.toml", &printed))).0.print(), printed);
}
