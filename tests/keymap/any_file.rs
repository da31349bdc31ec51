//! Whatever a file says, a map comes of it that works.

use super::*;

/// A line of a user's file: mostly right, sometimes not.
fn line() -> impl Strategy<Value = (usize, Vec<String>)> {
    let word = prop_oneof![
        4 => prop::sample::select(vec!["a", "q", "g", "G", "r", "esc", "tab", "ctrl-c", "ctrl-x", "space", "f5", "alt-x"])
            .prop_map(str::to_owned),
        1 => "[!-~]{1,4}",
        1 => prop::sample::select(vec!["ctrl-i", "ctrl-m", "nokey", "", "é", "\u{202e}"]).prop_map(str::to_owned),
    ];
    let chord = prop::collection::vec(word, 1..3).prop_map(|words| words.join(" "));
    (0..REGISTRY.len(), prop::collection::vec(chord, 0..3))
}

proptest! {
    /// Whatever stands in a file: there is a map, nobody is locked in, it prints as a file that gives the same map
    /// without an error, and what it says leads where it says.
    #[test]
    fn any_file_gives_a_map_that_works(lines in prop::collection::vec(line(), 0..20)) {
        let mut text = String::new();
        for scope in ActionScope::ALL {
            writeln!(text, "[{}]", scope.as_str()).unwrap();
            let mut seen = Vec::new();
            for (index, chords) in &lines {
                let info = &REGISTRY[*index];
                if info.scope == scope && !seen.contains(index) {
                    seen.push(*index);
                    let chords: toml_edit::Array = chords.iter().map(String::as_str).collect();
                    writeln!(text, "{} = {chords}", info.id).unwrap();
                }
            }
        }
        let (map, problems) = Keymap::load(Some(("k.toml", &text)));
        let lines = text.lines().count();
        for problem in &problems {
            let (line, column) = place(problem);
            prop_assert!(line >= 1 && line <= lines && column >= 1, "{}", problem);
        }
        for (scopes, action) in [
            (&[ActionScope::Table, ActionScope::Detail, ActionScope::Tail][..], Action::Quit),
            (&[ActionScope::Dialog], Action::DialogCancel),
            (&[ActionScope::Input], Action::InputCancel),
        ] {
            for scope in scopes {
                prop_assert!(map.reaches(*scope, action), "{:?} {:?}\n{}", scope, action, text);
            }
        }
        let printed = map.print();
        let (again, problems) = Keymap::load(Some(("printed", &printed)));
        prop_assert!(problems.iter().all(|problem| problem.warning), "{:?}\n{}", problems, printed);
        prop_assert_eq!(again.print(), printed);
        for info in REGISTRY {
            for chord in map.chords(info.action) {
                // Inside its own scope a chord is never in doubt.
                prop_assert_eq!(map.lookup(info.scope, chord), Lookup::Action(info.action));
                for len in 1..chord.len() {
                    prop_assert!(matches!(map.lookup(info.scope, &chord[..len]), Lookup::Prefix(_)));
                }
            }
        }
    }

    #[test]
    fn any_text_at_all_is_survived(text in "[\\[\\]a-z\"=,# \n\\\\{}.'é]{0,80}") {
        let (map, problems) = Keymap::load(Some(("k.toml", &text)));
        prop_assert!(map.reaches(ActionScope::Table, Action::Quit));
        for problem in problems {
            prop_assert!(!problem.to_string().chars().any(char::is_control));
        }
    }
}
