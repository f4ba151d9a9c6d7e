-- How far back each market's history has been read, for the status page: a walk of days needs to be seen moving.
-- Why columns: it is part of the worker's row, written with the rest of it.
-- Back: drop both columns; the walk itself goes on from its cursor.

alter table market.market_status
    add column history_from_us bigint,
    add column history_is_done boolean not null default false;
comment on column market.market_status.history_from_us is 'The oldest happening read so far by the walk through the history, microseconds since 1970. Null: none yet.';
comment on column market.market_status.history_is_done is 'Whether the history was read back to the configured depth, or to its beginning.';
