//! figures

mod stub;
pub use stub::*;
