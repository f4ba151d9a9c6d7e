use proptest::prelude::*;

use super::*;
use crate::boc;
use crate::cell::CellBuilder;

fn content(first: u8, pieces: &[&[u8]]) -> Cell {
    let (head, tail) = pieces.split_first().unwrap();
    let tail = tail.iter().rev().fold(None, |below: Option<Cell>, piece| {
        let builder = CellBuilder::new().bytes(piece);
        Some(below.into_iter().fold(builder, CellBuilder::reference).build().unwrap())
    });
    let builder = CellBuilder::new().uint(first.into(), 8).bytes(head);
    tail.into_iter().fold(builder, CellBuilder::reference).build().unwrap()
}

#[test]
fn a_link_may_run_through_several_cells() {
    assert_eq!(
        content_uri(&content(1, &[b"https://", b"a.example/", "é".as_bytes()])).unwrap(),
        "https://a.example/é"
    );
    // A character may be cut by the end of a cell.
    let (front, back) = "é".as_bytes().split_at(1);
    assert_eq!(content_uri(&content(1, &[front, back])).unwrap(), "é");
    assert_eq!(content_uri(&content(1, &[b""])).unwrap(), "");
}

#[test]
fn content_that_is_no_link_is_refused() {
    assert_eq!(content_uri(&content(0, &[b"x"])), Err(AnswerError::ContentLayout));
    assert_eq!(content_uri(&CellBuilder::new().build().unwrap()), Err(AnswerError::ContentLayout));
    assert_eq!(content_uri(&CellBuilder::new().uint(1, 7).build().unwrap()), Err(AnswerError::ContentLayout));
    assert_eq!(content_uri(&content(1, &[&[0xff]])), Err(AnswerError::ContentText));
    let piece: &[u8] = &[b'a'; 100];
    assert_eq!(content_uri(&content(1, &[piece; 40])).map(|uri| uri.len()), Ok(4000));
    assert_eq!(content_uri(&content(1, &[piece; 41])), Err(AnswerError::ContentLength));
    let library = Cell::library(crate::Hash256::of(b""));
    assert!(matches!(
        content_uri(&library),
        Err(AnswerError::Value { fault: ReadError::Library { .. }, .. })
    ));
}

#[test]
fn only_fragments_collection_page_names_a_slug() {
    assert_eq!(gift_collection_slug("https://nft.fragment.com/collection/plushpepe.json"), Some("plushpepe"));
    let others = [
        "https://nft.fragment.com/collection/.json",
        "https://nft.fragment.com/collection/plushpepe",
        "https://nft.fragment.com/collection/a/b.json",
        "https://nft.fragment.com/collection/PlushPepe.json",
        "https://nft.fragment.com/gift/plushpepe-298.json",
        "https://nft.fragment.com.example/collection/plushpepe.json",
        "http://nft.fragment.com/collection/plushpepe.json",
        "",
    ];
    for uri in others {
        assert_eq!(gift_collection_slug(uri), None, "{uri}");
    }
}

#[test]
fn answers_of_another_shape_are_refused() {
    let empty = || CellBuilder::new().build().unwrap();
    let one = |builder: CellBuilder| boc::write(&builder.build().unwrap());
    let null = one(CellBuilder::new().uint(1, 24).reference(empty()).uint(0, 8));
    assert_eq!(parse_collection_data(&null), Err(AnswerError::Count { expected: 3, found: 1 }));
    assert_eq!(
        parse_item_address(&null),
        Err(AnswerError::Type { field: "nft_address", expected: "a slice" })
    );
    let slice = |cell: Cell| {
        let bits = cell.bit_length() as u64;
        let builder = CellBuilder::new().uint(1, 24).reference(empty()).uint(4, 8).reference(cell);
        one(builder.uint(0, 10).uint(bits, 10).uint(0, 6))
    };
    let none = slice(CellBuilder::new().address(None).build().unwrap());
    assert_eq!(parse_item_address(&none), Err(AnswerError::NoAddress));
    let short = slice(CellBuilder::new().uint(0b100, 3).build().unwrap());
    let fault = ReadError::Bits { wanted: 8, left: 0 };
    assert_eq!(parse_item_address(&short), Err(AnswerError::Value { field: "nft_address", fault }));
}

proptest! {
    #[test]
    fn any_bytes_are_an_answer_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse_collection_data(&bytes);
        let _ = parse_item_address(&bytes);
    }

    #[test]
    fn any_content_is_text_or_an_error(
        first in 0..3_u8, pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..100), 1..5),
    ) {
        let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
        if let Ok(text) = content_uri(&content(first, &pieces)) {
            prop_assert_eq!(text.into_bytes(), pieces.concat());
        }
    }

    #[test]
    fn a_slug_stands_in_its_content(text in "\\PC{0,60}|https://nft.fragment.com/collection/\\PC{0,9}.json") {
        if let Some(slug) = gift_collection_slug(&text) {
            prop_assert_eq!(format!("https://nft.fragment.com/collection/{slug}.json"), text);
        }
    }
}
