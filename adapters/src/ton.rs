//! What chain sources tell of TON, in one spelling: addresses, hashes, times, and the gift that an item is, proven by its address.

use chain::{Address, FriendlyFlags, Hash256, Place};
use domain::{GiftId, LotId};

/// The longest logical time that is read, in digits: 64 bits.
const LT_DIGITS_MAX: usize = 20;

/// An address in the one spelling we keep: friendly, bounceable, base64url. GetGems' lots are spelled alike.
pub(crate) fn friendly(address: &Address) -> String {
    address.to_friendly(FriendlyFlags::BOUNCEABLE)
}

/// An account of TON in any spelling; `None` for what is none and for synthetic addresses.
pub(crate) fn account(text: &str) -> Option<Address> {
    let address: Address = text.parse().ok()?;
    matches!(address.place(), Place::Basechain | Place::Masterchain).then_some(address)
}

/// The lot of an item.
pub(crate) fn lot(item: &Address) -> LotId {
    LotId::parse(&friendly(item)).expect("a friendly address has 48 printable bytes")
}

/// The lot of a gift that is sold through its own contract, as Fragment names it.
pub(crate) fn own_lot(gift: &GiftId) -> LotId {
    LotId::parse(&gift.to_string()).expect("a gift's name has at most 75 printable bytes")
}

/// A hash as 64 hexadecimal digits, whether it came so or as base64.
pub(crate) fn hash_digits(text: &str) -> Option<String> {
    text.parse::<Hash256>().ok().map(Hash256::to_hex)
}

/// The gift whose metadata stands at this address: `https://nft.fragment.com/gift/<slug>-<number>.json`.
pub(crate) fn gift_of_uri(uri: &str) -> Option<GiftId> {
    let name = uri.strip_prefix("https://nft.fragment.com/gift/")?.strip_suffix(".json")?;
    gift_of_token_name(name)
}

/// The gift that its contract names `<slug>-<number>`.
pub(crate) fn gift_of_token_name(name: &str) -> Option<GiftId> {
    let name: chain::gift::TokenName = name.parse().ok()?;
    GiftId::parse(name.as_str()).ok()
}

/// Whether the item at this address is this gift of the collection at that address. A gift's address follows from its collection's address
/// and its name, so nobody's word is needed; see [`chain::gift`].
pub(crate) fn is_item_of(gift: &GiftId, collection: &Address, item: &Address) -> bool {
    chain::gift::candidates(collection, gift.slug.as_str(), gift.number)
        .is_ok_and(|candidates| candidates.iter().any(|candidate| candidate.address == *item))
}

/// A logical time.
pub(crate) fn logical_time(text: &str) -> Option<u64> {
    (text.len() <= LT_DIGITS_MAX).then(|| text.parse().ok())?
}

/// When a transaction was, in microseconds since 1970. The chain tells whole seconds; what is behind the second comes from the logical
/// time and is there for the order alone: a second holds about three million of it, and one part in three hundred of all seconds
/// would be ordered the other way round.
pub(crate) fn at_us(utime_s: i64, lt: u64) -> Option<i64> {
    let fraction = i64::try_from(lt / 1_000 % 1_000_000).ok()?;
    utime_s.checked_mul(1_000_000)?.checked_add(fraction)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_item_is_the_gift_its_address_says() {
        let collection =
            account("0:bace389df2f24d116a9c5e4d745e3b1d0cb44a6dc3d9cdb1eeb2e116e85a2439").unwrap();
        let item = account("0:5B305583F6F4C1ADCA54FD9EE6ADB8F065819F4A1D5D054B2E4B3677D90F5095").unwrap();
        let gift = gift_of_uri("https://nft.fragment.com/gift/lolpop-242675.json").unwrap();
        assert!(is_item_of(&gift, &collection, &item));
        let other = GiftId { number: 242_676, ..gift.clone() };
        assert!(!is_item_of(&other, &collection, &item) && !is_item_of(&gift, &item, &item));
        assert_eq!(own_lot(&gift).as_str(), "lolpop-242675");
        assert_eq!(lot(&item).as_str().len(), 48);
    }

    #[test]
    fn what_is_no_gift_or_no_account_is_none() {
        for uri in [
            "https://nft.fragment.com/gift/LolPop-1.json",
            "https://nft.fragment.com/gift/lolpop-0.json",
            "https://nft.fragment.com/collection/lolpop.json",
            "http://nft.fragment.com/gift/lolpop-1.json",
            "",
        ] {
            assert_eq!(gift_of_uri(uri), None, "{uri}");
        }
        assert_eq!(account("EQf_tg_gift_______________________8V9WjCAACqIPY6"), None, "a synthetic address");
    }

    #[test]
    fn times_are_ordered_within_a_second() {
        assert_eq!(at_us(5, 61_000_000_000_000), Some(5_000_000));
        assert!(at_us(5, 61_000_000_003_000) > at_us(5, 61_000_000_001_000));
        assert_eq!((logical_time("18446744073709551615"), logical_time("-1")), (Some(u64::MAX), None));
        assert_eq!(at_us(i64::MAX, 0), None);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,80}") {
            let _ = (account(&text), hash_digits(&text), gift_of_uri(&text), gift_of_token_name(&text), logical_time(&text));
        }
    }
}
