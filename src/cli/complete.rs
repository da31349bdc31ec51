//! Completions in shells: commands and flags by the description of the command line, names by settings and journal.
//! No store is made or waited for, and no network.

mod bash;

use std::cell::OnceCell;
use std::ffi::{OsStr, OsString};
use std::sync::Arc;
use std::time::Duration;

use clap::{Arg, Command};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::{CompleteEnv, Elvish, Fish, Powershell, Shells, Zsh};

use crate::clock::{Clock, WallClock};
use crate::config::{self, Config, Overrides};
use crate::domain::Fact;
use crate::domain::query::{QueryField, complete};
use crate::domain::text::clean;
use crate::present::column::COLUMNS;
use crate::store::JournalReader;

/// The variable that asks for completions, and names the shell.
const VARIABLE: &str = "COMPLETE";

/// Nobody reads through more candidates than these.
const MOST: usize = 100;

/// After so long what was found is offered.
const LIMIT: Duration = Duration::from_millis(150);

const SHELLS: Shells<'static> = Shells(&[&bash::Bash, &Elvish, &Fish, &Powershell, &Zsh]);

/// Answers a shell that asks for completions of a command line; whether one did.
pub(super) fn answer(command: impl Fn() -> Command) -> clap::error::Result<bool> {
    let words = bash::line().map_or_else(|| std::env::args_os().skip_while(|arg| arg != "--").collect(), |line| line.0);
    let names = Arc::new(Names::of(&words));
    let command = || with_names(command(), &names);
    let here = std::env::current_dir().ok();
    CompleteEnv::with_factory(command).var(VARIABLE).shells(SHELLS).try_complete(std::env::args_os(), here.as_deref())
}

/// What a shell reads once, so that it asks from then on.
pub(super) fn registration(shell: clap_complete::Shell) -> std::io::Result<Vec<u8>> {
    const PROGRAM: &str = "cloverwatch";
    let shell = shell.to_string();
    let mut script = Vec::new();
    if let Some(shell) = SHELLS.completer(&shell) {
        shell.write_registration(VARIABLE, PROGRAM, PROGRAM, PROGRAM, &mut script)?;
    }
    if shell == "zsh" {
        // As a file of completions it is run as the function itself, the first time that it is asked.
        script.extend_from_slice(
            b"if [[ \"${funcstack[1]}\" = _cloverwatch ]]; then _clap_dynamic_completer_cloverwatch \"$@\"; fi\n",
        );
    }
    Ok(script)
}

/// Names for every argument that means one, in whichever command.
fn with_names(command: Command, names: &Arc<Names>) -> Command {
    let command = command.mut_args(|arg| match Names::of_arg(&arg) {
        Some(find) => {
            let names = Arc::clone(names);
            arg.add(ArgValueCompleter::new(move |typed: &OsStr| find(&names, typed.to_str().unwrap_or_default())))
        }
        None => arg,
    });
    command.mut_subcommands(|command| with_names(command, names))
}

type Find = fn(&Names, &str) -> Vec<CompletionCandidate>;

/// Where names are found: the settings and the store that were typed, else the usual ones.
struct Names {
    overrides: Overrides,
    began: Duration,
    clock: WallClock,
}

impl Names {
    fn of(words: &[OsString]) -> Self {
        let given = |option: &str| {
            let place = words.iter().position(|word| word.to_string_lossy().split('=').next() == Some(option))?;
            let word = words.get(place)?.to_str()?;
            let value = match word.split_once('=') {
                Some((_, value)) => value,
                None => words.get(place + 1)?.to_str()?,
            };
            Some(value.to_owned())
        };
        let file = given("--config").or_else(|| std::env::var("CLOVERWATCH_CONFIG").ok()).map(Into::into);
        let overrides = Overrides { file, store: given("--store"), ..Overrides::default() }.with_environment();
        let clock = WallClock::real();
        Self { overrides, began: clock.elapsed(), clock }
    }

