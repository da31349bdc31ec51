//! The client against the simulated platform, over HTTP: a test appointment from reading the slots to the read-back, and that no
//! dealership ever gets two of them, whatever the platform answers.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::sync::Arc;
use std::time::Duration;

use chrono_tz::America::Chicago;
use cloverwatch::clock::{Clock, ManualClock};
use cloverwatch::domain::SlotWindow;
use cloverwatch::domain::{Appointment, Booking, Customer, Label, Slot, Vehicle};
use cloverwatch::sandbox::{self, Faults, Sandbox};
use cloverwatch::xtime::{BookingOutcome, HttpPlatform, Platform, PlatformSettings};
use serde_json::{Value, json};

const VIN: &str = "1FTEW1EP5NFA00000";

struct Desk {
    sandbox: Sandbox,
    platform: HttpPlatform,
    clock: ManualClock,
}

impl Desk {
    async fn with(faults: &str, seed: u64) -> Self {
        cloverwatch::xtime::install_crypto();
        // A Wednesday, ten days before the clocks of the United States go forward.
        let clock = ManualClock::at("2026-02-25T15:00:00Z".parse().unwrap());
        let mut settings = sandbox::SandboxSettings::new(Arc::new(clock.clone()));
        settings.faults = Faults::parse(faults).unwrap();
        settings.seed = seed;
        let sandbox = sandbox::start(settings).await.unwrap();
        let settings = PlatformSettings {
            base_url: sandbox.base_url(),
            token_url: sandbox.token_url(),
            client_id: "sandbox-client".to_owned(),
            client_secret: "sandbox-secret".to_owned().into(),
            api_key: "sandbox-key".to_owned().into(),
            ..PlatformSettings::default()
        };
        let platform = HttpPlatform::new(settings, Arc::new(clock.clone())).unwrap();
        Self { sandbox, platform, clock }
    }

    async fn act(&self, path: &str, details: Value) {
        let url = format!("{}/{path}", self.sandbox.control_url());
        let answer = reqwest::Client::new().post(url).json(&details).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}");
    }

    /// A connected dealership with the usual opcode and slots, in Chicago.
    async fn open_dealer(&self, dealer: &str) {
        self.act("dealers", json!({"dealerCode": dealer, "timezone": "America/Chicago", "connected": true})).await;
        self.act(&format!("dealers/{dealer}/open-slots"), json!({})).await;
        let publish = json!({"opcode": "Tell Us More", "name": "Tell Us More"});
        self.act(&format!("dealers/{dealer}/publish"), publish).await;
    }

    /// A refused token is not asked for again within a minute.
    fn later(&self) {
        self.clock.advance(Duration::from_secs(61));
    }

    async fn slots(&self, dealer: &str) -> Result<Vec<Slot>, String> {
        let window = SlotWindow::from_today(self.clock.now(), Chicago.into(), 14);
        let mut answers = Vec::new();
        for look in window.ranges(6) {
            answers.push(self.platform.slots(dealer, "Tell Us More", look.start, look.days).await.value?);
        }
        Ok(window.merged(answers))
    }

    async fn fresh_slots(&self, dealer: &str) -> Vec<Slot> {
        loop {
            match self.slots(dealer).await {
                Ok(slots) if !slots.is_empty() => return slots,
                _ => self.later(),
            }
        }
    }

    /// What stands; `None` when that cannot be told: some dealerships' empty lists are `null`, which proves nothing.
    async fn read_back(&self, dealer: &str) -> Option<Vec<Appointment>> {
        for _ in 0..60 {
            if let Ok(found) = self.platform.appointments(dealer, VIN).await.value {
                return Some(found);
            }
            self.later();
        }
        None
    }

    /// Books as a careful caller does: after an answer that is not known it reads back before any second try, and leaves it to a person
    /// when that tells nothing either. Says what stands now, if anything.
    async fn book_carefully(&self, dealer: &str, mut wanted: Booking) -> Option<Booking> {
        loop {
            let offered = self.fresh_slots(dealer).await;
            wanted.local = offered[2].local;
            wanted.check(&offered).unwrap();
            match self.platform.book(dealer, &wanted).await.value {
                BookingOutcome::Booked { .. } => return Some(wanted),
                BookingOutcome::Unknown { .. } => {
                    self.later();
                    if self.read_back(dealer).await?.iter().any(|one| one.local == wanted.local) {
                        return Some(wanted);
                    }
                }
                BookingOutcome::SlotTaken { .. } | BookingOutcome::NotSent { .. } => self.later(),
                BookingOutcome::Refused { reason } => panic!("{reason}"),
            }
        }
    }
}

