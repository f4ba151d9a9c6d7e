//! Inputs that are almost right: an entry of the corpus with a few changes, which reach further into a parser than noise does.

use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// Most changes to one input.
const CHANGES_MAX: usize = 4;
/// Longest piece that is cut out, repeated or taken from another entry: two to this power, in bytes. Short ones are as likely as long ones.
const PIECE_MAX_BITS: u32 = 12;

/// Pieces that parsers of numbers, texts, dates and markup have to judge.
const TOKENS: &[&[u8]] = &[
    b"null",
    b"true",
    b"0",
    b"-0",
    b"-1",
    b"1e999",
    b"1.0000000001",
    b"0.1e-1",
    b"9007199254740993",
    b"9223372036854775808",
    b"18446744073709551616",
    b"99999999999999999999999999999999999999999",
    b"\"\"",
    b"\"\\u0000\"",
    b"\"\\ud800\"",
    b"[]",
    b"{}",
    b"[[[[[[[[[[[[[[[[",
    b"{\"a\":",
    b",",
    b"\"",
    b"'",
    "\u{2019}".as_bytes(),
    "\u{a0}".as_bytes(),
    "\u{202e}".as_bytes(),
    b"\xff\xfe",
    b"<",
    b"</table>",
    b"<script>",
    b"<!--",
    b"&nbsp;",
    b"&#x110000;",
    b"1,234,567.123456789",
    b"0001-01-01T00:00:00",
    b"9999-12-31T23:59:60+14:00",
    b"TON",
    b"GRAM",
    b"\x00",
    b"\x80",
    b"\xb5\xee\x9c\x72",
];

/// An entry of the corpus, changed in one to four places. The same seed gives the same bytes from the same corpus.
///
/// # Panics
/// When the corpus is empty.
#[must_use]
pub fn damaged(corpus: &[Vec<u8>], seed: u64) -> Vec<u8> {
    assert!(!corpus.is_empty(), "a corpus has an entry");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut bytes = corpus[random.random_range(0..corpus.len())].clone();
    for _ in 0..random.random_range(1..=CHANGES_MAX) {
        change(&mut bytes, corpus, &mut random);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, corpus: &[Vec<u8>], random: &mut ChaCha8Rng) {
    let at = random.random_range(0..=bytes.len());
    let end = (at + piece_length(random)).min(bytes.len());
    match random.random_range(0..7) {
        0 => bytes.truncate(at),
        1 => drop(bytes.drain(at..end)),
        2 => {
            let piece = bytes[at..end].to_vec();
            insert(bytes, at, &piece);
        }
        3 => {
            let other = &corpus[random.random_range(0..corpus.len())];
            let from = random.random_range(0..=other.len());
            let until = (from + piece_length(random)).min(other.len());
            insert(bytes, at, &other[from..until]);
        }
        4 => insert(bytes, at, TOKENS[random.random_range(0..TOKENS.len())]),
        5 => replace_number(bytes, at, TOKENS[random.random_range(0..TOKENS.len())]),
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << (random.next_u32() % 8);
            }
        }
    }
}

fn piece_length(random: &mut ChaCha8Rng) -> usize {
    let most = 1 << random.random_range(0..=PIECE_MAX_BITS);
    random.random_range(1..=most)
}

fn insert(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    bytes.splice(at..at, piece.iter().copied());
}

/// Puts a token in the place of the next run of digits, so that what stood for a number is something else.
fn replace_number(bytes: &mut Vec<u8>, at: usize, token: &[u8]) {
    let Some(begin) = bytes[at..].iter().position(u8::is_ascii_digit).map(|offset| at + offset) else {
        return;
    };
    let length = bytes[begin..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    bytes.splice(begin..begin + length, token.iter().copied());
}
