-- Gifts that were shown off TON later than the last word that they are on TON: they came back, which no source tells. The worker that writes
-- the event looks for those of which none is logged.
-- Back: drop the index and the column; gifts come back without an event then.

alter table market.gifts add column returned_from_us bigint;
comment on column market.gifts.returned_from_us is 'Microseconds since 1970 of the last word that it was on TON, where a later one shows it elsewhere; null otherwise.';
create index gifts_returned on market.gifts (slug, number) where returned_from_us is not null;
