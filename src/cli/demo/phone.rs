//! The demo's line to the simulated dealers: asks the sandbox for invitations, and hears what dealers say by phone.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::TimeDelta;
use serde::Deserialize;

use super::error::DemoError;
use crate::client::{SharedClient, ask};
use crate::domain::{
    Actor, Command, Event, InvitationCode, OpcodeChoice, OpcodeOption, Profile, Timestamp, Untrusted, rfc3339,
};
use crate::protocol::{Request, RequestError};

/// How often the line is listened to, in real time.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(250);

/// How many addresses the sandbox takes at once.
const ADDRESSES_AT_ONCE: usize = 10_000;

/// Something that a dealer said.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PhoneCall {
    seq: u64,
    pub at: Timestamp,
    pub dealer_code: String,
    kind: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    opcode: Option<String>,
    #[serde(default)]
    option: Option<String>,
}

impl PhoneCall {
    /// What the desk records of it.
    pub fn command(&self) -> Command {
        match (self.kind.as_str(), &self.opcode) {
            ("done", _) => Command::ConfirmByDealer { said_at: self.at, mail: true },
            ("opcode", Some(code)) => {
                let option =
                    if self.option.as_deref() == Some("new") { OpcodeOption::New } else { OpcodeOption::Existing };
                let choice = OpcodeChoice { code: code.as_str().into(), option };
                Command::ChooseOpcode { choice, word: Some("the dealership, by phone".into()) }
            }
            _ => self.note(),
        }
    }

    /// What was said, written down.
    fn note(&self) -> Command {
        Command::Note { text: Untrusted::from(format!("by phone: {}", self.text)) }
    }

    /// The opcode that the dealer told us, if that is what the call was about.
    pub fn opcode(&self) -> Option<&str> {
        self.opcode.as_deref().filter(|_| self.kind == "opcode")
    }

    /// Whether it is the dealer's word that the code was entered.
    pub fn is_word(&self) -> bool {
        self.kind == "done"
    }
}

/// Who wrote down what dealers said.
pub fn actor() -> Actor {
    Actor::system("phone")
}

#[derive(Clone)]
pub struct PhoneLine {
    http: reqwest::Client,
    invitations: String,
    control: String,
}

impl PhoneLine {
    /// A line to the sandbox at these addresses.
    pub fn new(invitations: String, control: String) -> Result<Self, DemoError> {
        let http = reqwest::Client::builder().timeout(std::time::Duration::from_secs(10)).build()?;
        Ok(Self { http, invitations, control })
    }

    /// A code for a dealership as if it had been generated at that moment, and when it dies.
    pub async fn invite_at(
        &self,
        dealer_code: &str,
        timezone: &str,
        at: Timestamp,
        key: &str,
    ) -> Result<InvitationCode, DemoError> {
        #[derive(Deserialize)]
        struct Data {
            code: InvitationCode,
        }
        #[derive(Deserialize)]
        struct Answer {
            data: Data,
        }
        let body = [("dealerCode", dealer_code), ("timezone", timezone), ("generatedAt", &rfc3339(at))];
        let body = BTreeMap::from(body);
        let request = self.http.post(&self.invitations).header("Idempotency-Key", key).json(&body);
        let answer: Answer = request.send().await?.error_for_status()?.json().await?;
        Ok(answer.data.code)
    }

    /// Makes the sandbox misbehave from now on.
    pub async fn misbehave(&self, faults: &str) -> Result<(), DemoError> {
        let request = self.http.post(format!("{}/faults", self.control)).body(faults.to_owned());
        request.send().await?.error_for_status()?;
        Ok(())
    }

    /// Tells the sandbox where its dealers get letters.
    pub async fn give_addresses(&self, people: &[Profile]) -> Result<(), DemoError> {
        for some in people.chunks(ADDRESSES_AT_ONCE) {
            let address = |profile: &Profile| {
                BTreeMap::from([("dealerCode", profile.dealer_code.clone()), ("email", profile.contact.email.clone())])
            };
            let body: Vec<_> = some.iter().map(address).collect();
            let request = self.http.post(format!("{}/dealers", self.control)).json(&body);
            request.send().await?.error_for_status()?;
        }
        Ok(())
    }

    /// What dealers said after the call with this number.
    pub async fn calls(&self, after: u64) -> Result<Vec<PhoneCall>, DemoError> {
        let request = self.http.get(format!("{}/calls", self.control)).query(&[("after", after)]);
        let mut answer: HashMap<String, Vec<PhoneCall>> = request.send().await?.error_for_status()?.json().await?;
        Ok(answer.remove("calls").unwrap_or_default())
    }

    /// Everything that was said after a call with this number, and the number of the last one.
    pub async fn all_calls(&self, mut after: u64) -> Result<(Vec<PhoneCall>, u64), DemoError> {
        let mut all = Vec::new();
        loop {
            let more = self.calls(after).await?;
            let Some(last) = more.last() else { return Ok((all, after)) };
            after = last.seq;
            all.extend(more);
        }
    }

    /// Listens until the engine ends, and records what is said.
    pub async fn listen(self, client: SharedClient, mut after: u64) {
        loop {
            tokio::time::sleep(PAUSE).await;
            let Ok((calls, last)) = self.all_calls(after).await else { continue };
            after = last;
            for call in calls {
                let Some(id) = client.read_model().by_dealer_code(&call.dealer_code) else { continue };
                let record = async |command| {
                    ask::<Vec<Arc<Event>>>(&*client, Request::Execute(vec![(id, command)]), &actor()).await
                };
                let heard = match record(call.command()).await {
                    // A dealer may say things that the rules refuse, such as "done" about a dead code: it is written down.
                    Err(RequestError::Refused(_)) => record(call.note()).await,
                    heard => heard,
                };
                if let Err(RequestError::Ending | RequestError::Store(_)) = heard {
                    return;
                }
            }
        }
    }
}

/// A moment some share of the way between two others.
pub fn between(from: Timestamp, to: Timestamp, share: f64) -> Timestamp {
    let millis = (to - from).num_milliseconds().max(0) as f64 * share.clamp(0.0, 1.0);
    from + TimeDelta::milliseconds(millis as i64)
}
