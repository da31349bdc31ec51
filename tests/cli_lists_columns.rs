//! Which column of a list fills which field: what is said, what is kept, and what is asked for.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail loudly")]

mod cli_support;

use cli_support::Desk;
use serde_json::{Value, json};

fn imported(desk: &Desk, words: &[&str]) -> Value {
    desk.run(&[&["import"], words, &["--json", "--dry-run"]].concat()).json()
}

fn columns_of(document: &Value, field: &str) -> Vec<Value> {
    let all = document["columns"].as_array().unwrap().iter();
    all.filter(|column| column["field"] == field).map(|column| column["columns"].clone()).collect()
}

#[test]
fn a_column_kept_for_two_fields_and_a_field_of_several_columns_come_back() {
    let desk = Desk::with_config(
        "[import.crm]\nmap = { \"Key\" = [\"dealer_code\", \"group\"], \"Office\" = \"phone\", \"Cell\" = \"phone\" }\n",
    );
    desk.write(
        "crm.csv",
        "Key,Company,Time Zone,Email,Cell,Office\nh1,Harbor Ford,Eastern,h1@example.com,(201) 555-0101,\nh2,Lake Kia,Eastern,h2@example.com,(201) 555-0102,(201) 555-0199\n",
    );
    let document = imported(&desk, &["crm.csv", "--as", "crm"]);
    assert_eq!(columns_of(&document, "group"), [json!(["Key"])]);
    assert_eq!(columns_of(&document, "phone"), [json!(["Office", "Cell"])]);
    desk.run(&["import", "crm.csv", "--as", "crm"]).ends(0).prints("2 added");
    let phone = |code: &str| desk.run(&["show", code, "--json"]).json()["contact"]["phone"].clone();
    assert_eq!([phone("h1"), phone("h2")], ["(201) 555-0101", "(201) 555-0199"], "the first that is filled");
    // What is printed of the settings reads the same.
    let printed = desk.run(&["config", "print"]).ends(0).out;
    let other = Desk::with_config(&printed);
    other.write("crm.csv", &std::fs::read_to_string(desk.path("crm.csv")).unwrap());
    assert_eq!(imported(&other, &["crm.csv", "--as", "crm"])["columns"], document["columns"]);
}

#[test]
fn a_field_can_be_given_no_column_and_a_column_said_for_one_field_fills_no_other() {
    let desk = Desk::new();
    desk.write(
        "list.csv",
        "name,dealer_code,timezone,Email,Phone\nHarbor Ford,h1,Eastern,h1@example.com,(201) 555-0101\n",
    );
    let document = imported(&desk, &["list.csv", "--map", "-=phone"]);
    assert_eq!(
        (columns_of(&document, "phone"), &document["added"]),
        (vec![json!([])], &json!(1)),
        "none, because it was said"
    );
    let document = imported(&desk, &["list.csv", "--map", "Phone=dealer_code"]);
    assert_eq!(columns_of(&document, "phone"), Vec::<Value>::new(), "it is the dealerCode now");
    assert_eq!(columns_of(&document, "dealer_code"), [json!(["Phone"])]);
}

#[test]
fn only_what_rows_are_refused_for_is_asked_for() {
    let desk = Desk::new();
    desk.write("first.csv", "name,dealer_code,timezone,email\nHarbor Ford,h1,Eastern,h1@example.com\n");
    desk.run(&["import", "first.csv"]).ends(0);
    desk.write("update.csv", "dealer_code,email\nh1,no address\n");
    let ran = desk.run(&["import", "update.csv"]).ends(3).says("(h1): email: ");
    assert!(!ran.err.contains("no column holds"), "a known dealership needs no name: {}", ran.err);
    assert!(!ran.err.contains("this may do better"), "no column would help: {}", ran.err);
    desk.write("mixed.csv", "dealer_code,email,State\nh1,h1b@example.com,MA\nh2,h2@example.com,MA\n");
    let ran = desk.run(&["import", "mixed.csv"]).ends(3).says("(h2): name: ");
    assert!(ran.err.contains("import mixed.csv --map COLUMN=name\n"), "{}", ran.err);
    desk.write("new.csv", "dealer_code,email\nh3,h3@example.com\n");
    desk.run(&["import", "new.csv"]).ends(2).says("no column holds name, timezone");
}

#[test]
fn short_forms_of_headings_are_understood_and_nobody_is_no_owner() {
    let desk = Desk::new();
    desk.write(
        "vendor.csv",
        "Rooftop Name,Acct No,Service Mgr,Service Mgr Email,GM Email,City/State,Acct Owner\nHarbor Ford,1001,Ana Ruiz,ana@example.com,bo@example.com,\"Salem, MA 01970\",No Owner\nLake Kia,1002,,,cy@example.com,\"Toledo, OH 43604\",(Unassigned)\n",
    );
    let ran = desk.run(&["import", "vendor.csv"]).ends(2).says("`Acct No` may be dealer_code");
    assert!(ran.err.contains("`City/State` may be address, which tells the time zone"), "{}", ran.err);
    let map = ["vendor.csv", "--map", "Acct No=dealer_code", "--map", "City/State=address"];
    let document = imported(&desk, &map);
    assert_eq!(columns_of(&document, "email"), [json!(["Service Mgr Email"])]);
    assert_eq!(document["unknown_owners"], json!([]));
    desk.run(&[&["import"], &map[..], &["--map", "Acct Owner=owner"]].concat()).ends(3).prints("1 added");
    let shown = desk.run(&["show", "1001", "--json"]).json();
    assert_eq!((&shown["owner"], &shown["timezone"]), (&Value::Null, &json!("America/New_York")));
}

