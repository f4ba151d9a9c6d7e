//! Events as a scan of a market's listings makes them, without a page behind them: the same ones in every run.

use anyhow::Context as _;
use domain::{
    Attribute, AttributeKind, Cause, CollectionSlug, Custody, Event, EvidenceRef, Exchange, Fact, Finality,
    GiftId, LotDetails, LotId, MarketId, OrderKey, Origin, Price, RequestRecord, ScopeId, sighting::ToldFee,
};
use rand::{Rng, RngExt as _, SeedableRng as _, rngs::StdRng};
use store::Batch;

/// Batches of `per_page` gifts each.
pub(super) fn batches(gifts: usize, per_page: usize) -> anyhow::Result<Vec<Batch>> {
    let mut random = StdRng::seed_from_u64(1);
    let market = MarketId::parse("getgems")?;
    (0..gifts)
        .step_by(per_page)
        .map(|first| page(&market, first, per_page.min(gifts - first), &mut random))
        .collect()
}

fn page(market: &MarketId, first: usize, count: usize, random: &mut StdRng) -> anyhow::Result<Batch> {
    let started_us = 1_760_000_000_000_000 + i64::try_from(first)? * 1_000;
    let body: String = (0..count * 450).map(|_| char::from(random.random_range(b'a'..=b'z'))).collect();
    let exchange = Exchange {
        market: market.clone(),
        request: RequestRecord { method: "GET".into(), target: format!("/page/{first}"), body: None },
        status: 200,
        body: body.into_bytes(),
        started_at_us: started_us,
        received_at_us: started_us + 50_000,
        origin: Origin::Fetched,
    };
    let hash = exchange.evidence_hash();
    let mut batch = Batch::default();
    batch.keep(&exchange)?;
    for index in 0..count {
        let number = u32::try_from(first + index + 1)?;
        let slug =
            CollectionSlug::from_title(["lolpop", "toybear", "plushpepe", "jesterhat"][(first / 2_000) % 4])?;
        let gift = GiftId { slug, number };
        let lot = LotId::parse(&address(random)).context("a lot id")?;
        let scope = ScopeId(format!("onchain:{}", gift.slug));
        let amount = random.random_range(1_000_000_000..500_000_000_000);
        let details = details(&gift, &lot, amount, random);
        let facts = [
            Fact::MetadataSeen { lot: lot.clone(), scope: scope.clone(), details },
            Fact::Listed { lot, scope, price: Price::nanoton(amount) },
        ];
        batch.events.extend(facts.map(|fact| Event {
            market: market.clone(),
            gift: Some(gift.clone()),
            key: OrderKey::scan(started_us, 30_000_000, started_us, fact.tie()),
            observed_at_us: exchange.received_at_us,
            finality: Finality::Confirmed,
            cause: Cause::Scan,
            evidence: Some(EvidenceRef { hash, path: format!("/response/items/{index}") }),
            origin: Origin::Fetched,
            corrects: None,
            source_id: None,
            fact,
        }));
    }
    Ok(batch)
}

fn details(gift: &GiftId, lot: &LotId, amount: i64, random: &mut StdRng) -> LotDetails {
    let mut attribute = |kind, word: &str, count: u32| Attribute {
        kind,
        name: format!("{word} {}", random.random_range(0..count)),
        rarity: None,
    };
    LotDetails {
        attributes: vec![
            attribute(AttributeKind::Model, "Model", 60),
            attribute(AttributeKind::Symbol, "Symbol", 200),
            attribute(AttributeKind::Backdrop, "Backdrop", 80),
        ],
        custody: Some(Custody::Chain),
        owner: Some(address(random)),
        address: Some(lot.as_str().to_owned()),
        told_fee: Some(ToldFee {
            for_amount: amount,
            market_fee: Some(amount / 20),
            royalty: Some(amount / 20),
        }),
        contract_type: Some("getgems".into()),
        image_url: Some(format!("https://nft.fragment.com/gift/{}-{}.webp", gift.slug, gift.number)),
        link_url: Some(format!("https://getgems.io/nft/{lot}")),
        ..LotDetails::default()
    }
}

fn address(random: &mut impl Rng) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let tail = (0..46).map(|_| char::from(LETTERS[random.random_range(0..LETTERS.len())]));
    "EQ".chars().chain(tail).collect()
}
