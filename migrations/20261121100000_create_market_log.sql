-- The append-only event log of the market, its hash chain, and the evidence it refers to.
-- Why: every number shown is a fold of these rows, and the chain lets a stranger compare what he was told.
-- Back: drop schema market cascade (a rebuild needs the log, so only on an empty database).

create schema if not exists market;

create table market.log_head (
    only_row  boolean not null default true,
    position  bigint  not null,
    head      bytea   not null,
    constraint log_head_pkey primary key (only_row),
    constraint log_head_single_row check (only_row),
    constraint log_head_position_not_negative check (position >= 0),
    constraint log_head_head_is_sha256 check (octet_length(head) = 32)
) with (fillfactor = 10);
comment on table market.log_head is 'One row: the last position given out and the head of the hash chain. Locked until commit, so positions appear in order.';
insert into market.log_head (position, head) values (0, decode(repeat('00', 32), 'hex'));

create table market.log_batches (
    first_position bigint      not null,
    last_position  bigint      not null,
    digest         bytea       not null,
    head           bytea       not null,
    committed_at   timestamptz not null default clock_timestamp(),
    constraint log_batches_pkey primary key (first_position),
    constraint log_batches_last_position_key unique (last_position),
    constraint log_batches_order check (last_position >= first_position)
);
comment on table market.log_batches is 'One row per committed batch. head = SHA-256(previous head || digest), digest = SHA-256 over the canonical lines of the batch, each with a line end.';

create table market.events (
    position       bigint not null,
    market         text   not null,
    kind           text   not null,
    slug           text,
    number         bigint,
    key_at_us      bigint not null,
    key_rank       text   not null,
    key_seen_us    bigint not null,
    key_tie        bigint not null,
    observed_at_us bigint not null,
    finality       text   not null,
    cause          text   not null,
    origin         text   not null,
    evidence_hash  bytea,
    evidence_path  text,
    corrects       bigint,
    source_id      text,
    fact           text   not null,
    constraint events_pkey primary key (position),
    constraint events_gift_whole check (number is null or slug is not null),
    constraint events_evidence_whole check ((evidence_hash is null) = (evidence_path is null))
);
comment on table market.events is 'The log. Rows are never changed or deleted. fact is the canonical JSON text of the domain''s Fact; times are microseconds since 1970.';
create unique index events_source_once on market.events (market, source_id) where source_id is not null;
create index events_gift on market.events (slug, number, position) where slug is not null;
create index events_kind on market.events (kind, position);

create table market.evidence (
    hash        bytea       not null,
    market      text        not null,
    body        bytea       not null,
    size_bytes  bigint      not null,
    stored_at   timestamptz not null default clock_timestamp(),
    kept_until  timestamptz not null,
    constraint evidence_pkey primary key (hash),
    constraint evidence_hash_is_sha256 check (octet_length(hash) = 32)
);
comment on table market.evidence is 'Raw answers, zstd compressed, by SHA-256 of the uncompressed evidence bytes (a JSON line on the request, then the body). size_bytes is the uncompressed size.';
create index evidence_kept_until on market.evidence (kept_until);
