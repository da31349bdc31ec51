//! Simulated dealers act on the code that they read in a letter, and on nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::smtp::invitation;
use super::{Desk, body};

const HOUR: u64 = 3_600;

impl Desk {
    /// Invites a dealership and answers its code.
    async fn code(&self, dealer: &str) -> String {
        let answer = self.invite(json!({"dealerCode": dealer}), None).await;
        body(answer).await["data"]["code"].as_str().unwrap().to_owned()
    }

    async fn with_email(&self, dealer: &str) -> String {
        let email = format!("{dealer}@example.com");
        let made = self.act("dealers", json!({"dealerCode": dealer, "email": email})).await;
        assert_eq!(made.status(), StatusCode::OK);
        email
    }

    /// A dealership with an address that will type its code soon and rightly once it has read it, and its first code.
    async fn eager(&self, name: &str) -> (String, String) {
        for number in 0.. {
            let dealer = format!("{name}{number}");
            self.with_email(&dealer).await;
            let code = self.code(&dealer).await;
            if self.control(&format!("dealers/{dealer}")).await["invitations"][0]["behaviour"] == "early" {
                return (dealer, code);
            }
        }
        panic!("there are enough of them");
    }

    async fn letter(&self, dealer: &str, id: u32, code: &str) {
        let reply = self.mail(&format!("{dealer}@example.com"), &invitation(id, code)).await;
        assert!(reply.starts_with("250"), "{reply}");
    }

    async fn attempts(&self, dealer: &str) -> Vec<(String, String)> {
        let picture = self.control(&format!("dealers/{dealer}")).await;
        let text = |one: &Value, field: &str| one[field].as_str().unwrap().to_owned();
        let attempts = picture["attempts"].as_array().unwrap();
        attempts.iter().map(|one| (text(one, "typed"), text(one, "result"))).collect()
    }

    fn wait(&self, hours: u64) {
        self.clock.advance(Duration::from_secs(hours * HOUR));
    }
}

/// What is the case with many dealerships after some days: who typed a code with which result, and who is connected.
async fn outcome(post: bool, lettered: impl Fn(u32) -> bool) -> BTreeMap<String, (Value, Value, Value)> {
    let desk = if post { Desk::with_post("none", None).await } else { Desk::with("none").await };
    for number in 0..150 {
        let dealer = format!("xts{number}");
        desk.with_email(&dealer).await;
        let code = desk.code(&dealer).await;
        if post && lettered(number) {
            desk.letter(&dealer, number, &code).await;
        }
    }
    desk.wait(120);
    let mut outcome = BTreeMap::new();
    for number in 0..150 {
        let dealer = format!("xts{number}");
        let picture = desk.control(&format!("dealers/{dealer}")).await;
        let field = |name: &str| picture[name].clone();
        outcome.insert(dealer, (field("attempts"), field("acceptedGeneration"), field("connected")));
    }
    outcome
}

#[tokio::test]
async fn who_reads_the_code_at_once_does_what_was_always_done_and_who_gets_no_letter_does_nothing() {
    let told = outcome(false, |_| false).await;
    let read = outcome(true, |_| true).await;
    let connected = read.values().filter(|(_, _, connected)| *connected == true).count();
    assert!((70..140).contains(&connected), "{connected}");
    for (dealer, (attempts, accepted, connected)) in &read {
        assert_eq!((accepted, connected), (&told[dealer].1, &told[dealer].2), "{dealer}");
        // Who mistypes does so in earnest now.
        let unknown = |attempts: &Value| attempts.to_string().matches("unknown code").count();
        assert_eq!(unknown(&told[dealer].0), 0);
        let others = attempts.as_array().unwrap().len() - unknown(attempts);
        assert_eq!(others, told[dealer].0.as_array().unwrap().len(), "{dealer}");
    }
    assert!(read.values().any(|(attempts, ..)| attempts.to_string().contains("unknown code")));
    let half = outcome(true, |number| number % 2 == 0).await;
    for (number, dealer) in (0..150).map(|number| (number, format!("xts{number}"))) {
        let nothing = (json!([]), Value::Null, json!(false));
        let expected = if number % 2 == 0 { &read[&dealer] } else { &nothing };
        assert_eq!(&half[&dealer], expected, "{dealer}");
    }
    assert_eq!(half, outcome(true, |number| number % 2 == 0).await, "the same seed, the same world");
}

#[tokio::test]
async fn nobody_complains_about_a_code_that_never_came() {
    let desk = Desk::with_post("none", None).await;
    for number in 0..60 {
        desk.with_email(&format!("xts{number}")).await;
        desk.code(&format!("xts{number}")).await;
    }
    desk.wait(200);
    assert_eq!(desk.control("calls").await, json!({"calls": []}));
}

