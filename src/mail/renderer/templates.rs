//! The templates of letters: compiled in, each replaceable by a file of the same name, and every mistake in them found at the start.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value};

use super::RendererError;
use super::kinds::{self, Variables};
use crate::domain::LetterKind;
use crate::domain::suggest::did_you_mean;
use crate::domain::text::{clean, escape_html, shown_path};

/// Every template that is compiled in: two for each kind of letter, and what they share.
fn built_in() -> impl Iterator<Item = (String, &'static str)> {
    let kinds = LetterKind::ALL.into_iter().map(|kind| (kind.as_str(), kinds::templates(kind)));
    kinds::SHARED
        .into_iter()
        .chain(kinds)
        .flat_map(|(name, [text, html])| [(format!("{name}.txt"), text), (format!("{name}.html"), html)])
}

/// The largest file that is taken for a template, in bytes.
const MOST_BYTES: u64 = 256 * 1024;

/// How the first line of a letter's text begins: it is the Subject.
const SUBJECT: &str = "Subject:";

/// How values are written into a template of plain text, and into one of HTML.
const PLAIN: &str = "plain";
const HTML: &str = "html";

#[derive(Debug, Clone)]
pub(super) struct LetterTemplates {
    env: Environment<'static>,
    /// Those that came from a file.
    files: BTreeMap<String, PathBuf>,
}

impl LetterTemplates {
    /// Compiles all of them; those that the directory has take the place of those compiled in.
    pub(super) fn load(directory: Option<&Path>) -> Result<Self, RendererError> {
        let mut sources: BTreeMap<String, String> = built_in().map(|(name, text)| (name, text.to_owned())).collect();
        let mut files = BTreeMap::new();
        if let Some(directory) = directory {
            for (name, path) in listed(directory)? {
                sources.insert(name.clone(), read(&path)?);
                files.insert(name, path);
            }
        }
        let mut templates = Self { env: environment()?, files };
        for (name, source) in sources {
            templates.add(&name, &source)?;
        }
        Ok(templates)
    }

    fn add(&mut self, name: &str, source: &str) -> Result<(), RendererError> {
        let source = source.replace("\r\n", "\n");
        if let Some(kind) = LetterKind::ALL.into_iter().find(|kind| text_name(*kind) == name) {
            let (first, rest) = source.split_once('\n').unwrap_or((&source, ""));
            let subject = first.strip_prefix(SUBJECT).ok_or_else(|| RendererError::Template {
                file: self.shown(name),
                line: 1,
                what: format!("the first line is the Subject of the letter and must begin with `{SUBJECT}`"),
                help: String::new(),
            })?;
            self.compile(&subject_name(kind), subject.to_owned())?;
            // The line of the Subject stays, empty: lines keep their numbers.
            return self.compile(name, format!("\n{rest}"));
        }
        self.compile(name, source)
    }

    fn compile(&mut self, name: &str, source: String) -> Result<(), RendererError> {
        let added = self.env.add_template_owned(name.to_owned(), source);
        added.map_err(|error| self.explain(name, &error, &Variables::new()))
    }

    /// The Subject of a letter.
    pub(super) fn subject(&self, kind: LetterKind, variables: &Variables) -> Result<String, RendererError> {
        self.fill(&subject_name(kind), variables)
    }

    /// The plain text of a letter.
    pub(super) fn text(&self, kind: LetterKind, variables: &Variables) -> Result<String, RendererError> {
        self.fill(&text_name(kind), variables)
    }

    /// The HTML of a letter.
    pub(super) fn html(&self, kind: LetterKind, variables: &Variables) -> Result<String, RendererError> {
        self.fill(&html_name(kind), variables)
    }

    fn fill(&self, name: &str, variables: &Variables) -> Result<String, RendererError> {
        let filled = self.env.get_template(name).and_then(|template| template.render(context(variables)));
        filled.map_err(|error| self.explain(name, &error, variables))
    }

    /// A letter's template as people know it: the file's path, or its name where it is the one compiled in.
    pub(super) fn shown(&self, name: &str) -> String {
        let name = name.replace(".subject", ".txt");
        self.files.get(&name).map_or_else(|| name.clone(), |path| shown_path(path))
    }

