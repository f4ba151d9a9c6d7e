-- A market may state what the seller receives, and its fee comes on top. Prices and floors of such a market can be compared with others'
-- only as what the buyer pays the market, so that is what the columns hold; the ask as stated is the first of the lines.
-- Back: nothing to do; the words alone change, and rows of markets that state what the buyer pays are the same.

comment on column market.listings.price_amount is 'What the buyer pays the market, in the smallest unit of price_currency (nanoton for TON); the ask itself where fee_basis is buyer_pays.';
comment on column market.floors.amount is 'The lowest price_amount of the key''s open listings, in the smallest unit of currency.';
