//! Words: plain types and their own rules. No I/O, no clock.

pub mod lang;
pub mod printable;
