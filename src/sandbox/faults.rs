//! Which faults the simulated platform injects, how often, and how that is written down.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::seeded_rng::SeededRng;

/// One way in which the platform, or the post office beside it, misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    /// Status 503 without a useful body.
    Unavailable,
    /// Status 429 with `Retry-After`, in seconds and as a date in turn.
    TooMany,
    Slow,
    /// No answer at all until the caller gives up.
    Hang,
    /// The answer breaks off in the middle: cleanly, or with the connection, in turn.
    Truncated,
    /// An answer of 16 MiB.
    Oversized,
    /// Status 200 with `success: false` and a code nobody has heard of.
    SuccessFalse,
    /// `null` where a list should be.
    NullLists,
    /// A bare 403 from the gateway, whoever asks.
    Forbidden,
    /// The token call answers 401 `access_denied`.
    TokenRefused,
    /// The token in use is forgotten: 401 from now on.
    ExpiredToken,
    /// A booking is done, and its answer never comes.
    BookedHang,
    /// A booking is done, and the connection is cut before the answer.
    BookedCut,
    /// A booking is done, and the answer is a 503.
    BookedUnavailable,
    /// Status 450 at the recipient: later.
    MailDeferred,
    /// The connection is cut after the final dot: in turn with the letter taken and without.
    MailCut,
    /// Status 421 after the final dot: the letter is not taken.
    MailClosing,
    /// The right answer to the final dot, later.
    MailSlow,
    /// No answer to the final dot: in turn with the letter taken and without.
    MailHang,
    /// A share of all addresses does not exist: status 550 at the recipient.
    MailUnknown,
    /// A share of all addresses does not exist, and that is told by a report after the letter was taken.
    MailBounced,
}

impl Fault {
    /// All of them, in the order in which they are written.
    pub const ALL: [Self; 21] = [
        Self::Unavailable,
        Self::TooMany,
        Self::Slow,
        Self::Hang,
        Self::Truncated,
        Self::Oversized,
        Self::SuccessFalse,
        Self::NullLists,
        Self::Forbidden,
        Self::TokenRefused,
        Self::ExpiredToken,
        Self::BookedHang,
        Self::BookedCut,
        Self::BookedUnavailable,
        Self::MailDeferred,
        Self::MailCut,
        Self::MailClosing,
        Self::MailSlow,
        Self::MailHang,
        Self::MailUnknown,
        Self::MailBounced,
    ];

    /// The fault with a name.
    pub fn named(name: &str) -> Result<Self, FaultsError> {
        Self::ALL.into_iter().find(|fault| fault.name() == name).ok_or_else(|| FaultsError::Name(name.to_owned()))
    }

    /// Its name in a spec and in the statistics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unavailable => "503",
            Self::TooMany => "429",
            Self::Slow => "slow",
            Self::Hang => "hang",
            Self::Truncated => "truncated",
            Self::Oversized => "oversized",
            Self::SuccessFalse => "success-false",
            Self::NullLists => "null-lists",
            Self::Forbidden => "forbidden",
            Self::TokenRefused => "token-refused",
            Self::ExpiredToken => "expired-token",
            Self::BookedHang => "booked-hang",
            Self::BookedCut => "booked-cut",
            Self::BookedUnavailable => "booked-503",
            Self::MailDeferred => "mail-deferred",
            Self::MailCut => "mail-cut",
            Self::MailClosing => "mail-421",
            Self::MailSlow => "mail-slow",
            Self::MailHang => "mail-hang",
            Self::MailUnknown => "mail-unknown",
            Self::MailBounced => "mail-bounced",
        }
    }

    fn draws(self) -> Draws {
        match self {
            Self::MailDeferred | Self::MailCut | Self::MailClosing | Self::MailSlow | Self::MailHang => Draws::Letter,
            Self::MailUnknown | Self::MailBounced => Draws::Address,
            _ => Draws::Request,
        }
    }

    /// Whether it happens at the post office.
    pub(super) fn is_mail(self) -> bool {
        self.draws() != Draws::Request
    }

    /// Whether it is a right answer that comes later.
    fn has_delay(self) -> bool {
        matches!(self, Self::Slow | Self::MailSlow)
    }
}

/// What is drawn for: each request and each letter once, and each address once for all time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Draws {
    Request,
    Letter,
    Address,
}

impl Draws {
    const ALL: [Self; 3] = [Self::Request, Self::Letter, Self::Address];

    /// The word that keeps its draws apart from the others'.
    fn as_str(self) -> &'static str {
        match self {
            Self::Request => "fault",
            Self::Letter => "mail-fault",
            Self::Address => "mail-address",
        }
    }
}

