use chain::{Address, FriendlyAddress, FriendlyFlags};

use crate::{fixture, list, text};

#[test]
fn documented_forms_are_one_account() {
    let forms = fixture("addresses/forms.json");
    let flags = |bounceable, testnet| FriendlyFlags { bounceable, testnet };
    let spellings = [
        ("bounceable", flags(true, false)),
        ("non_bounceable", flags(false, false)),
        ("bounceable_testnet", flags(true, true)),
        ("non_bounceable_testnet", flags(false, true)),
    ];
    let mut compared = 0;
    for vector in list(&forms, "vectors") {
        let address: Address = text(vector, "raw").parse().unwrap();
        for (field, flags) in spellings {
            let Some(friendly) = vector[field].as_str() else { continue };
            assert_eq!(friendly.parse(), Ok(FriendlyAddress { address, flags }));
            assert_eq!(address.to_friendly(flags), friendly);
            compared += 1;
        }
    }
    assert_eq!(compared, 5);
}

#[test]
fn known_collections_have_matching_spellings() {
    let collections = fixture("addresses/collections.json");
    assert_eq!(list(&collections, "collections").len(), 79);
    for collection in list(&collections, "collections") {
        let address: Address = text(collection, "raw").parse().unwrap();
        assert_eq!(address.to_raw(), text(collection, "raw"));
        assert_eq!(text(collection, "friendly").parse(), Ok(address));
        assert_eq!(address.to_friendly(FriendlyFlags::BOUNCEABLE), text(collection, "friendly"));
        assert!(address.on_chain().is_ok());
    }
}
