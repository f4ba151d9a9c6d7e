use proptest::prelude::*;

use super::*;

const PLUSH_PEPES: &str = "0:46fa0e9a864014196a5e7d66f1f83ffdb10f2859bbf2ea9baeabbf14d9ce0d50";

#[test]
fn a_proved_candidate_comes_first() {
    let plush_pepes: Address = PLUSH_PEPES.parse().unwrap();
    let [first, second] = candidates(&plush_pepes, "plushpepe", 298).unwrap();
    assert!(first.is_proved && !second.is_proved);
    assert_eq!(first.address.to_raw(), "0:545ee408eb5d96d5eef51a4e5ab6e81e8c6aad7907836bc840f6d4f044471759");

    let lol_pops = "EQC6zjid8vJNEWqcXk10XjsdDLRKbcPZzbHusuEW6FokOWIm".parse().unwrap();
    let [first, second] = candidates(&lol_pops, "lolpop", 242_675).unwrap();
    assert!(first.is_proved && !second.is_proved);
    assert_eq!(first.address.to_raw(), "0:5b305583f6f4c1adca54fd9ee6adb8f065819f4a1d5d054b2e4b3677d90f5095");

    let unknown = Address::new(0, [1; 32]);
    assert!(candidates(&unknown, "lolpop", 1).unwrap().iter().all(|candidate| !candidate.is_proved));
}

#[test]
fn a_synthetic_collection_has_no_items_on_chain() {
    let refused = candidates(&Address::new(7, [0; 32]), "lolpop", 1);
    assert_eq!(refused, Err(CandidateError::Collection(NotOnChain::GetgemsOffchain)));
    let refused = candidates(&PLUSH_PEPES.parse().unwrap(), "PlushPepe", 1);
    assert_eq!(refused, Err(TokenNameError::SlugCharacter { character: 'P' }.into()));
}

#[test]
fn token_names_have_one_spelling() {
    let name: TokenName = "bdaycandle-7".parse().unwrap();
    assert_eq!((name.slug(), name.number(), name.as_str()), ("bdaycandle", 7, "bdaycandle-7"));
    assert_eq!("x1-4294967295".parse::<TokenName>().map(|name| name.number()), Ok(u32::MAX));
    let long = "a".repeat(65);
    let cases = [
        ("", TokenNameError::Hyphen),
        ("plushpepe298", TokenNameError::Hyphen),
        ("plushpepe-", TokenNameError::Number),
        ("plushpepe-0", TokenNameError::Number),
        ("plushpepe-007", TokenNameError::Number),
        ("plushpepe-+7", TokenNameError::Number),
        ("plushpepe-4294967296", TokenNameError::Number),
        ("plushpepe-7 ", TokenNameError::Number),
        ("-7", TokenNameError::SlugEmpty),
        ("plush-pepe-7", TokenNameError::SlugCharacter { character: '-' }),
        ("PlushPepe-7", TokenNameError::SlugCharacter { character: 'P' }),
        ("durov’scap-7", TokenNameError::SlugCharacter { character: '’' }),
        (&format!("{long}-7"), TokenNameError::SlugLength { bytes: 65 }),
    ];
    for (text, expected) in cases {
        assert_eq!(text.parse::<TokenName>(), Err(expected), "{text}");
    }
}

#[test]
fn decimal_spelling_has_edges() {
    let largest = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    assert_eq!(ItemIndex::new([0; 32]).to_decimal(), "0");
    assert_eq!(ItemIndex::new([0xff; 32]).to_decimal(), largest);
    assert_eq!(ItemIndex::from_decimal(largest), Ok(ItemIndex::new([0xff; 32])));
    let above = largest.replace("935", "936");
    let cases = [
        ("", IndexError::Digits),
        ("-1", IndexError::Digits),
        ("+1", IndexError::Digits),
        ("00", IndexError::Digits),
        ("01", IndexError::Digits),
        ("1e3", IndexError::Digits),
        ("٣", IndexError::Digits),
        (above.as_str(), IndexError::TooLarge),
        (&"9".repeat(78), IndexError::TooLarge),
        (&"9".repeat(5000), IndexError::TooLarge),
    ];
    for (text, expected) in cases {
        assert_eq!(ItemIndex::from_decimal(text), Err(expected), "{text}");
    }
}

proptest! {
    #[test]
    fn decimal_round_trips(bytes: [u8; 32], zeros in 0..32_usize) {
        let mut bytes = bytes;
        bytes[..zeros].fill(0);
        let index = ItemIndex::new(bytes);
        let decimal = index.to_decimal();
        prop_assert!(decimal == "0" || !decimal.starts_with('0'));
        prop_assert_eq!(ItemIndex::from_decimal(&decimal), Ok(index));
    }

    #[test]
    fn any_text_is_an_index_or_an_error(text in "\\PC{0,90}") {
        let _ = ItemIndex::from_decimal(&text);
    }

    #[test]
    fn any_text_is_a_name_or_an_error(text in "\\PC{0,90}") {
        if let Ok(name) = text.parse::<TokenName>() {
            prop_assert_eq!(name.as_str(), text);
        }
    }

    #[test]
    fn names_round_trip(slug in "[a-z0-9]{1,64}", number in 1..=u32::MAX) {
        let name = TokenName::new(&slug, number).unwrap();
        prop_assert_eq!((name.slug(), name.number()), (slug.as_str(), number));
        prop_assert_eq!(name.to_string().parse(), Ok(name));
    }

    /// Another collection, slug or number is another address.
    #[test]
    fn addresses_differ(collection: [u8; 32], number in 1..u32::MAX) {
        let collection = Address::new(0, collection);
        let of = |number| candidates(&collection, "lolpop", number).unwrap().map(|candidate| candidate.address);
        let ([a, b], [c, d]) = (of(number), of(number + 1));
        prop_assert!(a != b && a != c && b != d);
    }
}
