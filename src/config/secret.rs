//! Where a secret is kept, and how it is fetched when it is needed.

use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use secrecy::SecretString;

use crate::domain::text::shown_path;

/// The longest secret, in bytes.
const LONGEST: u64 = 64 * 1024;

/// The place of a secret. It is fetched when something needs it, not when settings are read.
#[derive(Debug, Clone)]
pub enum SecretSource {
    /// In a variable of the environment.
    Variable(String),
    /// In a file that only its owner can read.
    File(PathBuf),
    /// A shell command prints it on its first line.
    Command {
        command: String,
        /// Variables that it is given besides the usual ones; see [`crate::child`].
        environment: Vec<String>,
    },
    Literal(SecretString),
}

/// Why a secret could not be fetched. Never repeats it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The variable is not set, or not text.
    #[error("the variable {0} is not set")]
    NoVariable(String),
    /// The file cannot be read.
    #[error("the secret file {path}: {why}", path = shown_path(.path))]
    File { path: PathBuf, why: String },
    /// Others can read the file.
    #[error("the secret file {path} can be read by others (mode {mode:03o}); run: chmod 600 {path}", path = shown_path(.path))]
    Open { path: PathBuf, mode: u32 },
    #[error("the secret command: {0}")]
    Command(String),
    /// There is nothing in it.
    #[error("the secret is empty")]
    Empty,
}

impl SecretSource {
    /// Fetches it. A command is waited for: it may ask the person something.
    pub fn fetch(&self) -> Result<SecretString, SecretError> {
        let text = match self {
            Self::Variable(name) => std::env::var(name).map_err(|_| SecretError::NoVariable(name.clone()))?,
            Self::File(path) => read_private(path)?,
            Self::Command { command, environment } => run(command, environment)?,
            Self::Literal(secret) => return Ok(secret.clone()),
        };
        match text.trim_end_matches(['\r', '\n']) {
            "" => Err(SecretError::Empty),
            text => Ok(text.to_owned().into()),
        }
    }
}

fn read_private(path: &Path) -> Result<String, SecretError> {
    let failed = |error: std::io::Error| SecretError::File { path: path.to_owned(), why: error.to_string() };
    let file = std::fs::File::open(path).map_err(failed)?;
    // Asked of the open file, so that nobody can exchange it in between.
    let mode = file.metadata().map_err(failed)?.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(SecretError::Open { path: path.to_owned(), mode });
    }
    let mut text = String::new();
    file.take(LONGEST).read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

fn run(command: &str, environment: &[String]) -> Result<String, SecretError> {
    let failed = |why: String| SecretError::Command(why);
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).env_clear().envs(crate::child::environment(environment));
    let output =
        shell.stdin(Stdio::inherit()).stderr(Stdio::inherit()).output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(format!("it ended with {}", output.status)));
    }
    let text =
        String::from_utf8(output.stdout).map_err(|_| failed("it printed something that is not text".to_owned()))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        std::fs::write(&path, "s3cret\n").unwrap();
        for (mode, good) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false), (0o620, false)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let fetched = SecretSource::File(path.clone()).fetch();
            assert_eq!(fetched.is_ok(), good, "{mode:o}");
            if let Ok(secret) = fetched {
                assert_eq!(secret.expose_secret(), "s3cret");
            }
        }
        assert!(matches!(SecretSource::File(dir.path().join("none")).fetch(), Err(SecretError::File { .. })));
    }

    #[test]
    fn a_command_prints_it_on_its_first_line() {
        let secret = |command: &str| SecretSource::Command { command: command.to_owned(), environment: Vec::new() };
        let fetch = |command: &str| secret(command).fetch();
        assert_eq!(fetch("printf 'one\\ntwo\\n'").unwrap().expose_secret(), "one");
        assert!(matches!(fetch("exit 3"), Err(SecretError::Command(_))));
        assert_eq!(fetch("true").unwrap_err(), SecretError::Empty);
        assert!(matches!(
            SecretSource::Variable("CW_NOT_SET_ANYWHERE".to_owned()).fetch(),
            Err(SecretError::NoVariable(_))
        ));
    }

    #[test]
    fn debug_shows_no_secret() {
        assert!(!format!("{:?}", SecretSource::Literal("s3cret".to_owned().into())).contains("s3cret"));
    }
}
