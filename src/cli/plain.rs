//! The desk as lines of text, for whoever has a picture read out: news are told, commands are typed.

use std::collections::HashSet;
use std::io::IsTerminal;
use std::sync::Arc;

use chrono::TimeDelta;
use futures::StreamExt;
use futures::future::LocalBoxFuture;

use super::app::App;
use super::desk;
use super::error::CliError;
use super::select::one;
use crate::client::{Notifications, SharedClient};
use crate::domain::text::clean;
use crate::domain::{DealershipId, Onboarding};
use crate::present::clocks::Clocks;
use crate::present::{situation, spoken};
use crate::protocol::{FirstFound, Notification, OwnerState, Selection};
use crate::wiring::Need;

/// How many are told at once; `more` tells on.
const PAGE: usize = 10;

/// Longer lists nobody hears to their end.
const LONGEST_LIST: usize = 1_000;

/// The list that it begins with.
const NEEDING: &str = "is:attention";

/// How often it is looked whether somebody is needed by the clock alone.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(60);

const HELP: &str = "\
Enter alone: the next of the list. A number: that one of the list, in full. more: the list goes on.
list: whom somebody must see to, the most urgent first. list QUERY: what a query finds, such as list is:expired.
it stands for the one that was told last, alone: reissue it, note it left a message, call it --outcome no-answer, show it.
Every other command of cloverwatch does what it does in a shell, on this desk: type help COMMAND for its options.
quit: leave the desk.";

/// Commands that have commands of their own, before the dealership.
const GROUPS: [&str; 3] = ["mail", "meaning", "opcode"];

/// What is given when the desk is started, and holds for all of it.
const OF_THE_START: [&str; 5] = ["--store", "--config", "--color", "--read-only", "--no-attach"];

/// Runs a command of a shell, given in its words.
pub(super) type RunWords = fn(Arc<App>, Vec<String>) -> LocalBoxFuture<'static, Result<(), CliError>>;

/// Runs it on the configured store.
pub(super) async fn desk(app: &Arc<App>, run_words: RunWords) -> Result<(), CliError> {
    let client = app.desk_client(Need::ALL).await?;
    for notice in &client.info().notices {
        app.out.note(clean(notice));
    }
    run(app, &app.config.store.to_string(), run_words).await
}

/// Runs it on the engine that the app has, until somebody leaves it.
pub(super) async fn run(app: &Arc<App>, store: &str, run_words: RunWords) -> Result<(), CliError> {
    let client = app.client(Need::ALL).await?;
    let known = client.read_model().len();
    app.out.line(format!("cloverwatch, {}. {known} dealerships. Type help for what can be typed.", clean(store)))?;
    let news = client.subscribe();
    let mut desk = PlainDesk {
        app,
        me: app.config.operator(),
        run_words,
        client,
        news,
        list: Vec::new(),
        told: 0,
        hidden: 0,
        it: None,
        needing: HashSet::new(),
    };
    // Who needs somebody at the start is no news.
    desk.needing = desk.needing_now();
    desk.tell_list(NEEDING).await?;
    desk.converse().await
}

struct PlainDesk<'a> {
    app: &'a Arc<App>,
    me: String,
    run_words: RunWords,
    client: SharedClient,
    news: Notifications,
    /// What was listed last, in its order.
    list: Vec<Arc<Onboarding>>,
    /// How many of the list were told.
    told: usize,
    /// How many more were found than are listed.
    hidden: usize,
    /// The one that was told last, as long as it was told alone.
    it: Option<DealershipId>,
    /// Those that need the person, as far as that was told.
    needing: HashSet<DealershipId>,
}

