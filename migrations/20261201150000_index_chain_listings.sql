-- Open listings that claim to stand on TON, the newest ask first: what the chain's witness is asked about.
-- Why an index of its own: they are looked for every few seconds among all open listings.
-- Back: drop it.
create index listings_open_on_chain on market.listings (ask_position desc) where to_position is null and custody = 'chain';