    fn explain(&self, asked: &str, error: &Error, variables: &Variables) -> RendererError {
        let mut inmost = error;
        while let Some(below) = std::error::Error::source(inmost).and_then(|below| below.downcast_ref::<Error>()) {
            inmost = below;
        }
        let name = inmost.name().unwrap_or(asked);
        let mut what = inmost.kind().to_string();
        if let Some(detail) = inmost.detail() {
            let _ = write!(what, ": {detail}");
        }
        let word = inmost.range().and_then(|range| inmost.template_source()?.get(range)).map(str::trim);
        if let Some(word) = word.filter(|word| !word.is_empty() && !what.contains(*word)) {
            let _ = write!(what, " at `{word}`");
        }
        let help = match inmost.kind() {
            ErrorKind::UndefinedError => known(word.unwrap_or_default(), variables),
            ErrorKind::TemplateNotFound => {
                let names: Vec<_> = built_in().map(|(name, _)| name).collect();
                format!("; there are {}", names.join(", "))
            }
            ErrorKind::UnknownFilter if what.contains("safe") => "; values are always escaped".to_owned(),
            _ => String::new(),
        };
        let line = inmost.line().unwrap_or(1);
        RendererError::Template { file: self.shown(name), line, what: clean(&what).into_owned(), help }
    }
}

/// Which names there are, the likeliest first.
fn known(word: &str, variables: &Variables) -> String {
    if variables.is_empty() {
        return String::new();
    }
    let word = word.split('.').next().unwrap_or_default();
    let names: Vec<&str> = variables.keys().copied().collect();
    let near = did_you_mean(word, names.iter().copied());
    format!("{near}; this letter knows {}", names.join(", "))
}

fn text_name(kind: LetterKind) -> String {
    format!("{kind}.txt")
}

fn html_name(kind: LetterKind) -> String {
    format!("{kind}.html")
}

fn subject_name(kind: LetterKind) -> String {
    format!("{kind}.subject")
}

fn environment() -> Result<Environment<'static>, RendererError> {
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    let syntax = syntax.map_err(|error| RendererError::Broken(error.to_string()))?;
    let mut env = Environment::new();
    env.set_syntax(syntax);
    env.set_debug(true);
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    // A file is trusted, what is filled in is not: no template can declare a value to be harmless.
    env.remove_filter("safe");
    env.set_auto_escape_callback(|name| {
        let html = Path::new(name).extension().is_some_and(|ending| ending == HTML);
        AutoEscape::Custom(if html { HTML } else { PLAIN }.into())
    });
    env.set_formatter(escape);
    Ok(env)
}

fn escape(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let text = value.to_string();
    match state.auto_escape() {
        AutoEscape::Custom(place) if *place == PLAIN => out.write_str(&text),
        // What a template itself put together is escaped already.
        AutoEscape::Custom(place) if *place == HTML && value.is_safe() => out.write_str(&text),
        AutoEscape::Custom(place) if *place == HTML => out.write_str(&escape_html(&text)),
        _ => return Err(Error::new(ErrorKind::InvalidOperation, "a template cannot choose its own escaping")),
    }
    .map_err(Error::from)
}

/// The templates in a directory. Other files beside them do not matter, but a template that no letter would use is a slip.
fn listed(directory: &Path) -> Result<Vec<(String, PathBuf)>, RendererError> {
    let refused =
        |error: std::io::Error| RendererError::Directory { path: shown_path(directory), reason: error.to_string() };
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).map_err(refused)? {
        let path = entry.map_err(refused)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let template = path.extension().is_some_and(|ending| ending == "txt" || ending == HTML);
        if !template || name.starts_with('.') {
            continue;
        }
        let known: Vec<_> = built_in().map(|(known, _)| known).collect();
        if !known.contains(&name) {
            let near = did_you_mean(&name, known.iter().map(String::as_str));
            return Err(RendererError::Unknown { path: shown_path(&path), near });
        }
        found.push((name, path));
    }
    found.sort();
    Ok(found)
}

fn read(path: &Path) -> Result<String, RendererError> {
    let refused = |reason: String| RendererError::File { path: shown_path(path), reason };
    let size = fs::metadata(path).map_err(|error| refused(error.to_string()))?.len();
    if size > MOST_BYTES {
        return Err(refused(format!("it has {size} bytes; at most {MOST_BYTES} are taken")));
    }
    fs::read_to_string(path).map_err(|error| refused(error.to_string()))
}

fn context(variables: &Variables) -> Value {
    Value::from_pairs(variables.iter().map(|(name, value)| (*name, value.clone())))
}
