//! The texts of many dealerships, joined in blocks: a filter reads them as one long text instead of going to each.

use crate::domain::{DealershipId, Profile};

use super::searchable::{SearchText, Searchable, TextSpan, fold_profile, length};

/// How many rows share a block: what is found in one fits a number with a bit for each.
pub const BLOCK: usize = u64::BITS as usize;

/// Up to [`BLOCK`] rows. One that changes moves the texts behind it, which are few.
#[derive(Debug, Default)]
pub struct Block {
    /// What words search, of one row after the other, each field on a line of its own.
    words: String,
    others: String,
    rows: Vec<TextSpan>,
}

impl Block {
    /// The text of one row. One that is not there has none.
    pub fn text(&self, row: usize) -> SearchText<'_> {
        const NONE: &TextSpan = &TextSpan { words: 0, others: 0, ends: [0; _] };
        match self.rows.get(row) {
            Some(place) => SearchText::new(&self.words, &self.others, place),
            None => SearchText::new("", "", NONE),
        }
    }

    /// A bit for each of these rows whose words hold what is looked for: `find` says where, from a place on, something
    /// is that never reaches from one line into the next.
    pub(super) fn rows_with(&self, asked: u64, find: impl Fn(&str, usize) -> Option<usize>) -> u64 {
        let words = self.words.strip_suffix('\n').unwrap_or_default();
        let (mut left, mut found) = (asked, 0);
        while left != 0 {
            let row = left.trailing_zeros() as usize;
            let Some((from, behind)) = self.rows.get(row).zip(self.rows.get(row + 1..)) else { break };
            let Some(at) = find(words, from.words as usize) else { break };
            let there = row + behind.iter().take_while(|next| next.words as usize <= at).count();
            found |= 1 << there;
            // Those before it do not hold it.
            left &= (u64::MAX << there) & !(1 << there);
        }
        found & asked
    }

    fn push(&mut self, id: DealershipId, profile: &Profile) {
        self.rows.push(fold_profile(&mut self.words, &mut self.others, id, profile, |_| true));
        if self.rows.len() == BLOCK {
            self.words.shrink_to_fit();
            self.others.shrink_to_fit();
        }
    }

    fn replace(&mut self, row: usize, text: &Searchable) {
        let Some(TextSpan { words, others, .. }) = self.rows.get(row).copied() else { return };
        let next = self.rows.get(row + 1).copied();
        let (words_end, others_end) =
            next.map_or((length(&self.words), length(&self.others)), |next| (next.words, next.others));
        self.words.replace_range(words as usize..words_end as usize, &text.words);
        self.others.replace_range(others as usize..others_end as usize, &text.others);
        for (behind, place) in self.rows.iter_mut().skip(row).enumerate() {
            if behind == 0 {
                place.ends = text.place.ends;
            } else {
                place.words = place.words - words_end + words + length(&text.words);
                place.others = place.others - others_end + others + length(&text.others);
            }
        }
    }
}

/// The texts of rows that are numbered from nought.
#[derive(Debug, Default)]
pub struct Texts(Vec<Block>);

impl Texts {
    /// Adds the text of one more row.
    pub fn push(&mut self, id: DealershipId, profile: &Profile) {
        if self.0.last().is_none_or(|last| last.rows.len() == BLOCK) {
            self.0.push(Block::default());
        }
        if let Some(last) = self.0.last_mut() {
            last.push(id, profile);
        }
    }

    /// Takes in a changed profile.
    pub fn set(&mut self, row: usize, id: DealershipId, profile: &Profile) {
        if let Some(block) = self.0.get_mut(row / BLOCK) {
            block.replace(row % BLOCK, &Searchable::new(id, profile));
        }
    }

    /// The text of a row; `None` for one that is not there.
    pub fn get(&self, row: usize) -> Option<SearchText<'_>> {
        let block = self.0.get(row / BLOCK)?;
        (row % BLOCK < block.rows.len()).then(|| block.text(row % BLOCK))
    }

    pub fn blocks(&self) -> &[Block] {
        &self.0
    }
}
