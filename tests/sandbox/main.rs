//! The simulated Xtime over real HTTP: shapes, tokens, faults, invitations, behaviours, calendar, control.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail as tests do")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use cloverwatch::clock::{Clock, ManualClock};
use cloverwatch::sandbox::{self, Faults, PostSettings, Sandbox, SandboxSettings};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};

mod anything;
mod catalog;
mod dealerships;
mod endpoints;
mod faults;
mod letters;
mod lost;
mod post;
mod schedule;
mod smtp;

/// A Wednesday, ten days before the clocks of the United States go forward.
const NOW: &str = "2026-02-25T15:00:00Z";

struct Desk {
    sandbox: Sandbox,
    clock: ManualClock,
    http: Client,
}

impl Desk {
    async fn with(faults: &str) -> Self {
        Self::started(faults, None).await
    }

    async fn with_post(faults: &str, maildir: Option<PathBuf>) -> Self {
        Self::started(faults, Some(PostSettings { listen: "127.0.0.1:0".parse().unwrap(), maildir })).await
    }

    async fn started(faults: &str, post: Option<PostSettings>) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let clock = ManualClock::at(NOW.parse().unwrap());
        let mut settings = SandboxSettings::new(Arc::new(clock.clone()));
        settings.faults = Faults::parse(faults).unwrap();
        settings.post = post;
        let sandbox = sandbox::start(settings).await.unwrap();
        Self { sandbox, clock, http: Client::builder().timeout(Duration::from_secs(20)).build().unwrap() }
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    fn token_call(&self, secret: &str) -> reqwest::RequestBuilder {
        let form = [("grant_type", "client_credentials"), ("scope", "cai.scheduling.appointments.read")];
        self.http.post(self.sandbox.token_url()).basic_auth("sandbox-client", Some(secret)).form(&form)
    }

    async fn token(&self) -> String {
        let answer = body(self.token_call("sandbox-secret").send().await.unwrap()).await;
        answer["access_token"].as_str().unwrap().to_owned()
    }

    fn call(&self, method: Method, path: &str, token: &str) -> reqwest::RequestBuilder {
        let url = format!("{}/{path}", self.sandbox.base_url());
        self.http.request(method, url).header("x-api-key", "sandbox-key").bearer_auth(token)
    }

    async fn get(&self, path: &str, token: &str) -> Response {
        self.call(Method::GET, path, token).send().await.unwrap()
    }

    async fn services(&self, dealer: &str, token: &str) -> Response {
        self.get(&format!("services?dealerCode={dealer}&make=OTHER&model=OTHER"), token).await
    }

    async fn slots(&self, dealer: &str, opcode: &str, from: &str, to: &str, token: &str) -> Value {
        let query = [("dealerCode", dealer), ("opcode", opcode), ("start", from), ("end", to)];
        let call = self.call(Method::GET, "appointments-availabilities?make=OTHER&model=OTHER", token).query(&query);
        body(call.send().await.unwrap()).await
    }

    async fn invite(&self, ask: Value, key: Option<&str>) -> Response {
        let call = self.http.post(self.sandbox.invitations_url()).json(&ask);
        let call = if let Some(key) = key { call.header("Idempotency-Key", key) } else { call };
        call.send().await.unwrap()
    }

    async fn control(&self, path: &str) -> Value {
        let url = format!("{}/{path}", self.sandbox.control_url());
        body(self.http.get(url.trim_end_matches('/')).send().await.unwrap()).await
    }

    async fn act(&self, path: &str, details: Value) -> Response {
        self.http.post(format!("{}/{path}", self.sandbox.control_url())).json(&details).send().await.unwrap()
    }

    /// A connected dealership with the usual opcode and slots, in Chicago.
    async fn open_dealer(&self, dealer: &str) -> Value {
        let made =
            self.act("dealers", json!({"dealerCode": dealer, "timezone": "America/Chicago", "connected": true})).await;
        assert_eq!(made.status(), StatusCode::OK);
        self.act(&format!("dealers/{dealer}/open-slots"), json!({})).await;
        let publish = json!({"opcode": "Tell Us More", "name": "Tell Us More"});
        body(self.act(&format!("dealers/{dealer}/publish"), publish).await).await
    }
}

async fn body(answer: Response) -> Value {
    answer.json().await.unwrap()
}

fn booking(at: &str) -> Value {
    json!({
        "appointmentDateTimeLocal": at, "firstName": "Ann", "lastName": "Sample", "emailAddress": "ann@example.com",
        "phoneNumber": "5550100", "comment": "a noise", "services": [{"opcode": "Tell Us More"}],
        "label": {"value": "DataClover", "context": "x"}, "reportingLabel": {"value": "DataClover", "context": "x"},
    })
}
