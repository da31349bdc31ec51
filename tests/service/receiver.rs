//! Somebody who is called: answers as it is told to, and hands every call to the test.

use std::collections::VecDeque;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use parking_lot::Mutex;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

#[derive(Clone, Copy)]
pub enum Answer {
    Status(u16),
    Hang,
}

pub struct Call {
    pub headers: HeaderMap,
    pub raw: String,
    pub body: Value,
}

impl Call {
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub fn note(&self) -> &str {
        self.body["data"]["text"].as_str().unwrap()
    }
}

pub struct Receiver {
    pub url: String,
    calls: mpsc::UnboundedReceiver<Call>,
}

#[derive(Clone)]
struct Shared {
    calls: mpsc::UnboundedSender<Call>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
}

impl Receiver {
    /// One that answers so, and with 204 from then on.
    pub async fn answering(answers: &[Answer]) -> Self {
        let (tell, calls) = mpsc::unbounded_channel();
        let shared = Shared { calls: tell, answers: Arc::new(Mutex::new(answers.iter().copied().collect())) };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = Router::new().route("/hook", post(take)).with_state(shared);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, calls }
    }

    pub async fn call(&mut self) -> Call {
        self.calls.recv().await.unwrap()
    }

    pub fn has_more(&mut self) -> bool {
        self.calls.try_recv().is_ok()
    }
}

async fn take(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let raw = String::from_utf8(body.to_vec()).unwrap();
    let call = Call { headers, body: serde_json::from_str(&raw).unwrap(), raw };
    let answer = shared.answers.lock().pop_front().unwrap_or(Answer::Status(204));
    shared.calls.send(call).unwrap();
    match answer {
        Answer::Status(status) => StatusCode::from_u16(status).unwrap(),
        Answer::Hang => std::future::pending().await,
    }
}
