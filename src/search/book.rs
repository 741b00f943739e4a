//! The keys of one kind of record, packed: no allocation a record, so that a district's fit into memory and caches.
//!
//! A record keeps its position for good. Records lie in blocks, which snapshots share; a change copies the block that it is
//! in when somebody still looks at the old one, and nothing else.

use std::hash::BuildHasher as _;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::entry::{Entry, SECTION};
use super::text::Glance;
use crate::domain::{Code, Kind};

/// Records in a block: the piece that one thread searches between two looks at the flag that calls it off.
pub(super) const BLOCK: usize = 4096;

/// Values in a piece of their list.
const PIECE: usize = 1024;

/// A value that records have, with the place of its field.
pub(super) type Value = (u8, Arc<str>);

/// The searchable form of all records of a kind, as it was at one moment.
#[derive(Clone, Debug)]
pub struct Book {
    pub(super) kind: Kind,
    pub(super) blocks: Vec<Arc<Block>>,
    values: Vec<Arc<Vec<Value>>>,
    count: usize,
    /// All positions in the order of their codes.
    order: Arc<Vec<u32>>,
    /// The place of each position in that order; none while positions are in order by themselves.
    rank: Option<Arc<Vec<u32>>>,
    /// Grows with every change.
    version: u64,
}

/// Some records, one after another.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    text: String,
    text_ends: Vec<u32>,
    /// The numbers of the records' values, seven bits a byte, the lowest first.
    values: Vec<u8>,
    value_ends: Vec<u32>,
    pub(super) chars: Vec<u64>,
    pub(super) starts: Vec<u32>,
    pub(super) numbers: Vec<u64>,
}

impl Block {
    pub(super) fn glance(&self, slot: usize) -> Glance {
        Glance {
            chars: self.chars.get(slot).copied().unwrap_or_default(),
            starts: self.starts.get(slot).copied().unwrap_or_default(),
        }
    }

    pub(super) fn number(&self, slot: usize) -> u64 {
        self.numbers.get(slot).copied().unwrap_or_default()
    }

    pub(super) fn text(&self, slot: usize) -> &str {
        self.text.get(span(&self.text_ends, slot)).unwrap_or("")
    }

    fn packed(&self, slot: usize) -> &[u8] {
        self.values.get(span(&self.value_ends, slot)).unwrap_or(&[])
    }

    /// The numbers of a record's values.
    pub(super) fn values(&self, slot: usize) -> impl Iterator<Item = u32> + '_ {
        let mut bytes = self.packed(slot).iter();
        std::iter::from_fn(move || {
            let (mut number, mut shift) = (0, 0);
            loop {
                let byte = *bytes.next()?;
                number |= u32::from(byte & 0x7F) << shift;
                if byte < 0x80 {
                    return Some(number);
                }
                shift += 7;
            }
        })
    }

    fn push(&mut self, text: &str, values: &[u8], number: u64) {
        self.text.push_str(text);
        self.text_ends.push(small(self.text.len()));
        self.values.extend_from_slice(values);
        self.value_ends.push(small(self.values.len()));
        let Glance { chars, starts } = Glance::of(text);
        self.chars.push(chars);
        self.starts.push(starts);
        self.numbers.push(number);
    }

    fn put(&mut self, slot: usize, text: &str, values: &[u8], number: u64) {
        let old = span(&self.text_ends, slot);
        move_ends(&mut self.text_ends, slot, old.len(), text.len());
        self.text.replace_range(old, text);
        let old = span(&self.value_ends, slot);
        move_ends(&mut self.value_ends, slot, old.len(), values.len());
        self.values.splice(old, values.iter().copied());
        let glance = Glance::of(text);
        if let (Some(chars), Some(starts), Some(kept)) = (
            self.chars.get_mut(slot),
            self.starts.get_mut(slot),
            self.numbers.get_mut(slot),
        ) {
            (*chars, *starts, *kept) = (glance.chars, glance.starts, number);
        }
    }

    fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.text_ends.shrink_to_fit();
        self.values.shrink_to_fit();
        self.value_ends.shrink_to_fit();
        self.chars.shrink_to_fit();
        self.starts.shrink_to_fit();
        self.numbers.shrink_to_fit();
    }
}

