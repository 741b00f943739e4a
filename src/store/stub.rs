//! Signatures only; the real engine replaces this file.
#![allow(missing_docs, unused, clippy::all, clippy::pedantic)]
use super::*;
pub fn random_id() -> Result<RequestId, StoreError> {
    Ok(RequestId(0))
}
pub fn open(path: &std::path::Path) -> Result<Box<dyn Store>, StoreError> {
    todo!()
}
pub fn create(path: &std::path::Path) -> Result<Box<dyn Store>, StoreError> {
    todo!()
}
