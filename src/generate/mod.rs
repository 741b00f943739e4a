//! Signatures only; the real generator replaces this file.
#![allow(
    missing_docs,
    clippy::missing_errors_doc,
    reason = "replaced when branches are merged"
)]
use chrono::NaiveDate;
use std::io;
use std::path::Path;
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub suppliers: u32,
    pub residents: u32,
    pub needs: u32,
    pub services: u32,
    pub seed: u64,
    pub as_of: NaiveDate,
}
#[derive(Clone, Copy, Debug, Default)]
pub struct Summary {
    pub suppliers: u64,
    pub residents: u64,
    pub needs: u64,
    pub matches: u64,
    pub services: u64,
}
pub fn district(_: &Path, _: &Size, _: &mut dyn FnMut(u64, u64)) -> io::Result<Summary> {
    Err(io::ErrorKind::Unsupported.into())
}
pub mod demo {
    use super::{NaiveDate, Path, Summary, io};
    pub fn community(_: &Path, _: NaiveDate) -> io::Result<Summary> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
