//! The writing of letters: from a dealership's state and an occasion to the exact bytes that are sent.
//!
//! Templates come from here or from files that took their place. All of them are tried on a sample dealership when the press is set
//! up, so that a slip in one is told at the start and not on the day when a letter of its kind is due.

mod facts;
mod fold;
mod letter;
mod sample;
mod templates;
mod words;

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::address::{self, Address, AddressProblem, Mailbox};
use crate::domain::text::letter_words;
use crate::domain::{InvitationCode, InvitationState, LetterId, LetterKind, Onboarding, Policy, Timestamp};

use letter::CODE;
pub(super) use letter::written;
pub use letter::{Pages, RenderedLetter};
use templates::LetterTemplates;

/// What letters say about us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PressSettings {
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
    /// How else we are reached, in words: a number and its hours.
    pub contact: Option<String>,
    /// A directory with templates that take the place of those compiled in.
    pub templates: Option<PathBuf>,
}

/// Why letters cannot be written at all, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PressError {
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
    /// There is no code to send.
    #[error("there is no code to send: the dealership was never invited")]
    NoCode,
    /// The code cannot be entered any more.
    #[error("the code is {}: it is not mailed any more", ended(*.0))]
    DeadCode(InvitationState),
    /// The dealership has not said that it is done.
    #[error("the dealership has not said that it is done")]
    NoWord,
    #[error("the dealership is not live: {0}")]
    NotLive(&'static str),
    /// A template failed on this letter although it did not on the sample.
    #[error(transparent)]
    Template(#[from] PressError),
    /// The message could not be put together.
    #[error("the letter cannot be put together: {0}")]
    Message(String),
}

fn ended(state: InvitationState) -> &'static str {
    match state {
        InvitationState::Live => "alive",
        InvitationState::Expired => "expired",
        InvitationState::Used => "used",
        InvitationState::Superseded => "superseded",
        InvitationState::Revoked => "revoked",
    }
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

/// Writes letters. Cheap to clone.
#[derive(Debug, Clone)]
pub struct LetterRenderer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
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
    ///
    /// # Errors
    /// When a setting or a template is wrong: what, where, and what would be right.
    pub fn new(settings: &PressSettings) -> Result<Self, PressError> {
        let partner = letter_words(&settings.partner, 100);
        if partner.is_empty() {
            return Err(PressError::Partner);
        }
        let from = Mailbox::read(&settings.from).map_err(PressError::From)?;
        let reply_to = settings.reply_to.as_deref().map(Mailbox::read).transpose().map_err(PressError::ReplyTo)?;
        let envelope_from = settings.envelope_from.as_deref().map(address::check).transpose();
        let envelope_from = envelope_from.map_err(PressError::EnvelopeFrom)?.unwrap_or_else(|| from.address.clone());
        let bcc = settings.bcc.as_deref().map(address::check).transpose().map_err(PressError::Bcc)?;
        let contact = letter_words(settings.contact.as_deref().unwrap_or_default(), 300);
        let templates = LetterTemplates::load(settings.templates.as_deref())?;
        let press = Self(Arc::new(Inner { partner, contact, from, reply_to, envelope_from, bcc, templates }));
        press.try_out()?;
        Ok(press)
    }

    fn try_out(&self) -> Result<(), PressError> {
        for kind in LetterKind::ALL {
            let occasion = sample::occasion(kind);
            for state in sample::states(&occasion) {
                let letter = self.write(&state, &occasion, &Policy::default());
                letter.and_then(|letter| letter.parcel()).map_err(|error| match error {
                    LetterError::Template(error) => error,
                    error => PressError::Broken(error.to_string()),
                })?;
            }
        }
        Ok(())
    }

    /// A letter to a dealership that does not exist, with a code that nobody issued: for looking at a template, or trying a transport
    /// (`to` can be replaced).
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn sample(&self, occasion: &RenderContext) -> Result<RenderedLetter, LetterError> {
        let state = sample::states(occasion).into_iter().next();
        let state = state.ok_or_else(|| LetterError::Message("there is no sample".to_owned()))?;
        self.write(&state, occasion, &Policy::default())
    }

    /// Writes a letter from a dealership's state. The same state and occasion make the same letter.
    ///
    /// # Errors
    /// When the dealership cannot be written to, or the letter would say what is not so: a code that is dead, a word that was not
    /// given, bookings that nobody can make.
    pub fn write(
        &self,
        state: &Onboarding,
        occasion: &RenderContext,
        policy: &Policy,
    ) -> Result<RenderedLetter, LetterError> {
        let Inner { partner, contact, from, reply_to, envelope_from, bcc, templates } = &*self.0;
        let kind = occasion.kind;
        let person = &state.profile.contact;
        let address = address::check(person.email.raw())?;
        let code = living_code(state, occasion)?;
        let mut facts = facts::collect(state, occasion, policy, partner, contact)?;
        let hidden = |text: String| match &code {
            Some(code) => text.replace(code.reveal(), &code.masked()),
            None => text,
        };
        // The Subject is filled in before there is a code to fill in.
        let subject = hidden(letter_words(&templates.subject(kind, &facts)?, SUBJECT_CHARS));
        let to = Mailbox::new(&hidden(person.name.raw().to_owned()), address);
        if code.is_some() {
            facts.insert("code", CODE.to_string().into());
        }
        let text = fold::even(&templates.text(kind, &facts)?);
        let html = fold::whole(&templates.html(kind, &facts)?);
        for (page, ending) in [(&text, "txt"), (&html, "html")] {
            let count = page.matches(CODE).count();
            if count != usize::from(code.is_some()) {
                let file = templates.shown(&format!("{kind}.{ending}"));
                return Err(PressError::Code { file, count }.into());
            }
        }
        Ok(RenderedLetter {
            from: from.clone(),
            to,
            reply_to: reply_to.clone(),
            envelope_from: envelope_from.clone(),
            bcc: bcc.clone(),
            subject,
            occasion: *occasion,
            text,
            html,
            code,
        })
    }
}

/// The most characters of a Subject.
const SUBJECT_CHARS: usize = 200;

/// The code that a letter carries; a letter that needs one is not written without, nor with a dead one.
fn living_code(state: &Onboarding, occasion: &RenderContext) -> Result<Option<InvitationCode>, LetterError> {
    if !occasion.kind.carries_code() {
        return Ok(None);
    }
    let invitation = state.invitation.as_ref().ok_or(LetterError::NoCode)?;
    match invitation.state(occasion.written_at) {
        InvitationState::Live => Ok(Some(invitation.code.clone())),
        dead => Err(LetterError::DeadCode(dead)),
    }
}
