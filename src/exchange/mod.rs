//! Bytes in and out: the interchange files.

mod decode;
pub mod file_error;
pub mod guard;
pub mod text_in;
pub mod text_out;