impl PlainDesk<'_> {
    async fn converse(&mut self) -> Result<(), CliError> {
        loop {
            let Some(line) = self.wait_for_line().await? else { return Ok(()) };
            match line.trim() {
                "quit" | "q" | "exit" => return Ok(()),
                line => match self.obey(line).await {
                    Err(error @ CliError::Signal(_)) => return Err(error),
                    Err(error) => self.say_error(&error),
                    Ok(()) => {}
                },
            }
        }
    }

    /// The next line; meanwhile news are told. `None`: there are no more lines, or no engine.
    async fn wait_for_line(&mut self) -> Result<Option<String>, CliError> {
        if std::io::stdin().is_terminal() {
            self.app.out.raw(b"> ")?;
        }
        self.app.out.flush()?;
        let mut line = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).map(|length| (length > 0).then_some(line))
        });
        let mut look_at = self.app.clock.now() + LOOK_AGAIN;
        loop {
            tokio::select! {
                biased;
                line = &mut line => return Ok(line.map_err(|error| CliError::Failed(error.to_string()))??),
                news = self.news.next() => match news {
                    Some(Notification::Committed(committed)) => self.tell_news(&committed.states)?,
                    Some(Notification::Lagged) => self.look_at_all()?,
                    Some(Notification::Owner(OwnerState::Gone)) => self.open_again().await?,
                    Some(Notification::Status(_) | Notification::Owner(_)) => {}
                    Some(Notification::Ended) | None => return Ok(None),
                },
                () = self.app.clock.sleep_until(look_at) => {
                    look_at = self.app.clock.now() + LOOK_AGAIN;
                    self.look_at_all()?;
                }
            }
        }
    }

    /// The owner of the store has ended: this one is the owner now, or another.
    async fn open_again(&mut self) -> Result<(), CliError> {
        self.app.out.note("the owner of the store has ended");
        self.client = desk::open(Arc::clone(self.app), true).await?;
        self.news = self.client.subscribe();
        self.look_at_all()
    }

    fn look_at_all(&mut self) -> Result<(), CliError> {
        let (_, all) = self.client.read_model().all();
        self.tell_news(&all)
    }

    /// Whether a dealership needs the person: it needs somebody, and nobody else looks after it.
    fn needs_me(&self, state: &Onboarding) -> bool {
        let (now, policy) = (self.app.clock.now(), &self.app.config.policy);
        state.profile.is_for(&self.me) && state.attention(now, policy).is_some()
    }

    fn needing_now(&self) -> HashSet<DealershipId> {
        let (_, all) = self.client.read_model().all();
        all.iter().filter(|state| self.needs_me(state)).map(|state| state.id).collect()
    }

    /// Tells which of these need the person since lately.
    fn tell_news(&mut self, states: &[Arc<Onboarding>]) -> Result<(), CliError> {
        for state in states {
            if !self.needs_me(state) {
                self.needing.remove(&state.id);
            } else if self.needing.insert(state.id) {
                // It comes unasked, so that nobody means it by `it`; it has a number like the others.
                self.it = None;
                self.list.push(Arc::clone(state));
                self.app.out.line(format!("New, number {}: {}", self.list.len(), self.sentences(state)))?;
            }
        }
        self.app.out.flush()
    }

    /// Does what a line asks for.
    async fn obey(&mut self, line: &str) -> Result<(), CliError> {
        if let Ok(number) = line.parse::<usize>() {
            return self.show(number).await;
        }
        match line.split_once(' ').map_or((line, ""), |(word, rest)| (word, rest.trim())) {
            ("", _) => self.tell(1),
            ("more", "") => self.tell(PAGE),
            ("help", "") => self.app.out.line(HELP),
            ("list", "") => self.tell_list(NEEDING).await,
            ("list", query) if !query.starts_with('-') => self.tell_list(query).await,
            _ => self.command(line).await,
        }
    }

    async fn tell_list(&mut self, query: &str) -> Result<(), CliError> {
        let reading = self.app.read().await?;
        let selection = Selection::Query(query.to_owned());
        let FirstFound { total, states } = reading.first(selection, LONGEST_LIST, &self.app.actor()).await?;
        (self.list, self.told, self.it) = (states, 0, None);
        self.hidden = total - self.list.len();
        let said = match (query, total) {
            (NEEDING, 0) => "Nobody needs somebody now.".to_owned(),
            (NEEDING, 1) => "1 dealership needs somebody.".to_owned(),
            (NEEDING, many) => format!("{many} dealerships need somebody."),
            (_, 1) => "1 dealership is found.".to_owned(),
            (_, many) => format!("{many} dealerships are found."),
        };
        self.app.out.line(said)?;
        if total == 0 { Ok(()) } else { self.tell(PAGE) }
    }

    /// Tells the next ones of the list, as they are now.
    fn tell(&mut self, many: usize) -> Result<(), CliError> {
        let rest = self.list.get(self.told..).unwrap_or_default();
        if rest.is_empty() {
            return self.app.out.line(match self.hidden {
                0 => "That is the end of the list.".to_owned(),
                hidden => format!("The list ends here; {hidden} more are found: ask for fewer."),
            });
        }
        let rest: Vec<_> = rest.iter().take(many).map(Arc::clone).collect();
        // Which of several is meant nobody can tell.
        self.it = if let [only] = rest.as_slice() { Some(only.id) } else { None };
        for listed in rest {
            let state = self.client.read_model().get(listed.id).unwrap_or(listed);
            self.told += 1;
            self.app.out.line(format!("{}. {}", self.told, self.sentences(&state)))?;
        }
        match self.list.len() + self.hidden - self.told {
            0 => Ok(()),
            left if many > 1 => self.app.out.line(format!("{left} more: type more.")),
            _ => Ok(()),
        }
    }

    async fn show(&mut self, number: usize) -> Result<(), CliError> {
        let listed = number.checked_sub(1).and_then(|place| self.list.get(place));
        let id = listed
            .map(|state| state.id)
            .ok_or_else(|| CliError::usage(format!("there is no number {number}: the list has {}", self.list.len())))?;
        (self.told, self.it) = (number, Some(id));
        self.command("show it").await
    }

    /// Runs what is typed as it would run in a shell.
    async fn command(&mut self, line: &str) -> Result<(), CliError> {
        let mut words = words_of(line).ok_or_else(|| CliError::usage("a quote is not closed"))?;
        let given = |word: &&String| OF_THE_START.iter().any(|option| word.split('=').next() == Some(option));
        if let Some(option) = words.iter().take_while(|word| *word != "--").find(given) {
            return Err(CliError::usage(format!("{} is given when the desk is started", clean(option))));
        }
        let place = if GROUPS.contains(&words.first().map_or("", String::as_str)) { 2 } else { 1 };
        let named = words.get_mut(place);
        if let Some(word) = named.filter(|word| *word == "it") {
            let it = self.it.ok_or_else(|| CliError::usage("which one is `it`? Say its number first, or name one"))?;
            *word = it.to_string();
        }
        let shown = (words.first().is_some_and(|word| word == "show")).then(|| words.get(1).cloned()).flatten();
        (self.run_words)(Arc::clone(self.app), words).await?;
        if let Some(name) = shown {
            self.it = Some(one(self.app, &*self.app.read().await?, &name).await?.id);
        }
        Ok(())
    }

    /// How it stands with a dealership, and what comes next.
    fn sentences(&self, state: &Onboarding) -> String {
        let (now, policy) = (self.app.clock.now(), &self.app.config.policy);
        let profile = &state.profile;
        let named = [&profile.name, &profile.dealer_code, &profile.city].map(|text| text.plain());
        let named = named.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ");
        let needs = state.attention(now, policy).map(|attention| format!("Needs somebody: {}", attention.message()));
        let stands = spoken::lengths(&situation(state, &policy.default_opcode, &Clocks::at(now)));
        let next = state.next_step(now);
        let next = (!next.what.is_empty()).then(|| format!("Next, {}: {}", next.whose.as_str(), next.what));
        let owner = profile.owner.as_ref().map(|owner| format!("Owner: {}", owner.plain()));
        let parts = [Some(named), needs, Some(stands), next, owner];
        let parts = parts.into_iter().flatten().map(|part| part.trim_end_matches('.').to_owned());
        parts.collect::<Vec<_>>().join(". ") + "."
    }

    fn say_error(&self, error: &CliError) {
        self.app.out.error(clean_lines(&error.to_string()));
    }
}

/// The words of a line as a shell has them; a note is what was typed.
fn words_of(line: &str) -> Option<Vec<String>> {
    let plain_note = line.strip_prefix("note ").and_then(|rest| rest.trim_start().split_once(' '));
    match plain_note.filter(|(name, _)| !name.starts_with(['"', '\'', '-'])) {
        Some((name, text)) => Some(["note", name, "--", text.trim()].map(str::to_owned).into()),
        None => shlex::split(line),
    }
}

fn clean_lines(text: &str) -> String {
    text.lines().map(clean).collect::<Vec<_>>().join("\n")
}
