-- One listing or sale seen through several sources is one row with several pieces of evidence. The row's market is the one whose it is;
-- source and source_lot say whose word leads where that is another's, witnesses what the others say. Sales become versions, because
-- a later telling may turn out to be of a sale that is there.
-- Why new columns and no table of witnesses: listing pages, floors and counts read one row for one thing, by the indexes that are there.
-- The state is folded anew by the version that writes them; rows of before stay right as they are.
-- Back: drop the columns and the new indexes, make the old ones again, and run `ribbon index --rebuild` with the older version.

alter table market.listings
    add column source     text,
    add column source_lot text,
    add column witnesses  text;
comment on column market.listings.market is 'The market whose listing it is, whoever shows it.';
comment on column market.listings.source is 'Whose word the price is, where that is not market.';
comment on column market.listings.source_lot is 'The lot''s id at source, where it is not lot.';
comment on column market.listings.witnesses is 'JSON list of what other sources say of it; null where none does.';
-- Not unique: a source that is wrong may give one lot id to two gifts.
drop index market.listings_open_lot;
create index listings_open_lot on market.listings (market, lot) where to_position is null;

alter table market.sales
    add column from_position bigint,
    add column to_position   bigint,
    add column source        text,
    add column market_amount bigint,
    add column tellings      text,
    drop constraint sales_pkey,
    add constraint sales_positions_in_order check (to_position > from_position);
comment on table market.sales is 'Every sale, once, as versions: true from from_position (null: from position) until before to_position. position is the event whose word leads. sold_at_us: microseconds since 1970 by its source''s clock.';
comment on column market.sales.market is 'The market whose sale it is, whoever tells it.';
comment on column market.sales.source is 'Whose word leads, where that is not market.';
comment on column market.sales.market_amount is 'What the buyer paid the market, in the smallest unit of price_currency; null: price_amount.';
comment on column market.sales.tellings is 'JSON list of all tellings, the one that leads first; null where there is one.';
drop index market.sales_transaction_once;
create unique index sales_version on market.sales (position, (coalesce(from_position, position)));
create unique index sales_now on market.sales (position) where to_position is null;
