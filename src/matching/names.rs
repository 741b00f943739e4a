//! Codes of one kind as numbers, packed: one text of all codes, where each ends, and a table of numbers by code.

use std::cmp::Ordering;
use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::domain::Code;

/// Codes of one kind, numbered in the order in which they are met.
///
/// A store gives them in their own order. As long as they come so they are found by halves, and the table is made when it
/// is known how many there are.
#[derive(Debug, Default)]
pub(super) struct Names {
    text: String,
    /// Where each code ends in the text.
    ends: Vec<u32>,
    /// Numbers by code, of the first `listed`; the others are in the order of their codes, and after all of those.
    table: HashTable<u32>,
    listed: u32,
    /// How many of the first are in the order of their codes.
    sorted: u32,
    hasher: DefaultHashBuilder,
}

impl Names {
    /// The number of a code, which it gets when it has none.
    pub(super) fn id(&mut self, code: &Code) -> u32 {
        let id = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        let last = id.checked_sub(1).map_or("", |last| self.text(last));
        let follows = self.sorted == id && last < code.as_str();
        if follows {
            self.sorted += 1;
        } else if let Some(known) = self.find(code) {
            return known;
        }
        self.text.push_str(code.as_str());
        self.ends
            .push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        if !follows {
            self.list();
        }
        id
    }

    pub(super) fn find(&self, code: &Code) -> Option<u32> {
        let hash = self.hasher.hash_one(code.as_str());
        self.table
            .find(hash, |id| self.text(*id) == code.as_str())
            .copied()
            .or_else(|| self.find_unlisted(code.as_str()))
    }

    fn find_unlisted(&self, code: &str) -> Option<u32> {
        let (mut from, mut to) = (
            self.listed,
            u32::try_from(self.ends.len()).unwrap_or(u32::MAX),
        );
        while from < to {
            let middle = from + (to - from) / 2;
            match self.text(middle).cmp(code) {
                Ordering::Less => from = middle + 1,
                Ordering::Equal => return Some(middle),
                Ordering::Greater => to = middle,
            }
        }
        None
    }

    /// Puts all codes into the table.
    fn list(&mut self) {
        let (text, ends, hasher) = (&self.text, &self.ends, &self.hasher);
        let hash = |id: &u32| hasher.hash_one(part(text, ends, *id));
        let end = u32::try_from(ends.len()).unwrap_or(u32::MAX);
        self.table.reserve((end - self.listed) as usize, hash);
        for id in self.listed..end {
            self.table.insert_unique(hash(&id), id, hash);
        }
        self.listed = end;
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

    /// Makes the table whole and gives back what was kept free for more.
    pub(super) fn pack(&mut self) {
        self.list();
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

    #[test]
    fn a_code_is_found_in_whatever_order_codes_come() {
        let code = |n: u32| Code::composed(&format!("V{n:04}"));
        let orders: [Vec<u32>; 4] = [
            (0..100).collect(),
            (0..100).rev().collect(),
            // In order, then between, then in order again.
            (0..40)
                .map(|n| n * 2)
                .chain((0..40).map(|n| n * 2 + 1))
                .chain(80..100)
                .collect(),
            (0..100).map(|n| n * 37 % 100).collect(),
        ];
        for order in orders {
            for packed in [0, 50, 100] {
                let mut names = Names::default();
                for (id, n) in order.iter().enumerate() {
                    if id == packed {
                        names.pack();
                    }
                    assert_eq!(names.find(&code(*n)), None, "{order:?}");
                    assert_eq!(names.id(&code(*n)) as usize, id, "{order:?}");
                    // Asked again, it is no new one.
                    assert_eq!(names.id(&code(*n)) as usize, id, "{order:?}");
                }
                for (id, n) in order.iter().enumerate() {
                    assert_eq!(names.find(&code(*n)), u32::try_from(id).ok());
                }
                assert_eq!(names.find(&Code::composed("V00005")), None);
                assert_eq!(names.find(&Code::composed("W")), None);
                assert_eq!(names.len(), order.len());
            }
        }
    }
}
