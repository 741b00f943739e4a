//! Keys and key maps: what a key is called, and which action it means where.

mod key;
mod keymap;
mod problem;

pub use key::{Code, Key, parse_sequence, show_sequence};
pub use keymap::{ActionId, Hint, Keymap, Lookup, UserKeymap, user_file};
pub use problem::{KeymapError, Problem};

/// The contexts a key map may name, innermost first as a screen lists them.
pub const CONTEXTS: &[&str] = &[
    "question",
    "drafts",
    "weights",
    "filter",
    "form",
    "help",
    "ways",
    "candidates",
    "awaiting",
    "plan-candidates",
    "plan",
    "detail",
    "queue",
    "demand",
    "list",
    "global",
    "everywhere",
];

/// Contexts that hold while text is typed: a plain character there is text and cannot be bound.
pub const TEXT_CONTEXTS: &[&str] = &["filter", "form", "everywhere"];
