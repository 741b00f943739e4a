use super::*;
use proptest::prelude::*;
use tempfile::TempDir;

fn file(bytes: &[u8]) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.csv");
    std::fs::write(&path, bytes).unwrap();
    (dir, path)
}

fn rows(bytes: &[u8]) -> Rows {
    open(&file(bytes).1, &["code", "name"]).unwrap()
}

#[track_caller]
fn refusal(bytes: &[u8]) -> String {
    let (_dir, path) = file(bytes);
    let error = open(&path, &["code", "name"]).unwrap_err();
    assert!(!error.say(Lang::Zh).is_empty());
    error.say(Lang::En)
}

/// Line, code and name of each row; the fault of a bad one.
fn read(rows: Rows) -> Vec<String> {
    let say = |row: Result<Row, Trouble>| match row {
        Ok(row) => {
            let cell = |name| row.get(name).unwrap_or("-").to_owned();
            format!("{} {} {}", row.line, cell("code"), cell("name"))
        }
        Err(Trouble::Row(bad)) => format!("{} {:?}", bad.line, bad.fault),
        Err(Trouble::File(error)) => error.say(Lang::En),
    };
    rows.map(say).collect()
}

#[test]
fn columns_stand_in_any_order_and_unknown_ones_are_reported() {
    let rows = rows("\u{FEFF}ＮＡＭＥ, colour ,Code,error,\n王,red,V1,x,\n".as_bytes());
    assert_eq!(rows.unknown(), ["colour"]);
    assert!(rows.has("code") && !rows.has("phone"));
    assert_eq!(rows.header().len(), 5);
    assert_eq!(read(rows), ["2 V1 王"]);
}

#[test]
fn an_absent_column_differs_from_an_empty_cell() {
    let row = rows(b"code,x\n,1\n").next().unwrap().unwrap();
    assert_eq!(row.get("code"), Some(""));
    assert_eq!(row.get("name"), None);
}

#[test]
fn cells_are_trimmed_and_unguarded() {
    let row = rows("code,name\n　V1 ,\u{FEFF}'=x\u{3000}\n".as_bytes());
    assert_eq!(read(row), ["2 V1 =x"]);
}

#[test]
fn every_line_end_and_quoted_line_ends_keep_the_line_numbers() {
    for end in ["\n", "\r\n", "\r"] {
        let text = format!("code,name{end}A,\"x{end}y\"{end}{end},{end}B,b{end}C,5\" nail{end}");
        let lines = read(rows(text.as_bytes()));
        assert_eq!(
            lines,
            [
                format!("2 A x{end}y"),
                "6 B b".into(),
                "7 C 5\" nail".into()
            ]
        );
    }
}

#[test]
fn a_row_with_a_wrong_number_of_cells_is_bad_alone() {
    let got = read(rows(b"code,name\nA\nB,b,c\nC,c\n"));
    let width = |line, found| format!("{line} Width {{ wanted: 2, found: {found} }}");
    assert_eq!(got, [width(2, 1), width(3, 3), "4 C c".into()]);
}

#[test]
fn a_file_cut_short_is_noticed() {
    assert_eq!(
        read(rows(b"code,name\nA,a\nB,\"b\nC,c\n")),
        ["2 A a", "3 OpenQuote"]
    );
    assert_eq!(read(rows(b"code,name\nA,\"a\"")), ["2 A a"]);
    let cut = read(rows(b"code,name\nA,a\nB"));
    assert_eq!(cut[1], "3 Width { wanted: 2, found: 1 }");
    let Some(Err(Trouble::Row(bad))) = rows(b"code,name\nB,\"\x1b[2J").next() else {
        panic!("a bad row")
    };
    assert!(bad.say(Lang::En).contains("line 2") && !bad.say(Lang::Zh).contains('\x1b'));
    assert_eq!(bad.raw().collect::<Vec<_>>(), ["B", "\x1b[2J"]);
}

#[test]
fn an_open_quote_does_not_fill_the_memory() {
    let text = format!("code,name\nA,a\nB,\"{}", "x,y\n".repeat(400_000));
    let got = read(rows(text.as_bytes()));
    assert_eq!(got.len(), 2);
    assert!(got[1].contains("line 3"), "{}", got[1]);
}

#[test]
fn gbk_is_detected_and_read_also_across_buffers() {
    let mut text = String::from("code,name\r\n");
    for i in 0..20_000 {
        text.extend([
            "V",
            &i.to_string(),
            ",",
            &"a".repeat(i % 3),
            "王秀英朝阳区\r\n",
        ]);
    }
    let (bytes, _, _) = encoding_rs::GBK.encode(&text);
    let (_dir, path) = file(&bytes);
    for chunk in [1, 7, CHUNK] {
        let rows = open_in_chunks(&(&path).into(), &["code", "name"], chunk).unwrap();
        let got = read(rows);
        assert_eq!(got.len(), 20_000);
        assert_eq!(got[19_999], "20001 V19999 a王秀英朝阳区");
    }
}

