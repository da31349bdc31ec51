//! Mail. A letter is rendered ([`LetterRenderer`]) and sent ([`MailTransport`]); delivery reports are read ([`bounce`]).

pub mod bounce;
pub mod delivery;
pub mod directory;
pub mod maildir;
pub mod renderer;
pub mod reserved;
pub mod smtp;
mod test_message;
pub mod transport;

/// The header that names the letter, for reports of servers that replaced its Message-ID.
const LETTER_HEADER: &str = "X-Cloverwatch-Letter";

pub use delivery::{Delivery, MailTransport, OutgoingMessage, PreSendCheck, PreSendDecision, RefusedBy};
pub use directory::DirectoryTransport;
pub use renderer::{
    LetterError, LetterRenderer, Pages, RenderContext, RenderedLetter, RendererError, RendererSettings,
};
pub use smtp::SmtpTransport;
pub use test_message::{AlwaysProceed, test_message};
pub use transport::{MailServer, Security, Transport};
