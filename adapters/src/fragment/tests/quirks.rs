use super::*;

const PEPE: &str = "search-sale-plushpepe";

#[test]
fn markup_that_changed_stops_the_page() {
    for class in ["tm-grid-item\"", "item-name", "item-num", "tm-grid-item-value", "tm-grid-item-status"] {
        let outcome = replaced(class, &format!("x-{class}"));
        assert!(outcome.is_err(), "{class}");
    }
    // One entry of another markup among the others does not get lost either.
    insta::assert_snapshot!(told(sale(|html| html.replacen("tm-grid-item\"", "tm-row\"", 1))), @"/html//a expected an entry (`a.tm-grid-item`) for each gift, found /gift/plushpepe-42?sort=price_asc&filter=sale");
    insta::assert_snapshot!(told(sale(|html| html.replacen(r#"<a href="/gift/plushpepe-42"#, r#"<b href="/x"#, 1).replacen("</a>", "</b>", 1))), @"/html//.item-name expected it inside an entry (`a.tm-grid-item`), found it outside");
    insta::assert_snapshot!(told(replaced("icon-ton", "icon-new")), @"/html//a.tm-grid-item[0]//.tm-grid-item-value expected the icon of a known coin, found tm-grid-item-value tm-value icon-before icon-new");
    insta::assert_snapshot!(told(replaced(">7,000<", ">7 thousand<")), @"/html//a.tm-grid-item[0]//.tm-grid-item-value expected an amount like 7,000 or 12.345678901, found 7 thousand");
    insta::assert_snapshot!(told(replaced("For sale", "Reserved")), @"/html//a.tm-grid-item[0]//.tm-grid-item-status expected For sale, On auction or Sold, found reserved");
    insta::assert_snapshot!(told(replaced("</span></div>", "</div>")), @"/html//*[6] expected </span>, found </div>");
    insta::assert_snapshot!(told(replaced("<div class=\"tm-grid-item-value tm-value icon-before icon-star\">250,000</div>", "")), @"/html//a.tm-grid-item[3]//.tm-grid-item-value expected a price, found none");
}

#[test]
fn nothing_found_has_to_be_said() {
    let page = sale(|_| "<div class=\"table-cell-name\">No gifts found</div>".into()).unwrap();
    assert_eq!((page.sightings.len(), page.cursor), (0, None));
    assert_eq!(sale(|_| " \n".into()).unwrap().sightings.len(), 0);
    insta::assert_snapshot!(told(sale(|_| "<div>Something went wrong</div>".into())), @"/html expected entries (`a.tm-grid-item`), or the words that nothing was found, found Something went wrong");
    assert!(sale(|_| "<div></div>".into()).is_err());
}

#[test]
fn new_classes_are_counted_and_change_nothing() {
    let page = replaced("tm-grid-item-content", "tm-grid-item-content is-shiny").unwrap();
    assert_eq!(page.unknown_fields, [("/html//a.tm-grid-item[*]//.is-shiny".to_owned(), 6)]);
    assert_eq!(page.sightings, read(PEPE).sightings);
    assert_eq!(read(PEPE).unknown_fields, []);
}

#[test]
fn amounts_beyond_53_bits_are_exact() {
    let page = open(&read(PEPE));
    let (gift, price, _) = page.last().unwrap();
    assert_eq!((gift.as_str(), price.amount), ("plushpepe-2861", 9_007_199_254_740_993));
}

#[test]
fn the_price_is_the_buyers_and_no_fee_is_told() {
    for (gift, price, details) in open(&read(PEPE)) {
        assert_eq!((price.fee_basis, details.told_fee), (domain::FeeBasis::BuyerPays, None), "{gift}");
    }
}

#[test]
fn ton_by_both_names_and_stars_apart() {
    let rows: Vec<_> = open(&read(PEPE))
        .into_iter()
        .map(|(gift, price, details)| (gift, price.amount, price.currency, details.custody))
        .collect();
    let ton = |gift: &str, amount| (gift.to_owned(), amount, Currency::ton(), Some(Custody::Chain));
    assert_eq!(rows[0], ton("plushpepe-42", 7_000_000_000_000));
    assert_eq!(rows[1], ton("plushpepe-298", 12_345_678_901));
    assert_eq!(rows[2], ("plushpepe-1001".into(), 250_000, Currency::stars(), None));
    assert!(replaced("icon-star\"", "icon-star icon-ton\"").is_err(), "of two coins at once");
}

#[test]
fn an_auction_is_no_listing() {
    let page = read(PEPE);
    let passed: Vec<_> = page.passed.iter().map(|one| (one.path.as_str(), one.why.as_str())).collect();
    let expected = [
        ("/html//a.tm-grid-item[2]", "is in an auction: it stands among those"),
        ("/html//a.tm-grid-item[5]", "is sold already"),
    ];
    assert_eq!(passed, expected);
    assert!(open(&page).iter().all(|(gift, _, _)| gift != "plushpepe-7" && gift != "plushpepe-5"));
    let sold = read("search-sold");
    let why: Vec<_> = sold.passed.iter().map(|one| one.why.as_str()).collect();
    assert_eq!(why, ["is for sale, not sold", "is in an auction, not sold"]);
}

#[test]
fn an_auction_has_a_price_and_an_end_and_the_list_does_not_say_whose_bid() {
    let page = read("search-auction-plushpepe");
    let told: Vec<_> = page
        .sightings
        .iter()
        .filter_map(|one| match &one.seen {
            Seen::Open { gift, price, details, .. } => {
                let terms = details.auction.as_deref().expect("an auction has terms");
                assert_eq!((terms.has_bid(), &terms.last_bid), (None, &None));
                Some((gift.to_string(), price.amount, terms.ends_at_ms))
            }
            _ => None,
        })
        .collect();
    let expected = [
        ("plushpepe-42".to_owned(), 6_300_000_000_000, Some(1_796_299_200_000)),
        ("plushpepe-298".to_owned(), 7_050_500_000_000, Some(1_796_149_800_000)),
    ];
    assert_eq!(told, expected);
}

#[test]
fn copies_have_to_agree() {
    insta::assert_snapshot!(told(sale(|html| html.replacen("For sale", "On auction", 1))), @"/html//a.tm-grid-item[0]//.tm-grid-item-status expected copies that say the same, found different ones");
    let time = r#"<time datetime="2027-10-01T12:00:00+00:00""#;
    assert!(sale(|html| html.replacen(time, &format!("{time}></time>{time}"), 1)).is_ok());
    let other = r#"<time datetime="2027-10-02T12:00:00+00:00""#;
    assert!(sale(|html| html.replacen(time, &format!("{time}></time>{other}"), 1)).is_err());
    assert!(sale(|html| html.replacen("2027-10-01T12:00:00+00:00", "in a year", 1)).is_err());
}

#[test]
fn link_and_name_are_one_gift_under_both_apostrophes() {
    let page = read("search-sale-durovscap");
    let gifts: Vec<_> = open(&page).into_iter().map(|(gift, _, details)| (gift, details.image_url)).collect();
    let picture = "https://nft.fragment.com/gift/durovscap-11.medium.jpg";
    assert_eq!(
        gifts,
        [("durovscap-11".to_owned(), Some(picture.to_owned())), ("durovscap-12".to_owned(), None)]
    );
    assert_eq!(page.passed, []);
    insta::assert_snapshot!(told(replaced("#42<", "#43<")), @"/html//a.tm-grid-item[0]//.item-num expected #42, found #43");
    insta::assert_snapshot!(told(replaced(">Plush Pepe<", ">Lol Pop<")), @"/html//a.tm-grid-item[0]//.item-name expected a title of plushpepe, found Lol Pop");
    insta::assert_snapshot!(told(replaced("/gift/plushpepe-42?", "/gift/PlushPepe-042?")), @"/html//a.tm-grid-item[0]/@href expected a link like /gift/plushpepe-42, found /gift/PlushPepe-042?sort=price_asc&filter=sale");
}

#[test]
fn collections_by_slug_under_their_singular_and_unknown_ones_asked_about() {
    let page = read("gifts-collections");
    let titles: Vec<_> = page
        .sightings
        .iter()
        .map(|sighting| match &sighting.seen {
            Seen::Collection { slug, title, .. } => (slug.as_str(), title.as_str(), sighting.path.as_str()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(titles[0], ("plushpepe", "Plush Pepe", "/h//a.tm-main-filters-item[0]"));
    assert_eq!(titles[1].1, "Durov's Cap");
    assert_eq!(titles[3].1, "Jack-in-the-Box");
    // Known from the narrow list alone, and each of the others once.
    assert_eq!(titles[4], ("hexpot", "Hex Pot", "/h//a.tm-popup-filters-item[2]"));
    assert_eq!(titles.len(), 5);
    assert_eq!(page.cursor.as_deref(), Some(r#"{"ask":["newtoy"]}"#));
    assert!(page.passed[0].why.contains("`New Toys` (newtoy) is not known"), "{:?}", page.passed);

    let probe = read("probe-of-an-unknown-collection");
    let [domain::Sighting { seen: Seen::Collection { slug, title, .. }, .. }] = probe.sightings.as_slice()
    else {
        panic!("{probe:?}")
    };
    assert_eq!((slug.as_str(), title.as_str()), ("newtoy", "New Toy"));
    let outcome = changed("gifts-collections", "h", |html| html.replace("-filters-item", "-filters-entry"));
    assert!(outcome.is_err(), "a list that has changed is no empty list");
    let outcome = changed("gifts-collections", "h", |html| html.replace("/gifts/lolpop", "/gifts/other"));
    insta::assert_snapshot!(told(outcome), @"/h//a.tm-main-filters-item[2]/@href expected /gifts/lolpop, found /gifts/other");
}

#[test]
fn rarity_is_percent_on_a_gifts_page_and_nowhere_else() {
    let page = read("gift-plushpepe-42");
    let rarity = |kind| {
        page.sightings.iter().find_map(|sighting| match &sighting.seen {
            Seen::Attribute { kind: known, rarity, .. } if *known == kind => Some(*rarity),
            _ => None,
        })
    };
    assert_eq!(rarity(AttributeKind::Model), Some(Rarity::PerMille(15)));
    assert_eq!(rarity(AttributeKind::Backdrop), Some(Rarity::PerMille(20)));
    assert_eq!(rarity(AttributeKind::Symbol), Some(Rarity::PerMille(2)));
    let listed = open(&page);
    let [(gift, price, details)] = listed.as_slice() else { panic!("{listed:?}") };
    assert_eq!((gift.as_str(), price.amount, details.attributes.len()), ("plushpepe-42", 7_000_000_000_000, 3));
    for (gift, _, details) in open(&read(PEPE)) {
        assert_eq!(details.attributes, [], "{gift}");
    }
    let metadata = read("nft-metadata-hexpot-14619");
    let said: Vec<_> = metadata.passed.iter().map(|one| one.why.as_str()).collect();
    assert_eq!(said[0], "hexpot-14619 has the model `Red Mirage`, without a rarity");
    assert_eq!((said.len(), metadata.sightings.len()), (3, 0));

    for (from, to) in [("1.5%", "101%"), ("tm-rarity", "tm-share"), (">Model<", ">Figure<"), ("For sale", "Gone")] {
        let outcome = changed("gift-plushpepe-42", "h", |html| html.replace(from, to));
        assert!(outcome.is_err(), "{from}");
    }
    let auction = changed("gift-plushpepe-42", "h", |html| html.replace("For sale", "On auction")).unwrap();
    assert_eq!((open(&auction), auction.passed[0].why.as_str()), (vec![], "auction: not followed yet"));
}

/// GetGems shows the same listing under the address of the gift's contract, so the two can be told to be one.
#[test]
fn a_lot_is_the_gift_and_its_contracts_address_follows_from_it() {
    let page = read(PEPE);
    let Some(Seen::Open { lot, gift, details, .. }) = page.sightings.get(1).map(|one| &one.seen) else {
        panic!("{page:?}")
    };
    assert_eq!((lot.as_str(), gift.to_string().as_str()), ("plushpepe-298", "plushpepe-298"));
    assert_eq!((&details.owner, &details.address, &details.contract_type), (&None, &None, &None));
    let collection = "EQBG-g6ahkAUGWpefWbx-D_9sQ8oWbvy6puuq78U2c4NUDFS".parse().unwrap();
    let [proved, other] = chain::gift::candidates(&collection, gift.slug.as_str(), gift.number).unwrap();
    assert!(proved.is_proved && !other.is_proved && proved.address != other.address);
}

#[test]
fn sales_have_their_own_time_and_listings_none() {
    let page = read("search-sold");
    let sales: Vec<_> = page
        .sightings
        .iter()
        .map(|sighting| match &sighting.seen {
            Seen::Happened { gift, at_us, what: Happening::Sold { price, seller, buyer, .. }, .. } => {
                assert_eq!((seller, buyer), (&None, &None));
                (gift.to_string(), *at_us, price.amount)
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let us = |text: &str| domain::time::us_from_iso(text).unwrap().unwrap();
    assert_eq!(sales[0], ("plushpepe-42".into(), us("2026-11-30T11:58:07Z"), 6_950_500_000_000));
    assert_eq!(sales[1], ("lolpop-242675".into(), us("2026-11-30T11:41:00Z"), 1_100_000_000));
    assert_eq!(sales[2], ("hexpot-14619".into(), us("2026-11-29T08:00:00Z"), 1_500));
    let timeless = changed("search-sold", "html", |html| html.replacen("datetime=", "data-time=", 1));
    assert!(timeless.is_err(), "a sale without a time");
    let timeless = sale(|html| html.replace("<time datetime=\"2027-10-01T12:00:00+00:00\" data-relative=\"short-text\">2027-10-01</time>", ""));
    assert_eq!(timeless.unwrap().sightings, read(PEPE).sightings, "a listing's end tells nothing that is kept");
}

#[test]
fn a_sale_is_known_by_gift_and_second() {
    let page = read("search-sold");
    let Seen::Happened { source_id, scope, .. } = &page.sightings[0].seen else { panic!("{page:?}") };
    assert_eq!(source_id, "sold:plushpepe-42@1796039887");
    assert_eq!(scope.0, "sale:plushpepe");
}

#[test]
fn an_offset_has_to_lead_on() {
    let again = |offset: &str| {
        changed("search-sale-plushpepe-last", "html", |html| {
            format!("{html}<div data-next-offset=\"{offset}\"></div>")
        })
    };
    insta::assert_snapshot!(told(again("4")), @"/html//*[data-next-offset] expected an offset behind 4, found 4");
    insta::assert_snapshot!(told(again("5 more")), @"/html//*[data-next-offset] expected an offset of digits, found 5 more");
    assert!(again("99999999999999999999").is_err());
    assert_eq!(again("").unwrap().cursor, None);
    assert_eq!(again("6").unwrap().cursor.as_deref(), Some("5"));
    assert_eq!(again("7").unwrap().cursor.as_deref(), Some("7"));
}

#[test]
fn a_search_that_was_not_narrowed_is_not_read() {
    let html = |html: &str| html.replace("plushpepe-77", "lolpop-77").replace("Plush Pepe</span><span class=\"item-num\">&nbsp;#77", "Lol Pop</span><span class=\"item-num\">&nbsp;#77");
    let outcome = changed("search-sale-plushpepe-last", "html", html);
    insta::assert_snapshot!(told(outcome), @"/html//a.tm-grid-item[1]/@href expected a gift of plushpepe, found lolpop-77");
    let outcome = changed("probe-of-an-unknown-collection", "html", |html| html.replace("newtoy-3", "newtoys-3").replacen("New Toy", "New Toys", 1));
    insta::assert_snapshot!(told(outcome), @"/html//a.tm-grid-item[0]/@href expected a gift of newtoy, found newtoys-3");
}

#[test]
fn a_page_that_leads_elsewhere_is_not_read() {
    let (exchange, _) = fixture("gifts-collections");
    let body = br#"{"r":"\/","s":null}"#.to_vec();
    let outcome = FragmentReader.read(&Exchange { body, ..exchange });
    insta::assert_snapshot!(told(outcome), @"/r expected the page itself, found /");
}

/// The lines that clients' tests quote have the classes that are read here.
#[test]
fn quoted_lines_are_read_with_the_same_classes() {
    let quoted = include_str!("../../../fixtures/fragment/quoted/gifts-filter-and-price-snippet.html");
    let (filter, price) = quoted.split_once("<div class=\"tm-grid-item-value").unwrap();
    // The publisher cut the narrow entry behind its first tag.
    let filter = format!("{}</a>", filter.trim_end());
    let (exchange, mut body) = fixture("gifts-collections");
    body["h"] = filter.into();
    let page = FragmentReader.read(&Exchange { body: serde_json::to_vec(&body).unwrap(), ..exchange }).unwrap();
    let slugs: Vec<_> = page
        .sightings
        .iter()
        .filter_map(|sighting| match &sighting.seen {
            Seen::Collection { slug, title, .. } => Some(format!("{slug} {title}")),
            _ => None,
        })
        .collect();
    assert_eq!(slugs, ["plushpepe Plush Pepe", "durovscap Durov's Cap"]);

    let cell = format!("<div class=\"tm-grid-item-value{}", price.trim_end());
    let page = sale(|html| {
        let ours = "<div class=\"tm-grid-item-value tm-value icon-before icon-ton\">7,000</div>";
        assert!(html.contains(ours));
        html.replace(ours, &cell).replace("#42<", "#42 <")
    });
    assert_eq!(open(&page.unwrap())[0].1.amount, 7_000_000_000_000);

    let username = include_str!("../../../fixtures/fragment/quoted/username-row-snippet.html");
    assert!(sale(|_| username.into()).is_err(), "a username is no gift, and no empty page");
}

#[test]
fn gifts_are_named_strictly() {
    assert_eq!(ask::gift("lolpop-242675"), Some(GiftId { slug: slug("lolpop"), number: 242_675 }));
}
