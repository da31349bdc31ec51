//! Lists as people have them: CRM exports, licence lists, locators, workbooks. What is read, what is told, and what is left alone.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cli_support;

use cli_support::Desk;
use serde_json::{Value, json};

const FULL: &str = "name,dealer_code,timezone,email,phone,city,state,group,contact_name,brand\n\
Harbor Ford,hb1,America/New_York,hb1@example.com,(201) 555-0101,Salem,MA,Harbor Group,Ana Ruiz,Ford\n";

fn field<'a>(document: &'a Value, name: &str) -> &'a Value {
    &document["dealerships"][0][name]
}

fn changes(document: &Value) -> Vec<String> {
    let updates = document["updates"].as_array().unwrap().iter();
    let changes = updates.flat_map(|update| update["changes"].as_array().unwrap());
    changes.map(|change| change["field"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_column_or_a_key_that_is_not_there_says_nothing() {
    let desk = Desk::new();
    desk.write("full.csv", FULL);
    desk.run(&["import", "full.csv"]).ends(0);
    let before = desk.run(&["list", "--json"]).json();
    let events = desk.run(&["events", "--json"]).out;
    for (file, text) in [
        ("few.csv", "name,dealer_code,timezone,email\nHarbor Ford,hb1,America/New_York,hb1@example.com\n"),
        ("code.csv", "dealer_code,phone\nhb1,(201) 555-0101\n"),
        ("short.csv", "dealer_code,email,phone,city\nhb1,HB1@example.com\n"),
        ("empty.csv", "name,dealer_code,timezone,email,phone,city\nHarbor Ford,hb1,,hb1@example.com,,\n"),
        ("few.json", r#"[{"dealer_code": "hb1", "name": "Harbor Ford"}]"#),
        ("null.json", r#"[{"dealer_code": "hb1", "phone": null, "city": ""}]"#),
    ] {
        desk.write(file, text);
        let ran = desk.run(&["import", file]).ends(0);
        assert_eq!(ran.out, "0 added, 0 updated, 1 unchanged, 0 refused\n", "{file}: {}", ran.err);
    }
    assert_eq!(desk.run(&["events", "--json"]).out, events);
    // An empty cell clears when that is asked for, and it is told; a key that is not there still says nothing.
    desk.write("clear.csv", "dealer_code,phone,email\nhb1,,\n");
    let document = desk.run(&["import", "clear.csv", "--clear", "--dry-run", "--json"]).ends(0).json();
    let phone = json!({ "field": "phone", "from": "(201) 555-0101", "to": "" });
    assert_eq!(document["updates"][0]["changes"], json!([phone]));
    desk.run(&["import", "clear.csv", "--clear"]).ends(0).prints("phone: (201) 555-0101 → (nothing)");
    let after = desk.run(&["list", "--json"]).json();
    assert_eq!(field(&after, "contact")["phone"], Value::Null);
    assert_eq!((field(&after, "city"), field(&after, "group")), (field(&before, "city"), field(&before, "group")));
}

#[test]
fn what_is_listed_comes_back_unchanged_for_ever() {
    let desk = Desk::new();
    desk.write(
        "odd.csv",
        "name,dealer_code,timezone,email,phone,group\n'Til Dawn Motors,g1,America/New_York,g1@example.com,+1 201 555 0101,+Plus Group\n-Dash Auto,g2,America/New_York,g2@example.com,-,@Home Auto\nPlain Ford,+g3,America/New_York,+ops@example.com,(201) 555-0103,=Group\n",
    );
    desk.run(&["import", "odd.csv"]).ends(0);
    let before = desk.run(&["list", "--json"]).json();
    for round in 0..3 {
        let listed = desk.run(&["list", "--csv"]).ends(0).out;
        let ran = desk.run_with(&["import", "-"], &listed).ends(0);
        assert_eq!(ran.out, "0 added, 0 updated, 3 unchanged, 0 refused\n", "{round}: {}", ran.err);
    }
    let names = |document: &Value| -> Vec<Value> {
        document["dealerships"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect()
    };
    assert_eq!(names(&desk.run(&["list", "--json"]).json()), names(&before));
}

#[test]
fn headings_of_others_are_guessed_and_said_and_an_id_is_only_offered() {
    let desk = Desk::new();
    desk.write(
        "crm.csv",
        "Account Name,Account Number,Time Zone,Email,Telephone,BillingCity,BillingState\nHarbor Ford,h1,America/New_York,h1@example.com,(201) 555-0101,Salem,MA\n",
    );
    let ran = desk.run(&["import", "crm.csv"]).ends(2).says("`Account Number` may be dealer_code");
    assert!(ran.err.contains("import crm.csv --map 'Account Number=dealer_code'"), "{}", ran.err);
    assert!(ran.err.contains("[import.NAME]\n  map = { \"Account Number\" = \"dealer_code\" }"), "{}", ran.err);
    assert_eq!(desk.run(&["list", "--json"]).json()["total"], 0);
    let map = ["--map", "Account Number=dealer_code"];
    let ran = desk.run(&[&["import", "crm.csv"], &map[..]].concat()).ends(0);
    for words in ["`Account Name` is name", "`BillingCity` is city", "`Telephone` is phone"] {
        assert!(ran.err.contains(words), "{words}: {}", ran.err);
    }
    let document = desk.run(&[&["import", "crm.csv", "--json"], &map[..]].concat()).ends(0).json();
    let columns = document["columns"].as_array().unwrap();
    let of = |field: &str| columns.iter().find(|column| column["field"] == field).unwrap();
    let named = json!({ "field": "name", "columns": ["Account Name"], "numbers": [1], "origin": "guessed" });
    assert_eq!((of("name"), &of("dealer_code")["origin"]), (&named, &json!("said")));
}

#[test]
fn a_mapping_is_kept_by_name() {
    let desk = Desk::with_config(
        "[import.crm]\nmap = { \"Account Number\" = \"dealer_code\", \"Rooftop\" = \"name\" }\nset = { group = \"Harborline\", timezone = \"Eastern\" }\n",
    );
    desk.write("crm.csv", "Rooftop,Account Number,Email\nHarbor Ford,h1,h1@example.com\n");
    desk.run(&["import", "crm.csv", "--as", "crm"]).ends(0).prints("1 added");
    let listed = desk.run(&["list", "--json"]).json();
    assert_eq!(
        (field(&listed, "group"), field(&listed, "timezone")),
        (&json!("Harborline"), &json!("America/New_York"))
    );
    desk.run(&["import", "crm.csv", "--as", "cmr"]).ends(2).says("(there are: crm)");
    desk.run(&["config", "print"]).ends(0).prints("[import.crm]");
    for (set, words) in [
        ("email=a@example.com", "another one for each"),
        ("tiemzone=Eastern", "there is no field"),
        ("x", "FIELD=VALUE"),
    ] {
        desk.run(&["import", "crm.csv", "--as", "crm", "--set", set]).ends(2).says(words);
    }
    let wrong = Desk::with_config("[import.crm]\nmap = { \"A\" = \"nmae\" }\nset = { timezone = \"Nowhere\" }\n");
    wrong.run(&["config", "check"]).ends(2).says("`import.crm.map`").says("`import.crm.set`");
}

#[test]
fn the_zone_comes_from_the_place_where_that_decides() {
    let desk = Desk::new();
    let heading = "Dealer Name,dealer_code,City,State,Zip,E-mail Address\n";
    let rows = "Harbor Ford,h1,Salem,MA,01970,h1@example.com\nPeak Ford,h2,Denver,Colorado,80202,h2@example.com\nSun Ford,s1,El Paso,TX,79901,s1@example.com\nGulf Ford,s2,Pensacola,FL,32501,s2@example.com\nNo Zip Ford,s5,Somewhere,TX,,s5@example.com\n";
    desk.write("places.csv", &format!("{heading}{rows}"));
    let ran = desk.run(&["import", "places.csv"]).ends(3).says("timezone: taken from the state");
    assert!(
        ran.err.contains("(s5): timezone: Texas has several time zones, America/Chicago or America/Denver"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("import places.csv --set timezone=ZONE"), "{}", ran.err);
    let zone = |code: &str| desk.run(&["show", code, "--json"]).json()["timezone"].as_str().unwrap().to_owned();
    assert_eq!(
        [zone("h1"), zone("h2"), zone("s1"), zone("s2")],
        ["America/New_York", "America/Denver", "America/Denver", "America/Chicago"]
    );
    // For a whole file, where the place does not tell.
    desk.run(&["import", "places.csv", "--set", "timezone=Central"]).ends(0).prints("1 added, 0 updated, 4 unchanged");
    assert_eq!([zone("s5"), zone("s1")], ["America/Chicago", "America/Denver"]);
    desk.write("state.csv", "name,dealer_code,email\nBay Ford,b1,b1@example.com\n");
    desk.run(&["import", "state.csv"]).ends(2).says("no column holds timezone").says("--set timezone=ZONE");
    desk.run(&["import", "state.csv", "--set", "state=Oregon", "--set", "timezone=Pacific"]).ends(0);
    desk.write(
        "cell.csv",
        "name,dealer_code,email,Address\nElm Ford,e1,e1@example.com,\"12 Elm St, Toledo, OH 43604\"\n",
    );
    desk.run(&["import", "cell.csv"]).ends(0);
    let shown = desk.run(&["show", "e1", "--json"]).json();
    assert_eq!([&shown["city"], &shown["state"], &shown["timezone"]], ["Toledo", "OH", "America/New_York"]);
    desk.write("against.csv", "name,dealer_code,email,timezone,state\nOdd Ford,o1,o1@example.com,America/Denver,MA\n");
    desk.run(&["import", "against.csv"]).ends(0).says("America/Denver is no zone of MA (America/New_York)");
}

#[test]
fn twins_of_a_heading_are_told_apart_by_their_place() {
    let desk = Desk::new();
    desk.write(
        "twice.csv",
        "name,dealer_code,timezone,email,Phone Number,Phone Number\nA,h1,Eastern,a@example.com,,(201) 555-0199\nB,h2,Eastern,b@example.com,(201) 555-0101,(201) 555-0199\n",
    );
    let ran = desk.run(&["import", "twice.csv"]).ends(0).says("the first that is filled counts");
    assert!(ran.err.contains("`Phone Number` (5) and `Phone Number` (6)"), "{}", ran.err);
    let phone = |code: &str| desk.run(&["show", code, "--json"]).json()["contact"]["phone"].clone();
    assert_eq!([phone("h1"), phone("h2")], ["(201) 555-0199", "(201) 555-0101"]);
    for column in ["6=phone", "2:Phone Number=phone"] {
        let document = desk.run(&["import", "twice.csv", "--map", column, "--dry-run", "--json"]).ends(0).json();
        assert_eq!(changes(&document), ["phone"], "{column}");
    }
    desk.write("one.csv", "Name,Web,Time Zone\nHarbor Ford,x1@example.com,Eastern\n");
    desk.run(&["import", "one.csv", "--map", "Web=dealer_code", "--map", "Web=email"]).ends(0).prints("1 added");
}

#[test]
fn what_stands_above_and_below_a_list_is_left_out_and_said() {
    let desk = Desk::new();
    let list = "name,dealer_code,timezone,email\nHarbor Ford,h1,America/New_York,h1@example.com\n";
    for (above, below, words) in [
        ("Dealers Q4,,,\n", "", "`Dealers Q4`"),
        ("# exported\n", "", "the heading is on line 2"),
        ("#TYPE System.Management.Automation.PSCustomObject\r\n", "", "line 2"),
        ("Dealer report\nGenerated,11/28/2026\n\n", "", "the heading is on line 4"),
        ("", "\n\"Dealer Accounts\"\n\"Copyright (c) 2026.\"\n", "lines 4 to 5 are below the list"),
    ] {
        desk.write("list.csv", &format!("{above}{list}{below}"));
        let ran = desk.run(&["import", "list.csv", "--dry-run"]).ends(0);
        assert!(ran.out.contains("1 added"), "{above:?} {}", ran.err);
        assert!(ran.err.contains(words), "{above:?} {}", ran.err);
    }
    desk.write("none.csv", list.split_once('\n').unwrap().1);
    let ran = desk.run(&["import", "none.csv"]).ends(2).says("no row among the first is a heading");
    let command = "import none.csv --map 1=name --map 2=dealer_code --map 3=timezone --map 4=email --heading 0";
    assert!(ran.err.contains(command), "{}", ran.err);
    desk.run(&command.split(' ').collect::<Vec<_>>()).ends(0).prints("1 added");
    desk.write("third.csv", &format!("name,email\nx,y\n{list}"));
    desk.run(&["import", "third.csv", "--heading", "3", "--dry-run"]).ends(0).prints("1 unchanged");
    desk.run(&["import", "third.csv", "--heading", "9"]).ends(2).says("there is no row 9");
}

#[test]
fn several_people_of_one_rooftop_are_one_dealership() {
    let desk = Desk::new();
    let heading = "Company Name,Dealer Code,Time Zone,First Name,Last Name,Email\n";
    let people = "Harbor Ford,hb1,Eastern,Ana,Ruiz,ana@example.com\nHarbor Ford,hb1,Eastern,Joe,Kim,joe@example.com\nHarbor Ford,hb1,Eastern,Joe,Kim,JOE@example.com\nHarbor Ford,hb1,Eastern,Max,Low,nobody\nLake Kia,hb1,Eastern,Eve,Doe,eve@example.com\n";
    desk.write("people.csv", &format!("{heading}{people}"));
    let document = desk.run(&["import", "people.csv", "--json"]).ends(3).json();
    assert_eq!((&document["added"], &document["rows"]), (&json!(1), &json!(5)));
    let lines: Vec<&Value> = document["refused"].as_array().unwrap().iter().map(|one| &one["line"]).collect();
    assert_eq!(lines, [5, 6], "a wrong address, and another dealership with the same code");
    let shown = desk.run(&["show", "hb1", "--json"]).json();
    assert_eq!(shown["contact"]["name"], "Ana Ruiz");
    let further = json!([{ "name": "Joe Kim", "email": "joe@example.com", "phone": null }]);
    assert_eq!(shown["further_contacts"], further);
    desk.run(&["show", "hb1"]).ends(0).prints("Joe Kim, joe@example.com");
    desk.run(&["events"]).ends(0).prints("further contacts: Joe Kim");
    // In another order the contact stays who it is, and nothing is new.
    let mut reversed: Vec<&str> = people.lines().take(2).collect();
    reversed.reverse();
    desk.write("again.csv", &format!("{heading}{}\n", reversed.join("\n")));
    desk.run(&["import", "again.csv"]).ends(0).prints("0 added, 0 updated, 1 unchanged");
    // Several addresses in one cell.
    desk.write("cell.csv", &format!("{heading}Elm Kia,e1,Eastern,Eve,Doe,eve@example.com; Bo <bo@example.com>\n"));
    desk.run(&["import", "cell.csv"]).ends(0).says("kept as further contacts");
    let shown = desk.run(&["show", "e1", "--json"]).json();
    assert_eq!(
        (&shown["contact"]["email"], &shown["further_contacts"][0]["email"]),
        (&json!("eve@example.com"), &json!("bo@example.com"))
    );
    // An old export of the journal knows nothing of further contacts; a new one brings them back.
    let export = desk.run(&["export"]).ends(0).out;
    let other = Desk::new();
    other.write("export.jsonl", &export);
    other.run(&["restore", "export.jsonl"]).ends(0);
    assert_eq!(other.run(&["show", "hb1", "--json"]).json()["further_contacts"], further);
}

#[test]
fn who_owns_a_dealership_is_not_who_of_us_looks_after_it() {
    let desk = Desk::new();
    let list =
        "Dealership,Dealer Code,Time Zone,Email,Owner\nHarbor Ford,hb9,Eastern,x@example.com,Mr. Harbor Senior\n";
    desk.write("owner.csv", list);
    let ran = desk.run(&["import", "owner.csv"]).ends(0);
    assert!(ran.err.contains("nobody at this desk is called `Mr. Harbor Senior`"), "{}", ran.err);
    assert_eq!(desk.run(&["show", "hb9", "--json"]).json()["owner"], Value::Null);
    desk.write("other.csv", &list.replace("hb9", "hb8").replace("x@", "y@"));
    desk.run(&["import", "other.csv", "--map", "Owner=owner"]).ends(0);
    assert_eq!(desk.run(&["show", "hb8", "--json"]).json()["owner"], "Mr. Harbor Senior");
    // Now somebody here has that name.
    desk.write("third.csv", &list.replace("hb9", "hb7").replace("x@", "z@"));
    desk.run(&["import", "third.csv"]).ends(0);
    assert_eq!(desk.run(&["show", "hb7", "--json"]).json()["owner"], "Mr. Harbor Senior");
}

#[test]
fn what_stands_for_no_value_never_reaches_a_dealer() {
    let desk = Desk::new();
    desk.write(
        "holes.csv",
        "name,dealer_code,timezone,email,phone,contact_name,city\nD&amp;R Motors,p1,Eastern,p1@example.com,N/A,N/A,n/a\n#N/A,p2,Eastern,p2@example.com,none listed,NULL,#REF!\nLake Kia,p3,Eastern,p3@example.com,call Ana,None,-\n",
    );
    let ran = desk.run(&["import", "holes.csv"]).ends(3);
    assert!(ran.err.contains("holes.csv:3 (p2): name: `#N/A` stands for no value"), "{}", ran.err);
    assert!(ran.err.contains("phone: is no phone number and was left out: `call Ana`"), "{}", ran.err);
    let shown = desk.run(&["show", "p1", "--json"]).json();
    assert_eq!(
        (&shown["name"], &shown["city"], &shown["contact"]["name"]),
        (&json!("D&R Motors"), &Value::Null, &Value::Null)
    );
    desk.run(&["invite", "p1", "--code", "K7QF-2M9X", "--no-email", "--yes"]).ends(0);
    let letter = desk.run(&["mail", "preview", "p1", "invitation"]).ends(0).out;
    assert!(letter.contains("\nHello,\n") && letter.contains("D&R Motors") && !letter.contains("N/A"), "{letter}");
}

#[test]
fn all_reasons_of_a_row_are_told_and_many_are_counted() {
    let desk = Desk::new();
    let row = |n: u32| format!("R {n},r{n},Nowhere,nobody\n");
    let rows: String = (1..=7).map(row).collect();
    desk.write("bad.csv", &format!("name,dealer_code,timezone,email\n{rows}"));
    let ran = desk.run(&["import", "bad.csv", "--dry-run"]).ends(3);
    let first = ran.err.lines().find(|line| line.starts_with("bad.csv:2 (r1)")).unwrap();
    assert!(first.contains("timezone: `Nowhere`") && first.contains("; email: `nobody`"), "{first}");
    assert!(ran.err.contains("7 rows: email: is not a mail address"), "{}", ran.err);
    let document = desk.run(&["import", "bad.csv", "--dry-run", "--json"]).ends(3).json();
    assert_eq!(document["refused"][0]["reasons"].as_array().unwrap().len(), 2);
    let reasons = document["reasons"].as_array().unwrap();
    assert_eq!((reasons.len(), &reasons[0]["rows"], reasons[0]["lines"].as_array().unwrap().len()), (2, &json!(7), 5));
}

#[test]
fn twins_are_hinted_at_and_never_merged() {
    let desk = Desk::new();
    desk.write(
        "twins.csv",
        "name,dealer_code,timezone,email,phone\nPeña Chevrolet,t3,Eastern,a3@example.com,(201) 555-0101\nPena Chevrolet LLC,t4,Eastern,a3@example.com,+1 201-555-0101\nDesert Toyota,02042,America/Phoenix,c@example.com,\nDesert Toyota,2042,America/Phoenix,c@example.com,\n",
    );
    let ran = desk.run(&["import", "twins.csv", "--dry-run"]).ends(0);
    assert!(
        ran.out.contains("twins.csv:3: Pena Chevrolet LLC (t4) may be the same as Peña Chevrolet (t3): same address"),
        "{}",
        ran.out
    );
    let document = desk.run(&["import", "twins.csv", "--json"]).ends(0).json();
    assert_eq!(document["added"], 4);
    let second =
        json!({ "line": 5, "dealer_code": "2042", "other": "02042", "reasons": ["email", "name", "dealer_code"] });
    assert_eq!(document["alike"][1], second);
    let listed = desk.run(&["list", "is:twin", "--json"]).ends(0).json();
    assert_eq!(listed["total"], 4);
}

#[test]
fn files_of_every_day() {
    let desk = Desk::new();
    let one = r#"{"dealerName": "Harbor Ford", "dealerCode": "h1", "timeZone": "Eastern", "emailAddress": "h1@example.com", "address": {"city": "Salem"}}"#;
    for (text, words) in [
        (format!("{{\"total\": 1, \"dealers\": [{one}]}}"), "under its key `dealers`"),
        (format!("{{\"h1\": {one}, \"h2\": {}}}", one.replace("h1", "h2")), "each as a row"),
        (format!("{{\"type\": \"FeatureCollection\", \"features\": [{{\"type\": \"Feature\", \"properties\": {one}}}]}}"), "GeoJSON"),
        ("[[\"name\", \"dealer_code\", \"timezone\", \"email\"], [\"Harbor Ford\", \"h1\", \"Eastern\", \"h1@example.com\"]]".to_owned(), "Eastern"),
        (one.to_owned(), "`address.city` is city"),
    ] {
        desk.write("list.json", &text);
        let ran = desk.run(&["import", "list.json", "--dry-run"]).ends(0);
        assert!(ran.out.contains("added") && !ran.out.contains("0 added"), "{text}: {}", ran.err);
        assert!(ran.err.contains(words), "{text}: {}", ran.err);
    }
    desk.write("nokeys.json", r#"[{"name": "Harbor Ford", "zip": "01970"}, {"name": "Lake Ford", "zip": "60601"}]"#);
    desk.run(&["import", "nokeys.json"]).ends(2).says("no column holds dealer_code, email (columns: `name`, `zip`)");
    desk.write("card.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana Ruiz\r\nORG:Harbor Ford\r\nTEL;TYPE=WORK:(201) 555-0101\r\nEMAIL:h1@example.com\r\nEND:VCARD\r\n");
    desk.run(&["import", "card.vcf"]).ends(2).says("`FN`, `ORG`, `TEL`, `EMAIL`");
    let map = ["--map", "EMAIL=dealer_code", "--map", "EMAIL=email", "--set", "timezone=Eastern"];
    desk.run(&[&["import", "card.vcf"], &map[..]].concat()).ends(0).prints("1 added");
    desk.write("paper.csv", "%PDF-1.7\n%\u{e2}\n1 0 obj\n");
    desk.run(&["import", "paper.csv"]).ends(2).says("it is a PDF");
    desk.write("page.xls", "<html><table><tr><td>name</td></tr></table></html>");
    desk.run(&["import", "page.xls"]).ends(2).says("HTML");
}

#[test]
fn rows_that_disagree_are_refused_and_half_a_name_shortens_none() {
    let desk = Desk::new();
    desk.write("full.csv", FULL);
    desk.run(&["import", "full.csv"]).ends(0);
    desk.write("two.csv", "dealer_code,state,brand\nhb1,MA,Ford\nhb1,NH,Kia\n");
    desk.run(&["import", "two.csv"]).ends(3).says("two.csv:3 (hb1): dealer_code: `hb1` stands already on line 2");
    desk.write("half.csv", "dealer_code,first_name,last_name\nhb1,Ana,\n");
    desk.run(&["import", "half.csv"]).ends(0).prints("1 unchanged");
    desk.write("clear.csv", "dealer_code,contact_name,first_name,last_name,phone\nhb1,,Ana,Ruiz,#REF!\n");
    desk.run(&["import", "clear.csv", "--clear"]).ends(0).prints("1 unchanged");
    // Of several addresses the known one stays the contact's; people may share an address.
    desk.write("mail.csv", "dealer_code,email\nhb1,eve@example.com; hb1@example.com\n");
    desk.run(&["import", "mail.csv"]).ends(0);
    let shown = desk.run(&["show", "hb1", "--json"]).json();
    assert_eq!(
        (&shown["contact"]["email"], &shown["contact"]["name"]),
        (&json!("hb1@example.com"), &json!("Ana Ruiz"))
    );
    let heading = "name,dealer_code,timezone,email,contact_name\n";
    desk.write(
        "shared.csv",
        &format!("{heading}Lake Kia,k1,Eastern,s@example.com,Xi\nLake Kia,k1,Eastern,s@example.com,Yolanda\n"),
    );
    desk.run(&["import", "shared.csv"]).ends(0);
    assert_eq!(desk.run(&["show", "k1", "--json"]).json()["further_contacts"][0]["name"], "Yolanda");
}

#[test]
fn what_is_decided_at_the_desk_stays_and_that_is_said() {
    let desk = Desk::new();
    let heading = "dealer_code,name,state,email,opcode,opcode_option,owner\n";
    desk.write("first.csv", &format!("{heading}h1,A Ford,MA,h1@example.com,Tell Us More,existing,ana\n"));
    desk.run(&["import", "first.csv"]).ends(0).prints("1 added");
    desk.write("second.csv", &format!("{heading}h1,A Ford,MA,h1@example.com,NEWOP,existing,ben\n"));
    let ran = desk.run(&["import", "second.csv"]).ends(0).prints("1 unchanged");
    assert!(ran.err.contains("opcode: a known dealership keeps what was chosen"), "{}", ran.err);
    assert!(ran.err.contains("owner: a known dealership keeps who looks after it"), "{}", ran.err);
    assert_eq!(desk.run(&["import", "first.csv"]).ends(0).err, "", "the same again is nothing to say");
}

#[test]
fn a_further_contact_is_no_reason_to_write_to_somebody_else() {
    let desk = Desk::new();
    let heading = "dealer_code,name,state,contact_name,email,phone\n";
    let ana = "h1,A Ford,MA,Ana Ruiz,ana@example.com,(201) 555-0101\n";
    let ben = "h1,A Ford,MA,Ben Ito,ben@example.com,(201) 555-0102\n";
    desk.write("both.csv", &format!("{heading}{ana}{ben}"));
    desk.run(&["import", "both.csv"]).ends(0).prints("1 added");
    desk.write("ben.csv", &format!("{heading}{ben}"));
    desk.run(&["import", "ben.csv"])
        .ends(0)
        .prints("1 unchanged")
        .says("a further contact of the dealership: the contact stays");
    desk.write("address.csv", "dealer_code,email\nh1,ben@example.com\n");
    desk.run(&["import", "address.csv"]).ends(0).prints("1 unchanged");
    desk.write("reverse.csv", &format!("{heading}{ben}{ana}"));
    desk.run(&["import", "reverse.csv"]).ends(0).prints("1 unchanged");
    // Somebody else with no number does not silently get that of the contact before.
    desk.write("yan.csv", "dealer_code,contact_name,email\nh1,Yan Li,yan@example.com\n");
    desk.run(&["import", "yan.csv"]).ends(0).says("phone: another contact, and no number is written: it stays");
}

#[test]
fn what_would_be_done_is_what_is_done() {
    let desk = Desk::new();
    let heading = "dealer_code,name,state,email\n";
    let row = |n: usize, from: usize| format!("h{n},D {n},MA,h{}@example.com\n", n + from);
    let rows = |from: usize| (0..40).map(|n| row(n, from)).collect::<Vec<_>>().concat();
    desk.write("many.csv", &format!("{heading}{}", rows(0)));
    assert_eq!(desk.run(&["import", "many.csv", "--json"]).ends(0).json()["recorded"], true);
    desk.write("moved.csv", &format!("{heading}{}", rows(100)));
    let held = desk.run(&["import", "moved.csv", "--json"]).ends(2).json();
    assert_eq!((&held["recorded"], held["held"].is_string()), (&json!(false), true));
    desk.run(&["archive", "h1"]).ends(0);
    desk.write("one.csv", &format!("{heading}h1,D 1,MA,new@example.com\n"));
    for more in [&["--dry-run"][..], &[]] {
        let ran = desk.run(&[&["import", "one.csv"], more].concat()).ends(3);
        assert!(ran.err.contains("the dealership is archived"), "{more:?}: {}", ran.err);
    }
}
