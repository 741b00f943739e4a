//! Bytes in and out: the interchange files.

mod decode;
mod error;
pub mod export;
pub mod file_error;
pub mod guard;
pub mod import;
mod report;
pub mod text_in;
pub mod text_out;

pub use error::ExchangeError;
pub use export::{Exported, export_all, export_file};
pub use import::{ImportOptions, default_rejects, import_all, import_file};
pub use report::{FileReport, KEPT, Progress, Rejection};
