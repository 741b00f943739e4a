use matchdesk::domain::Lang;

use super::stage::Stage;

fn queue(width: u16, height: u16, lang: Lang) -> String {
    let mut stage = Stage::new(width, height, lang);
    stage.press("j right");
    stage.screen()
}

#[test]
fn the_queue_on_a_small_screen() {
    insta::assert_snapshot!("queue_80x24_en", queue(80, 24, Lang::En));
    insta::assert_snapshot!("queue_80x24_zh", queue(80, 24, Lang::Zh));
}

#[test]
fn the_queue_beside_the_registries() {
    insta::assert_snapshot!("queue_120x40_en", queue(120, 40, Lang::En));
    insta::assert_snapshot!("queue_120x40_zh", queue(120, 40, Lang::Zh));
}

#[test]
fn the_queue_on_a_large_screen() {
    insta::assert_snapshot!("queue_200x60_en", queue(200, 60, Lang::En));
    insta::assert_snapshot!("queue_200x60_zh", queue(200, 60, Lang::Zh));
}
