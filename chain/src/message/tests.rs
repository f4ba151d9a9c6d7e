use proptest::prelude::*;

use super::*;
use crate::boc::{Limits, parse_one};

/// Its hash, as the indexer tells it.
const RECORDED: &str = "kcBKVOV8BlQTNwRSbka4UGmZn5+0BR9g/lCuW/+D40g=";

fn address(byte: u8) -> Address {
    Address::new(0, [byte; 32])
}

fn cell(builder: CellBuilder) -> Cell {
    builder.build().unwrap()
}

fn start_auction(config: CellBuilder) -> Result<Body, BodyError> {
    let body = CellBuilder::new().uint(u64::from(op::TELEMINT_START_AUCTION), 32).uint(5, 64);
    Body::parse(&cell(body.reference(cell(config))))
}

#[test]
fn bodies_are_read_by_their_operation() {
    let empty = cell(CellBuilder::new());
    assert_eq!(Body::parse(&empty), Ok(Body::Empty));
    assert_eq!(Body::parse(&cell(CellBuilder::new().uint(1, 31))), Ok(Body::Other { op: None }));
    assert_eq!(Body::parse(&cell(CellBuilder::new().uint(0xfe, 32))), Ok(Body::Other { op: Some(0xfe) }));
    let transfer = |tail: CellBuilder| {
        let head = CellBuilder::new().uint(u64::from(op::NFT_TRANSFER), 32).uint(9, 64);
        Body::parse(&cell(head.address(Some(&address(1))).address(None).append(&cell(tail))))
    };
    let expected = |payload: &Cell| Body::NftTransfer {
        query_id: 9,
        new_owner: Some(address(1)),
        response_destination: None,
        custom_payload: None,
        forward_amount_nanoton: 7,
        forward_payload: payload.clone(),
    };
    let seven = cell(CellBuilder::new().uint(7, 8));
    let inline = CellBuilder::new().bit(false).coins(7).bit(false).append(&seven);
    let apart = CellBuilder::new().bit(false).coins(7).bit(true).reference(seven.clone());
    let left_out = CellBuilder::new().bit(false).coins(7);
    assert_eq!(transfer(inline), Ok(expected(&seven)));
    assert_eq!(transfer(apart), Ok(expected(&seven)));
    assert_eq!(transfer(left_out), Ok(expected(&empty)));
    let fault = transfer(CellBuilder::new().bit(true)).unwrap_err();
    assert_eq!(fault, BodyError { op: op::NFT_TRANSFER, fault: crate::cell::ReadError::Reference });
}

#[test]
fn an_auction_with_one_possible_bid_is_a_fixed_price() {
    let config = |max: u64| {
        CellBuilder::new()
            .address(Some(&address(2)))
            .coins(50)
            .coins(max)
            .uint(5, 8)
            .uint(60, 32)
            .uint(3600, 32)
    };
    let terms = |body| match body {
        Ok(Body::TelemintStartAuction { query_id: 5, config }) => config,
        other => panic!("{other:?}"),
    };
    assert!(terms(start_auction(config(50))).is_fixed_price());
    assert!(!terms(start_auction(config(60))).is_fixed_price());
    assert!(!terms(start_auction(config(0))).is_fixed_price());
    assert!(start_auction(CellBuilder::new().address(None)).is_err());
}

#[test]
fn a_comment_is_text_through_the_references_and_is_cut() {
    let comment = |text: &[u8]| {
        let mut chunks = text.chunks(100).rev();
        let last = cell(CellBuilder::new().bytes(chunks.next().unwrap_or_default()));
        let chain = chunks.fold(last, |below, chunk| cell(CellBuilder::new().bytes(chunk).reference(below)));
        Body::parse(&cell(CellBuilder::new().uint(0, 32).append(&chain)))
    };
    assert_eq!(comment(b"Profit"), Ok(Body::Comment("Profit".into())));
    assert_eq!(comment(b""), Ok(Body::Comment(String::new())));
    assert_eq!(comment(&[0xff, 0xfe]), Ok(Body::Other { op: Some(0) }));
    let long = "\u{20ac}".repeat(1_000);
    assert_eq!(comment(long.as_bytes()), Ok(Body::Comment("\u{20ac}".repeat(341))));
}

/// The payment of a bid on the username `mapps` (github toncenter/ton-indexer, 2026-07-17, recorded 2023-11-25).
#[test]
fn a_recorded_hash_follows_from_the_fields_and_from_no_others() {
    let raw = |text: &str| text.parse::<Address>().unwrap();
    let internal = Internal {
        ihr_disabled: true,
        bounce: true,
        bounced: false,
        source: raw("0:DED65AF00FB7799ED490B803ED436914A7F0526BC6B8B4D30C35A936D734173D"),
        destination: raw("0:64E8AD529A81CB4149955482CEFDD50C53A8280A8FF202CCDA074BFC9B91E623"),
        value_nanoton: 111_000_000_000,
        has_extra_currencies: false,
        ihr_fee: 0,
        forward_fee_nanoton: 666_672,
        created_lt: 42_799_341_000_002,
        created_at: 1_700_930_742,
    };
    let hash: Hash256 = RECORDED.parse().unwrap();
    let empty = cell(CellBuilder::new());
    let judge = |internal: Internal| Header::Internal(internal).judge_hash(&StateInit::None, &empty, &hash);
    assert_eq!(judge(internal.clone()), HashFinding::Recomputed);
    for changed in [
        Internal { value_nanoton: 111_000_000_001, ..internal.clone() },
        Internal { bounce: false, ..internal.clone() },
        Internal { created_at: 0, ..internal.clone() },
        Internal { source: internal.destination, ..internal.clone() },
    ] {
        assert_eq!(judge(changed), HashFinding::Differs);
    }
    let body = cell(CellBuilder::new().bit(true));
    assert_eq!(
        Header::Internal(internal.clone()).judge_hash(&StateInit::None, &body, &hash),
        HashFinding::Differs
    );
    assert_eq!(
        judge(Internal { has_extra_currencies: true, ..internal.clone() }),
        HashFinding::NotComputable
    );
    let header = Header::Internal(internal);
    assert_eq!(header.judge_hash(&StateInit::NotTold, &empty, &hash), HashFinding::NotComputable);
}

proptest! {
    #[test]
    fn no_body_panics(bytes in proptest::collection::vec(any::<u8>(), 0..120), bit_length in 0..1000_usize, known in 0..10_usize) {
        let known = [
            op::NFT_TRANSFER, op::OWNERSHIP_ASSIGNED, op::EXCESSES, op::JETTON_NOTIFICATION, op::TELEMINT_PROCEEDS,
            op::TELEMINT_OUTBID, op::TELEMINT_START_AUCTION, op::TELEMINT_CANCEL_AUCTION, op::TELEMINT_DEPLOY, 0,
        ][known];
        let tail = Cell::ordinary(bytes.clone(), bit_length.min(bytes.len() * 8), Vec::new()).unwrap();
        let body = cell(CellBuilder::new().uint(u64::from(known), 32).append(&tail));
        let _ = Body::parse(&tail);
        match Body::parse(&body) {
            Ok(Body::Other { op }) => prop_assert_eq!(op, Some(0)),
            Ok(_) => {}
            Err(fault) => prop_assert_eq!(fault.op, known),
        }
        if let Ok(foreign) = parse_one(&bytes, Limits::ANSWER) {
            let _ = Body::parse(&foreign);
        }
    }
}
