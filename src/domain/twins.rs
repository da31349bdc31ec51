//! Twins: dealerships of ours that may be one and the same. A hint for people; nothing follows from it by itself.
//!
//! Two are twins when they share a mail address, a phone number, their name but for its legal form, or their dealerCode
//! but for case, spaces, dashes and zeros in front. What more than [`MOST_SHARING`] share belongs to a service desk or a
//! group, and tells nothing.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, RandomState};

use serde::{Deserialize, Serialize};

use super::address::folded;
use super::phone::numbers;
use super::text::{normal_key, push_normal};
use super::{DealershipId, Onboarding, Profile, ProfileField};

/// How many may share an address, a number or a name and still be taken for one.
pub const MOST_SHARING: usize = 5;

/// Words at the end of a name that say what it is by law, or nothing.
const LEGAL: [&str; 13] = [
    "inc",
    "incorporated",
    "llc",
    "llp",
    "lp",
    "pllc",
    "ltd",
    "limited",
    "corp",
    "corporation",
    "co",
    "company",
    "the",
];

/// One that may be the same, and what both share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Twin<T = DealershipId> {
    pub id: T,
    /// The fields that read alike, in the order of [`FIELDS`].
    pub reasons: Vec<ProfileField>,
}

impl<T> Twin<T> {
    /// What both share, in words.
    pub fn message(&self) -> String {
        let words = self.reasons.iter().map(|field| match field {
            ProfileField::Email => "same address",
            ProfileField::Phone => "same phone",
            ProfileField::Name => "same name",
            _ => "same dealerCode but for case, spaces, dashes or zeros",
        });
        words.collect::<Vec<_>>().join(", ")
    }

    /// The hint, given who it is.
    pub fn hint(&self, profile: &Profile) -> String {
        let (name, code) = (profile.name.plain(), profile.dealer_code.plain());
        format!("may be the same as {name} ({code}): {}", self.message())
    }
}

/// The fields by which twins are known.
pub const FIELDS: [ProfileField; 4] =
    [ProfileField::Email, ProfileField::Phone, ProfileField::Name, ProfileField::DealerCode];

/// The bits of a key that say which of these it is of.
const FIELD_BITS: u64 = FIELDS.len() as u64 - 1;

#[derive(Debug, Clone)]
pub struct TwinIndex<T = DealershipId> {
    hasher: RandomState,
    /// What a field reads, as a key, and who has it; in order.
    holders: Vec<(u64, T)>,
    /// What holds no more, until the index is settled.
    gone: HashSet<(u64, T)>,
}

impl TwinIndex {
    /// Of those that are not archived: whoever archives one of two has told them apart.
    pub fn of_open<'a>(states: impl IntoIterator<Item = &'a Onboarding>) -> Self {
        let open = states.into_iter().filter(|state| state.archived_at.is_none());
        Self::of(open.map(|state| (state.id, &state.profile)))
    }
}

impl<T> Default for TwinIndex<T> {
    fn default() -> Self {
        Self { hasher: RandomState::new(), holders: Vec::new(), gone: HashSet::new() }
    }
}

