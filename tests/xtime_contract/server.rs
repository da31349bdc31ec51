//! A server on loopback that answers as a test says, byte for byte where it must, and remembers what it was asked.

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use cloverwatch::clock::ManualClock;
use cloverwatch::domain::{Booking, Customer, Label, Vehicle};
use cloverwatch::xtime::{HttpPlatform, PlatformSettings};
use parking_lot::Mutex;
use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known == name);
        let value = found.next().map(|(_, value)| value.as_str());
        assert!(found.next().is_none(), "{name} was sent twice");
        value
    }
}

#[derive(Debug, Clone)]
pub enum Reply {
    Full(u16, Vec<(&'static str, String)>, String),
    /// These bytes, then the end of the connection.
    Raw(Vec<u8>),
    /// These bytes, then silence.
    Stall(Vec<u8>),
    /// These bytes, then the others over and over, until the client has had enough.
    Endless(Vec<u8>, Vec<u8>),
}

impl Reply {
    pub fn json(status: u16, body: impl Into<String>) -> Self {
        Self::Full(status, vec![("content-type", "application/json".to_owned())], body.into())
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Full(_, headers, _) = &mut self {
            headers.push((name, value.into()));
        }
        self
    }

    pub fn raw(text: impl Into<String>) -> Self {
        Self::Raw(text.into().into_bytes())
    }
}

type Script = dyn Fn(&Request, usize) -> Reply + Send + Sync;

/// Made once: the table of meanings is compiled in it.
static DEFAULTS: LazyLock<PlatformSettings> = LazyLock::new(PlatformSettings::default);

pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Request>>>,
    _serving: JoinSet<()>,
}

impl Server {
    /// The script gets each request and how many came to the same path before it.
    pub async fn start(script: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let script: Arc<Script> = Arc::new(script);
        let mut serving = JoinSet::new();
        let log = Arc::clone(&seen);
        serving.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                open.spawn(serve(stream, Arc::clone(&script), Arc::clone(&log)));
            }
        });
        Self { address, seen, _serving: serving }
    }

    /// A server with a token call that gives `tok-0`, `tok-1`, …, each for a day.
    pub async fn platform(script: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(move |request, nth| match request.path.as_str() {
            "/token" => token(nth, "86400"),
            _ => script(request, nth),
        })
        .await
    }

    /// One that always answers alike.
    pub async fn answering(reply: Reply) -> Self {
        Self::platform(move |_, _| reply.clone()).await
    }

    pub fn seen(&self, path: &str) -> Vec<Request> {
        self.seen.lock().iter().filter(|request| request.path == path).cloned().collect()
    }

    pub fn all(&self) -> Vec<Request> {
        self.seen.lock().clone()
    }

    pub fn count(&self, path: &str) -> usize {
        self.seen(path).len()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn settings(&self) -> PlatformSettings {
        PlatformSettings {
            base_url: self.url("/xtime/service"),
            token_url: self.url("/token"),
            client_id: "the-client".to_owned(),
            client_secret: SecretString::from("the-client-secret"),
            api_key: SecretString::from("the-api-key"),
            developer_key: Some(SecretString::from("the-developer-key")),
            timeout: Duration::from_secs(20),
            ..DEFAULTS.clone()
        }
    }

    pub fn client(&self) -> (HttpPlatform, ManualClock) {
        client(self.settings())
    }
}

pub const SERVICES: &str = "/xtime/service/services";
pub const SLOTS: &str = "/xtime/service/appointments-availabilities";
pub const BOOKINGS: &str = "/xtime/service/appointments-bookings";
pub const APPOINTMENTS: &str = "/xtime/service/appointments";

/// A booking that can be sent.
pub fn booking() -> Booking {
    let label = |context: &str| Label { value: "DataClover".to_owned(), context: context.to_owned() };
    Booking {
        appointment_id: None,
        local: "2024-03-30T14:00:00".parse().unwrap(),
        zone: chrono_tz::America::Chicago.into(),
        customer: Customer {
            first_name: " Test ".into(),
            last_name: "D'Appointment é".into(),
            email: "test@example.com".into(),
            phone: "(797) 555-0950".into(),
        },
        comment: "A test\nof \"the\" integration".to_owned(),
        opcode: "Tell Us More".into(),
        label: label("source"),
        reporting_label: label("partner"),
        vehicle: Vehicle {
            year: Some(2022),
            make: "FORD".to_owned(),
            model: "F-150 & more".to_owned(),
            vin: Some("1FTEW1EP5NFA00000".to_owned()),
        },
    }
}

pub fn client(settings: PlatformSettings) -> (HttpPlatform, ManualClock) {
    let clock = ManualClock::at(moment());
    (HttpPlatform::new(settings, Arc::new(clock.clone())).unwrap(), clock)
}

/// Sun, 06 Nov 1994 08:49:37 GMT
pub fn moment() -> DateTime<Utc> {
    DateTime::from_timestamp(784_111_777, 0).unwrap()
}

pub fn token(nth: usize, expires_in: &str) -> Reply {
    Reply::json(200, format!(r#"{{"access_token":"tok-{nth}","token_type":"Bearer","expires_in":{expires_in}}}"#))
}

pub fn connected() -> Reply {
    Reply::json(200, r#"{"success":true,"services":[{"opcode":"Tell Us More","serviceName":"General"}]}"#)
}

enum Then {
    End,
    Silence,
    Repeat(Vec<u8>),
}

async fn serve(mut stream: TcpStream, script: Arc<Script>, log: Arc<Mutex<Vec<Request>>>) {
    let Some(request) = read(&mut stream).await else { return };
    let nth = {
        let mut log = log.lock();
        let nth = log.iter().filter(|known| known.path == request.path).count();
        log.push(request.clone());
        nth
    };
    let (bytes, then) = match script(&request, nth) {
        Reply::Full(status, headers, body) => {
            let mut head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
            for (name, value) in headers {
                head.extend([name, ": ", &value, "\r\n"]);
            }
            ((head + "\r\n" + &body).into_bytes(), Then::End)
        }
        Reply::Raw(bytes) => (bytes, Then::End),
        Reply::Stall(bytes) => (bytes, Then::Silence),
        Reply::Endless(bytes, more) => (bytes, Then::Repeat(more)),
    };
    // A client that has heard enough closes first: that is its right.
    let _ = stream.write_all(&bytes).await;
    match then {
        Then::End => {}
        Then::Silence => std::future::pending().await,
        Then::Repeat(more) => while stream.write_all(&more).await.is_ok() {},
    }
    let _ = stream.shutdown().await;
    // What is still coming in is read, or closing would reset the connection and lose the answer.
    let mut rest = [0; 1024];
    while stream.read(&mut rest).await.is_ok_and(|count| count > 0) {}
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        let count = stream.read(&mut chunk).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&chunk[..count]);
    };
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length =
        headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, value)| value.parse().unwrap());
    while bytes.len() < end + 4 + length {
        let count = stream.read(&mut chunk).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&chunk[..count]);
    }
    let body = String::from_utf8(bytes[end + 4..end + 4 + length].to_vec()).ok()?;
    Some(Request { method, path: path.to_owned(), query: query.to_owned(), headers, body })
}
