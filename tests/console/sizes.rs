use matchdesk::domain::Lang;

use super::stage::Stage;

/// The ways to every screen.
const SCREENS: &[&str] = &[
    "3",
    "j right",
    "j c",
    "o",
    "o enter",
    "w",
    "enter",
    "x",
    "P",
    "P right",
    "P enter s",
    "1",
    "1 /",
    "1 enter",
    "1 n",
    "1 e",
    "2",
    "2 t",
    "2 t enter",
    "2 n",
    "2 N",
    "2 n x esc",
    "j right w",
    "j j j j m",
    "m enter",
    "2 n l d f enter",
    "2 enter S",
    "1 w",
    "?",
    "? / x",
    ":",
    ": q u e",
    "f l d f",
    "g",
];

#[test]
fn every_screen_fits_every_size() {
    for (at, way) in SCREENS.iter().enumerate() {
        let lang = if at % 2 == 0 { Lang::Zh } else { Lang::En };
        let mut stage = Stage::new(120, 40, lang);
        stage.press(way);
        let small = (0..=30).flat_map(|w| (0..=12).map(move |h| (w, h)));
        let large = [
            (40, 10),
            (41, 11),
            (60, 14),
            (80, 24),
            (119, 30),
            (120, 40),
            (200, 60),
        ];
        for (w, h) in small.chain(large) {
            stage.resize(w, h);
            stage.screen();
        }
    }
}

#[test]
fn a_window_that_is_too_small_says_so() {
    let mut stage = Stage::new(80, 24, Lang::En);
    stage.resize(39, 9);
    stage.sees("too small");
}
