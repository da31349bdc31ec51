//! What partners are shown of a catalogue, each finding brought about by what a dealership did.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Desk, body};

const WANTED: &str = "DataClover Appt";

/// A connected dealership, the token for it, and its actions.
struct Dealer {
    desk: Desk,
    token: String,
}

impl Dealer {
    async fn open() -> Self {
        let desk = Desk::with("none").await;
        let token = desk.token().await;
        desk.open_dealer("xts1").await;
        Self { desk, token }
    }

    async fn does(&self, action: &str, details: Value) -> Value {
        let answer = self.desk.act(&format!("dealers/xts1/{action}"), details.clone()).await;
        assert_eq!(answer.status(), StatusCode::OK, "{action} {details}");
        body(answer).await
    }

    /// Opcode and name of everything in a list.
    async fn list(&self, vehicle: &str) -> Value {
        let path = format!("services?dealerCode=xts1&{vehicle}");
        body(self.desk.get(&path, &self.token).await).await["services"].clone()
    }

    async fn shows(&self, opcode: &str) -> bool {
        let list = self.list("make=OTHER&model=OTHER").await;
        list.as_array().into_iter().flatten().any(|one| one["opcode"] == opcode)
    }

    /// Why an operation of the published copy is not shown.
    async fn hidden(&self, opcode: &str) -> Value {
        let picture = self.desk.control("dealers/xts1").await;
        let published = picture["published"].as_array().unwrap().iter().find(|one| one["opcode"] == opcode);
        published.map_or(json!("absent"), |one| one["hidden"].clone())
    }
}

#[tokio::test]
async fn what_is_created_is_not_shown_before_the_catalog_is_published() {
    let dealer = Dealer::open().await;
    assert!(!dealer.shows(WANTED).await, "not created");
    let picture = dealer.does("draft", json!({"opcode": WANTED, "name": "DataClover appointment"})).await;
    let drafted = picture["draft"].as_array().unwrap().iter().find(|one| one["opcode"] == WANTED).unwrap();
    let expected = json!({
        "opcode": WANTED, "name": "DataClover appointment", "scope": "standard", "apps": "all", "publishing": "adds it",
    });
    assert_eq!(drafted, &expected);
    assert!(!dealer.shows(WANTED).await, "only in the draft");
    assert_eq!(dealer.hidden(WANTED).await, "absent");
    dealer.does("publish-catalog", json!({})).await;
    assert!(dealer.shows(WANTED).await);
    assert_eq!(dealer.hidden(WANTED).await, Value::Null);
    let list = dealer.list("make=OTHER&model=OTHER").await;
    assert!(list.as_array().unwrap().contains(&json!({"opcode": WANTED, "serviceName": "DataClover appointment"})));
}

#[tokio::test]
async fn what_is_not_of_standard_scope_is_shown_for_its_vehicles_only() {
    let dealer = Dealer::open().await;
    let scope = json!({"makes": ["Toyota"], "models": ["Camry", "Corolla"], "years": [2020]});
    dealer.does("draft", json!({"opcode": WANTED, "scope": scope})).await;
    dealer.does("publish-catalog", json!({})).await;
    assert!(!dealer.shows(WANTED).await);
    assert_eq!(dealer.hidden(WANTED).await, "not of standard scope");
    for (vehicle, shown) in [
        ("year=2020&make=Toyota&model=Camry", true),
        ("year=2020&make=TOYOTA&model=corolla", true),
        ("year=2021&make=Toyota&model=Camry", false),
        ("make=Toyota&model=Camry", false),
        ("year=2020&make=Honda&model=Camry", false),
        ("vin=VIN00000000000001", false),
    ] {
        let list = dealer.list(vehicle).await;
        let found = list.as_array().unwrap().iter().any(|one| one["opcode"] == WANTED);
        assert_eq!(found, shown, "{vehicle}");
    }
    let ask = "appointments-availabilities?dealerCode=xts1&opcode=DataClover%20Appt&start=2026-03-02&end=2026-03-08";
    let slots = async |vehicle: &str| {
        let answer = body(dealer.desk.get(&format!("{ask}&{vehicle}"), &dealer.token).await).await;
        answer["availableAppointments"].as_array().map_or(0, Vec::len)
    };
    assert!(slots("year=2020&make=Toyota&model=Camry").await > 0);
    assert_eq!(slots("make=OTHER&model=OTHER").await, 0);
    dealer.does("draft", json!({"opcode": WANTED, "scope": "standard"})).await;
    assert!(!dealer.shows(WANTED).await, "changed in the draft only");
    dealer.does("publish-catalog", json!({})).await;
    assert!(dealer.shows(WANTED).await && slots("make=OTHER&model=OTHER").await > 0);
}

