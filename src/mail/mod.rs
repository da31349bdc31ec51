//! Mail: the third way to the outside. A letter is written ([`Press`]) and handed over ([`Courier`]); what comes back is read
//! ([`bounce`]).

pub mod bounce;
pub mod courier;
pub mod directory;
pub mod maildir;
pub mod press;
pub mod reserved;
pub mod smtp;
pub mod transport;
mod trial;

/// The header that names the letter, for reports of servers that replaced its Message-ID.
const LETTER_HEADER: &str = "X-Cloverwatch-Letter";

pub use courier::{Delivery, MailTransport, OutgoingMessage, Pass, PreSendCheck, RefusedBy};
pub use directory::DirectoryCourier;
pub use press::{LetterError, LetterRenderer, Pages, PressError, PressSettings, RenderContext, RenderedLetter};
pub use smtp::SmtpCourier;
pub use transport::{MailServer, Security, Transport};
pub use trial::{Open, trial};
