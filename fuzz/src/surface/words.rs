//! Short texts: amounts, dates, names of gifts, addresses, hashes.

use chain::{Address, FriendlyAddress, Hash256};
use domain::{
    GiftId,
    decimal::{decimal_from_units, units_cut_from_decimal, units_from_decimal, units_rounded_from_decimal},
    time::us_from_iso,
};

pub(super) fn corpus() -> Vec<Vec<u8>> {
    [
        "12.5",
        "1234567.123456789",
        "4.079999995",
        "0001-01-01T00:00:00",
        "2025-06-12T16:28:05.550053Z",
        "2026-11-20T10:00:00+03:00",
        "Plush Pepe #298",
        "PlushPepe-298",
        "Jack-in-the-Box #1",
        "Durov\u{2019}s Cap #12",
        "0:BACE389DF2F24D116A9C5E4D745E3B1D0CB44A6DC3D9CDB1EEB2E116E85A2439",
        "EQBAjaOyi2wGWlk-EDkSabqqnF-MrrwMadnwqrurKpkla9nE",
        "EQf_tg_gift_______________________8V9WjCAACqIPY6",
        "8b711e6809672c0335dc61d1da1dcc4059c973248af707bd586245085ea70b32",
        "i3EeaAlnLAM13GHR2h3MQFnJcySK9we9WGJFCF6nCzI=",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect()
}

/// What is read is written so that it is read alike.
pub(super) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for decimals in [0, 2, 6, 9] {
        if let Ok(units) = units_from_decimal(text, decimals) {
            assert_eq!(
                units_from_decimal(&decimal_from_units(units, decimals), decimals),
                Ok(units),
                "{text}"
            );
            assert_eq!(units_cut_from_decimal(text, decimals), Ok(units), "nothing is cut off {text}");
            assert_eq!(units_rounded_from_decimal(text, decimals), Ok(units), "nothing is rounded in {text}");
        }
    }
    let _ = us_from_iso(text);
    if let Ok(gift) = GiftId::parse(text) {
        assert_eq!(GiftId::parse(&gift.to_string()), Ok(gift), "{text}");
    }
    if let Ok(address) = Address::from_raw(text) {
        assert_eq!(Address::from_raw(&address.to_raw()), Ok(address), "{text}");
    }
    if let Ok(friendly) = text.parse::<FriendlyAddress>() {
        assert_eq!(friendly.to_base64url().parse(), Ok(friendly), "{text}");
        assert_eq!(friendly.to_base64().parse(), Ok(friendly), "{text}");
    }
    if let Ok(hash) = text.parse::<Hash256>() {
        assert_eq!(hash.to_hex().parse(), Ok(hash), "{text}");
        assert_eq!(hash.to_base64().parse(), Ok(hash), "{text}");
    }
}
