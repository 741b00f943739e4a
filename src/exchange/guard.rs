//! Cells that a spreadsheet would take for a formula.
//!
//! A text cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return gets an apostrophe in front; so does one that begins
//! with apostrophes followed by one of these, so that [`unguard`] is the exact inverse.

use std::borrow::Cow;

/// `cell` as it is written.
#[must_use]
pub fn guard(cell: &str) -> Cow<'_, str> {
    if is_formula(cell.trim_start_matches('\'')) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// The cell that was written as `written`.
#[must_use]
pub fn unguard(written: &str) -> &str {
    match written.strip_prefix('\'') {
        Some(cell) if is_formula(cell.trim_start_matches('\'')) => cell,
        _ => written,
    }
}

fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_formula_is_guarded_and_comes_back() {
        for (cell, written) in [
            ("=1+1", "'=1+1"),
            ("'=1", "''=1"),
            ("@x", "'@x"),
            ("it's", "it's"),
            ("'quoted'", "'quoted'"),
            ("", ""),
        ] {
            assert_eq!(guard(cell), written);
            assert_eq!(unguard(written), cell);
        }
        assert_eq!(unguard("-1.5"), "-1.5");
    }

    proptest! {
        #[test]
        fn unguard_undoes_guard(cell in "['=+@\\-\t\ra ]{0,6}") {
            let written = guard(&cell);
            prop_assert!(!is_formula(&written));
            prop_assert_eq!(unguard(&written), cell.as_str());
        }
    }
}
