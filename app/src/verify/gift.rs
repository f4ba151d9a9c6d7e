//! `verify gift`: a gift's item index and candidate addresses, computed from its name and its collection's address.

use chain::contract::ITEM_CODES;
use chain::gift::{Candidate, TokenName, candidates};
use chain::{Address, FriendlyFlags};
use domain::GiftId;
use serde_json::{Value, json};

use super::{Answer, Checks, Verdict};

/// Checks a gift's identity on chain. `gift` is any naming of it, `collection` any spelling of its collection's address.
pub(super) fn verify(gift: &str, collection: &str) -> Answer {
    let gift = match GiftId::parse(gift) {
        Ok(gift) => gift,
        Err(fault) => return Answer::bad_input(fault),
    };
    let collection: Address = match collection.parse() {
        Ok(address) => address,
        Err(fault) => return Answer::bad_input(format!("`--collection` is no address on TON: {fault}")),
    };
    let found = match candidates(&collection, gift.slug.as_str(), gift.number) {
        Ok(found) => found,
        Err(fault) => return Answer::bad_input(fault),
    };
    let index = match TokenName::new(gift.slug.as_str(), gift.number) {
        Ok(name) => name.index(),
        Err(fault) => return Answer::bad_input(fault),
    };
    let mut checks = Checks::default();
    let proved = ITEM_CODES.iter().flat_map(|code| code.collections_proved);
    if let Some(known) = proved.into_iter().find(|known| known.address == collection) {
        checks.compare("collection of this address", gift.slug.as_str(), known.slug);
    }
    // Without a known collection nothing was claimed: the numbers are computed, and that is all.
    let verdict = match checks.verdict() {
        Verdict::CannotBeJudged => Verdict::Understood,
        judged => judged,
    };
    Answer::new(verdict)
        .with("gift", gift.to_string())
        .with("collection", address(&collection))
        .with("item_index", json!({ "hex": index.to_hex(), "decimal": index.to_decimal() }))
        .with("candidates", found.iter().map(candidate).collect::<Vec<_>>())
        .with("checks", checks)
        .with(
            "note",
            "Exactly one candidate is the gift's address, and only after its owner has exported it to TON. Compare \
             `code_hash` with what an explorer shows for that account.",
        )
}

fn candidate(candidate: &Candidate) -> Value {
    let Candidate { address: at, code, is_proved } = candidate;
    json!({
        "address": address(at),
        "code_hash": code.code_hash.to_string(),
        "library_hash": code.library_hash.to_string(),
        "contract": code.contract,
        "proved_for_this_collection": is_proved,
        "source": code.source,
        "checked": code.checked,
    })
}

fn address(address: &Address) -> Value {
    json!({ "friendly": address.to_friendly(FriendlyFlags::BOUNCEABLE), "raw": address.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEPES: &str = "EQBG-g6ahkAUGWpefWbx-D_9sQ8oWbvy6puuq78U2c4NUDFS";

    /// From a real item: see the vectors of `chain`.
    #[test]
    fn a_known_gift_has_its_known_address_first() {
        for collection in [PEPES, "0:46fa0e9a864014196a5e7d66f1f83ffdb10f2859bbf2ea9baeabbf14d9ce0d50"] {
            let answer = verify("Plush Pepe #298", collection);
            assert_eq!(answer.verdict, Verdict::Proven);
            let text = answer.text();
            let value: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(
                value["item_index"]["decimal"],
                "17026683442852985036293000817890672620529067535828542797724775561309021470835"
            );
            let first = &value["candidates"][0];
            assert_eq!(first["address"]["friendly"], "EQBUXuQI612W1e71Gk5atugejGqteQeDa8hA9tTwREcXWQiv");
            assert_eq!(
                first["code_hash"],
                "30dcd7d5b6fcf5968c2791e1e31ad732f2672f2986e1d6970eb03cca22d23251"
            );
            assert_eq!(value["candidates"].as_array().unwrap().len(), 2);
        }
    }

    #[test]
    fn what_is_no_gift_or_address_says_so() {
        for (gift, collection, verdict, why) in [
            ("plushpepe", PEPES, Verdict::BadInput, "is not a gift"),
            ("@plushpepe-1", PEPES, Verdict::BadInput, "is not a gift"),
            ("plushpepe-1", "EQBG", Verdict::BadInput, "has 48 characters"),
            ("plushpepe-1", "", Verdict::BadInput, "empty"),
            (
                "plushpepe-1",
                "7:46fa0e9a864014196a5e7d66f1f83ffdb10f2859bbf2ea9baeabbf14d9ce0d50",
                Verdict::BadInput,
                "workchain 7 is no chain",
            ),
            ("lolpop-1", PEPES, Verdict::Refuted, "\"fails\""),
            (
                "lolpop-1",
                "0:0000000000000000000000000000000000000000000000000000000000000001",
                Verdict::Understood,
                "candidates",
            ),
        ] {
            let answer = verify(gift, collection);
            assert_eq!(answer.verdict, verdict, "{gift} {collection}");
            assert!(answer.text().contains(why), "{}", answer.text());
        }
    }
}
