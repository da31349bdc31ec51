//! STUB until merged.
use super::Parcel;
use crate::domain::{LetterId, LetterKind, Onboarding, Policy, Timestamp};
pub struct Press;
pub struct Occasion {
    pub letter: LetterId,
    pub kind: LetterKind,
    pub written_at: Timestamp,
}
#[derive(Debug, Clone, thiserror::Error)]
#[error("stub")]
pub struct LetterError;
pub struct Letter;
impl Press {
    pub fn write(&self, _: &Onboarding, _: &Occasion, _: &Policy) -> Result<Letter, LetterError> {
        Err(LetterError)
    }
}
impl Letter {
    pub fn parcel(&self) -> Result<Parcel, LetterError> {
        Err(LetterError)
    }
}
