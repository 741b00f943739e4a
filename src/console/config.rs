//! The user's configuration, `matchdesk/config.toml` in the configuration folder, and the table of what may stand in it.

use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use toml::de::{DeTable, DeValue};

use super::keys::{Base, Place, nearest};
use super::theme::{Depth, Theme};
use crate::domain::lang::Text;
use crate::domain::{Lang, Said};
use crate::{both, text};

/// A file of the user's as it was read, or why it can't be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserFile {
    /// The file.
    pub name: String,
    /// What stands in it.
    pub text: Result<String, String>,
}

/// The folder of the user's files; none when there is no home.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    let folders = etcetera::choose_base_strategy().ok()?;
    Some(folders.config_dir().join("matchdesk"))
}

impl UserFile {
    /// The user's configuration, if there is one.
    #[must_use]
    pub fn config() -> Option<Self> {
        Self::read(&folder()?.join("config.toml"))
    }

    /// The user's key map, if there is one.
    #[must_use]
    pub fn keymap() -> Option<Self> {
        Self::read(&folder()?.join("keymap.toml"))
    }

    /// A file, if it is there.
    #[must_use]
    pub fn read(path: &Path) -> Option<Self> {
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            read => read.map_err(|error| error.to_string()),
        };
        Some(Self {
            name: path.display().to_string(),
            text,
        })
    }
}

/// How the user wants the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The key map that the user's own lies over.
    pub keymap: Base,
    /// The language; none leaves it to the environment.
    pub language: Option<Lang>,
    /// The colours; none leaves them to the environment.
    pub colours: Option<Depth>,
    /// Whether lines are drawn in ASCII; none leaves that to the environment.
    pub ascii: Option<bool>,
}

/// One setting: its row makes the schema, the checks and the documentation.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name in the file.
    pub key: &'static str,
    /// The words that it may be.
    pub values: &'static [&'static str],
    /// What counts when it is not there.
    pub unset: Text,
    /// What it is.
    pub text: Text,
    take: fn(&mut Config, &str),
    get: fn(&Config) -> Option<&'static str>,
}

const ENVIRONMENT: Text = text!(zh: "按环境", en: "as the environment says");

/// Every setting.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "keymap",
        values: &["default", "vim", "emacs"],
        unset: text!(zh: "default", en: "default"),
        text: text!(zh: "内置的按键方案；keymap.toml 里的按键优先", en: "the built-in key map; the keys of keymap.toml win over it"),
        take: |config, word| config.keymap = Base::named(word).unwrap_or_default(),
        get: |config| Some(config.keymap.name()),
    },
    Setting {
        key: "language",
        values: &["zh", "en"],
        unset: ENVIRONMENT,
        text: text!(zh: "界面语言；--lang 和 MATCHDESK_LANG 优先", en: "the language; --lang and MATCHDESK_LANG win over it"),
        take: |config, word| config.language = Some(Lang::of_locale(word)),
        get: |config| {
            config.language.map(|lang| match lang {
                Lang::Zh => "zh",
                Lang::En => "en",
            })
        },
    },
    Setting {
        key: "colours",
        values: &["none", "16", "256", "true"],
        unset: ENVIRONMENT,
        text: text!(zh: "用多少种颜色", en: "how many colours are used"),
        take: |config, word| config.colours = depth(word),
        get: |config| {
            let depths = ["none", "16", "256", "true"];
            depths
                .into_iter()
                .find(|word| config.colours.is_some() && depth(word) == config.colours)
        },
    },
    Setting {
        key: "borders",
        values: &["lines", "ascii"],
        unset: ENVIRONMENT,
        text: text!(zh: "边框用线条还是 ASCII 字符", en: "borders of lines, or of ASCII characters"),
        take: |config, word| config.ascii = Some(word == "ascii"),
        get: |config| {
            config
                .ascii
                .map(|ascii| if ascii { "ascii" } else { "lines" })
        },
    },
];

fn depth(word: &str) -> Option<Depth> {
    match word {
        "none" => Some(Depth::None),
        "16" => Some(Depth::Sixteen),
        "256" => Some(Depth::Indexed),
        "true" => Some(Depth::True),
        _ => None,
    }
}

impl Setting {
    /// The word that it is; none when the environment says.
    #[must_use]
    pub fn of(&self, config: &Config) -> Option<&'static str> {
        (self.get)(config)
    }
}

/// One thing wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The file as the user knows it.
    pub file: String,
    /// Where.
    pub place: Place,
    /// What is wrong, and how to mend it.
    pub why: Said,
}

impl ConfigError {
    /// The message for the user: file, line, column, mistake and mend.
    #[must_use]
    pub fn said(&self) -> Said {
        let (file, Place { line, column }) = (&self.file, self.place);
        let Said { zh, en } = &self.why;
        both!(zh: "{file} 第 {line} 行第 {column} 列：{zh}", en: "{file}, line {line}, column {column}: {en}")
    }
}

