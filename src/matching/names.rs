//! Codes of one kind as numbers, packed: one text of all codes, where each ends, and a table of numbers by code.

use std::cmp::Ordering;
use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::domain::Code;

/// Codes of one kind, numbered in the order in which they are met.
#[derive(Debug, Default)]
pub(super) struct Names {
    text: String,
    /// Where each code ends in the text.
    ends: Vec<u32>,
    table: HashTable<u32>,
    /// How many of the first are in the order of their codes.
    sorted: u32,
    hasher: DefaultHashBuilder,
}

impl Names {
    /// The number of a code, which it gets when it has none.
    pub(super) fn id(&mut self, code: &Code) -> u32 {
        let hash = self.hasher.hash_one(code.as_str());
        let (text, ends) = (&self.text, &self.ends);
        if let Some(id) = self
            .table
            .find(hash, |id| part(text, ends, *id) == code.as_str())
        {
            return *id;
        }
        let id = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        let last = id.checked_sub(1).map_or("", |last| self.text(last));
        if self.sorted == id && last < code.as_str() {
            self.sorted += 1;
        }
        self.text.push_str(code.as_str());
        self.ends
            .push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        let (text, ends, hasher) = (&self.text, &self.ends, &self.hasher);
        self.table
            .insert_unique(hash, id, |id| hasher.hash_one(part(text, ends, *id)));
        id
    }

    pub(super) fn find(&self, code: &Code) -> Option<u32> {
        let hash = self.hasher.hash_one(code.as_str());
        self.table
            .find(hash, |id| self.text(*id) == code.as_str())
            .copied()
    }

    pub(super) fn code(&self, id: u32) -> Code {
        Code::composed(self.text(id))
    }

    /// The order of two codes.
    pub(super) fn order(&self, a: u32, b: u32) -> Ordering {
        if a < self.sorted && b < self.sorted {
            a.cmp(&b)
        } else {
            self.text(a).cmp(self.text(b))
        }
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Gives back what was kept free for more.
    pub(super) fn pack(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    fn text(&self, id: u32) -> &str {
        part(&self.text, &self.ends, id)
    }
}

/// The code of a number; nothing when there is none of that number.
fn part<'a>(text: &'a str, ends: &[u32], id: u32) -> &'a str {
    let at = id as usize;
    let from = at
        .checked_sub(1)
        .map_or(Some(0), |before| ends.get(before).copied());
    from.zip(ends.get(at))
        .and_then(|(from, to)| text.get(from as usize..*to as usize))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_keeps_its_number() {
        let mut names = Names::default();
        let codes: Vec<Code> = (0..5_000)
            .map(|n| Code::composed(&format!("V{n}街")))
            .collect();
        for (n, code) in codes.iter().enumerate() {
            assert_eq!(names.id(code) as usize, n);
        }
        for (n, code) in codes.iter().enumerate() {
            assert_eq!(names.find(code), u32::try_from(n).ok());
            assert_eq!(names.code(u32::try_from(n).unwrap()), *code);
        }
        assert_eq!(names.find(&Code::composed("V")), None);
        for (a, b) in [(2, 10), (3, 4), (0, 4_999)] {
            let order = codes[a as usize].cmp(&codes[b as usize]);
            assert_eq!(names.order(a, b), order);
        }
        assert_eq!(names.len(), codes.len());
    }
}
