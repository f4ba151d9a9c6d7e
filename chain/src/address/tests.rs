use proptest::prelude::*;

use super::*;

const RAW: &str = "0:ca6e321c7cce9ecedf0a8ca2492ec8592494aa5fb5ce0387dff96ef6af982a3e";
const FRIENDLY: &str = "EQDKbjIcfM6ezt8KjKJJLshZJJSqX7XOA4ff-W72r5gqPrHF";

#[test]
fn every_spelling_is_one_address() {
    let address: Address = RAW.parse().unwrap();
    let spellings = [
        RAW.to_uppercase(),
        FRIENDLY.to_owned(),
        FRIENDLY.replace('-', "+"),
        "UQDKbjIcfM6ezt8KjKJJLshZJJSqX7XOA4ff-W72r5gqPuwA".to_owned(),
        "kQDKbjIcfM6ezt8KjKJJLshZJJSqX7XOA4ff-W72r5gqPgpP".to_owned(),
    ];
    for spelling in spellings {
        assert_eq!(spelling.parse(), Ok(address), "{spelling}");
    }
    assert_eq!(address.to_raw(), RAW);
    assert_eq!(address.to_friendly(FriendlyFlags::BOUNCEABLE), FRIENDLY);
}

#[test]
fn negative_workchains_are_read_and_written() {
    let elector = "-1:3333333333333333333333333333333333333333333333333333333333333333";
    let address: Address = elector.parse().unwrap();
    assert_eq!(address.workchain(), -1);
    assert_eq!(address.place(), Place::Masterchain);
    assert_eq!(
        address.to_friendly(FriendlyFlags::BOUNCEABLE),
        "Ef8zMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzM0vF"
    );
}

#[test]
fn refusals_name_what_is_wrong() {
    let length = |form, expected, characters| AddressError::Length { form, expected, characters };
    let character = |form, character, position| AddressError::Character { form, character, position };
    let (raw, friendly) = (AddressForm::RawAccountId, AddressForm::Friendly);
    let id = "ca".repeat(32);
    let cases = [
        (String::new(), AddressError::Empty),
        (format!(":{id}"), AddressError::Workchain),
        (format!("128:{id}"), AddressError::Workchain),
        (format!("-129:{id}"), AddressError::Workchain),
        (format!("+0:{id}"), AddressError::Workchain),
        (format!("-0:{id}"), AddressError::Workchain),
        (format!("00:{id}"), AddressError::Workchain),
        (format!("0x0:{id}"), AddressError::Workchain),
        (format!(" 0:{id}"), AddressError::Workchain),
        ("0:".to_owned(), length(raw, 64, 0)),
        (format!("0:{id}0"), length(raw, 64, 65)),
        (format!("0:{}", "é".repeat(32)), length(raw, 64, 32)),
        (format!("0:{}g", &id[1..]), character(raw, 'g', 63)),
        (format!("0:{}", "é".repeat(64)), character(raw, 'é', 0)),
        (format!("0:0:{}", &id[2..]), character(raw, ':', 1)),
        (FRIENDLY[..45].to_owned(), length(friendly, 48, 45)),
        (format!("{FRIENDLY}="), length(friendly, 48, 49)),
        (FRIENDLY.replace("Lsh", "Ls "), character(friendly, ' ', 22)),
        (FRIENDLY.replace("Lsh", "Lsш"), character(friendly, 'ш', 22)),
        // One character of each alphabet: two addresses put together.
        (format!("EQ+{}", &FRIENDLY[3..]), character(friendly, '-', 36)),
        (FRIENDLY.replace("qPrHF", "qPrHG"), AddressError::Checksum { found: 0xb1c6, computed: 0xb1c5 }),
    ];
    for (text, expected) in cases {
        assert_eq!(text.parse::<Address>(), Err(expected), "{text}");
    }
}

#[test]
fn a_tag_outside_the_four_is_refused_although_the_checksum_fits() {
    // Tag 0x31, workchain 0, zeros, and the CRC16 that belongs to them.
    let mut bytes = [0; 36];
    bytes[0] = 0x31;
    let text = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, bytes);
    let Err(AddressError::Checksum { computed, .. }) = text.parse::<Address>() else { panic!("{text}") };
    bytes[34..].copy_from_slice(&computed.to_be_bytes());
    let text = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, bytes);
    assert_eq!(text.parse::<Address>(), Err(AddressError::Tag { tag: 0x31 }));
}

#[test]
fn only_existing_workchains_may_be_asked_of_a_chain_source() {
    let of = |workchain| Address::new(workchain, [1; 32]);
    assert_eq!(of(0).on_chain().map(Address::from), Ok(of(0)));
    assert_eq!(of(-1).on_chain().map(Address::from), Ok(of(-1)));
    assert_eq!(of(7).on_chain(), Err(NotOnChain::GetgemsOffchain));
    for workchain in (i8::MIN..=i8::MAX).filter(|workchain| !matches!(workchain, -1 | 0 | 7)) {
        assert_eq!(of(workchain).on_chain(), Err(NotOnChain::UnknownWorkchain { workchain }));
    }
}

proptest! {
    #[test]
    fn round_trips(workchain: i8, account_id: [u8; 32], bounceable: bool, testnet: bool) {
        let address = Address::new(workchain, account_id);
        let flags = FriendlyFlags { bounceable, testnet };
        let friendly = FriendlyAddress { address, flags };
        prop_assert_eq!(Address::from_raw(&address.to_raw()), Ok(address));
        prop_assert_eq!(address.to_friendly(flags).parse(), Ok(friendly));
        prop_assert_eq!(friendly.to_base64().parse(), Ok(friendly));
    }

    #[test]
    fn any_text_is_an_address_or_an_error(text in "\\PC{0,80}") {
        let _ = text.parse::<Address>();
    }

    #[test]
    fn nearly_addresses_never_panic(text in "(-?[0-9]{0,4}:)?[0-9a-zA-Z+/_=-]{40,70}") {
        let _ = text.parse::<Address>();
        let _ = text.parse::<FriendlyAddress>();
    }

    /// CRC16 finds every change of one character.
    #[test]
    fn one_wrong_character_is_found(account_id: [u8; 32], at in 0..48_usize, by in 1..64_u8) {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut text = Address::new(0, account_id).to_friendly(FriendlyFlags::BOUNCEABLE).into_bytes();
        let value = alphabet.iter().position(|letter| *letter == text[at]).unwrap();
        text[at] = alphabet[(value + usize::from(by)) % 64];
        let text = String::from_utf8(text).unwrap();
        prop_assert!(text.parse::<Address>().is_err());
    }
}
