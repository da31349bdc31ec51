//! What is refused: what, where, what to do, with the exit code of it, and nothing half made.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::cli_support::Desk;
use crate::commands::{desk, filled, schema_of, sql};
use crate::server::{schema, shared};

pub fn what_cannot_be_opened_is_said_and_leaves_nothing() {
    let (port, schema) = (shared().port, schema());
    shared().sql("postgres", "CREATE ROLE poor LOGIN; CREATE SCHEMA taken; CREATE TABLE taken.events (x int)");
    let at = |user: &str, rest: &str| format!("postgres://{user}@127.0.0.1:{port}/{rest}");
    for (store, code, words) in [
        ("postgres://ana@/desk".to_owned(), 2, "the address of the store"),
        (at("admin", ""), 2, "it names no database"),
        (at("admin", "postgres?schemas=x"), 2, "`schemas` is not one of"),
        (at("admin", "postgres?schema=Ünï"), 2, "a schema is named by"),
        ("postgres://ana:hunter2@127.0.0.1:1/desk".to_owned(), 1, "127.0.0.1:1, database desk cannot be reached"),
        ("postgres://ana:hunter2@desk.invalid/desk".to_owned(), 1, "Check the address, that the server runs"),
        (at("nobody", "postgres"), 1, "role \"nobody\" does not exist"),
        (at("admin", "nowhere"), 1, "CREATE DATABASE"),
        (at("poor", &format!("postgres?schema={schema}")), 1, "`cloverwatch store roles` prints it"),
        (at("admin", "postgres?schema=taken"), 1, "Name another one: ?schema=NAME"),
        (at("admin", "postgres?sslmode=verify-full"), 1, "Check `sslmode`"),
    ] {
        let desk = Desk::on(store);
        for args in [&["note", "xts1", "x"][..], &["watch"], &["import", "some.csv"]] {
            desk.write("some.csv", crate::cli_support::SOME);
            let ran = desk.run(args).ends(code).says(words);
            assert!(!ran.err.contains("hunter2"), "{}", ran.err);
        }
        desk.run(&["doctor"]).ends(1).prints("problem");
    }
    assert_eq!(shared().sql("postgres", "SELECT count(*) FROM pg_tables WHERE schemaname = 'taken'"), "1");
    let made = format!("SELECT count(*) FROM pg_namespace WHERE nspname IN ('{schema}', 'cloverwatch')");
    assert_eq!(shared().sql("postgres", &made), "0");
    // What cannot be read is not a wish to trust everybody. The address is of this machine, and does not look so.
    let desk = Desk::on(format!("postgres://admin@127.1:{port}/postgres"));
    for sslmode in ["", "verify_full"] {
        let ran = desk.command(&["list"]).env("PGSSLMODE", sslmode).output().unwrap();
        assert!(String::from_utf8_lossy(&ran.stderr).contains("Check `sslmode`"), "{sslmode}: {ran:?}");
    }
    // A later version has been here.
    let desk = filled();
    sql(&desk, "UPDATE TEAM.schema_version SET version = 99");
    for args in [&["list"][..], &["note", "xts1", "x"], &["watch"], &["export"], &["doctor"]] {
        let ran = desk.run(args).ends(1);
        assert!((ran.err + &ran.out).contains("Update cloverwatch"), "{args:?}");
    }
}

pub fn a_viewer_reads_and_is_told_why_it_records_nothing() {
    let desk = filled();
    let viewer = viewer_of(&desk);
    viewer.run(&["list"]).ends(0).prints("Nakamura");
    viewer.run(&["export", "--output", "log.jsonl"]).ends(0);
    for args in [&["note", "xts1", "x"][..], &["watch"], &["invite", "xts1", "--code", "HB-77-XY", "--yes"]] {
        viewer.run(args).ends(4).says("your user may only read").says("`cloverwatch store roles`");
    }
    viewer.run(&["doctor"]).ends(0).prints("you may only read");
    assert_eq!(desk.run(&["events", "--json"]).ends(0).out.lines().count(), 4);
}

/// A desk of somebody who may only read, by the roles that the program prints.
pub fn viewer_of(desk: &Desk) -> Desk {
    let roles = desk.run(&["store", "roles"]).ends(0).out;
    shared().sql("postgres", &roles);
    sql(desk, "CREATE ROLE TEAM_vic LOGIN IN ROLE TEAM_viewer");
    Desk::on(desk.store.replace("admin@", &format!("{}_vic@", schema_of(desk))))
}

pub fn a_password_is_read_where_it_is_kept_and_printed_nowhere() {
    shared().sql("postgres", "CREATE ROLE secret SUPERUSER LOGIN PASSWORD 'hunter2'");
    let mut desk = desk();
    let literal = desk.store.replace("admin@", "secret:hunter2@");
    desk.store = desk.store.replace("admin@", "secret@");
    desk.run(&["list"]).ends(1).says("password authentication failed");
    desk.write("password", "hunter2\n");
    desk.write("config.toml", "[store]\npassword = { file = \"password\" }\n");
    fs::set_permissions(desk.path("password"), fs::Permissions::from_mode(0o644)).unwrap();
    desk.run(&["list"]).ends(2).says("can be read by others");
    fs::set_permissions(desk.path("password"), fs::Permissions::from_mode(0o600)).unwrap();
    desk.fill();
    desk.run(&["list"]).ends(0).prints("Nakamura");
    desk.run(&["config", "print"]).ends(0).prints("password = { file = ");
    desk.run(&["export", "--output", "log.jsonl"]).ends(0);
    desk.run(&["store", "verify"]).ends(0);
    desk.run(&["doctor"]).ends(0);
    let mut passfile = desk.command(&["list"]);
    desk.write("config.toml", "");
    fs::write(desk.path("pass"), "*:*:*:secret:hunter2\n").unwrap();
    fs::set_permissions(desk.path("pass"), fs::Permissions::from_mode(0o600)).unwrap();
    assert!(passfile.env("PGPASSFILE", desk.path("pass")).output().unwrap().status.success());
    desk.store = literal;
    for args in [&["list"][..], &["-vvv", "list"], &["config", "print"], &["doctor"], &["import", "some.csv"]] {
        let ran = desk.run(args).ends(0);
        assert!(!(ran.out + &ran.err).contains("hunter2"), "{args:?}");
    }
    desk.run(&["list"]).ends(0).says("--store: warning: a password stands in it");
}
