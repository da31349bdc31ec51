//! What customers are offered, each way of offering nothing brought about by what a dealership did; and clocks that change.

use std::collections::BTreeSet;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Desk, body, booking};

/// A dealership in Chicago with an opcode, where nobody else has booked anything.
struct Dealer {
    desk: Desk,
    token: String,
}

impl Dealer {
    async fn open() -> Self {
        let desk = Desk::with("none").await;
        let token = desk.token().await;
        desk.open_dealer("xts1").await;
        let dealer = Self { desk, token };
        dealer.does("answers", json!({"zulu": false, "nullLists": false})).await;
        let hours = "00:00-24:00";
        let week =
            json!({"mon": hours, "tue": hours, "wed": hours, "thu": hours, "fri": hours, "sat": hours, "sun": hours});
        dealer.does("hours", week).await;
        dealer
    }

    async fn does(&self, action: &str, details: Value) -> Value {
        let answer = self.desk.act(&format!("dealers/xts1/{action}"), details.clone()).await;
        assert_eq!(answer.status(), StatusCode::OK, "{action} {details}");
        body(answer).await
    }

    async fn times(&self, from: &str, to: &str) -> Vec<String> {
        let answer = self.desk.slots("xts1", "Tell Us More", from, to, &self.token).await;
        assert_eq!(answer["success"], true);
        let list = answer["availableAppointments"].as_array().unwrap();
        list.iter().map(|one| one["appointmentDateTimeLocal"].as_str().unwrap().to_owned()).collect()
    }

    async fn days(&self, from: &str, to: &str) -> BTreeSet<String> {
        self.times(from, to).await.iter().map(|time| time[..10].to_owned()).collect()
    }

    async fn book(&self, at: &str) -> Value {
        let path = "appointments-bookings?dealerCode=xts1&vin=VIN00000000000001";
        let call = self.desk.call(reqwest::Method::POST, path, &self.token).json(&booking(at));
        body(call.send().await.unwrap()).await
    }
}

#[tokio::test]
async fn every_usual_cause_of_no_slots_can_be_brought_about_and_healed() {
    let dealer = Dealer::open().await;
    let (from, to) = ("2026-03-02", "2026-03-08");
    for (spoil, details, heal, healed, words) in [
        ("capacity", json!({"type": "Web", "value": 0}), "capacity", json!({"type": "Web", "value": "NL"}), "Web is 0"),
        ("close-slots", json!({}), "open-slots", json!({}), "Web is 0"),
        ("advisors", json!({"reservable": false}), "advisors", json!({"reservable": true}), "reservable"),
        ("advisors", json!({"advisors": []}), "advisors", json!({"advisors": [{"id": "a"}]}), "reservable"),
        ("advisors", json!({"workingTimes": false}), "advisors", json!({"workingTimes": true}), "working times"),
        ("horizon", json!({"days": 0}), "horizon", json!({"days": 30}), "horizon is 0"),
        (
            "horizon",
            json!({"days": 2, "leadMinutes": 4320}),
            "horizon",
            json!({"days": 30, "leadMinutes": 0}),
            "lead time",
        ),
    ] {
        assert!(!dealer.times(from, to).await.is_empty(), "before {spoil}");
        let picture = dealer.does(spoil, details.clone()).await;
        assert_eq!(dealer.times(from, to).await, [""; 0], "{spoil} {details}");
        assert_eq!(picture["slots"], false);
        assert!(picture["obstacles"][0].as_str().unwrap().contains(words), "{spoil}: {}", picture["obstacles"]);
        let refused = dealer.book("2026-03-03T10:00").await;
        assert_eq!(refused["code"], "x-001009", "{spoil}: what is not offered cannot be booked");
        let picture = dealer.does(heal, healed).await;
        assert_eq!((&picture["slots"], &picture["obstacles"]), (&json!(true), &json!([])));
    }
    // Other types of capacity are not ours.
    dealer.does("capacity", json!({"type": "Phone", "value": 0})).await;
    assert!(!dealer.times(from, to).await.is_empty());
}

#[tokio::test]
async fn horizon_and_lead_time_bound_what_is_offered() {
    let dealer = Dealer::open().await;
    // It is nine in the morning of the 25th.
    dealer.does("horizon", json!({"days": 3, "leadMinutes": 600})).await;
    assert_eq!(
        dealer.days("2026-02-25", "2026-03-03").await,
        ["2026-02-25", "2026-02-26", "2026-02-27"].map(Into::into).into()
    );
    let first = dealer.times("2026-02-25", "2026-02-25").await.remove(0);
    assert!(&first[11..16] > "19:00", "{first}");
    dealer.does("horizon", json!({"days": 1})).await;
    assert_eq!(dealer.days("2026-02-25", "2026-03-03").await.len(), 1);
}

