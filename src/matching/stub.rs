//! Signatures only; the real index replaces this file.
#![allow(missing_docs, unused, clippy::all, clippy::pedantic)]
use super::*;
use crate::domain::record::Need;
use crate::domain::{AnyRecord, Event};
pub struct Index;
impl Index {
    pub fn new() -> Self {
        Self
    }
    pub fn load(&mut self, record: AnyRecord) {}
    pub fn apply(&mut self, event: &Event) {}
    pub fn candidates(&self, need: &Code, now: Stamp, top: usize) -> Option<Ranking> {
        None
    }
    pub fn candidates_for(
        &self,
        draft: &Need,
        now: Stamp,
        only: Option<&[Minute]>,
        top: usize,
    ) -> Ranking {
        todo!()
    }
    pub fn why(
        &self,
        need: &Code,
        supplier: &Code,
        now: Stamp,
        only: Option<&[Minute]>,
    ) -> Option<Explanation> {
        None
    }
    pub fn queue(&self, now: Stamp) -> Vec<QueueRow> {
        vec![]
    }
    pub fn considered(&self, need: &Code, now: Stamp) -> Vec<Minute> {
        vec![]
    }
    pub fn state(&self, need: &Code, now: Stamp) -> Option<State> {
        None
    }
    pub fn awaiting(&self, now: Stamp) -> Vec<Awaiting> {
        vec![]
    }
    pub fn rolls(&self, now: Stamp) -> Vec<Roll> {
        vec![]
    }
}
