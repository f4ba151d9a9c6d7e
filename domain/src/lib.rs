#![doc = include_str!("../README.md")]

pub mod attribute;
pub mod claim;
pub mod currency;
pub mod deal;
pub mod decimal;
pub mod event;
pub mod evidence;
pub mod exchange;
pub mod fault;
pub mod gift;
pub mod holding;
pub mod lot;
pub mod market;
pub mod order_key;
pub mod ports;
pub mod provenance;
pub mod same_listing;
pub mod same_sale;
pub mod sighting;
pub mod time;
pub mod witness;

pub use attribute::{Attribute, AttributeKind, Rarity};
pub use claim::{ClaimCheck, ClaimedSale, ListingClaim, Verdict};
pub use currency::{Currency, FeeBasis, Price};
pub use deal::{AuctionTerms, Bid, Deal, OfferTarget, OfferTerms};
pub use event::{Cause, DelistReason, Event, EventKind, Fact, Finality, LoggedEvent};
pub use evidence::{EvidenceHash, EvidenceRef};
pub use exchange::{Exchange, Origin, RequestRecord};
pub use fault::{Malformed, SourceFault};
pub use gift::{CollectionSlug, GiftId};
pub use lot::{Lot, LotId, LotState};
pub use market::{MarketId, MarketInfo, SourceKind};
pub use order_key::OrderKey;
pub use sighting::{Custody, Happening, LotDetails, Page, ScopeId, Seen, Sighting};