/// What a spec got wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultsError {
    #[error("\"{0}\" is not of the form name=share%, e.g. 503=2%")]
    Form(String),
    /// A name that is none of the faults.
    #[error("\"{0}\" is no fault; known are {known}", known = Fault::ALL.map(Fault::name).join(", "))]
    Name(String),
    #[error("\"{0}\" is given twice")]
    Twice(String),
    /// A share that is not a number from 0% to 100%.
    #[error("\"{0}\" is not a share from 0% to 100%")]
    Share(String),
    /// A delay that is missing, not understood or longer than a minute.
    #[error("{0} needs a delay of 1ms to 60s, as in {0}=3%:400ms, not \"{1}\"")]
    Delay(&'static str, String),
    /// A delay at a fault that has none.
    #[error("\"{0}\" takes no delay; only slow and mail-slow do")]
    NoDelay(String),
    /// Shares that add up to more than everything.
    #[error("the shares add up to more than 100%")]
    Total,
}

/// How often each fault is injected. One draw per request, per letter and per address, so the shares of the faults of
/// each of these together are at most 100%.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Faults {
    /// The share in millionths, for each fault in the order of [`Fault::ALL`].
    millionths: [u32; Fault::ALL.len()],
    slow_by: Duration,
    mail_slow_by: Duration,
}

const NASTY: &str = "503=2%,429=1%,slow=3%:400ms,hang=0.2%,truncated=1%,oversized=0.2%,success-false=1%,null-lists=2%,\
                     forbidden=0.5%,token-refused=0.5%,expired-token=1%,booked-hang=0.5%,booked-cut=1%,booked-503=1%,\
                     mail-deferred=3%,mail-cut=1%,mail-421=1%,mail-slow=3%:400ms,mail-hang=0.2%,mail-unknown=0.5%,\
                     mail-bounced=0.5%";

impl Faults {
    /// A platform that never misbehaves.
    pub fn none() -> Self {
        Self::default()
    }

    /// A platform that misbehaves in every way, now and then: whoever lives with it lives with the real one.
    pub fn nasty() -> Self {
        // The constant is covered by a test; a typing error in it would show there.
        Self::parse(NASTY).unwrap_or_default()
    }

    /// Reads a spec such as `503=2%,slow=3%:400ms`; `none` and `nasty` stand for themselves.
    pub fn parse(spec: &str) -> Result<Self, FaultsError> {
        match spec.trim() {
            "" | "none" => return Ok(Self::none()),
            "nasty" => return Self::parse(NASTY),
            _ => {}
        }
        let mut faults = Self::none();
        let mut seen = [false; Fault::ALL.len()];
        for part in spec.split(',').map(str::trim) {
            let (name, value) = part.split_once('=').ok_or_else(|| FaultsError::Form(part.to_owned()))?;
            let name = name.trim();
            let fault = Fault::named(name)?;
            let index = Fault::ALL.iter().position(|known| *known == fault).unwrap_or(0);
            let (share, delay) = match value.split_once(':') {
                Some((share, delay)) => (share.trim(), Some(delay.trim())),
                None => (value.trim(), None),
            };
            if std::mem::replace(&mut seen[index], true) {
                return Err(FaultsError::Twice(name.to_owned()));
            }
            faults.millionths[index] = millionths(share)?;
            match (Fault::ALL[index], delay) {
                (Fault::Slow, delay) => faults.slow_by = parse_delay(fault, delay.unwrap_or_default())?,
                (Fault::MailSlow, delay) => faults.mail_slow_by = parse_delay(fault, delay.unwrap_or_default())?,
                (_, Some(_)) => return Err(FaultsError::NoDelay(name.to_owned())),
                (_, None) => {}
            }
        }
        let too_much = |draws| faults.shares(draws).map(|(_, share)| share).sum::<u32>() > 1_000_000;
        if Draws::ALL.into_iter().any(too_much) { Err(FaultsError::Total) } else { Ok(faults) }
    }

    fn shares(&self, draws: Draws) -> impl Iterator<Item = (Fault, u32)> {
        Fault::ALL.into_iter().zip(self.millionths).filter(move |(fault, _)| fault.draws() == draws)
    }

    /// How long a slow answer takes.
    pub fn slow_by(&self) -> Duration {
        self.slow_by
    }

    /// How long a slow answer to a letter takes.
    pub fn mail_slow_by(&self) -> Duration {
        self.mail_slow_by
    }

    /// The fault that the request with a number meets, among those that `applies` admits.
    pub(super) fn draw(&self, seed: u64, request: u64, applies: impl Fn(Fault) -> bool) -> Option<Fault> {
        self.drawn(seed, Draws::Request, &request.to_string()).filter(|fault| applies(*fault))
    }

    /// The fault that the letter with a number meets.
    pub(super) fn draw_letter(&self, seed: u64, letter: u64) -> Option<Fault> {
        self.drawn(seed, Draws::Letter, &letter.to_string())
    }

    /// What is wrong with an address, always.
    pub(super) fn draw_address(&self, seed: u64, address: &str) -> Option<Fault> {
        self.drawn(seed, Draws::Address, address)
    }

    fn drawn(&self, seed: u64, draws: Draws, about: &str) -> Option<Fault> {
        let draw = SeededRng::of(seed, &[draws.as_str(), about]).bits() % 1_000_000;
        let mut upto = 0_u64;
        self.shares(draws)
            .map(|(fault, share)| {
                upto += u64::from(share);
                (fault, upto)
            })
            .find(|(_, upto)| draw < *upto)
            .map(|(fault, _)| fault)
    }
}

