//! Whose word a listing or a sale is, who else speaks of it, and where they disagree.

use std::sync::Arc;

use async_graphql::{Enum, Object};
use domain::same_listing::Word;
use store::{
    read::{ListingRow, SaleRow},
    witness::{ListingWitness as Beside, SaleTelling},
};

use super::{
    event::{Event, evidence_url},
    market::Market,
    price::{Money, Price, money_text, stated_ask},
    words::FeeBasis,
};
use crate::{
    reading::Reading,
    refusal::Fault,
    scalar::{DateTime, Position},
};

/// What a source says of a listing or a sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum WitnessWord {
    /// The listing is open at the price told here.
    Open,
    /// The listing was sold or taken back.
    Ended,
    /// The source's last completed scan did not show the listing: an inference, and never as good as a word.
    Unseen,
    /// The gift was sold at the price told here.
    Sold,
}

/// A source's word about a listing or a sale.
pub(crate) struct Witness {
    reading: Arc<Reading>,
    source: String,
    lot: String,
    word: WitnessWord,
    leads: bool,
    stated: Option<(i64, FeeBasis)>,
    market_amount: Option<i64>,
    currency: String,
    person: Option<String>,
    at_us: i64,
    position: i64,
    differs: Vec<String>,
}

/// One source's word about a listing or a sale, with its own event and evidence. Check it like any number here: `ribbon verify event` recomputes the event from the file at `evidenceUrl`.
#[Object]
impl Witness {
    /// Whose word it is.
    async fn source(&self) -> Market {
        Market::new(&self.reading, &self.source)
    }

    /// The source's own id of the lot.
    async fn lot(&self) -> &str {
        &self.lot
    }

    /// What it says.
    async fn word(&self) -> WitnessWord {
        self.word
    }

    /// Whether its word leads, and is what the listing or sale shows: a reader of the chain before the market whose it is, that market before another one that shows it too, and any word before an inference.
    async fn leads(&self) -> bool {
        self.leads
    }

    /// The price as the source states it. Null where it says that the listing is not there.
    async fn price(&self) -> Option<Price> {
        let (amount, fee_basis) = self.stated?;
        Some(Price { money: self.money(amount), fee_basis })
    }

    /// What the buyer pays the market by this word; by it prices are compared. Null where it says that the listing is not there.
    async fn market_price(&self) -> Option<Money> {
        self.market_amount.map(|amount| self.money(amount))
    }

    /// Who sells, as the source names people. Null when it does not say.
    async fn seller(&self) -> Option<&str> {
        self.person.as_deref()
    }

    /// When it holds from, by the source's clock; of a listing on a page, when it was seen.
    async fn at(&self) -> DateTime {
        DateTime(self.at_us)
    }

    /// Position of the event that said so.
    async fn position(&self) -> Position {
        Position(self.position)
    }

    /// The event that said so.
    async fn event(&self) -> async_graphql::Result<Option<Event>> {
        let event = self.reading.event(self.position).await?;
        Ok(event.map(|event| Event::new(&self.reading, event)))
    }

    /// Where its evidence can be downloaded, below this server's address.
    async fn evidence_url(&self) -> String {
        evidence_url(self.position)
    }

    /// Where it says otherwise than the word that leads, one sentence each. Empty where it agrees as far as it speaks.
    async fn differs(&self) -> &[String] {
        &self.differs
    }
}

impl Witness {
    fn money(&self, amount: i64) -> Money {
        Money { reading: Arc::clone(&self.reading), amount, currency: self.currency.clone() }
    }
}

/// What the claim of a listing to stand on TON has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum OnChain {
    /// A reader of TON shows this listing at this price: the item at the address that follows from the gift's name, sold through the item's
    /// own contract or through one of the market's whose code is known and whose data agree.
    Verified,
    /// A reader of TON says otherwise: see `disagreement`.
    Disputed,
    /// No reader of TON has shown it yet: it is the market's word alone.
    Unchecked,
}

impl OnChain {
    /// By the witnesses of a listing of this custody; `None` for one that does not claim to stand on TON.
    pub(crate) fn of(custody: Option<&str>, witnesses: &[Witness]) -> Option<Self> {
        let reads = |witness: &&Witness| {
            domain::MarketId::parse(&witness.source).is_ok_and(|source| domain::witness::reads_chain(&source))
        };
        let agrees = |witness: &Witness| witness.word == WitnessWord::Open && witness.differs.is_empty();
        let readers: Vec<&Witness> = witnesses.iter().filter(reads).collect();
        custody.filter(|custody| *custody == domain::Custody::Chain.as_str())?;
        Some(match readers.as_slice() {
            [] => Self::Unchecked,
            all if all.iter().all(|reader| agrees(reader)) => Self::Verified,
            _ => Self::Disputed,
        })
    }
}

/// How many sources speak of it, and what they disagree about, in one sentence.
pub(crate) fn disagreement(witnesses: &[Witness]) -> Option<String> {
    let differs: Vec<&str> =
        witnesses.iter().flat_map(|witness| witness.differs.iter().map(String::as_str)).collect();
    (!differs.is_empty()).then(|| differs.join(" "))
}

