//! What is made of the table of facts.

/// Makes `Fact` of rows: what it means, its name, the variant, its severity; where its own moment is, if it has one
/// (`noticed`, or `told` by somebody); which field is a secret (`masked`); and its words.
macro_rules! facts {
    ($(
        $(#[doc = $doc:literal])+
        $kind:literal $variant:ident { $($(#[$attr:meta])* $field:ident: $type:ty),* $(,)? }
        $severity:expr $(, noticed $noticed:ident)? $(, told $told:ident)? $(, masked $secret:ident)? => $words:expr;
    )+) => {
        /// One thing that happened, to one dealership or to the platform. The serialized `kind` is dotted and in the past tense.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind", content = "data")]
        pub enum Fact {$(
            $(#[doc = $doc])+
            #[serde(rename = $kind)]
            $variant { $($(#[$attr])* $field: $type),* },
        )+}

        impl Fact {
            /// Every kind there is, for filters and completions.
            pub const KINDS: &'static [&'static str] = &[$($kind),+];

            /// What each of them means, for the documentation.
            pub const MEANINGS: &'static [&'static str] = &[$(concat!($($doc),+)),+];

            /// The place of the kind in [`Fact::KINDS`].
            pub fn index(&self) -> u8 {
                enum Place { $($variant),+ }
                match self {
                    $(Self::$variant { .. } => Place::$variant as u8,)+
                }
            }

            /// How good or urgent it is, among other events.
            #[allow(unused_variables, reason = "most severities are of the kind, whatever is in it")]
            pub fn severity(&self) -> EventSeverity {
                match self {
                    $(Self::$variant { $($field),* } => $severity,)+
                }
            }

            /// When it happened, by its own word; `None`: when it was recorded.
            pub fn happened_at(&self) -> Option<Timestamp> {
                match self {
                    $(
                        $(Self::$variant { $noticed, .. } => Some(*$noticed),)?
                        $(Self::$variant { $told, .. } => Some(*$told),)?
                    )+
                    _ => None,
                }
            }

            /// Whether the moment at which it happened is somebody's word; else it was noticed, or has none of its own.
            pub fn is_word(&self) -> bool {
                match self {
                    $($(Self::$variant { $told: _, .. } => true,)?)+
                    _ => false,
                }
            }

            /// The field of it that nobody is shown, and what is shown instead.
            pub(super) fn secret(&self) -> Option<(&'static str, String)> {
                match self {
                    $($(Self::$variant { $secret, .. } => Some((stringify!($secret), $secret.masked())),)?)+
                    _ => None,
                }
            }

            /// What happened, in one line for people, without the dealership's name and without moments: whoever shows it knows
            /// the zone. Codes are masked, outside text is cleaned.
            #[allow(unused_variables, reason = "nobody is told everything")]
            pub fn summary(&self) -> String {
                match self {
                    $(Self::$variant { $($field),* } => String::from($words),)+
                }
            }
        }
    };
}

pub(super) use facts;