#[tokio::test]
async fn what_is_not_for_all_apps_is_not_shown_to_partners() {
    let dealer = Dealer::open().await;
    let apps = json!(["consumer", "advisor", "call-center", "kiosk"]);
    dealer.does("draft", json!({"opcode": WANTED, "apps": apps})).await;
    dealer.does("publish-catalog", json!({})).await;
    assert!(!dealer.shows(WANTED).await);
    assert_eq!(dealer.hidden(WANTED).await, "not shown to the partner API");
    for right in [json!("all"), json!(["partner-api"])] {
        dealer.does("draft", json!({"opcode": WANTED, "apps": apps})).await;
        dealer.does("publish-catalog", json!({})).await;
        assert!(!dealer.shows(WANTED).await);
        dealer.does("draft", json!({"opcode": WANTED, "apps": right})).await;
        dealer.does("publish-catalog", json!({})).await;
        assert!(dealer.shows(WANTED).await, "{right}");
    }
}

#[tokio::test]
async fn near_misses_are_published_as_they_were_typed() {
    let dealer = Dealer::open().await;
    for near in ["dataclover appt", "DataClover  Appt", " DataClover Appt", "DataCl\u{43e}ver Appt", "DataC1over Appt"]
    {
        dealer.does("publish", json!({"opcode": near, "name": "x"})).await;
        assert!(dealer.shows(near).await && !dealer.shows(WANTED).await, "{near}");
    }
    dealer.does("publish", json!({"opcode": "DC1", "name": WANTED})).await;
    let list = dealer.list("make=OTHER&model=OTHER").await;
    assert!(list.as_array().unwrap().contains(&json!({"opcode": "DC1", "serviceName": WANTED})));
    assert!(!dealer.shows(WANTED).await, "the name is not the code");
}

#[tokio::test]
async fn it_drifts_by_rename_removal_withdrawal_and_availability_and_comes_back() {
    let dealer = Dealer::open().await;
    dealer.does("publish", json!({"opcode": WANTED})).await;
    dealer.does("rename", json!({"opcode": WANTED, "name": "DC Appt"})).await;
    assert!(!dealer.shows(WANTED).await && dealer.shows("DC Appt").await);
    dealer.does("rename", json!({"opcode": "DC Appt", "name": WANTED})).await;
    assert!(dealer.shows(WANTED).await);
    dealer.does("unpublish", json!({"opcode": WANTED})).await;
    assert!(!dealer.shows(WANTED).await);
    dealer.does("publish-catalog", json!({})).await;
    assert!(dealer.shows(WANTED).await, "the draft had kept it");
    dealer.does("remove", json!({"opcode": WANTED})).await;
    assert!(dealer.shows(WANTED).await, "still published");
    dealer.does("publish-catalog", json!({})).await;
    assert!(!dealer.shows(WANTED).await);
    dealer.does("publish-catalog", json!({})).await;
    assert!(!dealer.shows(WANTED).await, "gone for good");
}

#[tokio::test]
async fn an_empty_list_is_empty_or_null_as_the_dealership_has_it() {
    let dealer = Dealer::open().await;
    dealer.does("unpublish", json!({"all": true})).await;
    for nulls in [true, false] {
        dealer.does("answers", json!({"nullLists": nulls})).await;
        assert_eq!(dealer.list("make=OTHER&model=OTHER").await, if nulls { Value::Null } else { json!([]) });
    }
    dealer.does("disconnect", json!({})).await;
    for (denial, status) in [("bare-403", StatusCode::FORBIDDEN), ("success-false", StatusCode::OK)] {
        dealer.does("answers", json!({"denial": denial})).await;
        assert_eq!(dealer.desk.services("xts1", &dealer.token).await.status(), status);
    }
}

/// Renaming to an opcode that exists leaves one of them, and a catalogue takes only so many.
#[tokio::test]
async fn a_catalog_has_each_opcode_once_and_an_end() {
    let dealer = Dealer::open().await;
    dealer.does("remove", json!({"all": true})).await;
    dealer.does("publish-catalog", json!({})).await;
    for number in 0..500 {
        dealer.does("draft", json!({"opcode": format!("OP{number}")})).await;
    }
    let full = dealer.desk.act("dealers/xts1/draft", json!({"opcode": "OP500"})).await;
    assert_eq!(full.status(), StatusCode::CONFLICT);
    let full = dealer.desk.act("dealers/xts1/publish", json!({"opcode": "OP500"})).await;
    assert_eq!(full.status(), StatusCode::CONFLICT, "all of it or nothing");
    assert!(!dealer.shows("OP0").await);
    dealer.does("draft", json!({"opcode": "OP7", "name": "again"})).await;
    dealer.does("publish-catalog", json!({})).await;
    dealer.does("rename", json!({"opcode": "OP0", "name": "OP1"})).await;
    let list = dealer.list("make=OTHER&model=OTHER").await;
    let list = list.as_array().unwrap();
    assert_eq!(list.len(), 499);
    assert_eq!(list.iter().filter(|one| one["opcode"] == "OP1").count(), 1);
}