#[tokio::test]
async fn a_code_that_is_not_theirs_is_refused_and_another_letter_helps() {
    let desk = Desk::with_post("none", None).await;
    let (ours, code) = desk.eager("ours").await;
    let (theirs, other) = desk.eager("theirs").await;
    desk.letter(&ours, 1, &other).await;
    desk.letter(&theirs, 2, "QQQQ-9999").await;
    assert_eq!(desk.attempts(&ours).await, [], "nobody has read it yet");
    desk.wait(24);
    let masked = |code: &str| format!("{}***-***{}", &code[..1], &code[8..]);
    assert_eq!(desk.attempts(&ours).await, [(masked(&other), "of another rooftop".to_owned())]);
    assert_eq!(desk.attempts(&theirs).await, [("Q***-***9".to_owned(), "unknown code".to_owned())]);
    let attempts = desk.control("attempts").await;
    assert_eq!(attempts["counts"], json!({"of another rooftop": 1, "unknown code": 1}));
    assert_eq!(attempts["refused"].as_array().unwrap().len(), 2);
    assert!(!attempts.to_string().contains(&other), "no code stands there");
    let counts = desk.control("mailboxes").await["counts"]["codes"].clone();
    assert_eq!(counts, json!({"of another rooftop": 1, "unknown code": 1}));
    let calls = desk.control("calls").await;
    let said: BTreeSet<&str> =
        calls["calls"].as_array().unwrap().iter().map(|call| call["kind"].as_str().unwrap()).collect();
    assert!(said.contains("code-refused"), "{calls}");
    assert_eq!(desk.control(&format!("dealers/{theirs}")).await["acceptedGeneration"], Value::Null);
    desk.letter(&ours, 3, &code).await;
    desk.letter(&theirs, 4, &other).await;
    desk.wait(24);
    for (dealer, code) in [(&ours, &code), (&theirs, &other)] {
        assert_eq!(desk.attempts(dealer).await.last().unwrap(), &(masked(code), "accepted".to_owned()));
        assert_eq!(desk.control(&format!("dealers/{dealer}")).await["acceptedGeneration"], 1);
    }
}

#[tokio::test]
async fn a_dead_code_is_refused_for_what_it_is() {
    let desk = Desk::with_post("none", None).await;
    let (late, code) = desk.eager("late").await;
    let (old, first) = desk.eager("old").await;
    desk.wait(1);
    let second = desk.code(&old).await;
    // The letter about the second code has the first one in it.
    desk.letter(&old, 1, &first).await;
    desk.wait(72);
    desk.letter(&late, 2, &code).await;
    desk.wait(24);
    assert_eq!(desk.attempts(&late).await.last().unwrap().1, "expired");
    assert_eq!(desk.attempts(&old).await.last().unwrap().1, "superseded");
    assert_eq!(desk.control("mailboxes").await["counts"]["codes"], json!({"expired": 1, "superseded": 1}));
    for dealer in [late, old] {
        assert_eq!(desk.control(&format!("dealers/{dealer}")).await["acceptedGeneration"], Value::Null);
    }
    assert_ne!(first, second);
}

#[tokio::test]
async fn of_two_letters_the_newest_counts_and_few_open_the_older_first() {
    let desk = Desk::with_post("none", None).await;
    let (mut accepted, mut superseded) = (0, 0);
    let mut dealers = Vec::new();
    for number in 0..150 {
        let dealer = format!("xts{number}");
        desk.with_email(&dealer).await;
        let first = desk.code(&dealer).await;
        desk.letter(&dealer, 1, &first).await;
        dealers.push((dealer, first));
    }
    // Before anybody has typed anything.
    desk.clock.advance(Duration::from_secs(120));
    let mut codes = Vec::new();
    for (dealer, first) in &dealers {
        let code = desk.code(dealer).await;
        desk.letter(dealer, 2, &code).await;
        // The first once more, late: they see that it is the older one.
        desk.letter(dealer, 1, first).await;
        codes.push(code);
    }
    desk.wait(100);
    for (dealer, _) in &dealers {
        let attempts = desk.attempts(dealer).await;
        let with = |result: &str| attempts.iter().filter(|(_, one)| one == result).count();
        assert!(with("superseded") <= 1 && with("accepted") <= 1, "{attempts:?}");
        superseded += with("superseded");
        accepted += usize::from(desk.control(&format!("dealers/{dealer}")).await["acceptedGeneration"] == 2);
    }
    assert!(accepted > 100, "{accepted}");
    assert!((1..30).contains(&superseded), "{superseded}");
}

