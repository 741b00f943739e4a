//! Bytes to text: which encoding a file has, and its text as a stream with one kind of line end.

use super::file_error::Fault;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, Encoding, GB18030, UTF_8};
use std::collections::VecDeque;
use std::io::{self, Read};

/// Bytes read at once.
pub(super) const CHUNK: usize = 64 * 1024;
/// Bytes from which a legacy encoding is guessed.
const SAMPLE: usize = 4 * CHUNK;
/// A row longer than this is a quote that was never closed.
pub(super) const LONGEST_ROW: usize = 1024 * 1024;

/// The encoding of everything that `source` gives, read in chunks with constant memory.
pub(super) fn detect(mut source: impl Read) -> Result<&'static Encoding, Fault> {
    let mut scan = Scan::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        let length = match source.read(&mut chunk) {
            Ok(length) => length,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(Fault::Read(e)),
        };
        if length == 0 {
            return scan.verdict();
        }
        scan.feed(chunk.get(..length).unwrap_or_default())?;
    }
}

/// Whether everything that `source` gives is text in UTF-8: the quick look that is enough for most files. What is not
/// needs [`detect`], which says what it is, or what is wrong with it and where.
pub(super) fn is_utf8(mut source: impl Read) -> Result<bool, Fault> {
    let mut chunk = vec![0; CHUNK];
    // Bytes at the front that begin a character.
    let mut begun = 0;
    loop {
        let length = match source.read(chunk.get_mut(begun..).unwrap_or_default()) {
            Ok(length) => length,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(Fault::Read(e)),
        };
        if length == 0 {
            return Ok(begun == 0);
        }
        let bytes = chunk.get(..begun + length).unwrap_or_default();
        let whole = match std::str::from_utf8(bytes) {
            Ok(text) => text.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => return Ok(false),
        };
        if bytes.contains(&0) {
            return Ok(false);
        }
        let all = bytes.len();
        chunk.copy_within(whole..all, 0);
        begun = all - whole;
    }
}

/// One look at every byte.
struct Scan {
    offset: u64,
    lines: u64,
    head: Vec<u8>,
    after_cr: bool,
    utf8: Utf8,
    /// Place of the first byte that is not UTF-8.
    broken: Option<(u64, u64)>,
    gbk: Gbk,
    detector: EncodingDetector,
    /// Bytes that the detector has seen.
    sampled: usize,
}

impl Scan {
    fn new() -> Self {
        Self {
            offset: 0,
            lines: 1,
            head: Vec::new(),
            after_cr: false,
            utf8: Utf8::default(),
            broken: None,
            gbk: Gbk::new(),
            detector: EncodingDetector::new(Iso2022JpDetection::Deny),
            sampled: 0,
        }
    }

    fn feed(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        for &byte in bytes {
            self.feed_byte(byte)?;
        }
        self.gbk.feed(bytes, false);
        // Only a tie-break, and slow: a sample from where the text stops being UTF-8 is enough.
        if self.broken.is_some() && self.sampled < SAMPLE {
            self.sampled += bytes.len();
            self.detector.feed(bytes, false);
        }
        Ok(())
    }

    fn feed_byte(&mut self, byte: u8) -> Result<(), Fault> {
        if self.head.len() < 3 {
            self.head.push(byte);
            if matches!(self.head.as_slice(), [0xFF, 0xFE] | [0xFE, 0xFF]) {
                return Err(Fault::Utf16);
            }
        }
        if byte == b'\r' || (byte == b'\n' && !self.after_cr) {
            self.lines += 1;
        }
        self.after_cr = byte == b'\r';
        if byte == 0 {
            return Err(Fault::Binary {
                offset: self.offset,
                line: self.lines,
            });
        }
        if !self.utf8.feed(byte) && self.broken.is_none() {
            self.broken = Some((self.offset, self.lines));
        }
        self.offset += 1;
        Ok(())
    }

