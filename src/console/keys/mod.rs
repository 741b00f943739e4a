//! Keys and key maps: what a key is called, and which action it means where.

mod base;
mod check;
mod key;
mod keymap;
mod problem;
mod read;

pub use base::Base;
use check::check;
pub use key::{Code, Key, Unsendable, parse_sequence, show_sequence};
pub use keymap::{Binding, Hint, Keymap, Lookup};
pub use problem::{KeymapError, Place, Problem, nearest};
