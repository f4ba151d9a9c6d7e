-- The outcome of the last `ribbon check`, part by part, for the metrics: a check is a process that ends, and metrics are asked for later.
-- Why a table: nothing else outlives the process and is seen by whichever process serves the metrics.
-- Back: drop the table; a check then says that its outcome could not be kept.

create table market.checks (
    part       text        not null,
    outcome    text        not null,
    checked_at timestamptz not null default clock_timestamp(),
    constraint checks_pkey primary key (part),
    constraint checks_known_outcome check (outcome in ('fine', 'skipped', 'not_now', 'wrong'))
);
comment on table market.checks is 'What the last `ribbon check` found, a row per part; the next one overwrites it.';