/// A block is far below 4 GiB.
fn small(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn span(ends: &[u32], slot: usize) -> std::ops::Range<usize> {
    let end = |slot: usize| ends.get(slot).map_or(0, |end| *end as usize);
    let from = slot.checked_sub(1).map_or(0, end);
    from..end(slot).max(from)
}

fn move_ends(ends: &mut [u32], slot: usize, old: usize, new: usize) {
    for end in ends.iter_mut().skip(slot) {
        *end = small((*end as usize + new).saturating_sub(old));
    }
}

impl Book {
    /// A book of no records yet.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            blocks: Vec::new(),
            values: Vec::new(),
            count: 0,
            order: Arc::default(),
            rank: None,
            version: 0,
        }
    }

    /// Of which kind its records are.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How many records it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether it holds no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// A number that grows with every change.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// All positions, in the order of codes.
    #[must_use]
    pub fn order(&self) -> &Arc<Vec<u32>> {
        &self.order
    }

    /// The code of the record at a position.
    #[must_use]
    pub fn code(&self, position: u32) -> Option<Code> {
        self.key(position).map(Code::composed)
    }

    /// The position of a code.
    #[must_use]
    pub fn position(&self, code: &str) -> Option<u32> {
        let at = self.search(code).ok()?;
        self.order.get(at).copied()
    }

    /// Bytes that it occupies.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let blocks = self.blocks.iter().map(|block| {
            block.text.capacity()
                + block.values.capacity()
                + 4 * (block.text_ends.capacity() + block.value_ends.capacity())
                + 8 * (block.chars.capacity() + block.numbers.capacity())
                + 4 * block.starts.capacity()
        });
        let values = self.values.iter().flat_map(|piece| piece.iter());
        let rank = self.rank.as_ref().map_or(0, |rank| rank.capacity());
        blocks.sum::<usize>()
            + values.map(|(_, text)| 40 + text.len()).sum::<usize>()
            + 4 * (self.order.capacity() + rank)
    }

    /// The values that records have, in the order of their numbers.
    pub(super) fn values(&self) -> impl Iterator<Item = &Value> {
        self.values.iter().flat_map(|piece| piece.iter())
    }

    /// The value of a number.
    fn value(&self, number: u32) -> Option<&Value> {
        let at = number as usize;
        self.values.get(at / PIECE)?.get(at % PIECE)
    }

    /// The place of a position in the order of codes.
    #[inline]
    pub(super) fn rank(&self, position: u32) -> u32 {
        let rank = self.rank.as_ref().and_then(|r| r.get(position as usize));
        rank.copied().unwrap_or(position)
    }

    /// Whether positions are in the order of codes.
    pub(super) fn is_in_order(&self) -> bool {
        self.rank.is_none()
    }

    fn key(&self, position: u32) -> Option<&str> {
        let at = position as usize;
        let block = self.blocks.get(at / BLOCK)?;
        block.text(at % BLOCK).split(SECTION).next()
    }

    fn search(&self, code: &str) -> Result<usize, usize> {
        self.order
            .binary_search_by(|position| self.key(*position).unwrap_or("").cmp(code))
    }
}

/// The one who writes a book; everybody else has a copy of it.
#[derive(Debug)]
pub struct Scribe {
    book: Book,
    /// The numbers of values, by value.
    numbers: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// Positions that are not in the order yet, in the order of their codes.
    fresh: Vec<u32>,
    changed: bool,
}

