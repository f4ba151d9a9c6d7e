//! What a reading loads of auctions and offers.

use std::{collections::HashMap, sync::Arc};

use domain::GiftId;
use store::read::{self, AuctionRow, OfferRow, OfferSubject, SaleRow};

use super::{Reading, by_parameter, grouped, key_of};
use crate::refusal::Fault;

impl Reading {
    /// The time by which ends are judged, microseconds since 1970: now, or when the position was committed.
    pub(crate) async fn moment_us(&self) -> Result<i64, Fault> {
        match self.head {
            Some(_) => Ok(self.now_us()),
            None => Ok(self.at_us().await?.unwrap_or_else(|| self.now_us())),
        }
    }

    async fn moment_ms(&self) -> Result<i64, Fault> {
        Ok(domain::time::ms_from_us(self.moment_us().await?))
    }

    pub(crate) async fn gift_auctions(&self, gift: &GiftId) -> Result<Arc<Vec<AuctionRow>>, Fault> {
        let rows = self.gift_auctions.load(key_of(gift), |keys| async {
            let (slugs, numbers): (Vec<_>, Vec<_>) = keys.into_iter().unzip();
            let rows = read::auctions_of_gifts(&self.state.pool, &slugs, &numbers, self.position).await?;
            Ok(grouped(rows, |row| (row.slug.clone(), row.number)))
        });
        Ok(rows.await?.unwrap_or_default())
    }

    /// The offers that a gift could be sold to, at most `first` of each currency, highest first within it.
    pub(crate) async fn gift_offers(&self, gift: &GiftId, first: i64) -> Result<Arc<Vec<OfferRow>>, Fault> {
        let holding = self.gift(gift).await?.map(|row| row.holding.clone()).unwrap_or_default();
        let name = |register: Option<domain::lot::Register<domain::Attribute>>| {
            register.map(|register| register.value.name)
        };
        let subject = OfferSubject {
            slug: gift.slug.as_str().to_owned(),
            number: i64::from(gift.number),
            model: name(holding.model),
            symbol: name(holding.symbol),
            backdrop: name(holding.backdrop),
        };
        let rows = self.gift_offers.load((first, subject), |keys| async {
            let at_ms = self.moment_ms().await?;
            let mut found = HashMap::new();
            for (first, subjects) in by_parameter(keys) {
                let pool = &self.state.pool;
                let rows = read::offers_for_gifts(pool, &subjects, first, at_ms, self.position).await?;
                let mut of_gift = grouped(rows, |(number, row)| (row.slug.clone(), *number));
                for subject in subjects {
                    let rows = of_gift.remove(&(subject.slug.clone(), subject.number)).unwrap_or_default();
                    let rows = rows.iter().map(|(_, row)| row.clone()).collect();
                    found.insert((first, subject), Arc::new(rows));
                }
            }
            Ok(found)
        });
        Ok(rows.await?.unwrap_or_default())
    }

    /// The best offer of each currency for any gift of a collection, or for any that has an attribute.
    pub(crate) async fn best_offers(
        &self,
        slug: &str,
        attribute: Option<(&str, &str)>,
    ) -> Result<Arc<Vec<OfferRow>>, Fault> {
        let (kind, name) = attribute.unwrap_or_default();
        let rows = self.best_offers.load((slug.to_owned(), kind.to_owned(), name.to_owned()), |keys| async {
            let at_ms = self.moment_ms().await?;
            let slugs: Vec<String> = keys.iter().map(|key| key.0.clone()).collect();
            let kinds: Vec<String> = keys.iter().map(|key| key.1.clone()).collect();
            let names: Vec<String> = keys.into_iter().map(|key| key.2).collect();
            let pool = &self.state.pool;
            let rows = read::best_offers(pool, &slugs, &kinds, &names, at_ms, self.position).await?;
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            Ok(grouped(rows, |row| (row.slug.clone(), text(&row.attribute), text(&row.attribute_name))))
        });
        Ok(rows.await?.unwrap_or_default())
    }

    /// The sale that an event told of.
    pub(crate) async fn sale(&self, position: i64) -> Result<Option<Arc<SaleRow>>, Fault> {
        self.sales
            .load(position, |positions| async move {
                let rows = read::sales_at(&self.state.pool, &positions, self.position).await?;
                Ok(rows.into_iter().map(|(told_at, row)| (told_at, Arc::new(row))).collect())
            })
            .await
    }

    /// When a completed scan last looked for this auction, microseconds since 1970; only known for now.
    pub(crate) async fn auction_checked_at_us(&self, market: &str, lot: &str) -> Result<Option<i64>, Fault> {
        if self.head.is_none() {
            return Ok(None);
        }
        self.auction_checks
            .load((market.to_owned(), lot.to_owned()), |keys| async {
                let (markets, lots): (Vec<_>, Vec<_>) = keys.into_iter().unzip();
                let rows = read::auction_checks(&self.state.pool, &markets, &lots).await?;
                Ok(rows.into_iter().map(|(market, lot, at_us)| ((market, lot), at_us)).collect())
            })
            .await
    }

    /// The same for an offer.
    pub(crate) async fn offer_checked_at_us(&self, market: &str, offer: &str) -> Result<Option<i64>, Fault> {
        if self.head.is_none() {
            return Ok(None);
        }
        self.offer_checks
            .load((market.to_owned(), offer.to_owned()), |keys| async {
                let (markets, offers): (Vec<_>, Vec<_>) = keys.into_iter().unzip();
                let rows = read::offer_checks(&self.state.pool, &markets, &offers).await?;
                Ok(rows.into_iter().map(|(market, offer, at_us)| ((market, offer), at_us)).collect())
            })
            .await
    }
}
