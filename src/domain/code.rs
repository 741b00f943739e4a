//! The user's own keys.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use minicbor::{Decode, Decoder, Encode, Encoder};

use super::problem::Said;
use crate::both;

/// The longest code, in characters.
pub const LONGEST: usize = 32;

/// A record's key as its users know it: 1 to 32 characters of letters, digits, `-`, `_`, `.`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(Arc<str>);

impl Default for Code {
    fn default() -> Self {
        Self(Arc::from(""))
    }
}

impl Code {
    /// Reads a code.
    ///
    /// # Errors
    /// When it is empty, too long or has another character in it.
    pub fn parse(text: &str) -> Result<Self, Said> {
        let length = text.chars().count();
        if length == 0 {
            return Err(both!(zh: "缺少编码", en: "a code is missing"));
        }
        if length > LONGEST {
            return Err(
                both!(zh: "编码有 {length} 个字符，最多 {LONGEST} 个", en: "the code has {length} characters, {LONGEST} are allowed"),
            );
        }
        if let Some(odd) = text.chars().find(|c| !allowed(*c)) {
            let odd = odd.escape_debug();
            return Err(both!(
                zh: "编码只能用字母、数字和 - _ .，不能有“{odd}”",
                en: "a code takes letters, digits, - _ and ., not '{odd}'"
            ));
        }
        Ok(Self(Arc::from(text)))
    }

    /// A key that the desk itself makes of codes (such as `N1/V2`); not checked.
    #[must_use]
    pub fn composed(text: &str) -> Self {
        Self(Arc::from(text))
    }

    /// The characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether no code has been given yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn allowed(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.')
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Borrow<str> for Code {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Code {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl<C> Encode<C> for Code {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.str(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Code {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        d.str().map(|text| Self(Arc::from(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_takes_letters_digits_and_three_signs() {
        for good in ["V0001090", "a-b_c.d", "社区1", &"x".repeat(32)] {
            assert_eq!(
                Code::parse(good).map(|c| c.to_string()).as_deref(),
                Ok(good)
            );
        }
    }

    #[test]
    fn anything_else_is_refused_with_the_character_named() {
        for (bad, named) in [
            ("", "missing"),
            ("a b", "' '"),
            ("a/b", "'/'"),
            ("\u{1b}", "u{1b}"),
        ] {
            assert!(
                Code::parse(bad).is_err_and(|said| said.en.contains(named)),
                "{bad:?}"
            );
        }
        assert!(Code::parse(&"x".repeat(33)).is_err_and(|said| said.en.contains("33")));
    }
}
