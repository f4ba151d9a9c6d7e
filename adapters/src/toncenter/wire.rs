//! The JSON of a trace as toncenter's indexer writes it out for its tests. Source: github toncenter/ton-indexer,
//! `indexer/tests/traces` and the model `indexer/indexer/core/database.py` (2026-07-17), seen in every recorded file.
//!
//! Numbers of get-methods went through floating point there (`1350000000.0`); numbers of messages did not.

use std::fmt;

use serde::{
    Deserialize as _, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

use crate::json::{At, Key, Nullable, Seed, Text, Wire};

wire! {
    /// A whole file.
    TraceFile<'a> {
        case: Option<Text<'a>> = "case",
        head: Head<'a> = "trace",
        transactions: Vec<Transaction<'a>> = "transactions",
        interfaces: Option<Accounts<'a, Interfaces<'a>>> = "interfaces",
        expected: Option<Vec<Any>> = "expected_actions",
    }
    unused ["trace_id", "message_contents"]
}

wire! {
    /// The trace itself.
    Head<'a> {
        trace_id: Text<'a> = "trace_id",
        state: Text<'a> = "state",
        pending: Option<i64> = "pending_edges_",
    }
    unused [
        "external_hash", "mc_seqno_start", "mc_seqno_end", "start_lt", "start_utime", "end_lt", "end_utime", "edges_", "nodes_",
        "classification_state",
    ]
}

wire! {
    /// One transaction.
    Transaction<'a> {
        account: Text<'a> = "account",
        hash: Text<'a> = "hash",
        lt: Figure<'a> = "lt",
        now: i64 = "now",
        total_fees: Figure<'a> = "total_fees",
        aborted: bool = "aborted",
        exit_code: Option<i64> = "compute_exit_code",
        is_emulated: Option<bool> = "emulated",
        messages: Vec<Message<'a>> = "messages",
    }
    unused [
        "block_seqno", "mc_block_seqno", "trace_id", "prev_trans_hash", "prev_trans_lt", "orig_status", "end_status",
        "account_state_hash_before", "account_state_hash_after", "descr", "destroyed", "credit_first", "is_tock", "installed",
        "compute_mode", "compute_exit_arg", "bounce",
    ]
}

wire! {
    /// One message as one transaction shows it.
    Message<'a> {
        hash: Text<'a> = "msg_hash",
        direction: Text<'a> = "direction",
        source: Nullable<Text<'a>> = "source",
        destination: Nullable<Text<'a>> = "destination",
        value: Option<Figure<'a>> = "value",
        extra_currencies: Option<Accounts<'a, Ignored>> = "value_extra_currencies",
        fwd_fee: Option<Figure<'a>> = "fwd_fee",
        ihr_fee: Option<Figure<'a>> = "ihr_fee",
        import_fee: Option<Figure<'a>> = "import_fee",
        created_lt: Option<Figure<'a>> = "created_lt",
        created_at: Option<i64> = "created_at",
        opcode: Option<i64> = "opcode",
        ihr_disabled: Option<bool> = "ihr_disabled",
        bounce: Option<bool> = "bounce",
        bounced: Option<bool> = "bounced",
        body_hash: Text<'a> = "body_hash",
        init_state_hash: Option<Text<'a>> = "init_state_hash",
        init_state: Option<Content<'a>> = "init_state",
        content: Content<'a> = "message_content",
    }
    unused ["tx_hash", "tx_lt", "trace_id"]
}

wire! {
    /// A body or a first state: a bag of cells in base64.
    Content<'a> { body: Text<'a> = "body" }
    unused ["hash"]
}

wire! {
    /// What get-methods said of one account, by what the account is.
    Interfaces<'a> {
        item: Option<Item<'a>> = "NftItem",
        sale: Option<Sale<'a>> = "NftSale",
        auction: Option<Auction<'a>> = "NftAuction",
        code_hash: Option<Text<'a>> = "code_hash",
    }
    unused ["JettonWallet"]
}

