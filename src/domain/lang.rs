//! The two languages of the interface.
//!
//! Every text is written with [`text!`](crate::text) (fixed) or [`say!`](crate::say) (with values in it). Both take Chinese and English
//! together, so a text that lacks one of them does not compile.

use serde::{Deserialize, Serialize};

/// A language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// 中文
    Zh,
    /// English
    #[default]
    En,
}

impl Lang {
    /// The language after this one, for the key that switches.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }

    /// The language of a locale name such as `zh_CN.UTF-8`; English unless it is Chinese.
    #[must_use]
    pub fn of_locale(locale: &str) -> Self {
        if locale.to_ascii_lowercase().starts_with("zh") {
            Self::Zh
        } else {
            Self::En
        }
    }
}

/// A fixed text in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// 中文
    pub zh: &'static str,
    /// English
    pub en: &'static str,
}

impl Text {
    /// The text in `lang`.
    #[must_use]
    pub const fn get(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.zh,
            Lang::En => self.en,
        }
    }
}

/// So many of something in English: `1 need`, `2 needs`.
#[must_use]
pub fn counted(count: impl TryInto<u64>, one: &str, many: &str) -> String {
    match count.try_into().unwrap_or(u64::MAX) {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    }
}

/// A fixed [`Text`]: `text!(zh: "匹配", en: "match")`.
#[macro_export]
macro_rules! text {
    (zh: $zh:literal, en: $en:literal $(,)?) => {
        $crate::domain::lang::Text { zh: $zh, en: $en }
    };
}

/// A `String` in `$lang` with captured values: `say!(lang, zh: "共 {n} 条", en: "{n} rows")`.
#[macro_export]
macro_rules! say {
    ($lang:expr, zh: $zh:literal, en: $en:literal $(,)?) => {
        match $lang {
            $crate::domain::lang::Lang::Zh => format!($zh),
            $crate::domain::lang::Lang::En => format!($en),
        }
    };
}
