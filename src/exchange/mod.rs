//! Bytes in and out: the interchange files.

mod batches;
mod copy;
mod decode;
mod error;
pub mod export;
pub mod file_error;
pub mod guard;
pub mod import;
pub mod location;
mod report;
pub mod text_in;
pub mod text_out;

pub use copy::copy;
pub use error::ExchangeError;
pub use export::{Exported, export_all, export_file};
pub use import::{ImportOptions, default_rejects, import_all, import_file};
pub use location::{Draft, Files, Keep, Location, OwnFiles, There};
pub use report::{FileReport, KEPT, Progress, Rejection};
