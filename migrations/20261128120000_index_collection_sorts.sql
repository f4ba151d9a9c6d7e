-- The listing page of one collection in each of its orders. Without them all listings are walked in that order until twenty are of the
-- collection: 10 to 30 ms of a page with 48,749 open listings, against less than one.
-- Back: drop the indexes; reads stay right and get slower.

create index listings_open_collection_all_in on market.listings (slug, price_currency, all_in_amount, from_position) where to_position is null;
create index listings_open_collection_number on market.listings (slug, number, from_position) where to_position is null;
create index listings_open_collection_listed on market.listings (slug, coalesce(listed_at_us, seen_at_us), from_position) where to_position is null;
create index listings_open_collection_rarity on market.listings (slug, coalesce(model_per_mille, 1001), from_position) where to_position is null;
