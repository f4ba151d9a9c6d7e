-- The state of the market: folds of the log, rebuildable from it, written in the same transaction as the events.
-- Why: reads answer from here. Rows with from_position and to_position answer questions as of any position.
-- Back: truncate and run `ribbon index --rebuild`.

create table market.collections (
    slug           text   not null,
    title          text   not null,
    address        text,
    image_url      text,
    first_position bigint not null,
    position       bigint not null,
    constraint collections_pkey primary key (slug)
);
comment on table market.collections is 'Collections by slug. position: the event that last said something of it.';

create table market.attributes (
    slug           text   not null,
    kind           text   not null,
    name           text   not null,
    rarity         text   not null,
    per_mille      bigint,
    first_position bigint not null,
    constraint attributes_pkey primary key (slug, kind, name, rarity),
    constraint attributes_kind_known check (kind in ('model', 'symbol', 'backdrop')),
    constraint attributes_per_mille_range check (per_mille between 1 and 1000)
);
comment on table market.attributes is 'Attributes with their rarity. Two rows of one name with different rarity exist in reality. per_mille: parts in a thousand, null for a named tier.';

create table market.lots (
    market    text    not null,
    lot       text    not null,
    slug      text    not null,
    number    bigint  not null,
    scope     text,
    is_open   boolean not null,
    registers text    not null,
    ask_seen_us bigint,
    ask_origin  text,
    position  bigint  not null,
    constraint lots_pkey primary key (market, lot)
);
comment on table market.lots is 'Each lot''s registers as JSON of the domain''s Lot, and whether it is open. ask_seen_us: microseconds since 1970 when the present ask was seen; ask_origin: where that answer came from.';
create index lots_gift on market.lots (slug, number);
create index lots_open_scope on market.lots (market, scope) where is_open;

create table market.listings (
    from_position    bigint  not null,
    to_position      bigint,
    market           text    not null,
    lot              text    not null,
    slug             text    not null,
    number           bigint  not null,
    model            text,
    model_per_mille  bigint,
    symbol           text,
    backdrop         text,
    price_amount     bigint  not null,
    price_currency   text    not null,
    fee_basis        text    not null,
    all_in_amount    bigint  not null,
    all_in_at_least  boolean not null,
    all_in_lines     text    not null,
    listed_at_us     bigint,
    seen_at_us       bigint  not null,
    custody          text,
    owner            text,
    link_url         text,
    image_url        text,
    ask_position     bigint  not null,
    details_position bigint,
    origin           text    not null,
    constraint listings_pkey primary key (from_position, market, lot),
    constraint listings_price_not_negative check (price_amount >= 0),
    constraint listings_positions_in_order check (to_position > from_position)
);
comment on table market.listings is 'Open listings as versions: true from from_position until before to_position; null to_position means now.';
comment on column market.listings.price_amount is 'The ask in the smallest unit of price_currency (nanoton for TON).';
comment on column market.listings.all_in_amount is 'What the buyer pays in the end, same unit; with all_in_at_least, at least that much.';
comment on column market.listings.all_in_lines is 'JSON list of the lines that make all_in_amount, each with its source.';
create unique index listings_open_lot on market.listings (market, lot) where to_position is null;
create index listings_open_price on market.listings (price_currency, price_amount, from_position) where to_position is null;
create index listings_open_all_in on market.listings (price_currency, all_in_amount, from_position) where to_position is null;
create index listings_open_collection_price on market.listings (slug, price_currency, price_amount, from_position) where to_position is null;
create index listings_open_collection_model on market.listings (slug, model, price_currency, price_amount, from_position) where to_position is null;
create index listings_open_collection_backdrop on market.listings (slug, backdrop, price_currency, price_amount, from_position) where to_position is null;
create index listings_gift on market.listings (slug, number, from_position);

