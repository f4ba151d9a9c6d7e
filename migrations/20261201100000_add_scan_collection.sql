-- Which collection a scan's scope belongs to, and whether the market still lists it: from them follows how old the picture of each
-- collection is on each market. Scans made before keep a null collection until they are made again.
-- Back: drop both columns; nothing else reads them.
alter table market.scans
    add column slug text,
    add column dropped_at timestamptz;
comment on column market.scans.slug is 'The collection that the scope shows. Null for a scan that was completed before this column was added.';
comment on column market.scans.dropped_at is 'Since when the market no longer lists the collection, so that nobody can look whether its listings are still open. Null: it does.';
