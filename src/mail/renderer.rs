//! Renders letters: from a dealership's state and a context to the exact bytes that are sent.
//!
//! Templates are compiled in or come from files that replace them. All of them are tried on sample dealerships when the renderer is
//! made, so that a mistake in one is reported at the start and not on the day when a letter of its kind is due.

mod format;
mod kinds;
mod letter;
mod sample;
mod templates;
mod variables;
mod wrap;

use std::path::PathBuf;

use crate::domain::address::{self, Address, AddressProblem, Mailbox};
use crate::domain::text::letter_words;
use crate::domain::{InvitationCode, LetterId, LetterKind, Obstacle, Onboarding, Policy, Timestamp};

use letter::CODE;
pub(super) use letter::written;
pub use letter::{Pages, RenderedLetter};
use templates::LetterTemplates;

/// What letters say about us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RendererSettings {
    /// The partner's name: whose invitation it is, and what Xtime shows before *Confirm*.
    pub partner: String,
    /// From whom letters come: `Name <name@example.com>`, or an address alone.
    pub from: String,
    /// Where answers go; `None`: to the sender.
    pub reply_to: Option<String>,
    /// The sender of the envelope: where delivery reports go; `None`: to the sender.
    pub envelope_from: Option<String>,
    /// Who gets a copy of every letter without being named in it.
    pub bcc: Option<String>,
    /// How else we are reached: a number and its hours.
    pub contact: Option<String>,
    /// A directory with templates that take the place of those compiled in.
    pub templates: Option<PathBuf>,
}

/// Why letters cannot be written at all, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RendererError {
    #[error("the partner's name is empty: letters say whose invitation it is")]
    Partner,
    /// The sender is not one.
    #[error("letters cannot come from this sender: {0}")]
    From(AddressProblem),
    /// The address for answers is not one.
    #[error("answers cannot go to this address: {0}")]
    ReplyTo(AddressProblem),
    /// The sender of the envelope is no address.
    #[error("reports cannot go to this address (envelope_from): {0}")]
    EnvelopeFrom(AddressProblem),
    /// Who gets a copy has no address.
    #[error("copies cannot go to this address (bcc): {0}")]
    Bcc(AddressProblem),
    /// The directory of templates cannot be listed.
    #[error("the directory of templates {path} cannot be read: {reason}")]
    Directory { path: String, reason: String },
    /// A template cannot be read.
    #[error("the template {path} cannot be read: {reason}")]
    File { path: String, reason: String },
    /// A file that no letter uses.
    #[error("the template {path} is used by no letter{near}")]
    Unknown {
        path: String,
        /// What may have been meant.
        near: String,
    },
    /// A mistake in a template.
    #[error("the template {file}, line {line}: {what}{help}")]
    Template {
        /// Its path, or its name where it is the one compiled in.
        file: String,
        line: usize,
        what: String,
        help: String,
    },
    /// A letter with a code shows it to nobody, or more than once.
    #[error(
        "the template {file} shows the code {count} times; write `{{{{ code }}}}` exactly once, on a line of its own"
    )]
    Code {
        /// Its path, or its name where it is the one compiled in.
        file: String,
        count: usize,
    },
    #[error("letters cannot be tried out: {0}")]
    Broken(String),
}

