-- Offers: money that somebody holds out for a gift, for any gift with an attribute, or for any gift of a collection.
-- Why: the best offer is the price at which a holder can sell now; it stands beside the floor.
-- Back: drop table market.offers, market.offer_lots.

create table market.offer_lots (
    market    text    not null,
    offer     text    not null,
    slug      text    not null,
    number    bigint,
    scope     text,
    is_open   boolean not null,
    registers text    not null,
    seen_us   bigint,
    origin    text,
    position  bigint  not null,
    constraint offer_lots_pkey primary key (market, offer)
);
comment on table market.offer_lots is 'Each offer''s registers as JSON of the domain''s Lot, and whether it stands. number: null for an offer on an attribute or a collection. seen_us: microseconds since 1970 when the present price was seen.';
create index offer_lots_open_scope on market.offer_lots (market, scope) where is_open;

create table market.offers (
    from_position    bigint  not null,
    to_position      bigint,
    market           text    not null,
    offer            text    not null,
    slug             text    not null,
    number           bigint,
    attribute        text,
    attribute_name   text,
    state            text    not null,
    price_amount     bigint  not null,
    price_currency   text    not null,
    fee_basis        text    not null,
    seller_amount    bigint,
    maker            text,
    quantity         bigint,
    quantity_taken   bigint,
    made_at_ms       bigint,
    expires_at_ms    bigint,
    seen_at_us       bigint  not null,
    link_url         text,
    price_position   bigint  not null,
    details_position bigint,
    end_position     bigint,
    origin           text    not null,
    constraint offers_pkey primary key (from_position, market, offer),
    constraint offers_state_known check (state in ('open', 'cancelled', 'unseen')),
    constraint offers_attribute_known check (attribute in ('model', 'symbol', 'backdrop')),
    constraint offers_price_not_negative check (price_amount >= 0),
    constraint offers_positions_in_order check (to_position > from_position)
);
comment on table market.offers is 'Offers as versions: true from from_position until before to_position; null to_position means now. With a number for one gift, with an attribute for any gift that has it, else for any gift of the collection. state: open; cancelled by the market''s word; unseen: gone from the market''s pages, whether taken, taken back or lapsed. Times: milliseconds since 1970, seen_at_us microseconds.';
comment on column market.offers.price_amount is 'What the maker pays for each gift, in the smallest unit of price_currency.';
comment on column market.offers.seller_amount is 'What of it the seller gets after the fees that the market states with the offer, same unit; null where it states none.';
create unique index offers_now on market.offers (market, offer) where to_position is null;
create index offers_open_best on market.offers (slug, price_currency, price_amount desc, from_position) where to_position is null and state = 'open';
create index offers_open_price on market.offers (price_currency, price_amount desc, from_position) where to_position is null and state = 'open';
create index offers_subject on market.offers (slug, number, from_position);
