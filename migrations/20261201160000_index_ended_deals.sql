-- Versions of auctions and offers that have ended since a position, beside the open ones that their own indexes find; and no unique index
-- that a source with one lot id for two gifts could stop a market with.
-- Why: a page of what is open now must not read every version that ever was.
-- Back: drop the two indexes on to_position, and make auctions_open_lot unique again.
create index auctions_ended on market.auctions (to_position) where to_position is not null;
create index offers_ended on market.offers (to_position) where to_position is not null;
drop index market.auctions_open_lot;
create index auctions_open_lot on market.auctions (market, lot) where to_position is null;