#[tokio::test]
async fn the_same_letter_again_moves_some_who_had_done_nothing_and_nobody_types_twice() {
    let desk = Desk::with_post("none", None).await;
    let mut idle = Vec::new();
    for number in 0..200 {
        let dealer = format!("xts{number}");
        desk.with_email(&dealer).await;
        let code = desk.code(&dealer).await;
        desk.letter(&dealer, 1, &code).await;
        let never = desk.control(&format!("dealers/{dealer}")).await["invitations"][0]["behaviour"] == "never";
        idle.push((dealer, code, never));
    }
    desk.wait(30);
    for (dealer, code, _) in &idle {
        desk.letter(dealer, 1, code).await;
    }
    desk.wait(40);
    let mut moved = 0;
    for (dealer, _, never) in &idle {
        let results: Vec<String> = desk.attempts(dealer).await.into_iter().map(|(_, result)| result).collect();
        assert!(results.iter().filter(|result| *result == "accepted").count() <= 1, "{results:?}");
        assert!(!results.contains(&"already used".to_owned()), "{results:?}");
        moved += usize::from(*never && !results.is_empty());
    }
    let never = idle.iter().filter(|(.., never)| *never).count();
    assert!(moved > 0 && moved < never, "{moved} of {never}");
}

#[tokio::test]
async fn a_mailbox_may_belong_to_several_rooftops_and_a_letter_is_read_after_a_while() {
    let desk = Desk::with_post("none", None).await;
    let mut codes = Vec::new();
    for number in 0..12 {
        let dealer = format!("xts{number}");
        let ask = json!({"dealerCode": dealer, "email": "Group@example.com"});
        let code = body(desk.invite(ask, None).await).await["data"]["code"].as_str().unwrap().to_owned();
        codes.push((dealer, code));
    }
    for (dealer, code) in &codes {
        desk.mail("group@example.com", &invitation(1, code)).await;
        assert_eq!(desk.control(&format!("dealers/{dealer}")).await["letters"], 1);
    }
    let mailbox = desk.control("mailboxes/group@example.com").await;
    assert_eq!(mailbox["dealers"].as_array().unwrap().len(), 12);
    let unread = async || desk.control("mailboxes").await["mailboxes"][0]["unread"].as_u64().unwrap();
    assert_eq!(unread().await, 12);
    desk.wait(71);
    assert_eq!(unread().await, 0);
    let counts = desk.control("attempts").await["counts"].clone();
    assert!(counts["accepted"].as_u64().unwrap() > 3, "{counts}");
    assert_eq!(counts["of another rooftop"], Value::Null);
}

#[tokio::test]
async fn addresses_are_checked_and_can_be_taken_away() {
    let desk = Desk::with_post("none", None).await;
    for email in ["ann", "ann@", "a b@example.com", "a@b\r\n"] {
        let made = desk.act("dealers", json!({"dealerCode": "xts1", "email": email})).await;
        let wanted = if email.ends_with('\n') { StatusCode::OK } else { StatusCode::BAD_REQUEST };
        assert_eq!(made.status(), wanted, "{email}");
        let asked = desk.invite(json!({"dealerCode": "xts2", "email": email}), None).await;
        assert_eq!(asked.status(), wanted, "{email}");
    }
    desk.act("dealers", json!({"dealerCode": "xts1", "email": "Ann@Example.com"})).await;
    assert_eq!(desk.control("dealers/xts1").await["email"], "ann@example.com");
    desk.act("dealers", json!({"dealerCode": "xts1"})).await;
    assert_eq!(desk.control("dealers/xts1").await["email"], "ann@example.com", "what is not named stays");
    desk.act("dealers", json!({"dealerCode": "xts1", "email": ""})).await;
    assert_eq!(desk.control("dealers/xts1").await["email"], Value::Null);
    assert_eq!(desk.control("mailboxes/ann@example.com").await["code"], "x-000404");
    // Who was told of a code before there was an address knows it already; a letter about it changes little.
    let (mut accepted, at) = (0, (desk.now() - TimeDelta::hours(1)).to_rfc3339());
    for number in 0..40 {
        let dealer = format!("old{number}");
        let asked = desk.invite(json!({"dealerCode": dealer, "generatedAt": at}), None).await;
        let code = body(asked).await["data"]["code"].as_str().unwrap().to_owned();
        desk.with_email(&dealer).await;
        desk.letter(&dealer, 1, &code).await;
    }
    desk.wait(80);
    for number in 0..40 {
        let attempts = desk.attempts(&format!("old{number}")).await;
        let right = attempts.iter().filter(|(_, result)| result == "accepted").count();
        assert!(right <= 1, "{attempts:?}");
        accepted += right;
    }
    assert!(accepted > 20, "{accepted}");
}