impl<T: Copy + Ord + Hash> TwinIndex<T> {
    pub fn of<'a>(profiles: impl IntoIterator<Item = (T, &'a Profile)>) -> Self {
        let profiles = profiles.into_iter();
        let mut index = Self::default();
        index.holders.reserve(profiles.size_hint().0 * FIELDS.len());
        profiles.for_each(|(id, profile)| index.insert(id, profile));
        index.settle();
        index
    }

    /// Takes in one more. It counts once the index is settled.
    pub fn insert(&mut self, id: T, profile: &Profile) {
        let Self { hasher, holders, gone } = self;
        each_key(profile, |field, text| {
            let holder = (key(hasher, field, text), id);
            if !gone.remove(&holder) {
                holders.push(holder);
            }
        });
    }

    /// Drops one, with the profile that was taken in. It is gone once the index is settled.
    pub fn remove(&mut self, id: T, profile: &Profile) {
        let Self { hasher, gone, .. } = self;
        each_key(profile, |field, text| {
            gone.insert((key(hasher, field, text), id));
        });
    }

    /// Puts in order what was taken in and dropped; cheap for few among many.
    pub fn settle(&mut self) {
        let Self { holders, gone, .. } = self;
        if !gone.is_empty() {
            holders.retain(|holder| !gone.contains(holder));
            gone.clear();
        }
        holders.sort();
        holders.dedup();
    }

    /// Who may be the same as this one, which need not be among those that were taken in. Who shares most comes first.
    pub fn twins_of(&self, id: T, profile: &Profile) -> Vec<Twin<T>> {
        let mut twins: Vec<Twin<T>> = Vec::new();
        each_key(profile, |field, text| {
            let key = key(&self.hasher, field, text);
            let from = self.holders.partition_point(|(other, _)| *other < key);
            let all = self.holders.iter().skip(from).take_while(|(other, _)| *other == key);
            if !tells(field, all.clone().take(MOST_SHARING + 1).count()) {
                return;
            }
            for (_, other) in all.filter(|(_, other)| *other != id) {
                match twins.iter_mut().find(|twin| twin.id == *other) {
                    Some(twin) if twin.reasons.contains(&field) => {}
                    Some(twin) => twin.reasons.push(field),
                    None => twins.push(Twin { id: *other, reasons: vec![field] }),
                }
            }
        });
        twins.sort_by_key(|twin| std::cmp::Reverse(twin.reasons.len()));
        twins
    }

    /// Everybody who has a twin.
    pub fn members(&self) -> HashSet<T> {
        let shared = self.holders.chunk_by(|one, next| one.0 == next.0).filter(|holders| holders.len() > 1);
        let telling =
            shared.filter(|holders| holders.first().is_some_and(|(key, _)| tells(field_of(*key), holders.len())));
        telling.flatten().map(|(_, id)| *id).collect()
    }
}

/// What a field reads, hashed; the lowest bits say which field.
fn key(hasher: &RandomState, field: ProfileField, text: &str) -> u64 {
    let place = FIELDS.iter().take_while(|other| **other != field).count() as u64;
    hasher.hash_one(text) & !FIELD_BITS | place
}

fn field_of(key: u64) -> ProfileField {
    FIELDS[(key & FIELD_BITS) as usize]
}

/// Whether it tells something that so many share a field. Many with one dealerCode are many mistakes.
fn tells(field: ProfileField, sharing: usize) -> bool {
    sharing <= MOST_SHARING || field == ProfileField::DealerCode
}

/// Where a twin of a new profile is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Beside {
    Known(DealershipId),
    /// Among the new ones: its place.
    New(usize),
}