create table market.gifts (
    slug               text   not null,
    number             bigint not null,
    model              text,
    model_per_mille    bigint,
    symbol             text,
    symbol_per_mille   bigint,
    backdrop           text,
    backdrop_per_mille bigint,
    custody            text,
    custody_market     text,
    owner              text,
    address            text,
    image_url          text,
    transferable_at_ms bigint,
    exportable_at_ms   bigint,
    resellable_at_ms   bigint,
    unlocks_at_ms      bigint,
    registers          text   not null,
    first_position     bigint not null,
    position           bigint not null,
    constraint gifts_pkey primary key (slug, number),
    constraint gifts_number_range check (number between 1 and 4294967295)
);
comment on table market.gifts is 'Every gift seen, by its one identity. registers: JSON of the domain''s Holding. per_mille: parts in a thousand. Times: milliseconds since 1970.';
create index gifts_owner on market.gifts (owner, slug, number) where owner is not null;
create index gifts_model on market.gifts (slug, model, number);
create index gifts_backdrop on market.gifts (slug, backdrop, number);

create table market.holdings (
    from_position  bigint not null,
    to_position    bigint,
    slug           text   not null,
    number         bigint not null,
    custody        text,
    custody_market text,
    owner          text,
    since_us       bigint not null,
    constraint holdings_pkey primary key (slug, number, from_position),
    constraint holdings_positions_in_order check (to_position > from_position)
);
comment on table market.holdings is 'Where each gift lived and with whom, as versions. since_us: microseconds since 1970 in the order of the source that said so.';
create unique index holdings_now on market.holdings (slug, number) where to_position is null;

create table market.sales (
    position       bigint not null,
    market         text   not null,
    lot            text   not null,
    slug           text   not null,
    number         bigint not null,
    price_amount   bigint not null,
    price_currency text   not null,
    fee_basis      text   not null,
    seller         text,
    buyer          text,
    ton_transaction text,
    sold_at_us     bigint not null,
    origin         text   not null,
    constraint sales_pkey primary key (position),
    constraint sales_price_not_negative check (price_amount >= 0)
);
comment on table market.sales is 'Every sale, once; position is the event that told of it. sold_at_us: microseconds since 1970 by the market''s clock.';
comment on column market.sales.price_amount is 'What was paid, in the smallest unit of price_currency.';
create unique index sales_transaction_once on market.sales (ton_transaction, slug, number) where ton_transaction is not null;
create index sales_gift on market.sales (slug, number, sold_at_us desc);
create index sales_time on market.sales (sold_at_us desc, position desc);

create table market.rates (
    from_position bigint not null,
    to_position   bigint,
    source        text   not null,
    base          text   not null,
    quote         text   not null,
    rate_micros   bigint not null,
    at_us         bigint not null,
    constraint rates_pkey primary key (source, base, quote, from_position),
    constraint rates_above_zero check (rate_micros > 0)
);
comment on table market.rates is 'Currency rates as versions: one whole coin of base is worth rate_micros millionths of one whole coin of quote. at_us: when it was observed.';
create unique index rates_now on market.rates (source, base, quote) where to_position is null;

create table market.quarantines (
    from_position bigint not null,
    to_position   bigint,
    market        text   not null,
    path          text   not null,
    why           text   not null,
    constraint quarantines_pkey primary key (market, from_position)
);
comment on table market.quarantines is 'When each market''s pages could not be read, from and to by position.';
create unique index quarantines_now on market.quarantines (market) where to_position is null;

create table market.floors (
    from_position bigint not null,
    to_position   bigint,
    slug          text   not null,
    kind          text   not null,
    name          text   not null,
    market        text   not null,
    currency      text   not null,
    amount        bigint not null,
    all_in_amount bigint not null,
    all_in_at_least boolean not null,
    listing_position bigint not null,
    listings      bigint not null,
    constraint floors_pkey primary key (slug, kind, name, market, currency, from_position),
    constraint floors_kind_known check (kind in ('collection', 'model', 'symbol', 'backdrop')),
    constraint floors_positions_in_order check (to_position > from_position)
);
comment on table market.floors is 'Lowest open listing per collection (kind collection, name empty) or attribute, per market or over all (market empty), per currency; as versions.';
comment on column market.floors.amount is 'The lowest ask in the smallest unit of currency.';
create unique index floors_now on market.floors (slug, kind, name, market, currency) where to_position is null;
