//! What is wrong with a value, in both languages.

use super::lang::{Lang, Text};

/// A sentence with values in it, in both languages, made with [`both!`](crate::both).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Said {
    /// 中文
    pub zh: String,
    /// English
    pub en: String,
}

impl Said {
    /// The sentence in `lang`.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

impl From<Text> for Said {
    fn from(text: Text) -> Self {
        Self {
            zh: text.zh.to_owned(),
            en: text.en.to_owned(),
        }
    }
}

/// A [`Said`] with captured values: `both!(zh: "没有 {x}", en: "there is no {x}")`.
#[macro_export]
macro_rules! both {
    (zh: $zh:literal, en: $en:literal $(,)?) => {
        $crate::domain::problem::Said {
            zh: format!($zh),
            en: format!($en),
        }
    };
}

/// A column whose value can't be taken, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The column of SPEC §2.
    pub column: &'static str,
    /// The value as it was given.
    pub value: String,
    /// What is wrong and how to mend it.
    pub said: Said,
}

impl Problem {
    /// A problem of `column`.
    #[must_use]
    pub fn new(column: &'static str, value: impl Into<String>, said: Said) -> Self {
        Self {
            column,
            value: value.into(),
            said,
        }
    }

    /// The problem as one line: column, value and reason.
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        let (column, value, reason) = (self.column, &self.value, self.said.get(lang));
        if value.is_empty() {
            format!("{column}: {reason}")
        } else {
            format!("{column} \"{value}\": {reason}")
        }
    }
}