#[test]
fn the_quick_look_knows_utf_8_across_buffers() {
    let is_utf8 = |bytes: &[u8]| decode::is_utf8(bytes).unwrap();
    for ahead in CHUNK - 5..=CHUNK + 5 {
        let text = "a".repeat(ahead) + "王é𠀀" + &"b".repeat(CHUNK);
        assert!(is_utf8(text.as_bytes()), "{ahead}");
        let mut damaged = text.clone().into_bytes();
        damaged[ahead + 1] = b'x';
        assert!(!is_utf8(&damaged), "{ahead}");
        assert!(!is_utf8(&text.as_bytes()[..=ahead]), "{ahead}");
        damaged[ahead..ahead + 3].fill(0);
        assert!(!is_utf8(&damaged), "{ahead}");
    }
    assert!(is_utf8(b""));
}

#[test]
fn a_short_gbk_file_and_four_byte_gb18030_are_read() {
    for name in ["王", "李雷", "吕布䶮", "𠮷田"] {
        let text = format!("code,name\nV1,{name}\n");
        let (bytes, _, _) = encoding_rs::GB18030.encode(&text);
        assert_eq!(read(rows(&bytes)), [format!("2 V1 {name}")]);
    }
}

#[test]
fn utf_16_and_binary_files_are_no_text() {
    assert!(refusal(b"\xFF\xFEc\0o\0").contains("UTF-16"));
    assert!(refusal(b"\xFE\xFF\0c\0o").contains("UTF-16"));
    assert!(refusal(b"code,name\nV\0").contains("byte 11 (line 2)"));
}

#[test]
fn damaged_utf_8_is_not_taken_for_gbk() {
    let mut bytes = "code,name\nV1,王秀英\nV2,李建国".as_bytes().to_vec();
    bytes.pop();
    assert!(refusal(&bytes).contains("UTF-8 is damaged at byte 34 (line 3)"));
    assert!(refusal(b"\xEF\xBB\xBFcode,name\nV1,\xE9").contains("damaged"));
}

#[test]
fn other_encodings_are_refused() {
    let text = refusal(b"code,name\nV1,H\xE9l\xE8ne et Fran\xE7ois\n");
    assert!(text.contains("neither UTF-8 nor GBK"), "{text}");
}

#[test]
fn a_file_without_a_usable_header_says_so() {
    assert!(refusal(b"").contains("empty"));
    assert!(refusal(b"\n\r\n").contains("empty"));
    assert!(refusal(b"V1,x\n").contains("names no known column (it reads"));
    assert!(refusal(b"code,name, CODE\n").contains("twice (columns 1 and 3)"));
    assert!(refusal(b"code,\"name\nV1,x\n").contains("never closed"));
}

#[test]
fn a_missing_file_and_a_folder_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let error = open(&dir.path().join("no.csv"), &["code"]).unwrap_err();
    assert!(error.say(Lang::Zh).contains("没有这个文件"));
    let error = open(dir.path(), &["code"]).unwrap_err();
    assert!(error.say(Lang::En).contains("not a regular file"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn rows_are_split_as_the_csv_crate_splits_them(body in "[ab,\"\r\n王]{0,60}", chunk in 1usize..9) {
        let text = format!("code,name\n{body}");
        let (_dir, path) = file(text.as_bytes());
        let mut plain = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let wanted: Vec<StringRecord> = plain.records().skip(1).map(Result::unwrap)
            .filter(|cells| cells.iter().any(|cell| !trim(cell).is_empty())).collect();
        let mut got = Vec::new();
        let mut lines = vec![1];
        for row in open_in_chunks(&(&path).into(), &["code", "name"], chunk).unwrap() {
            match row {
                Ok(row) => { lines.push(row.line); got.push(row.cells) }
                Err(Trouble::Row(bad)) => { lines.push(bad.line); got.push(bad.cells) }
                Err(Trouble::File(error)) => panic!("{}", error.say(Lang::En)),
            }
        }
        let open_end = got.last().is_some_and(|cells| cells.iter().all(|cell| trim(cell).is_empty()));
        prop_assert!(got.len() == wanted.len() || open_end && got.len() == wanted.len() + 1);
        for (got, wanted) in got.iter().zip(&wanted) {
            prop_assert_eq!(got, wanted);
        }
        prop_assert!(lines.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn any_bytes_give_rows_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let (_dir, path) = file(&[b"code,name\n".as_slice(), &bytes].concat());
        match open(&path, &["code", "name"]) {
            Ok(rows) => { read(rows); }
            Err(error) => prop_assert!(!error.say(Lang::En).is_empty()),
        }
    }
}
