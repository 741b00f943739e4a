//! Parts that every pane is made of. Each draws itself into a buffer at any size, passes every text through [`text::clean`], and keeps
//! no more than what the eye and the caret need.

pub mod bar;
pub mod clear;
pub mod form;
pub mod hints;
pub mod input;
pub mod popup;
pub mod status;
pub mod table;
pub mod tabs;
pub mod text;

#[cfg(test)]
pub(crate) mod sizes;