impl Scribe {
    /// Begins a book.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self {
            book: Book::new(kind),
            numbers: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            fresh: Vec::new(),
            changed: false,
        }
    }

    /// Takes a record in, in place of its earlier version. The book shows it after [`Self::finish`].
    pub fn put(&mut self, entry: &Entry) {
        let mut values = Vec::new();
        for (column, value) in &entry.values {
            pack(self.value(*column, value), &mut values);
        }
        let key = entry.text.split(SECTION).next().unwrap_or("");
        let Some(position) = self.find(key) else {
            return self.append(entry, &values);
        };
        let at = position as usize;
        let Some(block) = self.book.blocks.get_mut(at / BLOCK) else {
            return;
        };
        let slot = at % BLOCK;
        let is_same = block.text(slot) == entry.text
            && block.packed(slot) == values
            && block.number(slot) == entry.number;
        if !is_same {
            Arc::make_mut(block).put(slot, &entry.text, &values, entry.number);
            self.changed = true;
        }
    }

    /// Makes the book whole after changes and gives a copy of it.
    pub fn finish(&mut self) -> Arc<Book> {
        if !self.fresh.is_empty() {
            self.merge();
        }
        if std::mem::take(&mut self.changed) {
            self.book.version += 1;
        }
        Arc::new(self.book.clone())
    }

    /// The same book read anew: who has a copy of the old one sees that it has changed.
    #[must_use]
    pub fn after(mut self, old: &Book) -> Self {
        self.book.version = old.version + 1;
        self
    }

    fn find(&self, key: &str) -> Option<u32> {
        let code = |position: &u32| self.book.key(*position).unwrap_or("");
        if self.book.order.last().is_some_and(|last| code(last) >= key) {
            return match self.book.position(key) {
                None => self.find_fresh(key),
                known => known,
            };
        }
        self.find_fresh(key)
    }

    fn find_fresh(&self, key: &str) -> Option<u32> {
        let at = self.place(key).ok()?;
        self.fresh.get(at).copied()
    }

    fn place(&self, key: &str) -> Result<usize, usize> {
        self.fresh
            .binary_search_by(|position| self.book.key(*position).unwrap_or("").cmp(key))
    }

    fn append(&mut self, entry: &Entry, values: &[u8]) {
        // Positions are 32 bits wide: no store comes near that many records.
        let position = small(self.book.count);
        let key = entry.text.split(SECTION).next().unwrap_or("");
        let is_last = self.fresh.is_empty()
            && (self.book.order.last()).is_none_or(|last| self.book.key(*last) < Some(key));
        if is_last {
            if let Some(rank) = &mut self.book.rank {
                Arc::make_mut(rank).push(small(self.book.order.len()));
            }
            Arc::make_mut(&mut self.book.order).push(position);
        } else {
            let at = self.place(key).unwrap_or_else(|at| at);
            self.fresh.insert(at, position);
        }
        if self.book.count.is_multiple_of(BLOCK) {
            if let Some(full) = self.book.blocks.last_mut() {
                Arc::make_mut(full).shrink();
            }
            self.book.blocks.push(Arc::default());
        }
        if let Some(block) = self.book.blocks.last_mut() {
            Arc::make_mut(block).push(&entry.text, values, entry.number);
        }
        self.book.count += 1;
        self.changed = true;
    }

    /// Puts the fresh positions into the order.
    fn merge(&mut self) {
        let fresh = std::mem::take(&mut self.fresh);
        let old = std::mem::take(&mut self.book.order);
        let mut order = Vec::with_capacity(old.len() + fresh.len());
        let mut fresh = fresh.into_iter().peekable();
        for position in old.iter().copied() {
            let key = self.book.key(position);
            while let Some(new) = fresh.next_if(|new| self.book.key(*new) < key) {
                order.push(new);
            }
            order.push(position);
        }
        order.extend(fresh);
        let mut rank = vec![0; order.len()];
        for (place, position) in order.iter().enumerate() {
            if let Some(rank) = rank.get_mut(*position as usize) {
                *rank = small(place);
            }
        }
        self.book.order = Arc::new(order);
        self.book.rank = Some(Arc::new(rank));
    }

    fn value(&mut self, column: u8, value: &str) -> u32 {
        let hash = self.hasher.hash_one((column, value));
        let is_it = |number: &u32| {
            let known = self.book.value(*number);
            known.is_some_and(|(of, text)| *of == column && **text == *value)
        };
        if let Some(number) = self.numbers.find(hash, is_it) {
            return *number;
        }
        let number = small(self.numbers.len());
        if self.numbers.len().is_multiple_of(PIECE) {
            self.book.values.push(Arc::default());
        }
        if let Some(piece) = self.book.values.last_mut() {
            Arc::make_mut(piece).push((column, Arc::from(value)));
        }
        let (book, hasher) = (&self.book, &self.hasher);
        let hash_of = |number: &u32| {
            let known = book.value(*number);
            known.map_or(0, |(of, text)| hasher.hash_one((*of, &**text)))
        };
        self.numbers.insert_unique(hash, number, hash_of);
        number
    }
}

fn pack(mut number: u32, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(u8::try_from(number & 0x7F).unwrap_or_default() | 0x80);
        number >>= 7;
    }
    out.push(u8::try_from(number).unwrap_or_default());
}
