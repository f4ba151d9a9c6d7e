//! What a decision is about, and the facts that may be said of it: a listing, an auction and an offer are decided by the same rules and
//! told in their own words.

use domain::{
    AuctionTerms, Deal, DelistReason, Fact, GiftId, LotDetails, LotId, OfferTarget, Price, sighting::ScopeId,
};

/// A lot or an offer.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The market's id of it.
    pub id: &'a LotId,
    /// Where a scan shows it.
    pub scope: &'a ScopeId,
    /// How it stands, and for what.
    pub what: What<'a>,
}

/// How something stands, and for what.
#[derive(Debug, Clone, Copy)]
pub enum What<'a> {
    /// A gift at a fixed price.
    Listing(&'a GiftId),
    /// A gift in an auction.
    Auction(&'a GiftId),
    /// An offer.
    Offer(&'a OfferTarget),
}

impl<'a> What<'a> {
    /// A gift's lot as its page shows it.
    #[must_use]
    pub fn of(gift: &'a GiftId, details: &LotDetails) -> Self {
        if details.auction.is_some() { Self::Auction(gift) } else { Self::Listing(gift) }
    }

    /// The gift, where it is about one.
    #[must_use]
    pub fn gift(self) -> Option<&'a GiftId> {
        match self {
            Self::Listing(gift) | Self::Auction(gift) => Some(gift),
            Self::Offer(target) => target.gift(),
        }
    }

    /// How it stands.
    #[must_use]
    pub fn deal(self) -> Deal {
        match self {
            Self::Listing(_) => Deal::Listing,
            Self::Auction(_) => Deal::Auction,
            Self::Offer(_) => Deal::Offer,
        }
    }
}

impl Subject<'_> {
    fn place(&self) -> (LotId, ScopeId) {
        (self.id.clone(), self.scope.clone())
    }

    /// It opened, or was first seen open.
    pub(super) fn opened(&self, price: Price) -> Fact {
        let (lot, scope) = self.place();
        match self.what {
            What::Listing(_) => Fact::Listed { lot, scope, price },
            What::Auction(_) => Fact::AuctionStarted { lot, scope, price },
            What::Offer(target) => Fact::OfferMade { offer: lot, scope, target: target.clone(), price },
        }
    }

    /// Its price is another one. In an auction that is a bid, unless the page says that nobody has bid, or says nothing and the price fell:
    /// a bid never lowers it.
    pub(super) fn repriced(&self, price: Price, before: Price, details: &LotDetails) -> Fact {
        let (lot, scope) = self.place();
        let is_raised = price.currency == before.currency && price.amount > before.amount;
        let before = Some(before);
        match self.what {
            What::Listing(_) => Fact::Repriced { lot, scope, price, before },
            What::Auction(_) => match details.auction.as_deref() {
                Some(terms) if terms.has_bid().unwrap_or(is_raised) => {
                    let bidder = bidder(terms);
                    Fact::BidPlaced { lot, scope, price, bidder, before }
                }
                _ => Fact::AuctionStands { lot, scope, price },
            },
            What::Offer(target) => {
                Fact::OfferRepriced { offer: lot, scope, target: target.clone(), price, before }
            }
        }
    }

    /// A scan saw it open at this price. Its tie-break is that of every sighting at this price.
    #[must_use]
    pub fn stands(&self, price: Price) -> Fact {
        let (lot, scope) = self.place();
        match self.what {
            What::Listing(_) => Fact::StillListed { lot, scope, price },
            What::Auction(_) => Fact::AuctionStands { lot, scope, price },
            What::Offer(target) => Fact::OfferStands { offer: lot, scope, target: target.clone(), price },
        }
    }

    /// A completed scan did not show it.
    pub(super) fn unseen(&self) -> Fact {
        let (lot, scope) = self.place();
        let reason = DelistReason::Unseen;
        match self.what {
            What::Listing(_) => Fact::Delisted { lot, scope, reason },
            What::Auction(_) => Fact::AuctionEnded { lot, scope, reason },
            What::Offer(target) => Fact::OfferEnded { offer: lot, scope, target: target.clone(), reason },
        }
    }

    /// What its page says besides the price.
    pub(super) fn told(&self, details: LotDetails) -> Fact {
        let (lot, scope) = self.place();
        match self.what {
            What::Listing(_) | What::Auction(_) => Fact::MetadataSeen { lot, scope, details },
            What::Offer(target) => Fact::OfferSeen { offer: lot, scope, target: target.clone(), details },
        }
    }
}

fn bidder(terms: &AuctionTerms) -> Option<String> {
    terms.last_bid.as_ref().and_then(|bid| bid.bidder.clone())
}
