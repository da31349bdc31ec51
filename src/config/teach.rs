//! Adds a row of meanings to the settings file; everything else in it stays as it was written.

use std::fs::DirBuilder;
use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, Value};

use crate::domain::classification::ClassificationRule;

use super::load::{Overrides, parse};
use super::written;
use crate::domain::text::shown_path;

/// Why a row was not written. The file is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TeachFailure {
    /// There is no place for settings.
    #[error("there is no settings file, and no home to put one: name one with --config")]
    Nowhere,
    /// The file cannot be read or written.
    #[error("cannot {what} {}: {why}", shown_path(.path))]
    Io { what: &'static str, path: PathBuf, why: String },
    /// What is in it cannot be understood, so nothing is put into it.
    #[error("{}: {why}; correct it first, nothing was written", shown_path(.path))]
    Broken {
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

/// The settings file: the one that was read, else the one that would be.
pub fn file(read: Option<&Path>) -> Result<PathBuf, TeachFailure> {
    read.map(Path::to_owned).or_else(super::paths::config_file).ok_or(TeachFailure::Nowhere)
}

/// Writes a row after the rows that are in the file: none of those read the answer, so the order among them says nothing. The answer is
/// the row as it stands in the file.
pub fn add_row(path: &Path, row: &ClassificationRule, comment: &str) -> Result<String, TeachFailure> {
    let io = |what: &'static str| {
        let path = path.to_owned();
        move |error: std::io::Error| TeachFailure::Io { what, path, why: error.to_string() }
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(io("read")(error)),
    };
    let broken = |why| TeachFailure::Broken { path: path.to_owned(), why };
    let before = text;
    let text = with_row(&before, row, comment).map_err(broken)?;
    if meanings(path, &text).map_err(broken)? != meanings(path, &before).map_err(broken)? + 1 {
        return Err(broken("no row can be added to `xtime.meaning` as it is written there".to_owned()));
    }
    // Through a link, so that the file behind it changes and the link stays.
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let directory = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Whoever could write there could put other settings in its place.
    DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(io("make the directory of"))?;
    // Readable by nobody else unless the file was; it replaces the old one whole or not at all.
    let mut new = tempfile::NamedTempFile::new_in(directory).map_err(io("write"))?;
    new.write_all(text.as_bytes()).map_err(io("write"))?;
    if let Ok(old) = std::fs::metadata(&target) {
        new.as_file().set_permissions(old.permissions()).map_err(io("write"))?;
    }
    new.as_file().sync_all().map_err(io("write"))?;
    new.persist(&target).map_err(|error| io("write")(error.error))?;
    Ok(printed(row))
}

pub fn printed(row: &ClassificationRule) -> String {
    format!("[[xtime.meaning]]\n{}", written::meaning(row))
}

/// How many rows the settings read from a text.
fn meanings(path: &Path, text: &str) -> Result<usize, String> {
    match parse(path, text, &Overrides::default().with_environment()) {
        Ok((config, _)) => Ok(config.xtime.own_meanings),
        Err(mistakes) => Err(mistakes.0.first().map_or_else(String::new, |first| first.message.clone())),
    }
}

fn with_row(text: &str, row: &ClassificationRule, comment: &str) -> Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        let line = error.span().map_or(1, |span| text.get(..span.start).unwrap_or_default().matches('\n').count() + 1);
        format!("line {line}: {}", error.message().replace('\n', ", "))
    })?;
    let no_table = "`xtime` is no table".to_owned();
    let xtime = document.entry("xtime").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let inline = xtime.is_inline_table();
    let xtime = xtime.as_table_like_mut().ok_or(no_table)?;
    // Within a table on one line only a list on the same line is written.
    let none = if inline { Item::Value(Array::new().into()) } else { Item::ArrayOfTables(ArrayOfTables::new()) };
    let rows = xtime.entry("meaning").or_insert(none);
    let mut fields = toml_edit::ser::to_document(row).map_err(|error| error.to_string())?.as_table().clone();
    match rows {
        Item::ArrayOfTables(rows) => {
            fields.decor_mut().set_prefix(format!("\n# {comment}\n"));
            rows.push(fields);
        }
        Item::Value(Value::Array(rows)) => rows.push(fields.into_inline_table()),
        _ => return Err("`xtime.meaning` is no list of rows".to_owned()),
    }
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> ClassificationRule {
        serde_json::from_str(r#"{"status": 404, "message": "^no \\\"such\\\" dealer$", "means": "not-connected"}"#)
            .unwrap()
    }

    fn own_rows(text: &str) -> Vec<ClassificationRule> {
        let (config, _) =
            super::super::parse(Path::new("config.toml"), text, &super::super::Overrides::default()).unwrap();
        config.xtime.settings.meanings[..config.xtime.own_meanings].to_vec()
    }

    #[test]
    fn a_row_is_added_and_everything_else_stays() {
        let before = "# mine\n[xtime] # the platform\nclient_id   = \"c\"\n\n[[xtime.meaning]]\nstatus = 418 # odd\nmeans = \"unknown\"\n\n[ui]\ntheme = \"dark\" # at night\n";
        let after = with_row(before, &row(), "event 7").unwrap();
        for line in before.lines() {
            assert!(after.contains(line), "{line} is gone:\n{after}");
        }
        assert!(after.contains("# event 7\n[[xtime.meaning]]\nstatus = 404\n"), "{after}");
        assert_eq!(own_rows(&after)[1..], [row()]);
        for before in ["", "[ui]\nmouse = true\n", "[xtime]\nmeaning = [{ status = 418, means = \"unknown\" }]\n"] {
            let after = with_row(before, &row(), "event 7").unwrap();
            assert_eq!(own_rows(&after).last(), Some(&row()), "{after}");
            assert!(
                after.starts_with(before.lines().next().unwrap_or_default().split(" =").next().unwrap()),
                "{after}"
            );
        }
    }

    #[test]
    fn a_row_is_added_to_whatever_form_the_settings_have() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        for before in [
            "xtime = { client_id = \"c\" }\n[ui]\nmouse = true\n",
            "xtime = { meaning = [{ status = 418, means = \"unknown\" }] }\n",
            "xtime = {}\n",
            "xtime.client_id = \"c\"\nui.mouse = true\n",
            "[xtime]\nmeaning = []\n",
        ] {
            std::fs::write(&path, before).unwrap();
            let count = own_rows(before).len();
            add_row(&path, &row(), "event 7").unwrap();
            let after = std::fs::read_to_string(&path).unwrap();
            let rows = own_rows(&after);
            assert_eq!((rows.len(), rows.last()), (count + 1, Some(&row())), "{after}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        for (text, words) in [
            ("[ui\n", "line 1"),
            ("a = 1\nxtime = 7\n", "no table"),
            ("[xtime]\nmeaning = 7\n", "no list of rows"),
            ("[xtime]\nmeanings = 7\n", "meanings"),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = add_row(&path, &row(), "event 7").unwrap_err().to_string();
            assert!(error.contains(words) && error.contains("config.toml"), "{error}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn a_link_stays_a_link_and_permissions_stay() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let (real, link) = (dir.path().join("real.toml"), dir.path().join("config.toml"));
        std::fs::write(&real, "# mine\n").unwrap();
        std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        add_row(&link, &row(), "event 7").unwrap();
        assert!(link.is_symlink() && std::fs::read_to_string(&real).unwrap().contains("404"));
        assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
        let fresh = dir.path().join("new/config.toml");
        add_row(&fresh, &row(), "event 7").unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&fresh), mode(fresh.parent().unwrap())), (0o600, 0o700));
    }
}