/// Distinct sources.
pub(crate) fn sources(witnesses: &[Witness]) -> i32 {
    let mut sources: Vec<&str> = witnesses.iter().map(|witness| witness.source.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    i32::try_from(sources.len()).unwrap_or(i32::MAX)
}

/// The witnesses of a listing, the one that leads first.
pub(crate) fn of_listing(reading: &Arc<Reading>, row: &ListingRow) -> async_graphql::Result<Vec<Witness>> {
    let name = |source: &str| Market::new(reading, source).display_name();
    let (source, lot) = row.leader();
    let fee_basis = FeeBasis::of_word(&row.fee_basis);
    let stated = match fee_basis {
        FeeBasis::BuyerPays => row.price_amount,
        FeeBasis::SellerReceives => stated_ask(&row.all_in_lines)?.unwrap_or(row.price_amount),
    };
    let mut all = vec![Witness {
        reading: Arc::clone(reading),
        source: source.to_owned(),
        lot: lot.to_owned(),
        word: WitnessWord::Open,
        leads: true,
        stated: Some((stated, fee_basis)),
        market_amount: Some(row.price_amount),
        currency: row.price_currency.clone(),
        person: row.owner.clone(),
        at_us: row.seen_at_us,
        position: row.ask_position,
        differs: Vec::new(),
    }];
    for beside in Beside::list(row.witnesses.as_deref()).map_err(Fault::internal)? {
        let Beside { source, lot, word, price, amount, seller, at_us, position } = beside;
        let currency =
            price.as_ref().map_or(row.price_currency.as_str(), |price| price.currency.code()).to_owned();
        let mut differs = Vec::new();
        let who = name(source.as_str());
        match word {
            Word::Open => {
                let paid = (amount.unwrap_or_default(), currency.as_str());
                if paid != (row.price_amount, row.price_currency.as_str()) {
                    let (theirs, ours) =
                        (money_text(paid.0, paid.1), money_text(row.price_amount, &row.price_currency));
                    differs.push(format!("{who} says {theirs}, not {ours}."));
                }
                if let (Some(theirs), Some(ours)) = (&seller, &row.owner)
                    && theirs != ours
                {
                    differs.push(format!("{who} names another seller."));
                }
            }
            Word::Ended => differs.push(format!("{who} says that it has ended.")),
            Word::Unseen => differs.push(format!("{who} no longer shows it.")),
        }
        all.push(Witness {
            reading: Arc::clone(reading),
            source: source.as_str().to_owned(),
            lot: lot.as_str().to_owned(),
            word: match word {
                Word::Open => WitnessWord::Open,
                Word::Ended => WitnessWord::Ended,
                Word::Unseen => WitnessWord::Unseen,
            },
            leads: false,
            stated: price.map(|price| (price.amount, FeeBasis::of_domain(price.fee_basis))),
            market_amount: amount,
            currency,
            person: seller,
            at_us,
            position,
            differs,
        });
    }
    Ok(all)
}

/// The witnesses of a sale, the one that leads first.
pub(crate) fn of_sale(reading: &Arc<Reading>, row: &SaleRow) -> async_graphql::Result<Vec<Witness>> {
    let name = |source: &str| Market::new(reading, source).display_name();
    let told = SaleTelling::list(row.tellings.as_deref()).map_err(Fault::internal)?;
    if told.is_empty() {
        return Ok(vec![Witness {
            reading: Arc::clone(reading),
            source: row.source.clone().unwrap_or_else(|| row.market.clone()),
            lot: row.lot.clone(),
            word: WitnessWord::Sold,
            leads: true,
            stated: Some((row.price_amount, FeeBasis::of_word(&row.fee_basis))),
            market_amount: Some(row.market_amount.unwrap_or(row.price_amount)),
            currency: row.price_currency.clone(),
            person: row.seller.clone(),
            at_us: row.sold_at_us,
            position: row.position,
            differs: Vec::new(),
        }]);
    }
    let leader = told[0].telling.clone();
    let witness = |(index, SaleTelling { telling, origin: _ }): (usize, SaleTelling)| {
        let who = name(telling.source.as_str());
        let mut differs = Vec::new();
        if telling.price != leader.price {
            let text = |price: &domain::Price| money_text(price.amount, price.currency.code());
            differs.push(format!("{who} says {}, not {}.", text(&telling.price), text(&leader.price)));
        }
        let pairs = [
            ("seller", &telling.seller, &row.seller),
            ("buyer", &telling.buyer, &row.buyer),
            ("transaction", &telling.transaction, &row.ton_transaction),
        ];
        for (what, theirs, ours) in pairs {
            if theirs.is_some() && theirs != ours {
                differs.push(format!("{who} names another {what}."));
            }
        }
        // The fee that comes on top is known for the leading word alone.
        let is_paid = telling.price.fee_basis == domain::FeeBasis::BuyerPays;
        let paid = if index == 0 { Some(row.market_amount.unwrap_or(row.price_amount)) } else { None };
        Witness {
            reading: Arc::clone(reading),
            source: telling.source.as_str().to_owned(),
            lot: telling.lot.as_str().to_owned(),
            word: WitnessWord::Sold,
            leads: index == 0,
            market_amount: paid.or(is_paid.then_some(telling.price.amount)),
            currency: telling.price.currency.code().to_owned(),
            stated: Some((telling.price.amount, FeeBasis::of_domain(telling.price.fee_basis))),
            person: telling.seller,
            at_us: telling.sold_at_us,
            position: telling.position,
            differs,
        }
    };
    Ok(told.into_iter().enumerate().map(witness).collect())
}
