//! `mail show` and `mail preview`: a letter's text.

use super::letters::{DealershipLetter, by_id, document, kind, lines};
use crate::domain::LetterKind;
use crate::domain::text::fit;
use crate::mail::RenderedLetter;
use crate::present::Tone;

use super::super::app::{App, Need};
use super::super::args::Form;
use super::super::error::CliError;
use super::super::record::choose;

pub(super) async fn show(app: &App, name: &str, form: Form, json: bool) -> Result<(), CliError> {
    let engine = app.engine(Need { mail: true, ..Need::default() }).await?;
    let found = choose(app, &engine, |desk| match by_id(desk, name) {
        Some(found) => Ok(found),
        None => {
            let state = desk.one(name)?;
            let letter = state.newest_letter().cloned();
            let letter = letter.ok_or_else(|| CliError::Failed("it never had a letter".to_owned()))?;
            Ok(DealershipLetter { state, letter })
        }
    })?;
    let text = engine.letter_text(found.state.id, found.letter.id);
    if json {
        let page = text.as_ref().ok().map(|letter| (letter.subject.as_str(), body(letter, form)));
        return app.out.document(&document(&found).with_page(page));
    }
    for (label, words) in lines(&found, app.clock.now()) {
        app.out.line(format!("{}  {words}", app.out.paint(Tone::Faint, &fit(label, 12))))?;
    }
    app.out.line("")?;
    match text {
        Ok(letter) => print(app, &letter, form),
        Err(error) => {
            app.out.note(format!("its text cannot be shown any more: {error}"));
            Ok(())
        }
    }
}

pub(super) async fn preview(app: &App, dealership: &str, word: &str, form: Form) -> Result<(), CliError> {
    let kind: LetterKind = kind(word)?;
    let engine = app.engine(Need { mail: true, ..Need::default() }).await?;
    let id = choose(app, &engine, |desk| Ok(desk.one(dealership)?.id))?;
    print(app, &engine.preview(id, kind, &[])?, form)
}

fn body(letter: &RenderedLetter, form: Form) -> String {
    let pages = if form.reveal { letter.revealed() } else { letter.masked() };
    if form.html { pages.html } else { pages.text }
}

/// Prints a letter as it goes out. What stands in it is clean: the press has cleaned it.
fn print(app: &App, letter: &RenderedLetter, form: Form) -> Result<(), CliError> {
    // HTML is for a browser: nothing else may stand before it.
    if !form.html {
        let reply_to = letter.reply_to.as_ref().map(|to| ("Reply-To", to.to_string()));
        let head = [("From", letter.from.to_string()), ("To", letter.to.to_string())];
        let subject = ("Subject", letter.subject.clone());
        for (name, value) in head.into_iter().chain(reply_to).chain([subject]) {
            app.out.line(format!("{} {value}", app.out.paint(Tone::Faint, &format!("{name}:"))))?;
        }
        app.out.line("")?;
    }
    for line in body(letter, form).lines() {
        app.out.line(crate::domain::text::clean(line))?;
    }
    Ok(())
}
