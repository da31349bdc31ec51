//! `mail show` and `mail preview`: a letter's text.

use super::letters::{DealershipLetter, by_id, document, kind, lines};
use crate::client::ask;
use crate::domain::LetterKind;
use crate::domain::text::fit;
use crate::present::Tone;
use crate::protocol::{LetterText, Request};

use super::super::app::App;
use super::super::error::CliError;
use super::super::select::one;
use super::args::Form;
use crate::wiring::Need;

pub(super) async fn show(app: &App, name: &str, form: Form, json: bool) -> Result<(), CliError> {
    let client = app.client(Need { mail: true, ..Need::default() }).await?;
    let found = match by_id(app, &*client, name).await? {
        Some(found) => found,
        None => {
            let state = one(app, &*client, name).await?;
            let letter = state.newest_letter().cloned();
            let letter = letter.ok_or_else(|| CliError::Failed("it never had a letter".to_owned()))?;
            DealershipLetter { state, letter }
        }
    };
    let request = Request::ReadLetter { dealership: found.state.id, letter: found.letter.id, reveal: form.reveal };
    let text = ask::<LetterText>(&*client, request, &app.actor()).await;
    if json {
        let page = text.as_ref().ok().map(|letter| (letter.subject.as_str(), body(letter, form).to_owned()));
        return app.out.document(&document(&found).with_page(page));
    }
    for (label, words) in lines(&found, app.clock.now()) {
        app.out.entry(&format!("{}  ", app.out.paint(Tone::Faint, &fit(label, 12))), 14, &[(&words, Tone::Plain)])?;
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
    let client = app.client(Need { mail: true, ..Need::default() }).await?;
    let id = one(app, &*client, dealership).await?.id;
    let request = Request::PreviewLetter { dealership: id, kind, as_if: Vec::new(), reveal: form.reveal };
    print(app, &ask(&*client, request, &app.actor()).await?, form)
}

fn body(letter: &LetterText, form: Form) -> &str {
    if form.html { &letter.html } else { &letter.text }
}

/// Prints a letter as it goes out. What stands in it is clean: the renderer has cleaned it.
fn print(app: &App, letter: &LetterText, form: Form) -> Result<(), CliError> {
    // HTML is for a browser: nothing else may stand before it.
    if !form.html {
        let reply_to = letter.reply_to.as_ref().map(|to| ("Reply-To", to));
        let head = [("From", &letter.from), ("To", &letter.to)];
        let subject = ("Subject", &letter.subject);
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