    fn of_arg(arg: &Arg) -> Option<Find> {
        Some(match arg.get_id().as_str() {
            "dealership" | "dealerships" | "names" | "letters" | "letter" => Self::dealer_codes,
            "query" => Self::queries,
            "owner" => |names, typed| plain(names.values("owner", typed)),
            "group" => |names, typed| plain(names.values("group", typed)),
            "city" => |names, typed| plain(names.values("city", typed)),
            "brand" => |names, typed| plain(names.values("brand", typed)),
            "view" => Self::views,
            "columns" | "sort" => |_, typed| plain(begun(COLUMNS.iter().map(|column| column.id), typed)),
            "kind" => |_, typed| plain(begun(Fact::KINDS.iter().copied(), typed)),
            _ => return None,
        })
    }

    fn config(&self) -> Option<Config> {
        Some(config::load(&self.overrides).ok()?.0)
    }

    /// The journal of an embedded store, if there is one; whoever owns it goes on meanwhile.
    fn journal(&self) -> Option<JournalReader> {
        JournalReader::open(self.config()?.store.directory()?).ok()
    }

    fn is_over(&self) -> bool {
        self.clock.elapsed().saturating_sub(self.began) > LIMIT
    }

    fn dealer_codes(&self, typed: &str) -> Vec<CompletionCandidate> {
        let found = self.journal().and_then(|journal| journal.dealer_codes(typed, MOST, || self.is_over()).ok());
        let found = found.unwrap_or_default().into_iter().filter(|(code, _)| is_plain(code));
        let candidate = |(code, name): (String, String)| {
            CompletionCandidate::new(code).help(Some(clean(&name).into_owned().into()))
        };
        found.map(candidate).collect()
    }

    fn values(&self, field: &str, typed: &str) -> Vec<String> {
        let found =
            self.journal().and_then(|journal| journal.profile_values(field, typed, MOST, || self.is_over()).ok());
        found.unwrap_or_default().into_iter().collect()
    }

    fn queries(&self, typed: &str) -> Vec<CompletionCandidate> {
        let known = OnceCell::new();
        let values = |field: QueryField| -> &[(String, usize)] {
            known.get_or_init(|| {
                let values = match field {
                    QueryField::Owner | QueryField::Group | QueryField::City | QueryField::Brand => {
                        let value = typed.rsplit([':', ',']).next().unwrap_or_default();
                        self.values(field.as_str(), value)
                    }
                    _ => Vec::new(),
                };
                values.into_iter().map(|value| (value, 0)).collect::<Vec<_>>()
            })
        };
        let completion = complete(typed, typed.len(), values);
        let before = typed.get(..completion.span.start).unwrap_or_default();
        let whole = completion.candidates.iter().map(|candidate| format!("{before}{}", candidate.text));
        let goes_on = |whole: &String| whole.strip_prefix(typed).is_some_and(|rest| rest.chars().all(is_safe));
        whole.filter(goes_on).map(CompletionCandidate::new).collect()
    }

    fn views(&self, typed: &str) -> Vec<CompletionCandidate> {
        let views = self.config().map(|config| config.views).unwrap_or_default();
        let names: Vec<String> = views.iter().map(|view| view.name.replace(' ', "-")).collect();
        plain(begun(names.iter().map(String::as_str), typed))
    }
}

fn begun<'a>(words: impl IntoIterator<Item = &'a str>, typed: &str) -> Vec<String> {
    words.into_iter().filter(|word| word.starts_with(typed)).map(str::to_owned).collect()
}

fn plain(words: impl IntoIterator<Item = String>) -> Vec<CompletionCandidate> {
    words.into_iter().filter(|word| is_plain(word)).map(CompletionCandidate::new).collect()
}

/// Whether a shell takes a word for nothing else: what a dealership sent us ends up in a command line, where `!` is an
/// earlier one.
fn is_plain(word: &str) -> bool {
    !word.starts_with('-') && word.chars().all(is_safe)
}

fn is_safe(c: char) -> bool {
    c.is_alphanumeric() || "-_.@+:,".contains(c)
}