#[test]
fn an_address_tells_the_zone_wherever_in_the_list_it_stands() {
    let desk = Desk::new();
    let row = |n: usize| {
        let address = if n < 30 { "12 Elm St" } else { "\"12 Elm St, Salem, MA 01970\"" };
        format!("D {n},d{n},d{n}@example.com,{address}\n")
    };
    let rows: String = (0..60).map(row).collect();
    desk.write("late.csv", &format!("name,dealer_code,email,Address\n{rows}"));
    desk.run(&["import", "late.csv"]).ends(3).prints("30 added, 0 updated, 0 unchanged, 30 refused");
}

#[test]
fn what_stands_for_no_value_is_passed_over_and_a_needed_field_says_it() {
    let desk = Desk::new();
    desk.write("two.csv", "name,dealer_code,timezone,Email,Email\nA,h1,Eastern,N/A,h1@example.com\n");
    desk.run(&["import", "two.csv"]).ends(0).prints("1 added");
    desk.write("zone.csv", "name,dealer_code,State,Time Zone,Email\nB,h2,MA,N/A,h2@example.com\n");
    desk.run(&["import", "zone.csv"]).ends(0).says("timezone: stands for no value and was left out");
    desk.write("known.csv", "name,dealer_code,timezone,Email,Phone\nN/A,h1,#N/A,n/a,(201) 555-0101\n");
    desk.run(&["import", "known.csv"]).ends(0).prints("1 updated");
    let shown = desk.run(&["show", "h1", "--json"]).json();
    assert_eq!((&shown["name"], &shown["contact"]["email"]), (&json!("A"), &json!("h1@example.com")));
    let short = "name,dealer_code,timezone,Mail A,Notes,Mail B\nC,h3,Eastern,h3@example.com\n";
    desk.write("short.csv", short);
    let both = ["--map", "Mail B=email", "--map", "Mail A=email"];
    desk.run(&[&["import", "short.csv"], &both[..]].concat()).ends(0).prints("1 added");
}

#[test]
fn advice_is_what_can_be_typed() {
    let desk = Desk::new();
    desk.write("plain.csv", "A Ford,h1,America/New_York,h1@example.com,x\n");
    let numbers =
        ["--map", "1=name", "--map", "2=dealer_code", "--map", "3=timezone", "--map", "4=email", "--map", "-=phone"];
    desk.run(&[&["import", "plain.csv"], &numbers[..]].concat()).ends(0).prints("1 added");
    desk.write("bad.csv", "B Ford,h2,America/New_York,nobody,(201) 555-0101\n");
    let ran = desk.run(&[&["import", "bad.csv"], &numbers[..8]].concat()).ends(3);
    assert!(!ran.err.contains("this may do better"), "no column is lacking: {}", ran.err);
    let ran = desk.run(&["import", "plain.csv", "--map", "Foo=name"]).ends(2);
    assert!(ran.err.contains("--map 1=name") && !ran.err.contains("--map Foo=name"), "{}", ran.err);
    // Where the books are stands in it.
    assert!(ran.err.contains("cloverwatch --config config.toml --store sled:store import plain.csv"), "{}", ran.err);
    desk.write("half.csv", "Acct,State,Email\nh3,MA,h3@example.com\n");
    let ran = desk.run(&["import", "half.csv", "--map", "Acct=dealer_code"]).ends(2).says("--map COLUMN=name");
    assert!(!ran.err.contains("To keep it"), "it would keep what lacks a name: {}", ran.err);
    let ran = desk.run(&["import", "half.csv", "--map", "Acct=dealer_code", "--map", "-=name"]).ends(3);
    assert!(ran.err.contains("name: is empty") && !ran.err.contains("COLUMN=name"), "{}", ran.err);
}

#[test]
fn a_long_list_is_read_in_order() {
    let desk = Desk::new();
    let row = |n: usize| match n % 1_000 {
        7 => format!("D {n},d{n},Eastern,no address,N/A\n"),
        8 => format!("D {},d{},Eastern,d{}@example.com,\n", n - 2, n - 2, n - 2),
        _ => format!("D {n},d{n},Eastern,d{n}@example.com,{}\n", if n.is_multiple_of(2) { "N/A" } else { "" }),
    };
    let rows: String = (0..4_000).map(row).collect();
    desk.write("long.csv", &format!("name,dealer_code,timezone,email,phone\n{rows}"));
    let document = imported(&desk, &["long.csv"]);
    assert_eq!((&document["added"], &document["rows"]), (&json!(3_992), &json!(4_000)));
    let lines: Vec<u64> =
        document["refused"].as_array().unwrap().iter().map(|refused| refused["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [9, 1_009, 2_009, 3_009]);
    let remark = |words: &str| {
        let all = document["remarks"].as_array().unwrap();
        let found = all.iter().find(|remark| remark["what"].as_str().unwrap().contains(words)).unwrap();
        (found["line"].clone(), found["rows"].clone())
    };
    assert_eq!(remark("once more"), (json!(10), json!(4)));
    assert_eq!(remark("phone: stands for no value"), (json!(2), json!(2_000)));
}
