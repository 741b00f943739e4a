//! The full-screen console.

pub mod keys;
pub mod term;
pub mod theme;
pub mod widgets;
