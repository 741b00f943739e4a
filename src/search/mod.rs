//! Finding while typing: Chinese, pinyin, pinyin initials, codes and telephone numbers, several terms at once. Pure.
//!
//! [`SearchKey`] is what is kept of each record, [`Query`] what was typed, [`Filter`] the result that narrows while the query grows.

mod filter;
mod key;
mod query;
mod readings;
mod syllables;

pub use filter::Filter;
pub use key::SearchKey;
pub use query::{Query, matches};