fn booking() -> Booking {
    let label = |context: &str| Label { value: "DataClover".to_owned(), context: context.to_owned() };
    let other = || "OTHER".to_owned();
    Booking {
        appointment_id: None,
        local: "2026-03-02T09:00:00".parse().unwrap(),
        zone: Chicago.into(),
        customer: Customer {
            first_name: "Test".into(),
            last_name: "Appointment".into(),
            email: "test@example.com".into(),
            phone: "(797) 555-0950".into(),
        },
        comment: "A test of the integration".to_owned(),
        opcode: "Tell Us More".into(),
        label: label("source"),
        reporting_label: label("partner"),
        vehicle: Vehicle { year: None, make: other(), model: other(), vin: Some(VIN.to_owned()) },
    }
}

#[tokio::test]
async fn from_the_slots_to_the_read_back() {
    let desk = Desk::with("none", 1).await;
    desk.open_dealer("xts1").await;
    let offered = desk.fresh_slots("xts1").await;
    let last = offered.last().unwrap().local.date();
    assert!(offered.len() > 20 && last < "2026-03-11".parse().unwrap(), "{} until {last}", offered.len());

    let mut wanted = booking();
    wanted.local = offered[0].local;
    wanted.check(&offered).unwrap();
    let BookingOutcome::Booked { id } = desk.platform.book("xts1", &wanted).await.value else { panic!("not booked") };
    let found = desk.read_back("xts1").await.unwrap();
    assert!(found.len() == 1 && found[0].id == id && found[0].local == wanted.local, "{found:?}");
    assert_eq!((found[0].customer.phone.raw(), found[0].services[0].opcode.raw()), ("7975550950", "Tell Us More"));

    // The same time again: taken, and no longer offered.
    let again = desk.platform.book("xts1", &wanted).await.value;
    assert!(matches!(&again, BookingOutcome::SlotTaken { reason } if reason.contains("x-001009")), "{again:?}");
    let offered = desk.fresh_slots("xts1").await;
    assert!(wanted.check(&offered).unwrap_err().to_string().contains("was not offered"));

    let moved = Booking { appointment_id: Some(id.clone()), local: offered[4].local, ..wanted.clone() };
    moved.check(&offered).unwrap();
    assert_eq!(desk.platform.book("xts1", &moved).await.value, BookingOutcome::Booked { id });
    let found = desk.read_back("xts1").await.unwrap();
    assert!(found.len() == 1 && found[0].local == moved.local, "{found:?}");

    let foreign = Booking { opcode: "tell us more".into(), ..wanted };
    let answer = desk.platform.book("xts1", &foreign).await.value;
    assert!(matches!(&answer, BookingOutcome::Refused { reason } if reason.contains("not available")), "{answer:?}");
    let answer = desk.platform.book("nobody", &moved).await.value;
    assert!(!matches!(answer, BookingOutcome::Booked { .. } | BookingOutcome::Unknown { .. }), "{answer:?}");
    desk.sandbox.shutdown().await;
}

#[tokio::test]
async fn no_dealership_gets_two_whatever_the_platform_answers() {
    let faults = "503=10%,429=5%,truncated=20%,oversized=1%,success-false=10%,null-lists=10%,forbidden=5%,token-refused=5%,expired-token=5%";
    let (mut booked, mut moved) = (0, 0);
    for seed in 1..=3 {
        let desk = Desk::with(faults, seed).await;
        for dealer in ["xts1", "xts2", "xts3", "xts4"] {
            desk.open_dealer(dealer).await;
            let Some(wanted) = desk.book_carefully(dealer, booking()).await else { continue };
            let found = desk.read_back(dealer).await.unwrap();
            assert!(found.len() == 1 && found[0].local == wanted.local, "seed {seed}, {dealer}: {found:?}");
            booked += 1;
            let other = Booking { appointment_id: Some(found[0].id.clone()), ..wanted };
            let wanted = desk.book_carefully(dealer, other).await.unwrap();
            let found = desk.read_back(dealer).await.unwrap();
            assert!(found.len() == 1 && found[0].local == wanted.local, "seed {seed}, {dealer}: {found:?}");
            moved += 1;
        }
        desk.sandbox.shutdown().await;
    }
    assert!(booked > 5 && booked == moved, "{booked} booked, {moved} moved");
}
