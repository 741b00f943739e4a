//! A proposal for the whole queue at once.
pub mod assign;