#[tokio::test]
async fn closed_days_holidays_and_hours_count_by_the_day() {
    let dealer = Dealer::open().await;
    dealer.does("horizon", json!({"days": 366})).await;
    dealer.does("holiday", json!({"keep": true})).await;
    // Independence Day is a Saturday.
    let week = ("2026-07-01", "2026-07-07");
    let days =
        async || dealer.days(week.0, week.1).await.into_iter().map(|day| day[8..].to_owned()).collect::<Vec<_>>();
    assert_eq!(days().await, ["01", "02", "03", "05", "06", "07"]);
    dealer.does("holiday", json!({"date": "2026-07-02", "until": "2026-07-03", "closed": true})).await;
    assert_eq!(days().await, ["01", "05", "06", "07"]);
    dealer.does("holiday", json!({"date": "2026-07-04", "closed": false})).await;
    assert_eq!(days().await, ["01", "04", "05", "06", "07"], "open in spite of the holiday");
    dealer.does("holiday", json!({"date": "2026-07-01", "until": "2026-07-31"})).await;
    assert_eq!(days().await, ["01", "02", "03", "05", "06", "07"], "back to the rule");
    dealer.does("holiday", json!({"keep": false})).await;
    assert_eq!(days().await.len(), 7);
    dealer.does("hours", json!({"wed": null, "thu": "08:00-08:20"})).await;
    assert_eq!(
        days().await,
        ["03", "04", "05", "06", "07"]
            .map(str::to_owned)
            .to_vec()
            .into_iter()
            .chain(
                // Only one slot of that Thursday is whole; whether somebody has it depends on the seed.
                dealer.times("2026-07-02", "2026-07-02").await.iter().map(|_| "02".to_owned())
            )
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
    );
    assert!(dealer.times("2026-07-02", "2026-07-02").await.iter().all(|time| &time[11..16] == "08:00"));
    let advisors = json!({"advisors": [
        {"id": "a", "hours": {"fri": "09:00-11:00"}}, {"id": "b", "reservable": false}, {"id": "c", "hours": {}},
    ]});
    dealer.does("advisors", advisors).await;
    let times = dealer.times(week.0, week.1).await;
    assert!(!times.is_empty());
    for time in times {
        assert!(time.starts_with("2026-07-03") && ("09:00".."11:00").contains(&&time[11..16]), "{time}");
    }
}

#[tokio::test]
async fn of_changing_clocks_nothing_is_offered_that_does_not_exist_and_nothing_twice() {
    let dealer = Dealer::open().await;
    dealer.does("horizon", json!({"days": 366})).await;
    let spring: BTreeSet<String> = dealer.times("2026-03-08", "2026-03-08").await.into_iter().collect();
    assert!(!spring.iter().any(|time| &time[11..13] == "02"), "{spring:?}");
    assert!(spring.iter().all(|time| time.ends_with(if &time[11..13] < "02" { "-0600" } else { "-0500" })));
    let autumn = dealer.times("2026-11-01", "2026-11-01").await;
    assert_eq!(autumn.iter().map(|time| &time[..16]).collect::<BTreeSet<_>>().len(), autumn.len());
    assert!(autumn.iter().all(|time| time.ends_with(if &time[11..13] < "02" { "-0500" } else { "-0600" })));
    assert!(autumn.iter().any(|time| &time[11..13] == "01"), "the repeated hour is offered, its first time");
    assert_eq!(dealer.book("2026-03-08T02:30-0600").await["code"], "x-001009");
    let first = autumn.iter().find(|time| &time[11..13] == "01").unwrap();
    assert_eq!(dealer.book(first).await["success"], true);
    assert_eq!(dealer.book(first).await["code"], "x-001009");
    // The dealership moves to a zone without such changes.
    dealer.desk.act("dealers", json!({"dealerCode": "xts1", "timezone": "America/Phoenix"})).await;
    assert!(dealer.times("2026-03-08", "2026-03-08").await.iter().any(|time| time[11..].starts_with("02")));
}

#[tokio::test]
async fn a_slot_is_taken_between_the_look_and_the_booking() {
    let dealer = Dealer::open().await;
    let seen = dealer.times("2026-03-02", "2026-03-02").await;
    let took = dealer.does("take-slot", json!({"appointmentDateTimeLocal": seen[0]})).await;
    assert_eq!(took, json!({"success": true, "appointmentDateTimeLocal": seen[0]}));
    let refused = dealer.book(&seen[0]).await;
    assert_eq!((&refused["success"], &refused["code"]), (&json!(false), &json!("x-001009")));
    let fresh = dealer.times("2026-03-02", "2026-03-02").await;
    assert_eq!(fresh, seen[1..]);
    assert_eq!(dealer.book(&fresh[0]).await["success"], true);
    let again = dealer.does("take-slot", json!({"appointmentDateTimeLocal": seen[0]})).await;
    assert_eq!(again["code"], "x-001009", "it is gone already");
    let any = dealer.does("take-slot", json!({})).await;
    assert!(any["appointmentDateTimeLocal"].as_str().unwrap().starts_with("2026-02-25"), "{any}");
    assert_eq!(dealer.desk.control("dealers/xts1").await["appointments"], 1, "taken slots are no appointments of ours");
}

#[tokio::test]
async fn a_number_for_the_web_is_how_many_a_day_takes() {
    let dealer = Dealer::open().await;
    dealer.does("capacity", json!({"type": "Web", "value": 2})).await;
    let times = dealer.times("2026-03-02", "2026-03-03").await;
    let booked = dealer.book(&times[0]).await;
    assert_eq!(
        (booked["success"].clone(), dealer.book(&times[1]).await["success"].clone()),
        (json!(true), json!(true))
    );
    assert_eq!(dealer.days("2026-03-02", "2026-03-03").await, ["2026-03-03".to_owned()].into());
    assert_eq!(dealer.book(&times[2]).await["code"], "x-001009");
    // Moving within the day takes nothing more of it.
    let mut moved = booking(&times[2]);
    moved["appointmentId"] = booked["appointmentId"].clone();
    let path = "appointments-bookings?dealerCode=xts1&make=OTHER&model=OTHER";
    let call = dealer.desk.call(reqwest::Method::POST, path, &dealer.token).json(&moved);
    assert_eq!(body(call.send().await.unwrap()).await, booked);
    let read = body(dealer.desk.get("appointments?dealerCode=xts1&vin=VIN00000000000001", &dealer.token).await).await;
    let found =
        read["appointments"].as_array().unwrap().iter().find(|one| one["appointmentId"] == booked["appointmentId"]);
    assert_eq!(found.unwrap()["appointmentDateTimeLocal"], times[2], "it keeps its vehicle");
}
