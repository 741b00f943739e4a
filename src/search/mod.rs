//! Finding while typing: Chinese, pinyin, pinyin initials, codes, addresses and telephone numbers, several terms at once,
//! and `field:value`. Pure.
//!
//! A [`Book`] holds what is kept of each record, written by a [`Scribe`]; a [`Query`] is what was typed, and a [`Finder`]
//! finds, on several threads and only among the last result while a query grows.

mod book;
mod entry;
mod field;
mod finder;
mod query;
mod readings;
mod score;
mod syllables;
mod text;

pub use book::{Book, Scribe};
pub use entry::{Beside, Entry, Home};
pub use field::QueryError;
pub use finder::{Eyes, Finder, Found, Hit};
pub use query::Query;
pub use score::{Lexicon, matches, matches_beginning};

#[cfg(test)]
mod tests;
