//! A small market that shows every feature: two markets, two collections, three currencies.

use domain::{
    Attribute, AttributeKind, Cause, Currency, Custody, Event, Fact, FeeBasis, Finality, LotDetails,
    MarketId, OrderKey, Origin, Price, Rarity, sighting::ToldFee,
};

use super::api::Api;
use crate::facts::{gift, happened, lot, scope};

/// The event of another market.
pub(super) fn on(market: &str, mut event: Event) -> Event {
    event.market = MarketId::parse(market).expect("a market id");
    event
}

/// A price in a currency.
pub(super) fn price(amount: i64, currency: &str) -> Price {
    Price { amount, currency: Currency::parse(currency).expect("a currency"), fee_basis: FeeBasis::BuyerPays }
}

/// Offered at a price.
pub(super) fn offered(of: &str, at_s: i64, price: Price) -> Event {
    happened(of, at_s, Fact::Listed { lot: lot(of), scope: scope(), price })
}

/// What a page tells of a gift.
pub(super) fn told(
    of: &str,
    at_s: i64,
    model: (&str, Option<u16>),
    backdrop: &str,
    owner: &str,
    custody: Custody,
) -> Event {
    let attribute = |kind, name: &str, per_mille: Option<u16>| Attribute {
        kind,
        name: name.into(),
        rarity: per_mille.map(Rarity::PerMille),
    };
    let details = LotDetails {
        attributes: vec![
            attribute(AttributeKind::Model, model.0, model.1),
            attribute(AttributeKind::Symbol, "Leaf", Some(4)),
            attribute(AttributeKind::Backdrop, backdrop, Some(10)),
        ],
        custody: Some(custody),
        owner: Some(owner.into()),
        told_fee: Some(ToldFee { for_amount: 10_000_000_000, market_fee: Some(500_000_000), royalty: None }),
        exportable_at_ms: Some(1_800_000_000_000),
        image_url: Some(format!("https://nft.fragment.com/gift/{of}.webp")),
        link_url: Some(format!("https://market.example/{of}")),
        ..LotDetails::default()
    };
    happened(of, at_s, Fact::MetadataSeen { lot: lot(of), scope: scope(), details })
}

/// Not about a gift.
pub(super) fn about(market: &str, at_s: i64, id: &str, cause: Cause, fact: Fact) -> Event {
    Event {
        market: MarketId::parse(market).expect("a market id"),
        gift: None,
        key: OrderKey::market(at_s * 1_000_000, 0),
        observed_at_us: at_s * 1_000_000,
        finality: Finality::Confirmed,
        cause,
        evidence: None,
        origin: Origin::Fetched,
        corrects: None,
        source_id: Some(id.into()),
        fact,
    }
}

/// A collection with its title.
pub(super) fn collection(title: &str, at_s: i64) -> Event {
    let slug = domain::CollectionSlug::from_title(title).expect("a title");
    let fact = Fact::CollectionSeen {
        slug,
        title: title.into(),
        address: Some("EQCollection".into()),
        image_url: None,
    };
    about("getgems", at_s, title, Cause::Catalog, fact)
}

/// The rate of TON in USD.
pub(super) fn rate(at_s: i64, micros: i64) -> Event {
    let fact = Fact::RateObserved { base: Currency::ton(), rate_micros: micros, quote: Currency::usd() };
    about("rates", at_s, &format!("rate {at_s}"), Cause::Catalog, fact)
}

/// Logs the scene.
///
/// | gift | model, per mille | backdrop | owner, custody | getgems | mrkt |
/// |---|---|---|---|---|---|
/// | plushpepe-1 | Cozy 15 | Pine Green | alice, chain | 10 TON | 9.5 TON |
/// | plushpepe-2 | Ninja 5 | Coral Red | bob, market | 20 TON | |
/// | plushpepe-30 | Cozy 15 | Coral Red | alice, market | | 12 TON |
/// | lolpop-7 | Swirl, from the list 20 | Pine Green | carol, account | 30 USDT | 5 TON |
pub(super) async fn play(api: &Api) -> i64 {
    api.log(vec![
        collection("Plush Pepe", 1),
        collection("Lol Pop", 1),
        rate(2, 2_000_000),
        about(
            "getgems",
            2,
            "swirl",
            Cause::Catalog,
            Fact::AttributeSeen {
                slug: gift("lolpop-7").slug,
                attribute: AttributeKind::Model,
                name: "Swirl".into(),
                rarity: Rarity::PerMille(20),
            },
        ),
        told("plushpepe-1", 10, ("Cozy", Some(15)), "Pine Green", "alice", Custody::Chain),
        offered("plushpepe-1", 11, price(10_000_000_000, "TON")),
        on("mrkt", offered("plushpepe-1", 12, price(9_500_000_000, "TON"))),
        told("plushpepe-2", 20, ("Ninja", Some(5)), "Coral Red", "bob", Custody::Market),
        offered("plushpepe-2", 21, price(20_000_000_000, "TON")),
        on("mrkt", told("plushpepe-30", 30, ("Cozy", Some(15)), "Coral Red", "alice", Custody::Market)),
        on("mrkt", offered("plushpepe-30", 31, price(12_000_000_000, "TON"))),
        told("lolpop-7", 40, ("Swirl", None), "Pine Green", "carol", Custody::Account),
        offered("lolpop-7", 41, price(30_000_000, "USDT")),
        on("mrkt", offered("lolpop-7", 42, price(5_000_000_000, "TON"))),
    ])
    .await
}
