//! The thread for questions about what is not: they may take longer than what the user waits for, and are soon old.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender};

use super::Msg;
use super::worker::{Answer, Request, collect};
use crate::desk::Desk;

/// How many suppliers are listed of each sort.
const TOP: usize = 20;

/// How many of those whom one rule refuses, for each rule.
const NEAR: usize = 6;

/// How many relaxations are listed.
const OFFERS: usize = 40;

/// The thread's own.
pub(super) struct WhatIf {
    pub(super) desk: Arc<Desk>,
    pub(super) out: Sender<Msg>,
}

impl WhatIf {
    pub(super) fn run(self, requests: &Receiver<Request>) {
        let mut waiting = VecDeque::new();
        loop {
            let Some(request) = next(&mut waiting) else {
                match requests.recv() {
                    Ok(first) => collect(first, requests, &mut waiting, &self.out),
                    Err(_) => return,
                }
                continue;
            };
            let answer = self.answer(request);
            if self.out.send(Msg::Answer(answer)).is_err() {
                return;
            }
            if let Ok(more) = requests.try_recv() {
                collect(more, requests, &mut waiting, &self.out);
            }
        }
    }

    fn answer(&self, request: Request) -> Answer {
        match request {
            Request::Sketch(need) => {
                let sketch = self.desk.sketch(&need, TOP);
                Answer::Sketch(need, sketch)
            }
            Request::Partials(need) => {
                let found = self.desk.partial(&need, TOP);
                Answer::Partials(need, found)
            }
            Request::Near(need) => {
                let found = self.desk.near(&need, NEAR);
                Answer::Near(need, found)
            }
            Request::Offers(need, unwanted) => {
                let wanted = || is_wanted(&unwanted);
                let found = self.desk.offers(&need, OFFERS, &wanted);
                match wanted() {
                    ControlFlow::Continue(()) => Answer::Offers(need, found),
                    ControlFlow::Break(()) => Answer::Replaced,
                }
            }
            Request::CandidatesOn(need, visit) => {
                let found = self.desk.candidates_on(&need, visit, TOP);
                Answer::CandidatesOn(need, visit, found)
            }
            _ => Answer::Replaced,
        }
    }
}

/// What is being typed goes first, relaxations last.
fn next(waiting: &mut VecDeque<Request>) -> Option<Request> {
    let rank = |request: &Request| match request {
        Request::Sketch(_) => 0,
        Request::Offers(..) => 2,
        _ => 1,
    };
    let first = waiting
        .iter()
        .enumerate()
        .min_by_key(|(_, request)| rank(request))?
        .0;
    waiting.remove(first)
}

fn is_wanted(unwanted: &AtomicBool) -> ControlFlow<()> {
    if unwanted.load(Ordering::Relaxed) {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(())
    }
}
