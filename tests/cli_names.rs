//! How people name a dealership: in lists, in commands and in files of codes; and those that may be one and the same.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cli_support;

use cli_support::Desk;
use serde_json::json;

const NAMES: &str = "name,dealer_code,timezone,email,phone
D’Amico Ford & Sons,F00141,America/Denver,a@example.com,(503) 555-0110 x12
D'Amico Ford and Sons Inc,f-00142,America/Denver,b@example.com,503.555.0110 ext. 12
Núñez  Kia,K 7,America/Denver,c@example.com,+1-503-555-0111
Groß Volvo,v-1,America/Denver,d@example.com,
Gross Volvo,V1,America/Denver,e@example.com,
";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("names.csv", NAMES);
    desk.run(&["import", "names.csv"]).ends(0);
    desk
}

fn listed(desk: &Desk, query: &str) -> Vec<String> {
    let out = desk.run(&["list", query, "--csv", "--columns", "dealer_code", "--sort", "dealer_code"]).ends(0).out;
    out.lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn a_list_finds_what_is_written_otherwise() {
    let desk = desk();
    for (query, codes) in [
        ("d'amico", &["f-00142", "F00141"][..]),
        ("damico", &["f-00142", "F00141"]),
        ("\"ford and sons\"", &["f-00142", "F00141"]),
        ("nunez", &["K 7"]),
        ("\"nun\u{303}ez kia\"", &["K 7"]),
        ("gross", &["v-1", "V1"]),
        ("5035550110", &["f-00142", "F00141"]),
        ("+1 503 555 0111", &["K 7"]),
        ("555-0111", &["K 7"]),
    ] {
        assert_eq!(listed(&desk, query), codes, "{query}");
    }
}

#[test]
fn a_command_takes_a_name_or_a_dealer_code_in_any_writing_when_one_is_meant() {
    let desk = desk();
    for (name, code) in [
        ("f00141", "F00141"),
        ("F-00 141", "F00141"),
        ("f00142", "f-00142"),
        ("k7", "K 7"),
        ("nunez kia", "K 7"),
        ("D'AMICO FORD & SONS INC", "f-00142"),
        ("d`amico ford and sons", "F00141"),
        ("v-1", "v-1"),
        ("V1", "V1"),
    ] {
        assert_eq!(desk.run(&["show", name, "--json"]).ends(0).json()["dealer_code"], code, "{name}");
    }
    for name in ["v 1", "gross volvo", "Groß Volvo", "damico"] {
        let ran =
            desk.run(&["set", name, "--city", "Salem"]).ends(2).says("could be 2 dealerships; name one by its id");
        assert!(ran.err.contains("Volvo") || ran.err.contains("Amico"), "{}", ran.err);
    }
    desk.run(&["show", "nunes kia"]).ends(2).says("did you mean `Núñez  Kia`?");
    desk.run(&["show", "'"]).ends(2).says("no dealership is named");
}

#[test]
fn a_file_of_codes_names_dealerships_in_any_writing_and_never_takes_one_of_several() {
    let desk = desk();
    let before = desk.run(&["events", "--json"]).ends(0).out;
    desk.write("several.csv", "f00141,CODE-1\nv 1,CODE-2\n");
    let ran = desk.run(&["invite", "--codes", "several.csv", "--no-email", "--yes"]).ends(4);
    let ran = ran
        .says("line 2: `v 1` could be several dealerships: V1 (Gross Volvo), v-1 (Groß Volvo); write the dealerCode");
    assert!(!ran.err.contains("CODE-"), "{}", ran.err);
    desk.write("several.csv", "nunez kia,CODE-1\ngross volvo,CODE-2\n");
    desk.run(&["invite", "--codes", "several.csv", "--no-email", "--yes"]).ends(4).says("could be several dealerships");
    assert_eq!(desk.run(&["events", "--json"]).ends(0).out, before, "nothing was recorded");
    desk.write("codes.csv", "F-00141,CODE-1\nnunez kia,CODE-2\nv-1,CODE-3\n\"D'Amico Ford & Sons, INC\",CODE-4\n");
    desk.run(&["invite", "--codes", "codes.csv", "--no-email", "--yes"]).ends(4).says("no dealerCode that we know");
    desk.write("codes.csv", "F-00141,CODE-1\nnunez kia,CODE-2\nv-1,CODE-3\nD'Amico Ford & Sons INC,CODE-4\n");
    desk.run(&["invite", "--codes", "codes.csv", "--no-email", "--yes"]).ends(0);
    for (code, end) in [("F00141", "1"), ("K 7", "2"), ("v-1", "3"), ("f-00142", "4")] {
        let shown = desk.run(&["show", code, "--json", "--reveal"]).ends(0).json();
        assert_eq!(shown["invitation"]["code"], format!("CODE-{end}"), "{code}");
    }
}

#[test]
fn twins_are_told_where_dealerships_are_shown_and_gone_once_one_is_archived() {
    let desk = desk();
    assert_eq!(listed(&desk, "is:twin"), ["f-00142", "F00141", "v-1", "V1"]);
    assert_eq!(listed(&desk, "!is:twin"), ["K 7"]);
    let shown = desk.run(&["show", "F00141"]).ends(0).out;
    let hint = "may be the same as D'Amico Ford and Sons Inc (f-00142): same phone, same name";
    assert!(shown.contains(hint), "{shown}");
    let shown = desk.run(&["show", "F00141", "--json"]).ends(0).json();
    let other = desk.run(&["show", "f-00142", "--json"]).ends(0).json()["id"].clone();
    let alike = json!([{ "dealership": other, "dealer_code": "f-00142", "reasons": ["phone", "name"] }]);
    assert_eq!(shown["alike"], alike);
    let all = desk.run(&["list", "--json", "--sort", "dealer_code"]).ends(0).json();
    assert_eq!(all["dealerships"][1]["alike"], alike);
    assert_eq!(all["dealerships"][2].get("alike"), None, "nobody is like it");
    desk.run(&["archive", "f-00142"]).ends(0);
    assert_eq!(listed(&desk, "is:twin"), ["v-1", "V1"]);
    assert!(!desk.run(&["show", "F00141"]).ends(0).out.contains("may be the same"));
    let events = desk.run(&["events", "is:twin", "--json"]).ends(0).out;
    assert_eq!(events.lines().count(), 2, "{events}");
}

#[test]
fn a_new_dealership_is_added_and_its_twin_told_even_an_archived_one() {
    let desk = desk();
    let add = |name: &str, code: &str, email: &str, more: &[&str]| {
        let args = ["add", name, "--dealer-code", code, "--email", email, "--timezone", "America/Denver"];
        desk.run(&[&args, more].concat()).ends(0)
    };
    let ran = add("NUNEZ KIA, L.L.C.", "k9", "C@example.com", &[]);
    assert!(ran.out.contains("may be the same as Núñez  Kia (K 7): same address, same name"), "{}", ran.out);
    desk.run(&["archive", "K 7"]).ends(0);
    let ran = add("Canyon Honda", "k07", "x@example.com", &["--phone", "503 555 0111"]);
    assert!(ran.out.contains("same phone, archived"), "{}", ran.out);
    let document = add("Canyon Toyota", "007", "c@example.com", &["--json"]).json();
    let codes: Vec<&str> =
        document["alike"].as_array().unwrap().iter().map(|one| one["dealer_code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["K 7", "k9"]);
    assert_eq!(add("Lonely Ford", "l1", "l@example.com", &["--json"]).json().get("alike"), None);
}