    fn verdict(mut self) -> Result<&'static Encoding, Fault> {
        if self.utf8.inside() && self.broken.is_none() {
            self.utf8.errors += 1;
            self.broken = Some((self.offset, self.lines));
        }
        let Some((offset, line)) = self.broken else {
            return Ok(UTF_8);
        };
        if self.head == [0xEF, 0xBB, 0xBF] || self.utf8.long > self.utf8.errors {
            return Err(Fault::DamagedUtf8 { offset, line });
        }
        self.gbk.feed(&[], true);
        self.detector.feed(&[], true);
        let guess = self.detector.guess(None, Utf8Detection::Deny);
        let looks_so = guess == encoding_rs::GBK || guess == GB18030 || self.gbk.is_usual();
        if self.gbk.valid && looks_so {
            return Ok(GB18030);
        }
        Err(Fault::Encoding {
            guess: guess.name(),
            offset,
            line,
        })
    }
}

/// UTF-8 byte by byte, going on after errors: a Chinese UTF-8 file with a damaged byte has far more whole characters than errors,
/// while hardly any three bytes of GBK look like a UTF-8 character.
#[derive(Default)]
struct Utf8 {
    /// Bytes still to come of the character.
    left: u8,
    /// Bytes that the character has.
    size: u8,
    /// What the next byte may be.
    next: (u8, u8),
    errors: u64,
    /// Whole characters of three or four bytes.
    long: u64,
}

impl Utf8 {
    fn inside(&self) -> bool {
        self.left > 0
    }

    /// False where the text stops being UTF-8.
    fn feed(&mut self, byte: u8) -> bool {
        if self.left == 0 {
            return self.start(byte);
        }
        if byte < self.next.0 || byte > self.next.1 {
            self.left = 0;
            self.errors += 1;
            self.start(byte);
            return false;
        }
        self.next = (0x80, 0xBF);
        self.left -= 1;
        if self.left == 0 && self.size > 2 {
            self.long += 1;
        }
        true
    }

    fn start(&mut self, byte: u8) -> bool {
        let (size, next) = match byte {
            0..0x80 => return true,
            0xC2..=0xDF => (2, (0x80, 0xBF)),
            0xE0 => (3, (0xA0, 0xBF)),
            0xED => (3, (0x80, 0x9F)),
            0xE1..=0xEF => (3, (0x80, 0xBF)),
            0xF0 => (4, (0x90, 0xBF)),
            0xF1..=0xF3 => (4, (0x80, 0xBF)),
            0xF4 => (4, (0x80, 0x8F)),
            _ => {
                self.errors += 1;
                return false;
            }
        };
        (self.size, self.left, self.next) = (size, size - 1, next);
        true
    }
}

/// Whether bytes are GB18030 throughout, and how many of their pairs are characters in daily use.
struct Gbk {
    decoder: Decoder,
    out: String,
    valid: bool,
    lead: Option<u8>,
    pairs: u64,
    usual: u64,
}

impl Gbk {
    fn new() -> Self {
        Self {
            decoder: GB18030.new_decoder_without_bom_handling(),
            out: String::with_capacity(4096),
            valid: true,
            lead: None,
            pairs: 0,
            usual: 0,
        }
    }

    /// At least half of the pairs lie in GB 2312, as they do in Chinese and do not in text of other languages read as GBK.
    fn is_usual(&self) -> bool {
        self.usual * 2 >= self.pairs
    }

    fn feed(&mut self, bytes: &[u8], last: bool) {
        for &byte in bytes {
            self.count(byte);
        }
        let mut rest = bytes;
        while self.valid {
            self.out.clear();
            let (result, read, bad) = self.decoder.decode_to_string(rest, &mut self.out, last);
            self.valid = !bad;
            rest = rest.get(read..).unwrap_or_default();
            if result == encoding_rs::CoderResult::InputEmpty {
                break;
            }
        }
    }

    fn count(&mut self, byte: u8) {
        match self.lead.take() {
            // Half of a character of four bytes, rare but certainly Chinese.
            Some(_) if byte.is_ascii_digit() => {}
            Some(lead) => {
                self.pairs += 1;
                if (0xA1..=0xF7).contains(&lead) && byte >= 0xA1 {
                    self.usual += 1;
                }
            }
            None if byte >= 0x81 => self.lead = Some(byte),
            None => {}
        }
    }
}