wire! {
    /// An item. Its index is of no use: 256 bits went through floating point.
    Item<'a> {
        address: Option<Text<'a>> = "address",
        collection: Option<Text<'a>> = "collection_address",
        owner: Option<Text<'a>> = "owner_address",
        content: Option<Metadata<'a>> = "content",
        code_hash: Option<Text<'a>> = "code_hash",
    }
    unused ["init", "index"]
}

wire! {
    /// Where an item's metadata stands; the other members are the metadata of items that carry it themselves.
    Metadata<'a> { uri: Option<Text<'a>> = "uri" }
    unused ["domain", "name", "image", "symbol", "description", "render_type"]
}

wire! {
    /// A contract that sells at a fixed price.
    Sale<'a> {
        address: Option<Text<'a>> = "address",
        is_complete: Option<bool> = "is_complete",
        market: Option<Text<'a>> = "marketplace_address",
        item: Option<Text<'a>> = "nft_address",
        seller: Option<Text<'a>> = "nft_owner_address",
        full_price: Option<Figure<'a>> = "full_price",
        code_hash: Option<Text<'a>> = "code_hash",
    }
    unused []
}

wire! {
    /// An auction.
    Auction<'a> {
        address: Option<Text<'a>> = "address",
        market: Option<Text<'a>> = "mp_addr",
        item: Option<Text<'a>> = "nft_addr",
        seller: Option<Text<'a>> = "nft_owner",
        last_bid: Option<Figure<'a>> = "last_bid",
        code_hash: Option<Text<'a>> = "code_hash",
    }
    unused []
}

/// A number as it is written, in quotes or without.
#[derive(Debug, Clone, Copy)]
pub(super) struct Figure<'a>(pub(super) &'a str);

impl<'a> Wire<'a> for Figure<'a> {
    fn read<D: Deserializer<'a>>(source: D, at: &At<'_>) -> Result<Self, D::Error> {
        let text = <&'a RawValue>::deserialize(source).map_err(|fault| at.note(fault))?.get();
        let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        if bare.starts_with(|c: char| c.is_ascii_digit()) {
            return Ok(Self(bare));
        }
        Err(at.refuse("a number from 0 on", &crate::text::cut(text, 60)))
    }
}

/// Any value, kept as it is.
#[derive(Debug)]
pub(super) struct Any(pub(super) Value);

impl<'a> Wire<'a> for Any {
    fn read<D: Deserializer<'a>>(source: D, at: &At<'_>) -> Result<Self, D::Error> {
        Value::deserialize(source).map(Self).map_err(|fault| at.note(fault))
    }
}

/// Any value, of which only its being there matters.
#[derive(Debug)]
pub(super) struct Ignored;

impl<'a> Wire<'a> for Ignored {
    fn read<D: Deserializer<'a>>(source: D, at: &At<'_>) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(source).map(|_| Self).map_err(|fault| at.note(fault))
    }
}

/// An object whose names are data, in its order.
#[derive(Debug)]
pub(super) struct Accounts<'a, T>(pub(super) Vec<(Text<'a>, T)>);

impl<'a, T: Wire<'a>> Wire<'a> for Accounts<'a, T> {
    fn read<D: Deserializer<'a>>(source: D, at: &At<'_>) -> Result<Self, D::Error> {
        struct Entries<'p, T>(&'p At<'p>, std::marker::PhantomData<T>);

        impl<'a, T: Wire<'a>> Visitor<'a> for Entries<'_, T> {
            type Value = Accounts<'a, T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(key) = map.next_key_seed(Key)? {
                    crate::json::check_length::<A::Error>(entries.len(), self.0)?;
                    let value = map.next_value_seed(Seed::new(&self.0.key(&key)))?;
                    entries.push((key, value));
                }
                Ok(Accounts(entries))
            }
        }

        source.deserialize_map(Entries(at, std::marker::PhantomData)).map_err(|fault| at.note(fault))
    }
}
