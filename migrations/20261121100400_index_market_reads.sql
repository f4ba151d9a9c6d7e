-- Indexes that only readers need: the sorts of the listing page, one owner's gifts, one collection's activity and sales, and
-- answers as of an earlier position (rows whose version has ended since).
-- Why here and not with the tables: writers do not need them, so a bulk import may drop and remake them.
-- Back: drop the indexes; reads stay right and get slower.

create index listings_open_listed on market.listings (coalesce(listed_at_us, seen_at_us), from_position) where to_position is null;
create index listings_open_number on market.listings (number, from_position) where to_position is null;
create index listings_open_rarity on market.listings (coalesce(model_per_mille, 1001), from_position) where to_position is null;
create index listings_open_owner on market.listings (owner, price_currency, price_amount, from_position) where to_position is null and owner is not null;
create index listings_ended on market.listings (to_position) where to_position is not null;
create index holdings_owner on market.holdings (owner, slug, number) where owner is not null;
create index sales_collection on market.sales (slug, sold_at_us desc, position desc);
create index sales_seller on market.sales (seller, sold_at_us desc) where seller is not null;
create index sales_buyer on market.sales (buyer, sold_at_us desc) where buyer is not null;
create index events_collection on market.events (slug, position) where slug is not null;
create index floors_begun on market.floors (from_position);
create index floors_ended on market.floors (to_position) where to_position is not null;
