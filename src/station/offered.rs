//! The paths that a session lets its station work with: those that its command line names, and no others.

use std::path::{Component, Path, PathBuf};

/// What a command line names. The default is nothing: a console needs no files.
#[derive(Clone, Debug, Default)]
pub struct Offered {
    /// From the root, links followed. A link that was named is here too, beside what it leads to.
    places: Vec<PathBuf>,
}

impl Offered {
    /// Files and folders, with all that lies below the folders. Links are followed as they lead now.
    #[must_use]
    pub fn of(named: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut places: Vec<PathBuf> = named
            .into_iter()
            .flat_map(|path| [entry(&path), real(&path)])
            .flatten()
            .collect();
        places.sort_unstable();
        places.dedup();
        Self { places }
    }

    /// Whether a file or folder may be worked with. It may be a link; the way to it may not lead out of what was named.
    #[must_use]
    pub fn has(&self, path: &Path) -> bool {
        entry(path).is_some_and(|place| self.holds(&place))
    }

    /// Whether a path, all links followed, leads into what was named or to the folder of something named. Then it may be
    /// told where it leads, and a file may be begun there.
    #[must_use]
    pub fn leads_in(&self, path: &Path) -> bool {
        real(path).is_some_and(|path| {
            let is_folder_of = |place: &PathBuf| place.parent() == Some(&path);
            self.holds(&path) || self.places.iter().any(is_folder_of)
        })
    }

    fn holds(&self, place: &Path) -> bool {
        self.places.iter().any(|named| place.starts_with(named))
    }
}

/// Where a path leads, all links followed; what is not there yet is taken as it is written.
fn real(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    let mut missing = Vec::new();
    let mut there = path.as_path();
    loop {
        if let Ok(found) = there.canonicalize() {
            missing.reverse();
            return Some(
                missing
                    .into_iter()
                    .fold(found, |path, name| path.join(name)),
            );
        }
        // A detour by way of what is not there leads nowhere.
        match there.components().next_back() {
            Some(Component::Normal(name)) => missing.push(name),
            _ => return None,
        }
        there = there.parent()?;
    }
}

/// Where a path itself is: the way to it with links followed, and its own name as it is written.
fn entry(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    match path.components().next_back() {
        Some(Component::Normal(name)) => Some(real(path.parent()?)?.join(name)),
        _ => real(&path),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    /// A folder with `data/suppliers.csv`, `data/deep`, `other/secret.csv`.
    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for path in ["data/deep", "other"] {
            fs::create_dir_all(folder.path().join(path)).unwrap();
        }
        for path in ["data/suppliers.csv", "other/secret.csv"] {
            fs::write(folder.path().join(path), "").unwrap();
        }
        folder
    }

    #[test]
    fn nothing_is_offered_that_was_not_named() {
        let none = Offered::default();
        for path in ["/etc/passwd", "/", ".", "", "Cargo.toml"] {
            assert!(!none.has(Path::new(path)), "{path}");
            assert!(!none.leads_in(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn a_file_that_was_named_is_offered_and_drafts_beside_it() {
        let folder = folder();
        let at = |path: &str| folder.path().join(path);
        let offered = Offered::of([at("data/suppliers.csv"), at("data/new.csv")]);
        assert!(offered.has(&at("data/suppliers.csv")));
        assert!(offered.has(&at("data/new.csv")));
        assert!(offered.has(&at("other/../data/new.csv")));
        assert!(offered.leads_in(&at("data")));
        assert!(offered.leads_in(&at("data/suppliers.csv")));
        for path in [
            "data",
            "data/x.csv",
            "data/new.csv.x",
            "other/secret.csv",
            "",
        ] {
            assert!(!offered.has(&at(path)), "{path}");
        }
        for path in ["data/deep", "other", ""] {
            assert!(!offered.leads_in(&at(path)), "{path}");
        }
    }

    #[test]
    fn a_folder_that_was_named_is_offered_with_all_below_it_and_no_way_out() {
        let folder = folder();
        let at = |path: &str| folder.path().join(path);
        symlink(at("other"), at("data/way")).unwrap();
        symlink(at("other/secret.csv"), at("data/needs.csv")).unwrap();
        let offered = Offered::of([at("data")]);
        for path in [
            "data",
            "data/",
            "data/suppliers.csv",
            "data/deep/new/newer.csv",
        ] {
            assert!(offered.has(&at(path)), "{path}");
        }
        for path in [
            "data/../other/secret.csv",
            "data/way/secret.csv",
            "data/no/../../other/secret.csv",
            "other",
            "database",
        ] {
            assert!(!offered.has(&at(path)), "{path}");
        }
        assert!(!offered.leads_in(&at("data/way")));
        // What is in the folder may be a link and is read, but nothing is written where it leads.
        assert!(offered.has(&at("data/needs.csv")));
        assert!(!offered.leads_in(&at("data/needs.csv")));
    }

    #[test]
    fn what_was_named_may_be_a_link_and_is_what_it_led_to_then() {
        let folder = folder();
        let at = |path: &str| folder.path().join(path);
        symlink(at("data"), at("link")).unwrap();
        symlink(at("data/suppliers.csv"), at("other/mine.csv")).unwrap();
        let offered = Offered::of([at("link"), at("other/mine.csv")]);
        assert!(offered.has(&at("link/suppliers.csv")));
        assert!(offered.leads_in(&at("other/mine.csv")));
        assert!(offered.has(&at("data/suppliers.csv")));
        fs::remove_file(at("link")).unwrap();
        symlink(at("other"), at("link")).unwrap();
        assert!(!offered.has(&at("link/secret.csv")));
    }

    #[test]
    fn a_path_is_meant_from_the_current_folder() {
        let offered = Offered::of([PathBuf::from("src")]);
        let here = std::env::current_dir().unwrap();
        assert!(offered.has(&here.join("src/lib.rs")));
        assert!(offered.has(Path::new("./src/lib.rs")));
        assert!(!offered.has(Path::new("src/../Cargo.toml")));
        assert!(!Offered::of([PathBuf::new()]).has(Path::new("Cargo.toml")));
    }
}
