//! A PostgreSQL server of the tests' own: private directory and port, never as root, nothing of the system's cluster.

#![allow(dead_code, reason = "the bench uses a part of it")]

use std::fs::{self, File};
use std::future::Future;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use cloverwatch::store::postgres::PostgresUrl;
use libtest_mimic::{Arguments, Trial};

/// Why these tests cannot run.
const MISSING: &str = "PostgreSQL is not installed: apt-get install postgresql (macOS: brew install postgresql@17)";

/// Who the server runs as when the tests run as root, which it refuses.
const NOBODY: &str = "nobody";

static SHARED: OnceLock<Server> = OnceLock::new();

/// Runs tests that are told whether the server is missing.
pub fn run(trials: impl FnOnce(bool) -> Vec<Trial>) -> ExitCode {
    let arguments = Arguments::from_args();
    let missing = installed().is_none();
    assert!(!missing || std::env::var_os("CI").is_none(), "{MISSING}");
    if missing {
        eprintln!("ignored: {MISSING}");
    }
    let conclusion = libtest_mimic::run(&arguments, trials(missing));
    stop_shared();
    conclusion.exit_code()
}

pub fn trial(name: String, test: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}

/// Runs to its end what a test does.
pub fn block_on<F: Future<Output = ()>>(test: F) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(test);
}

/// The one that most tests share, each with a schema of its own.
pub fn shared() -> &'static Server {
    SHARED.get_or_init(Server::start)
}

/// When all tests are done.
pub fn stop_shared() {
    if let Some(server) = SHARED.get() {
        server.down("immediate");
        let _ = fs::remove_dir_all(server.dir.path());
    }
}

pub struct Server {
    bin: PathBuf,
    dir: tempfile::TempDir,
    pub port: u16,
}

/// Where Debian's packages and Homebrew put the programs, the newest version first.
pub fn installed() -> Option<PathBuf> {
    let places = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"].into_iter().map(fs::read_dir);
    let versions = places.flatten().flatten().flatten().map(|entry| entry.path().join("bin"));
    versions.filter(|bin| bin.join("initdb").exists()).max()
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

impl Server {
    pub fn start() -> Self {
        let bin = installed().expect("PostgreSQL is installed");
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        if is_root() {
            assert!(Command::new("chown").arg(NOBODY).arg(dir.path()).status().unwrap().success());
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Self { bin, dir, port };
        server.run("initdb", &["-D", "DATA", "-U", "admin", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        let settings = format!(
            "port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{}'\nmax_connections = 300\n\
             shared_buffers = 64MB\nlog_min_messages = fatal\n",
            server.dir.path().display()
        );
        server.configure("postgresql.conf", &settings);
        let users = "local all all trust\nhost all secret all scram-sha-256\nhost all all all trust\n";
        fs::write(server.data().join("pg_hba.conf"), users).unwrap();
        server.up();
        server
    }

    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Adds to a file of its settings.
    pub fn configure(&self, file: &str, text: &str) {
        let path = self.data().join(file);
        let before = fs::read_to_string(&path).unwrap_or_default();
        fs::write(&path, before + text).unwrap();
    }

    /// Puts a file beside its settings that only the server may read.
    pub fn private_file(&self, name: &str, text: &str) {
        let path = self.data().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        if is_root() {
            assert!(Command::new("chown").arg(NOBODY).arg(&path).status().unwrap().success());
        }
    }

    pub fn up(&self) {
        self.run("pg_ctl", &["-D", "DATA", "-w", "-t", "60", "-l", "LOG", "start"]);
    }

    /// `fast` is how an administrator stops it, `immediate` is a crash.
    pub fn down(&self, mode: &str) {
        self.run("pg_ctl", &["-D", "DATA", "-w", "-m", mode, "stop"]);
    }

    fn run(&self, program: &str, args: &[&str]) {
        let log = self.dir.path().join("log");
        let data = self.data();
        let path = |arg: &&str| match *arg {
            "DATA" => data.as_os_str().to_owned(),
            "LOG" => log.as_os_str().to_owned(),
            arg => arg.into(),
        };
        let mut command = match is_root() {
            true => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", NOBODY, "--regid", "nogroup", "--clear-groups"]).arg(self.bin.join(program));
                command
            }
            false => Command::new(self.bin.join(program)),
        };
        let out = self.dir.path().join("out");
        let both = File::create(&out).unwrap();
        command.args(args.iter().map(path)).current_dir(self.dir.path()).env_clear();
        command.env("PATH", "/usr/bin:/bin").stdin(Stdio::null()).stdout(both.try_clone().unwrap()).stderr(both);
        let status = command.status().unwrap();
        let said = || [&out, &log].map(|path| fs::read_to_string(path).unwrap_or_default()).concat();
        assert!(status.success(), "{program}: {}", said());
    }

    /// Runs statements as the administrator; the answer is what they print.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        let port = self.port.to_string();
        let mut command = Command::new(self.bin.join("psql"));
        command.args([
            "-h",
            "127.0.0.1",
            "-p",
            &port,
            "-U",
            "admin",
            "-d",
            database,
            "-XAtq",
            "-v",
            "ON_ERROR_STOP=1",
            "-c",
        ]);
        let output = command.arg(sql).output().unwrap();
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// The address of a team's schema in a database.
    pub fn address(&self, database: &str, schema: &str) -> String {
        format!("postgres://admin@127.0.0.1:{}/{database}?schema={schema}&sslmode=disable", self.port)
    }

    pub fn url(&self, schema: &str) -> PostgresUrl {
        PostgresUrl::parse(&self.address("postgres", schema)).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.down("immediate");
    }
}

/// A schema that no other test uses.
pub fn schema() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    format!("team_{}", NEXT.fetch_add(1, Ordering::SeqCst))
}
