//! What was typed at a terminal and is not known to be safe in the station: handed in again when the line drops.
//!
//! Each key and each paste has a number. The station says up to which number everything has done what it does, with what
//! it typed on the disk; and a draft says which of its terminal's inputs it holds. So nothing typed is lost, and nothing
//! is typed twice.

use std::collections::VecDeque;

use super::serve::{Away, SettledWire};
use super::term::{TermEvent, Typed};

/// The longest paste that is handed in at once, in bytes; it must fit into a frame however it is written.
const PIECE: usize = 64 << 10;
/// Inputs in one message at most.
const TOGETHER: usize = 256;
/// Inputs that are remembered at most; what is typed beyond that in one outage is lost.
const MOST: usize = 4096;

/// What was typed and is not safe yet.
#[derive(Debug, Default)]
pub(super) struct Unsettled {
    /// The number of the last input.
    inputs: u64,
    typed: VecDeque<(u64, Typed)>,
    /// The form that is open and kept.
    form: Option<String>,
}

impl Unsettled {
    /// Counts and remembers an event before it is handed in.
    pub fn note(&mut self, event: &TermEvent) {
        let typed = match event {
            TermEvent::Key(key) => Typed::Key(*key),
            TermEvent::Paste(text) => Typed::Paste(text.clone()),
            _ => return,
        };
        self.inputs += 1;
        if self.typed.len() < MOST {
            self.typed.push_back((self.inputs, typed));
        }
    }

    /// Forgets what is safe.
    pub fn settle(&mut self, settled: SettledWire) {
        self.form = settled.form;
        self.typed.retain(|(number, _)| *number > settled.inputs);
    }

    /// Whether a form is open in which something was typed.
    pub fn has_form(&self) -> bool {
        self.form.is_some()
    }

    /// The terminal as it comes again.
    pub fn again(&self, here: Away) -> Away {
        Away {
            again: true,
            inputs: self.inputs,
            form: self.form.clone(),
            ..here
        }
    }

    /// What is to be handed in again, in pieces that fit.
    pub fn late(&self) -> Vec<TermEvent> {
        let mut pieces = Vec::new();
        let (mut piece, mut length) = (Vec::new(), 0);
        for (number, typed) in &self.typed {
            let own = if let Typed::Paste(text) = typed {
                text.len()
            } else {
                0
            };
            if length + own > PIECE || piece.len() == TOGETHER {
                pieces.push(TermEvent::Late(std::mem::take(&mut piece)));
                length = 0;
            }
            length += own;
            piece.push((*number, typed.clone()));
        }
        pieces.push(TermEvent::Late(piece));
        pieces.retain(|piece| *piece != TermEvent::Late(Vec::new()));
        pieces
    }
}

/// An event in pieces that fit into a frame.
pub(super) fn pieces(event: TermEvent) -> Vec<TermEvent> {
    let TermEvent::Paste(text) = event else {
        return vec![event];
    };
    let mut rest = text.as_str();
    let mut pieces = Vec::new();
    while rest.len() > PIECE {
        let mut at = PIECE;
        while !rest.is_char_boundary(at) {
            at -= 1;
        }
        let (piece, more) = rest.split_at(at);
        pieces.push(TermEvent::Paste(piece.to_owned()));
        rest = more;
    }
    pieces.push(TermEvent::Paste(rest.to_owned()));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::keys::Key;

    fn key(c: char) -> TermEvent {
        TermEvent::Key(Key::char(c))
    }

    fn late(unsettled: &Unsettled) -> Vec<u64> {
        let numbers = |event: TermEvent| match event {
            TermEvent::Late(typed) => typed.into_iter().map(|(number, _)| number).collect(),
            other => panic!("{other:?}"),
        };
        let pieces: Vec<Vec<u64>> = unsettled.late().into_iter().map(numbers).collect();
        pieces.concat()
    }

    #[test]
    fn what_is_settled_is_not_handed_in_again() {
        let mut unsettled = Unsettled::default();
        for event in [
            key('a'),
            TermEvent::Resize(80, 24),
            key('b'),
            TermEvent::Resumed,
            key('c'),
        ] {
            unsettled.note(&event);
        }
        assert_eq!(late(&unsettled), [1, 2, 3]);
        unsettled.settle(SettledWire {
            inputs: 2,
            form: Some("a".to_owned()),
        });
        assert_eq!(late(&unsettled), [3]);
        assert!(unsettled.has_form());
        unsettled.settle(SettledWire::default());
        assert!(!unsettled.has_form());
        assert_eq!(unsettled.late().len(), 1);
    }

    #[test]
    fn pastes_of_any_length_fit_into_frames() {
        let text = "社".repeat(100_000);
        let mut unsettled = Unsettled::default();
        let mut whole = String::new();
        for piece in pieces(TermEvent::Paste(text.clone())) {
            unsettled.note(&piece);
            let TermEvent::Paste(piece) = piece else {
                panic!("no paste")
            };
            assert!(piece.len() <= PIECE);
            whole.push_str(&piece);
        }
        assert_eq!(whole, text);
        for event in unsettled.late() {
            assert!(serde_json::to_vec(&event).unwrap().len() < 1 << 19);
        }
        assert_eq!(late(&unsettled).len(), 5);
        assert_eq!(pieces(key('x')), [key('x')]);
    }
}
