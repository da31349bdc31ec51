//! The preview of a list whose headings do not tell enough, in a real terminal.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail loudly")]

mod cli_support;
#[path = "support/pty.rs"]
mod pty;

use cli_support::Desk;
use pty::Pty;

fn start(desk: &Desk, file: &str) -> Pty {
    let args = ["--config", "config.toml", "--store", &desk.store, "import", file];
    Pty::start(&args, &desk.path(""), 80, 24)
}

#[test]
fn a_column_is_chosen_and_the_list_is_taken_in_by_the_same_command() {
    let desk = Desk::new();
    desk.write(
        "crm.csv",
        "Account Name,Account Number,Time Zone,Email,Other\nHarbor Ford,h1,Eastern,h1@example.com,k7\nLake Kia,h2,Central,h2@example.com,k8\n",
    );
    let mut pty = start(&desk, "crm.csv");
    pty.wait_until("the preview", |seen| seen.shows("Account Number ?") && seen.shows("would be 2 added"));
    assert_eq!(desk.run(&["list", "--json"]).json()["total"], 0, "nothing is recorded before it is accepted");
    // Another column than the one that is offered, which is `Other`.
    pty.send("j");
    for _ in 0..3 {
        pty.send("\x1b[C");
        pty.wait_until("the outcome", |seen| !seen.shows("…"));
    }
    pty.wait_text("Other=dealer_code");
    pty.send("\r");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    let codes = desk.run(&["list", "--csv", "--columns", "dealer_code"]).out;
    assert!(codes.contains("k7") && codes.contains("k8"), "{codes}");
    desk.run(&["import", "crm.csv", "--map", "Other=dealer_code"]).ends(0).prints("2 unchanged");
}

#[test]
fn whoever_leaves_it_records_nothing() {
    let desk = Desk::new();
    desk.write("none.csv", "Harbor Ford,h1,America/New_York,h1@example.com\n");
    let mut pty = start(&desk, "none.csv");
    pty.wait_until("the preview", |seen| seen.shows("1 ?") && seen.shows("--heading 0"));
    pty.send("\x1b");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    assert_eq!(desk.run(&["list", "--json"]).json()["total"], 0);
}

#[test]
fn the_keys_are_shown_and_several_columns_stay_several() {
    let desk = Desk::new();
    desk.write(
        "crm.csv",
        "Account Name,Acct No,State,Email,Office Phone,Phone,Phone\nHarbor Ford,h1,MA,h1@example.com,,,(201) 555-0101\n",
    );
    let mut pty = start(&desk, "crm.csv");
    pty.wait_until("the preview", |seen| seen.shows("Acct No ?") && seen.shows("would be 1 added"));
    pty.wait_text("6, 7");
    pty.send("?");
    pty.wait_text("Keys of this preview");
    pty.send("\x1b");
    pty.wait_until("the preview again", |seen| seen.shows("Acct No ?"));
    pty.send("\r");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    assert_eq!(desk.run(&["show", "h1", "--json"]).json()["contact"]["phone"], "(201) 555-0101");
}

#[test]
fn a_list_that_only_corrects_known_dealerships_is_taken_without_a_preview() {
    let desk = Desk::new();
    desk.write("first.csv", "name,dealer_code,timezone,email\nHarbor Ford,h1,Eastern,h1@example.com\n");
    desk.run(&["import", "first.csv"]).ends(0);
    desk.write("update.csv", "dealer_code,phone\nh1,(201) 555-0101\n");
    assert_eq!(start(&desk, "update.csv").wait_exit().exit_code(), 0);
    assert_eq!(desk.run(&["show", "h1", "--json"]).json()["contact"]["phone"], "(201) 555-0101");
    // A new one needs more than that, and says that there is no more.
    desk.write("more.csv", "dealer_code,phone\nh1,(201) 555-0102\nh2,(201) 555-0103\n");
    let mut pty = start(&desk, "more.csv");
    pty.wait_until("the preview", |seen| seen.shows("would be 0 added, 1 updated"));
    pty.send("\r");
    pty.wait_text("-=name");
    assert_eq!(pty.wait_exit().exit_code(), 3);
    assert_eq!(desk.run(&["show", "h1", "--json"]).json()["contact"]["phone"], "(201) 555-0102");
}
