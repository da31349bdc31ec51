//! Files of rows from outside, and standard input: bounded, and text in whatever encoding they came.

mod encoding;

use std::io::Read;
use std::path::Path;

use crate::domain::text::shown_path;

use super::error::CliError;

pub(super) use encoding::DecodedText;

/// The largest file that is read, in bytes: more than a list of 100,000 dealerships with forty columns has.
pub(super) const LARGEST: u64 = 64 << 20;

/// What a file is called in messages.
pub(super) fn name_of(path: &Path) -> String {
    if path == Path::new("-") { "stdin".to_owned() } else { shown_path(path) }
}

/// Reads a whole file, or standard input (`-`), as text.
pub(super) async fn read_text(path: &Path) -> Result<DecodedText, CliError> {
    let bytes = read_bytes(path).await?;
    DecodedText::decode(bytes).map_err(|error| CliError::Usage(format!("{}: {error}", name_of(path))))
}

/// Reads a whole file, or standard input (`-`). One that is too large is refused before more of it is read.
pub(super) async fn read_bytes(path: &Path) -> Result<Vec<u8>, CliError> {
    let owned = path.to_owned();
    let read = tokio::task::spawn_blocking(move || match owned == Path::new("-") {
        true => read_bounded(std::io::stdin().lock(), None),
        false => {
            let file = std::fs::File::open(&owned)?;
            let size = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|metadata| metadata.len());
            read_bounded(file, size)
        }
    });
    let name = name_of(path);
    let read = read.await.map_err(|error| CliError::Failed(error.to_string()))?;
    read.map_err(|error| CliError::usage(format!("cannot read {name}: {error}")))
}

fn read_bounded(from: impl Read, size: Option<u64>) -> std::io::Result<Vec<u8>> {
    let too_large = || {
        let most = LARGEST >> 20;
        std::io::Error::other(format!("it is larger than {most} MiB, and a part of it is not taken; split it"))
    };
    if size.is_some_and(|size| size > LARGEST) {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    // A pipe, or a file that grows, is as large as it turns out to be.
    from.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST { Err(too_large()) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_larger_than_the_limit_is_refused_by_its_size_or_while_it_is_read() {
        assert_eq!(read_bounded(&b"abc"[..], Some(3)).unwrap(), b"abc");
        assert!(read_bounded(&b"abc"[..], Some(LARGEST + 1)).is_err());
        assert_eq!(read_bounded(std::io::repeat(b'a').take(LARGEST), None).unwrap().len() as u64, LARGEST);
        let why = read_bounded(std::io::repeat(b'a'), None).unwrap_err().to_string();
        assert!(why.contains("larger than 64 MiB"), "{why}");
    }
}