/// For each of these new profiles who may be the same as it, among those we have or among the others. One whose dealerCode is
/// known is that dealership, and no twin of anybody.
pub fn hints<'a>(
    known: impl IntoIterator<Item = (DealershipId, &'a Profile)>,
    new: &[&'a Profile],
) -> Vec<Vec<Twin<Beside>>> {
    let mut codes = HashSet::new();
    let known = known.into_iter().inspect(|(_, profile)| {
        codes.insert(profile.dealer_code.raw());
    });
    let mut index = TwinIndex::of(known.map(|(id, profile)| (Beside::Known(id), profile)));
    let added: Vec<bool> = new.iter().map(|profile| codes.insert(profile.dealer_code.raw())).collect();
    let places = || new.iter().zip(&added).enumerate();
    places()
        .filter(|(_, (_, added))| **added)
        .for_each(|(place, (profile, _))| index.insert(Beside::New(place), profile));
    index.settle();
    let members = index.members();
    let one = |(place, (profile, added)): (usize, (&&Profile, &bool))| match Beside::New(place) {
        id if *added && members.contains(&id) => index.twins_of(id, profile),
        _ => Vec::new(),
    };
    places().map(one).collect()
}

/// What is compared of a profile, field by field.
fn each_key(profile: &Profile, mut take: impl FnMut(ProfileField, &str)) {
    let contact = &profile.contact;
    if !contact.email.is_empty() {
        take(ProfileField::Email, &folded(&contact.email));
    }
    // Without its area code a number may be anybody's.
    for number in numbers(contact.phone.raw()).iter().filter(|number| number.is_whole()) {
        take(ProfileField::Phone, &number.digits);
    }
    let name = bare_name(profile.name.raw());
    if !name.is_empty() {
        take(ProfileField::Name, &name);
    }
    let code = normal_key(profile.dealer_code.raw());
    let bare = code.trim_start_matches('0');
    take(ProfileField::DealerCode, if bare.is_empty() { &code } else { bare });
}

/// A name without what is written or left out at will: its legal form, "The", "and", punctuation and spaces.
fn bare_name(name: &str) -> String {
    let mut form = String::with_capacity(name.len());
    push_normal(&mut form, name);
    // `L.L.C.` is one word.
    if form.contains('.') {
        form.retain(|c| c != '.');
    }
    let is_mark = |c: char| !c.is_alphanumeric();
    let rest = form.trim_matches(is_mark);
    let mut rest = rest.strip_prefix("the ").unwrap_or(rest);
    while let Some((before, _)) = rest.rsplit_once(is_mark).filter(|(_, word)| LEGAL.contains(word)) {
        rest = before.trim_end_matches(is_mark);
    }
    let words = rest.split(is_mark).filter(|word| *word != "and");
    words.fold(String::with_capacity(rest.len()), |bare, word| bare + word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Contact;

    pub(super) fn profile(name: &str, code: &str, email: &str, phone: &str) -> Profile {
        Profile {
            name: name.into(),
            dealer_code: code.into(),
            group: "".into(),
            brand: "".into(),
            city: "".into(),
            state: "".into(),
            timezone: chrono_tz::America::New_York.into(),
            contact: Contact { name: "".into(), email: email.into(), phone: phone.into() },
            owner: None,
        }
    }

    pub(super) fn id(number: u64) -> DealershipId {
        DealershipId::from_bits(number)
    }

    pub(super) fn index(profiles: &[Profile]) -> TwinIndex {
        TwinIndex::of((1..).map(id).zip(profiles))
    }

    pub(super) fn twins(index: &TwinIndex, profiles: &[Profile], number: usize) -> Vec<(u64, Vec<ProfileField>)> {
        let found = index.twins_of(id(number as u64), &profiles[number - 1]);
        found.into_iter().map(|twin| (twin.id.bits(), twin.reasons)).collect()
    }

    #[test]
    fn a_name_counts_without_its_legal_form_case_accents_and_marks() {
        for (one, other) in [
            ("Peña Chevrolet", "Pena Chevrolet LLC"),
            ("Harbor Ford Inc.", "HARBOR FORD"),
            ("Harbor Ford, L.L.C.", "Harbor-Ford"),
            ("The O’Hara Motor Company, Inc.", "O'Hara Motor Co."),
            ("Hara & Sons Ltd", "Hara and Sons, The"),
            ("Auto Haus Corp", "AutoHaus L.P."),
            ("St. Louis Kia", "St Louis Kia"),
        ] {
            assert_eq!(bare_name(one), bare_name(other), "{one} {other}");
        }
        for (one, other) in
            [("Harbor Ford", "Harbor Kia"), ("Denver Ford", "Denver Co Ford"), ("Incline Kia", "line Kia")]
        {
            assert_ne!(bare_name(one), bare_name(other), "{one} {other}");
        }
        assert_eq!(bare_name("The Company"), "company", "a name of such words alone stays one");
    }

    #[test]
    fn each_field_that_is_shared_is_a_reason() {
        use ProfileField::{DealerCode, Email, Name, Phone};
        let all = [
            profile("Peña Chevrolet", "t3", "a3@example.com", "(201) 555-0101"),
            profile("Pena Chevrolet LLC", "t4", "A3@Example.com", "+1 201-555-0101 x4"),
            profile("Harbor Ford", "XTS-77", "b@example.com", ""),
            profile("Lakeside Kia", "xts 77", "c@example.com", "555-0101"),
            profile("Desert Toyota", "02042", "d@example.com", "201 555 0199 / 201 555 0198"),
            profile("Canyon Honda", "2042", "e@example.com", "2015550198"),
            profile("Other Honda", "000", "f@example.com", "555-0101"),
        ];
        let index = index(&all);
        assert_eq!(twins(&index, &all, 1), [(2, vec![Email, Phone, Name])]);
        assert_eq!(twins(&index, &all, 2), [(1, vec![Email, Phone, Name])]);
        assert_eq!(twins(&index, &all, 3), [(4, vec![DealerCode])]);
        assert_eq!(twins(&index, &all, 5), [(6, vec![Phone, DealerCode])]);
        assert_eq!(twins(&index, &all, 7), [], "a number without its area code says little");
        let members: HashSet<u64> = index.members().into_iter().map(DealershipId::bits).collect();
        assert_eq!(members, HashSet::from([1, 2, 3, 4, 5, 6]));
        let twin = &index.twins_of(id(1), &all[0])[0];
        assert_eq!(twin.message(), "same address, same phone, same name");
    }

    #[test]
    fn what_many_share_is_a_desk_and_no_hint() {
        let several: Vec<Profile> = (0..=MOST_SHARING)
            .map(|n| profile(&format!("Rooftop {n}"), &format!("x{n}"), "desk@example.com", "201-555-0100"))
            .collect();
        let (few, many) = (&several[..MOST_SHARING], &several[..]);
        assert_eq!(twins(&index(few), few, 1).len(), MOST_SHARING - 1);
        assert_eq!(index(few).members().len(), MOST_SHARING);
        assert_eq!(twins(&index(many), many, 1), []);
        assert_eq!(index(many).members(), HashSet::new());
        let codes: Vec<Profile> = (1..9).map(|n| profile(&n.to_string(), &"0".repeat(n), "", "")).collect();
        assert_eq!(twins(&index(&codes), &codes, 1), []);
        let codes: Vec<Profile> =
            (0..9).map(|n| profile(&n.to_string(), &format!("{}7", "0".repeat(n)), "", "")).collect();
        assert_eq!(twins(&index(&codes), &codes, 1).len(), 8, "one dealerCode is never a desk's");
    }

    #[test]
    fn new_ones_are_compared_with_the_known_and_with_each_other() {
        let known = [profile("Harbor Ford", "h1", "b@example.com", "")];
        let new = [
            profile("Harbor Ford", "h1", "new@example.com", ""),
            profile("Harbor Ford Inc", "h2", "c@example.com", ""),
            profile("Desert Kia", "h3", "c@example.com", ""),
            profile("Canyon Kia", "h4", "d@example.com", ""),
        ];
        let new: Vec<&Profile> = new.iter().collect();
        let hints = hints([(id(9), &known[0])], &new);
        let shown: Vec<Vec<Beside>> = hints.iter().map(|twins| twins.iter().map(|twin| twin.id).collect()).collect();
        assert_eq!(shown[0], [], "it is the known one");
        assert_eq!(shown[1], [Beside::New(2), Beside::Known(id(9))]);
        assert_eq!(shown[2], [Beside::New(1)]);
        assert_eq!(shown[3], []);
    }

    proptest::proptest! {
        #[test]
        fn taking_in_and_dropping_leads_to_what_is_left(
            all in proptest::collection::vec(("[ab]", "0?[ab] ?", "[ab]?@x|", "(2015550100|2015550101/2015550100)?"), 1..14),
            gone in proptest::collection::vec(proptest::bool::ANY, 14),
        ) {
            let all: Vec<Profile> = all.iter().map(|(name, code, email, phone)| profile(name, code, email, phone)).collect();
            let mut changed = index(&all);
            let places = || (1..).map(id).zip(&all).zip(&gone);
            places().filter(|(_, gone)| **gone).for_each(|((id, profile), _)| changed.remove(id, profile));
            changed.settle();
            let left = TwinIndex::of(places().filter(|(_, gone)| !**gone).map(|(one, _)| one));
            proptest::prop_assert_eq!(changed.members(), left.members());
            let keys = |index: &TwinIndex| index.holders.len();
            proptest::prop_assert_eq!(keys(&changed), keys(&left));
            for ((id, profile), _) in places() {
                let sorted = |index: &TwinIndex| {
                    let mut twins: Vec<_> = index.twins_of(id, profile).into_iter().map(|twin| (twin.id.bits(), twin.reasons)).collect();
                    twins.sort_by_key(|twin| twin.0);
                    twins
                };
                proptest::prop_assert_eq!(sorted(&changed), sorted(&left));
            }
        }
    }
}

#[cfg(test)]
#[path = "twins_hint_tests.rs"]
mod hint_tests;