/// Why one letter cannot be written. Never a code in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LetterError {
    /// The contact's address is not one.
    #[error("the dealership's address cannot be used: {0}")]
    Address(#[from] AddressProblem),
    /// It would say what is not so.
    #[error("the letter cannot be written: {0}")]
    Untrue(#[from] Obstacle),
    /// A template failed on this letter although it did not on the sample.
    #[error(transparent)]
    Template(#[from] RendererError),
    /// The message could not be put together.
    #[error("the letter cannot be put together: {0}")]
    Message(String),
}

/// What a letter is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenderContext {
    /// Which letter it is: its Message-ID.
    pub letter: LetterId,
    pub kind: LetterKind,
    /// When it was asked for: its Date, the same for every try.
    pub written_at: Timestamp,
    pub automatic: bool,
    /// How many copies of it were out when somebody last had it tried again: a report names it with the letter.
    pub settled: u16,
}

#[derive(Debug, Clone)]
pub struct LetterRenderer {
    partner: String,
    contact: String,
    from: Mailbox,
    reply_to: Option<Mailbox>,
    envelope_from: Address,
    bcc: Option<Address>,
    templates: LetterTemplates,
}

impl LetterRenderer {
    /// Compiles the templates and tries all of them.
    /// Fails when a setting or a template is wrong: what, where, and what would be right.
    pub fn new(settings: &RendererSettings) -> Result<Self, RendererError> {
        let partner = letter_words(&settings.partner, PARTNER_CHARS);
        if partner.is_empty() {
            return Err(RendererError::Partner);
        }
        let from = Mailbox::read(&settings.from).map_err(RendererError::From)?;
        let reply_to = settings.reply_to.as_deref().map(Mailbox::read).transpose().map_err(RendererError::ReplyTo)?;
        let envelope_from = settings.envelope_from.as_deref().map(address::check).transpose();
        let envelope_from = envelope_from.map_err(RendererError::EnvelopeFrom)?.unwrap_or_else(|| from.address.clone());
        let bcc = settings.bcc.as_deref().map(address::check).transpose().map_err(RendererError::Bcc)?;
        let contact = letter_words(settings.contact.as_deref().unwrap_or_default(), 300);
        let templates = LetterTemplates::load(settings.templates.as_deref())?;
        let renderer = Self { partner, contact, from, reply_to, envelope_from, bcc, templates };
        renderer.try_out()?;
        Ok(renderer)
    }

    fn try_out(&self) -> Result<(), RendererError> {
        for kind in LetterKind::ALL {
            let context = sample::context(kind);
            for state in sample::states(&context) {
                let letter = self.write(&state, &context, &Policy::default());
                letter.and_then(|letter| letter.outgoing()).map_err(|error| match error {
                    LetterError::Template(error) => error,
                    error => RendererError::Broken(error.to_string()),
                })?;
            }
        }
        Ok(())
    }

    /// A letter to a dealership that does not exist, with a code that nobody issued: for looking at a template, or
    /// trying a transport. `to` replaces its address.
    pub fn sample(&self, context: &RenderContext) -> Result<RenderedLetter, LetterError> {
        let state = sample::states(context).into_iter().next();
        let state = state.ok_or_else(|| LetterError::Message("there is no sample".to_owned()))?;
        self.write(&state, context, &Policy::default())
    }

    /// Writes a letter from a dealership's state. The same state and context make the same letter.
    /// Fails when the dealership cannot be written to, or the letter would say what is not so: a code that is dead, a word that was not
    /// given, bookings that nobody can make.
    pub fn write(
        &self,
        state: &Onboarding,
        context: &RenderContext,
        policy: &Policy,
    ) -> Result<RenderedLetter, LetterError> {
        let Self { partner, contact, from, reply_to, envelope_from, bcc, templates } = self;
        let kind = context.kind;
        let person = &state.profile.contact;
        let address = address::check(person.email.raw())?;
        let code = live_code(state, context)?;
        let mut variables = variables::collect(state, context, policy, partner, contact)?;
        let hidden = |text: String| match &code {
            Some(code) => text.replace(code.reveal(), &code.masked()),
            None => text,
        };
        // The Subject is filled in before there is a code to fill in.
        let subject = hidden(letter_words(&templates.subject(kind, &variables)?, SUBJECT_CHARS));
        let to = Mailbox::new(&hidden(person.name.raw().to_owned()), address);
        if code.is_some() {
            variables.insert("code", CODE.to_string().into());
        }
        let text = wrap::wrap(&templates.text(kind, &variables)?);
        let html = wrap::without_blank_lines(&templates.html(kind, &variables)?);
        for (page, ending) in [(&text, "txt"), (&html, "html")] {
            let count = page.matches(CODE).count();
            if count != usize::from(code.is_some()) {
                let file = templates.shown(&format!("{kind}.{ending}"));
                return Err(RendererError::Code { file, count }.into());
            }
        }
        Ok(RenderedLetter {
            from: from.clone(),
            to,
            reply_to: reply_to.clone(),
            envelope_from: envelope_from.clone(),
            bcc: bcc.clone(),
            subject,
            context: *context,
            text,
            html,
            code,
        })
    }
}

/// The most characters of the partner's name.
pub(super) const PARTNER_CHARS: usize = 100;

/// The most characters of a Subject.
const SUBJECT_CHARS: usize = 200;

/// The code that a letter carries; a letter that needs one is not written without, nor with a dead one.
fn live_code(state: &Onboarding, context: &RenderContext) -> Result<Option<InvitationCode>, LetterError> {
    if !context.kind.carries_code() {
        return Ok(None);
    }
    let invitation = state.invitation.as_ref().ok_or(Obstacle::NeverInvited)?;
    match invitation.obstacle(context.written_at) {
        None => Ok(Some(invitation.code.clone())),
        Some(obstacle) => Err(obstacle.into()),
    }
}