/// `2%` or `0.25%` in millionths, exactly: no rounding through floating point, so that the text survives a round trip.
fn millionths(share: &str) -> Result<u32, FaultsError> {
    let wrong = || FaultsError::Share(share.to_owned());
    let number = share.strip_suffix('%').ok_or_else(wrong)?.trim();
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || part.len() > 4 || !digits(whole) || !digits(part) {
        return Err(wrong());
    }
    let value: u32 = format!("{whole}{part:0<4}").parse().map_err(|_| wrong())?;
    if value > 1_000_000 { Err(wrong()) } else { Ok(value) }
}

fn parse_delay(fault: Fault, text: &str) -> Result<Duration, FaultsError> {
    let wrong = || FaultsError::Delay(fault.name(), text.to_owned());
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 1),
        None => (text.strip_suffix('s').ok_or_else(wrong)?, 1_000),
    };
    let millis = number.trim().parse::<u64>().ok().and_then(|value| value.checked_mul(unit)).ok_or_else(wrong)?;
    if (1..=60_000).contains(&millis) { Ok(Duration::from_millis(millis)) } else { Err(wrong()) }
}

impl FromStr for Faults {
    type Err = FaultsError;

    fn from_str(spec: &str) -> Result<Self, FaultsError> {
        Self::parse(spec)
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for (fault, share) in Fault::ALL.into_iter().zip(self.millionths) {
            if share == 0 {
                continue;
            }
            to.write_str(if std::mem::take(&mut first) { "" } else { "," })?;
            let part = format!("{:04}", share % 10_000);
            let part = part.trim_end_matches('0');
            let dot = if part.is_empty() { "" } else { "." };
            write!(to, "{}={}{dot}{part}%", fault.name(), share / 10_000)?;
            if fault.has_delay() {
                let by = if fault == Fault::Slow { self.slow_by } else { self.mail_slow_by };
                write!(to, ":{}ms", by.as_millis())?;
            }
        }
        if first { to.write_str("none") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specs_survive_a_round_trip() {
        for spec in [NASTY, "none", "503=100%", "slow=0.0001%:60000ms", "429=12.5%,hang=87.5%"] {
            assert_eq!(Faults::parse(spec).unwrap().to_string(), spec);
        }
        assert_eq!("nasty".parse(), Ok(Faults::nasty()));
        assert!(Faults::nasty().millionths.iter().all(|share| *share > 0));
        assert_eq!(Faults::parse(" slow = 3% : 2s ").unwrap().slow_by(), Duration::from_secs(2));
    }

    #[test]
    fn bad_specs_are_refused_with_the_reason() {
        for (spec, reason) in [
            ("503", "not of the form"),
            ("404=1%", "is no fault; known are 503, 429"),
            ("503=1%,503=2%", "twice"),
            ("503=0%,503=2%", "twice"),
            ("503=101%", "not a share"),
            ("503=-1%", "not a share"),
            ("503=1", "not a share"),
            ("slow=1%", "needs a delay"),
            ("slow=1%:99999999999999999999s", "needs a delay"),
            ("503=1%:4ms", "takes no delay"),
            ("503=60%,429=60%", "more than 100%"),
            ("mail-cut=60%,mail-421=60%", "more than 100%"),
            ("mail-slow=1%", "mail-slow needs a delay"),
            ("mail-cut=1%:4ms", "takes no delay"),
        ] {
            let error = Faults::parse(spec).unwrap_err().to_string();
            assert!(error.contains(reason), "{spec}: {error}");
        }
    }

    #[test]
    fn draws_follow_the_shares_and_the_seed() {
        let faults = Faults::parse("503=20%,429=5%").unwrap();
        let draws: Vec<_> = (0..10_000).map(|number| faults.draw(4, number, |_| true)).collect();
        let count = |wanted| draws.iter().filter(|draw| **draw == wanted).count();
        assert!((1_800..2_200).contains(&count(Some(Fault::Unavailable))));
        assert!((400..600).contains(&count(Some(Fault::TooMany))));
        assert_eq!(draws[17], faults.draw(4, 17, |_| true));
        assert!((0..1_000).all(|number| faults.draw(4, number, |fault| fault == Fault::Hang).is_none()));
    }

    #[test]
    fn requests_letters_and_addresses_are_drawn_apart() {
        let faults = Faults::parse("503=100%,mail-cut=100%,mail-unknown=30%").unwrap();
        assert_eq!(faults.draw(4, 1, |_| true), Some(Fault::Unavailable));
        assert_eq!(faults.draw_letter(4, 1), Some(Fault::MailCut));
        let gone = |number: u32| faults.draw_address(4, &format!("a{number}@example.com")).is_some();
        assert!((200..400).contains(&(0..1_000).filter(|number| gone(*number)).count()));
        assert!((0..100).all(|number| gone(number) == gone(number)));
        assert_eq!(Faults::parse("503=100%").unwrap().draw_letter(4, 1), None);
    }
}
