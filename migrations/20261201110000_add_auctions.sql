-- Auctions: the scope that shows a lot while it stands open as one, and what each said, as versions.
-- Why: an auction is a lot with a price of its own, and its outcome shall be asked as of any position.
-- Back: drop table market.auctions; alter table market.lots drop column auction_scope, drop column auction_seen_us, drop column auction_origin.

alter table market.lots add column auction_scope text, add column auction_seen_us bigint, add column auction_origin text;
comment on column market.lots.auction_scope is 'The scope that shows the lot as an auction, while it stands open as one; else null.';
comment on column market.lots.auction_seen_us is 'Microseconds since 1970 when the present price of the auction was seen.';
comment on column market.lots.auction_origin is 'Where that answer came from.';
create index lots_open_auction on market.lots (market, auction_scope) where auction_scope is not null;

create table market.auctions (
    from_position    bigint  not null,
    to_position      bigint,
    market           text    not null,
    lot              text    not null,
    slug             text    not null,
    number           bigint  not null,
    model            text,
    symbol           text,
    backdrop         text,
    state            text    not null,
    price_amount     bigint  not null,
    price_currency   text    not null,
    fee_basis        text    not null,
    seller_amount    bigint,
    has_bid          boolean,
    bid_min_amount   bigint,
    bid_max_amount   bigint,
    bid_amount       bigint,
    bidder           text,
    bid_at_ms        bigint,
    ends_at_ms       bigint,
    seen_at_us       bigint  not null,
    owner            text,
    link_url         text,
    image_url        text,
    price_position   bigint  not null,
    terms_position   bigint,
    end_position     bigint,
    origin           text    not null,
    constraint auctions_pkey primary key (from_position, market, lot),
    constraint auctions_state_known check (state in ('open', 'won', 'cancelled', 'unseen')),
    constraint auctions_price_not_negative check (price_amount >= 0),
    constraint auctions_positions_in_order check (to_position > from_position)
);
comment on table market.auctions is 'Auctions as versions: true from from_position until before to_position; null to_position means now. state: open; won: its lot was sold, by the sale at end_position; cancelled by its owner; unseen: gone from the market''s pages, outcome not told. Times: ends_at_ms and bid_at_ms milliseconds, seen_at_us microseconds since 1970.';
comment on column market.auctions.price_amount is 'The highest bid, or the least that the first must be, in the smallest unit of price_currency.';
comment on column market.auctions.seller_amount is 'What of the price the seller gets after the fees that the market states with the auction, same unit; null where it states none.';
comment on column market.auctions.bid_min_amount is 'The least that the next bid must be, same unit.';
comment on column market.auctions.bid_max_amount is 'A bid of this much ends it at once, same unit.';
comment on column market.auctions.bid_amount is 'The highest bid, same unit; null where there is none or the market does not tell it apart.';
create unique index auctions_open_lot on market.auctions (market, lot) where to_position is null;
create index auctions_open_end on market.auctions (ends_at_ms, from_position) where to_position is null and state = 'open';
create index auctions_open_collection on market.auctions (slug, ends_at_ms, from_position) where to_position is null and state = 'open';
create index auctions_gift on market.auctions (slug, number, from_position);
comment on column market.scans.slug is 'The collection whose listings the scope shows. Null for a scope that shows only auctions or offers, and for a scan that was completed before this column was added.';
