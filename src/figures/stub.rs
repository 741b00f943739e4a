//! Signatures only; the real figures replace this file.
#![allow(missing_docs, unused, clippy::all, clippy::pedantic)]
use crate::domain::kinds::Word;
use crate::domain::lang::Text;
use crate::domain::{AnyRecord, Day, Stamp};
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    Street,
    Community,
    Category,
    Supplier,
    Month,
}
impl Word for By {
    const ALL: &'static [Self] = &[
        Self::Street,
        Self::Community,
        Self::Category,
        Self::Supplier,
        Self::Month,
    ];
    fn word(self) -> &'static str {
        "street"
    }
    fn text(self) -> Text {
        crate::text!(zh: "", en: "")
    }
}
#[derive(Clone, Copy, Default)]
pub struct Period {
    pub from: Option<Day>,
    pub to: Option<Day>,
}
#[derive(Default)]
pub struct Facts;
impl Facts {
    pub fn load(&mut self, record: &AnyRecord) {}
}
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Figures {
    pub needs_opened: u64,
    pub needs_matched: u64,
    pub median_hours_to_match: Option<f64>,
    pub visits_due: u64,
    pub visits_unfilled: u64,
    pub completed: u64,
    pub no_show: u64,
    pub cancelled_by_supplier: u64,
    pub cancelled_by_resident: u64,
    pub awaiting_outcome: u64,
    pub completion_rate: Option<f64>,
    pub minutes_served: u64,
    pub residents_served: u64,
    pub suppliers_active: u64,
    pub suppliers_registered: u64,
    pub participation_rate: Option<f64>,
    pub satisfaction: Option<f64>,
    pub backlog: u64,
}
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub key: String,
    pub name_zh: String,
    pub name_en: String,
    pub figures: Figures,
}
pub fn stats(facts: &Facts, by: By, period: Period, now: Stamp) -> Vec<Row> {
    vec![]
}
