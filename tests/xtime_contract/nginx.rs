//! A server that somebody else wrote, before the platform: nginx, as Debian packages it.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use cloverwatch::clock::ManualClock;
use cloverwatch::domain::Outcome::Connected;
use cloverwatch::xtime::{HttpPlatform, Platform};

use crate::certificates::Authority;
use crate::network::{SERVICES, TOKEN, settings};
use crate::server::moment;

/// Where Debian and Homebrew put it.
const PLACES: [&str; 3] = ["/usr/sbin/nginx", "/opt/homebrew/bin/nginx", "/usr/local/bin/nginx"];

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Ends every connection after five requests, as `keepalive_requests` does by default after many more.
fn configuration(home: &Path, port: u16) -> String {
    let home = home.display();
    let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let folders = kinds.map(|kind| format!("{kind}_temp_path {home}/{kind};")).join("\n");
    format!(
        r"daemon off; master_process off; pid {home}/pid; error_log {home}/error.log;
events {{}}
http {{
  {folders}
  log_format kept '$server_protocol $status $connection';
  access_log {home}/access.log kept;
  server {{
    listen 127.0.0.1:{port} ssl http2;
    ssl_certificate {home}/certificate.pem;
    ssl_certificate_key {home}/key.pem;
    keepalive_requests 5;
    default_type application/json;
    location = /token {{ return 200 '{TOKEN}'; }}
    location / {{ return 200 '{SERVICES}'; }}
  }}
}}
"
    )
}

/// Starts it on a port of its own and waits until it listens.
fn start(nginx: &str, authority: &Authority, home: &Path) -> (Running, u16) {
    let (certificate, key) = authority.pair("localhost");
    std::fs::write(home.join("certificate.pem"), certificate).unwrap();
    std::fs::write(home.join("key.pem"), key).unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    std::fs::write(home.join("nginx.conf"), configuration(home, port)).unwrap();
    let mut child = Command::new(nginx)
        .arg("-p")
        .arg(home)
        .args(["-c", "nginx.conf", "-e", "stderr"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(child.try_wait().unwrap().is_none(), "nginx did not start");
        std::thread::yield_now();
    }
    (Running(child), port)
}

#[tokio::test]
#[ignore = "needs nginx (apt-get install nginx-light; macOS: brew install nginx)"]
async fn no_look_is_lost_to_a_connection_of_http2_that_nginx_ends() {
    let nginx = PLACES.into_iter().find(|path| Path::new(path).exists());
    let nginx = nginx.expect("nginx is not installed: apt-get install nginx-light (macOS: brew install nginx)");
    let (authority, home) = (Authority::new(), tempfile::tempdir().unwrap());
    let (_nginx, port) = start(nginx, &authority, home.path());
    let ours = home.path().join("authority.pem");
    std::fs::write(&ours, authority.pem()).unwrap();
    let mut settings = settings(&format!("https://localhost:{port}"));
    settings.tls.ca_file = Some(ours);
    let platform = HttpPlatform::new(settings, Arc::new(ManualClock::at(moment()))).unwrap();
    for _ in 0..4 {
        // Eight at a time, so that one is under way when the connection ends.
        let looks = futures::future::join_all((0..8).map(|_| platform.probe("xts1"))).await;
        for look in looks {
            assert_eq!(look.value.outcome, Connected, "{}", look.value.reason);
        }
    }
    let log = std::fs::read_to_string(home.path().join("access.log")).unwrap();
    assert!(log.lines().all(|line| line.starts_with("HTTP/2.0 200 ")), "{log}");
    let mut connections: Vec<&str> = log.lines().filter_map(|line| line.rsplit(' ').next()).collect();
    connections.sort_unstable();
    connections.dedup();
    assert!(connections.len() > 4, "{} connections for 33 requests of at most five each", connections.len());
}