impl Config {
    /// What the user's file says; what in it is wrong is told, and the rest counts.
    #[must_use]
    pub fn load(user: Option<&UserFile>) -> (Self, Vec<ConfigError>) {
        let mut config = Self::default();
        let Some(user) = user else {
            return (config, Vec::new());
        };
        let error = |place, why| ConfigError {
            file: user.name.clone(),
            place,
            why,
        };
        let text = match &user.text {
            Ok(text) => text,
            Err(why) => {
                let why = both!(zh: "读不了这个文件（{why}）。请检查文件权限。", en: "the file cannot be read ({why}). Check its permissions.");
                return (config, vec![error(Place { line: 1, column: 1 }, why)]);
            }
        };
        let mut errors = Vec::new();
        let (table, syntax) = DeTable::parse_recoverable(text);
        for wrong in syntax {
            let place = Place::of(text, wrong.span().map_or(0, |span| span.start));
            let why = wrong.message();
            errors.push(error(place, both!(zh: "不是正确的 TOML（{why}）。每行写成 名称 = \"值\"。", en: "not valid TOML ({why}). Write each line as name = \"value\".")));
        }
        for (key, value) in table.get_ref() {
            if let Err(why) = config.take(key.get_ref(), value.get_ref()) {
                errors.push(error(Place::of(text, key.span().start), why));
            }
        }
        errors.sort_by_key(|error| error.place);
        (config, errors)
    }

    fn take(&mut self, key: &str, value: &DeValue<'_>) -> Result<(), Said> {
        let Some(setting) = SETTINGS.iter().find(|setting| setting.key == key) else {
            let near = nearest(key, SETTINGS.iter().map(|setting| setting.key));
            return Err(
                both!(zh: "没有“{key}”这项设置。是不是“{near}”？", en: "there is no setting “{key}”. Did you mean “{near}”?"),
            );
        };
        let typed = match value {
            DeValue::String(word) => word.to_string(),
            DeValue::Integer(number) => number.as_str().to_owned(),
            DeValue::Boolean(is) => is.to_string(),
            _ => "…".to_owned(),
        };
        if !setting.values.contains(&typed.as_str()) {
            let values = setting.values.join(", ");
            return Err(
                both!(zh: "“{key}”不能是“{typed}”，只能是：{values}。", en: "“{key}” can't be “{typed}”; it is one of: {values}."),
            );
        }
        (setting.take)(self, &typed);
        Ok(())
    }

    /// The theme of an environment with what the user wants otherwise.
    #[must_use]
    pub fn theme(&self, depth: Depth, ascii: bool) -> Theme {
        Theme::new(self.colours.unwrap_or(depth), self.ascii.unwrap_or(ascii))
    }
}

/// The schema of the file, by which an editor checks and completes it.
#[must_use]
pub fn schema(lang: Lang) -> Value {
    let properties: serde_json::Map<String, Value> = SETTINGS
        .iter()
        .map(|setting| {
            let row = json!({
                "description": setting.text.get(lang),
                "type": "string",
                "enum": setting.values,
            });
            (setting.key.to_owned(), row)
        })
        .collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "matchdesk/config.toml",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> (Config, Vec<String>) {
        let file = UserFile {
            name: "config.toml".to_owned(),
            text: Ok(text.to_owned()),
        };
        let (config, errors) = Config::load(Some(&file));
        (config, errors.iter().map(|error| error.said().en).collect())
    }

    #[test]
    fn what_is_set_counts_and_the_rest_is_left_to_the_environment() {
        let (config, errors) = of("keymap = \"vim\"\ncolours = 256\nborders = \"ascii\"\n");
        assert_eq!(errors, [""; 0]);
        assert_eq!(config.keymap, Base::Vim);
        assert_eq!(
            (config.colours, config.ascii),
            (Some(Depth::Indexed), Some(true))
        );
        assert_eq!(config.language, None);
    }

    #[test]
    fn mistakes_name_place_and_mend_and_the_rest_counts() {
        let (config, errors) =
            of("keymp = \"vim\"\nlanguage = \"fr\"\n  keymap = \"emacs\"\n[colours]\n");
        insta::assert_snapshot!(errors.join("\n"), @r"
        config.toml, line 1, column 1: there is no setting “keymp”. Did you mean “keymap”?
        config.toml, line 2, column 1: “language” can't be “fr”; it is one of: zh, en.
        config.toml, line 4, column 2: “colours” can't be “…”; it is one of: none, 16, 256, true.
        ");
        assert_eq!(config.keymap, Base::Emacs);
        let (config, errors) = of("keymap = \"vim\"\nwhat is this");
        assert!(
            errors.iter().all(|e| e.starts_with("config.toml, line 2")),
            "{errors:?}"
        );
        assert!(!errors.is_empty());
        assert_eq!(config.keymap, Base::Vim);
    }

    #[test]
    fn every_word_that_a_setting_may_be_is_taken_and_told_again() {
        for setting in SETTINGS {
            for word in setting.values {
                let mut config = Config::default();
                (setting.take)(&mut config, word);
                assert_eq!(setting.of(&config), Some(*word), "{}", setting.key);
            }
        }
    }
}