/// Where the text stands between two bytes, as the `csv` crate sees it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    RowStart,
    CellStart,
    Cell,
    Quoted,
    /// After a quote inside a quoted cell: its end, or half of a doubled one.
    Quote,
}

/// The text of a file as UTF-8 without BOM, line ends outside quotes as LF, empty lines left out; knows on which line each row begins.
pub(super) struct Decoding<R> {
    source: R,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_at: usize,
    raw_end: usize,
    source_ended: bool,
    ended: bool,
    place: Place,
    after_cr: bool,
    line: u64,
    row_length: usize,
    row_line: u64,
    starts: VecDeque<u64>,
    /// Bytes taken from the source.
    taken: u64,
}

impl<R: Read> Decoding<R> {
    pub(super) fn new(source: R, encoding: &'static Encoding, chunk: usize) -> Self {
        Self {
            source,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; chunk],
            raw_at: 0,
            raw_end: 0,
            source_ended: false,
            ended: false,
            place: Place::RowStart,
            after_cr: false,
            line: 1,
            row_length: 0,
            row_line: 1,
            starts: VecDeque::new(),
            taken: 0,
        }
    }

    /// Bytes of the source that have been read so far.
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }

    /// The line on which the next row that was not asked for begins.
    pub(super) fn next_start(&mut self) -> u64 {
        self.starts.pop_front().unwrap_or(self.row_line)
    }

    /// Whether the text has ended inside a quoted cell.
    pub(super) fn ended_in_quotes(&self) -> bool {
        self.ended && self.place == Place::Quoted
    }

    fn fill(&mut self) -> io::Result<()> {
        if self.raw_at < self.raw_end || self.source_ended {
            return Ok(());
        }
        self.raw_at = 0;
        self.raw_end = self.source.read(&mut self.raw)?;
        self.source_ended = self.raw_end == 0;
        self.taken += u64::try_from(self.raw_end).unwrap_or_default();
        Ok(())
    }

    /// Follows the rows through `text`, compacting it in place; gives its new length.
    fn follow(&mut self, text: &mut [u8]) -> io::Result<usize> {
        let mut kept = 0;
        for at in 0..text.len() {
            let Some(&byte) = text.get(at) else { break };
            let Some(byte) = self.take(byte) else {
                continue;
            };
            if let Some(slot) = text.get_mut(kept) {
                *slot = byte;
                kept += 1;
            }
            if self.row_length > LONGEST_ROW {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "row too long"));
            }
        }
        Ok(kept)
    }

    /// What to pass on for `byte`.
    fn take(&mut self, byte: u8) -> Option<u8> {
        let second_half = byte == b'\n' && self.after_cr;
        self.after_cr = byte == b'\r';
        let line_end = matches!(byte, b'\r' | b'\n');
        if line_end && !second_half {
            self.line += 1;
        }
        if line_end && self.place != Place::Quoted {
            let empty = self.place == Place::RowStart;
            self.place = Place::RowStart;
            return (!empty).then_some(b'\n');
        }
        if self.place == Place::RowStart {
            self.row_line = self.line;
            self.row_length = 0;
            self.starts.push_back(self.line);
        }
        self.row_length += 1;
        self.place = match (self.place, byte) {
            (Place::Quoted, b'"') => Place::Quote,
            (Place::Quoted, _) | (Place::Quote | Place::RowStart | Place::CellStart, b'"') => {
                Place::Quoted
            }
            (_, b',') => Place::CellStart,
            _ => Place::Cell,
        };
        Some(byte)
    }
}

impl<R: Read> Read for Decoding<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while !self.ended {
            self.fill()?;
            let source = self.raw.get(self.raw_at..self.raw_end).unwrap_or_default();
            let (result, read, written, _) =
                self.decoder.decode_to_utf8(source, out, self.source_ended);
            self.raw_at += read;
            self.ended = self.source_ended && result == encoding_rs::CoderResult::InputEmpty;
            let length = self.follow(out.get_mut(..written).unwrap_or_default())?;
            if length > 0 {
                return Ok(length);
            }
        }
        Ok(0)
    }
}
