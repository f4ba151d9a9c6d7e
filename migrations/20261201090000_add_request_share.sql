-- What a market's limits have taught us: a restart must not forget it and run into them again.
-- Why columns: it is part of the worker's row, written with the rest of it.
-- Back: drop both columns; the workers then begin at the documented rate and learn anew.

alter table market.market_status
    add column request_share_per_mille bigint not null default 1000,
    add column held_until timestamptz;
comment on column market.market_status.request_share_per_mille is 'Part of the documented request rate at which the market is asked, in thousandths: halved when it asks for time, raised with each answer.';
comment on column market.market_status.held_until is 'The market itself asked for time until then. Null: it has not.';
