-- What workers need to go on where they stopped, and the identity of the world the data came from.
-- Why: a killed worker resumes from here; data of a sandbox never mixes with live data.
-- Back: drop these tables; the workers then begin from the start.

create table market.worlds (
    only_row   boolean     not null default true,
    identity   text        not null,
    claimed_at timestamptz not null default clock_timestamp(),
    constraint worlds_pkey primary key (only_row),
    constraint worlds_single_row check (only_row)
);
comment on table market.worlds is 'One row: which world this database describes, as live, fixtures, or a sandbox by seed and size.';

create table market.cursors (
    market     text        not null,
    walk       text        not null,
    cursor     text,
    updated_at timestamptz not null default clock_timestamp(),
    constraint cursors_pkey primary key (market, walk)
);
comment on table market.cursors is 'Where each walk (feed, history, collections) goes on; the adapter''s own text. Null: it ended.';

create table market.scans (
    market       text   not null,
    scope        text   not null,
    started_us   bigint not null,
    completed_us bigint not null,
    seen         bigint not null,
    constraint scans_pkey primary key (market, scope)
);
comment on table market.scans is 'The last completed scan of each scope: start and end in microseconds since 1970 on this database''s clock, and how many listings it saw.';

create table market.market_status (
    market            text        not null,
    state             text        not null default 'starting',
    state_since       timestamptz not null default clock_timestamp(),
    reason            text,
    path              text,
    checked_at        timestamptz,
    last_ok_at        timestamptz,
    last_fault_at     timestamptz,
    last_fault        text,
    faults_in_a_row   bigint      not null default 0,
    next_attempt_at   timestamptz,
    scopes_total      bigint      not null default 0,
    scopes_done       bigint      not null default 0,
    constraint market_status_pkey primary key (market),
    constraint market_status_state_known check (state in ('starting', 'ok', 'backing_off', 'quarantined', 'refused', 'stopped'))
);
comment on table market.market_status is 'How each market stands now. The job''s own row: overwritten, not part of the log.';

create table market.unknown_fields (
    market        text        not null,
    path          text        not null,
    seen          bigint      not null,
    first_seen_at timestamptz not null default clock_timestamp(),
    last_seen_at  timestamptz not null default clock_timestamp(),
    constraint unknown_fields_pkey primary key (market, path)
);
comment on table market.unknown_fields is 'Fields on a market''s pages that no adapter knows, by JSON path with indexes as *.';

create table market.projections (
    name     text   not null,
    version  bigint not null,
    position bigint not null,
    constraint projections_pkey primary key (name)
);
comment on table market.projections is 'The log position each projection has reached, and the version of its rules: another version means rebuild.';
