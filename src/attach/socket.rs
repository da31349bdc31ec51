//! The socket in a store's directory. An address holds about 100 bytes, so on Linux a longer path is named through a
//! descriptor of the directory.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

/// Its name in the directory.
pub const SOCKET: &str = "socket";

/// The longest path that fits an address on every system.
const LONGEST_PATH: usize = 100;

/// The path of the socket as an address takes it, for as long as the descriptor is open.
fn address(dir: &Path) -> io::Result<(PathBuf, Option<File>)> {
    let path = dir.join(SOCKET);
    if path.as_os_str().len() <= LONGEST_PATH {
        return Ok((path, None));
    }
    if !cfg!(target_os = "linux") {
        let why = format!("its path has more than {LONGEST_PATH} bytes; name a shorter one with --store");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    }
    let opened = File::open(dir)?;
    let path = PathBuf::from(format!("/proc/self/fd/{}", opened.as_raw_fd())).join(SOCKET);
    Ok((path, Some(opened)))
}

/// Listens there. Only for who owns the store: a socket that another one left is taken away.
pub(super) fn bind(dir: &Path) -> io::Result<UnixListener> {
    remove(dir)?;
    let (path, _open) = address(dir)?;
    let listener = UnixListener::bind(&path)?;
    fs::set_permissions(&path, Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Takes the socket away. Only for who owns the store.
pub(super) fn remove(dir: &Path) -> io::Result<()> {
    match fs::remove_file(dir.join(SOCKET)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Connects to whoever listens; `None`: nobody does.
pub(super) async fn connect(dir: &Path) -> io::Result<Option<UnixStream>> {
    let connected = match address(dir) {
        Ok((path, _open)) => UnixStream::connect(path).await,
        Err(error) => Err(error),
    };
    match connected {
        Ok(stream) => Ok(Some(stream)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => Ok(None),
        Err(error) => Err(error),
    }
}
