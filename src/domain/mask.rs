//! What lists show of a value that is not for everybody.

/// Stands for what is not shown.
pub const HIDDEN: &str = "****";

/// Enough of a value to recognise it, not enough to know it: `138****5678`, `王***`.
#[must_use]
pub fn mask(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let (head, tail) = match chars.len() {
        0 => return String::new(),
        1 => (0, 0),
        2..=6 => (1, 0),
        7..=9 => (2, 2),
        _ => (3, 4),
    };
    let all_ascii = text.is_ascii();
    let (head, tail) = if all_ascii {
        (head, tail)
    } else {
        (head.min(1), 0)
    };
    let start: String = chars.iter().take(head).collect();
    let end: String = chars.iter().skip(chars.len() - tail).collect();
    format!("{start}{HIDDEN}{end}")
}

/// What lists show of a masked column: of telephone numbers enough to recognise them, of anything else that there is
/// something. Of an identity number no part is shown: with the date of birth beside it the rest could be worked out.
#[must_use]
pub fn masked(column: &str, text: &str) -> String {
    match column {
        "phone" => mask(text),
        _ if text.is_empty() => String::new(),
        _ => HIDDEN.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_keeps_its_ends() {
        assert_eq!(mask("13812345678"), "138****5678");
    }

    #[test]
    fn short_and_chinese_values_keep_at_most_the_beginning() {
        assert_eq!(mask(""), "");
        assert_eq!(mask("a"), "****");
        assert_eq!(mask("安贞路 8 号楼 3 单元"), "安****");
    }
}
