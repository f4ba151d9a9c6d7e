//! From toncenter's words to a trace. Pure; amounts are exact or refused.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chain::{
    Address, Hash256,
    boc::{Limits, parse_one},
    cell::Cell,
    message::{Header, Internal, StateInit},
    trace::{AuctionSaid, Interfaces, ItemSaid, SaleSaid, Trace, TraceMessage, TraceTransaction},
};
use domain::{Malformed, decimal::units_from_decimal};

use super::{expected, malformed, source_id, wire};
use crate::{
    json::{Text, read_document},
    traces::RecordedTrace,
};

/// Below this a floating-point number is every whole number exactly; 9 million TON.
const FLOAT_EXACT_MAX: u64 = 1 << 53;

/// Reads a file.
///
/// # Errors
/// [`Malformed`] at the place that could not be read.
pub(crate) fn trace(body: &[u8]) -> Result<RecordedTrace, Malformed> {
    let (wire::TraceFile { case, head, transactions, interfaces, expected }, notes) =
        read_document::<wire::TraceFile<'_>>(body, &source_id())?;
    let wire::Head { trace_id, state, pending } = head;
    let id = hash("/trace/trace_id", &trace_id)?;
    let is_emulated = transactions.iter().any(|transaction| transaction.is_emulated == Some(true));
    let transactions = transactions.into_iter().enumerate();
    let transactions = transactions
        .map(|(place, one)| transaction(&format!("/transactions/{place}"), one))
        .collect::<Result<_, _>>()?;
    let mut extract = BTreeMap::new();
    for (key, said) in interfaces.map_or(Vec::new(), |accounts| accounts.0) {
        let path = format!("/interfaces/{}", crate::text::cut(&key, 80));
        let account = address(&path, &key)?;
        if extract.insert(account, interfaces_said(&path, &account, said)?).is_some() {
            return Err(malformed(&path, "an account once", "it twice"));
        }
    }
    let expected = expected.map(|actions| {
        let actions = actions.into_iter().enumerate();
        actions
            .map(|(place, action)| expected::action(&format!("/expected_actions/{place}"), &action.0))
            .collect::<Result<_, _>>()
    });
    Ok(RecordedTrace {
        trace: Trace {
            id,
            is_complete: state == "complete" && pending.unwrap_or(0) == 0 && !is_emulated,
            transactions,
            extract,
        },
        case: case.map(|case| crate::text::cut(&case, 200)),
        expected: expected.transpose()?,
        unknown_fields: notes.into_unknown(),
    })
}

fn transaction(path: &str, one: wire::Transaction<'_>) -> Result<TraceTransaction, Malformed> {
    let wire::Transaction {
        account,
        hash: told,
        lt,
        now,
        total_fees,
        aborted,
        exit_code,
        is_emulated: _,
        messages,
    } = one;
    let messages = messages.into_iter().enumerate();
    Ok(TraceTransaction {
        account: address(&format!("{path}/account"), &account)?,
        hash: hash(&format!("{path}/hash"), &told)?,
        lt: amount(&format!("{path}/lt"), lt)?,
        at: seconds(&format!("{path}/now"), now)?,
        // 1 is the other code of success.
        is_success: !aborted && matches!(exit_code, None | Some(0 | 1)),
        total_fees_nanoton: amount(&format!("{path}/total_fees"), total_fees)?,
        messages: messages
            .map(|(place, one)| message(&format!("{path}/messages/{place}"), one))
            .collect::<Result<_, _>>()?,
    })
}

fn message(path: &str, one: wire::Message<'_>) -> Result<TraceMessage, Malformed> {
    let is_in = match &*one.direction {
        "in" => true,
        "out" => false,
        other => return Err(malformed(&format!("{path}/direction"), "in or out", other)),
    };
    let op = match one.opcode {
        None => None,
        // The indexer keeps the 32 bits as a signed number.
        Some(op) => match (i32::try_from(op), u32::try_from(op)) {
            (Ok(op), _) => Some(op.cast_unsigned()),
            (_, Ok(op)) => Some(op),
            _ => return Err(malformed(&format!("{path}/opcode"), "32 bits", &op.to_string())),
        },
    };
    let state_init = match (&one.init_state, &one.init_state_hash) {
        (Some(state), _) => StateInit::Told(body(&format!("{path}/init_state/body"), &state.body)?),
        (None, Some(_)) => StateInit::NotTold,
        (None, None) => StateInit::None,
    };
    Ok(TraceMessage {
        hash: hash(&format!("{path}/msg_hash"), &one.hash)?,
        is_in,
        header: header(path, &one)?,
        body: body(&format!("{path}/message_content/body"), &one.content.body)?,
        body_hash: hash(&format!("{path}/body_hash"), &one.body_hash)?,
        op,
        state_init,
    })
}

fn header(path: &str, one: &wire::Message<'_>) -> Result<Header, Malformed> {
    let end = |name: &str, text: &Option<Text<'_>>| match text {
        Some(text) => address(&format!("{path}/{name}"), text).map(Some),
        None => Ok(None),
    };
    let figure = |name: &str, figure: Option<wire::Figure<'_>>| {
        let path = format!("{path}/{name}");
        amount(&path, figure.ok_or_else(|| malformed(&path, "a number", "null"))?)
    };
    let switch = |name: &str, value: Option<bool>| {
        value.ok_or_else(|| malformed(&format!("{path}/{name}"), "true or false", "null"))
    };
    match (end("source", &one.source.0)?, end("destination", &one.destination.0)?) {
        (Some(source), Some(destination)) => Ok(Header::Internal(Internal {
            ihr_disabled: switch("ihr_disabled", one.ihr_disabled)?,
            bounce: switch("bounce", one.bounce)?,
            bounced: switch("bounced", one.bounced)?,
            source,
            destination,
            value_nanoton: figure("value", one.value)?,
            has_extra_currencies: one.extra_currencies.as_ref().is_some_and(|extra| !extra.0.is_empty()),
            ihr_fee: one.ihr_fee.map_or(Ok(0), |fee| figure("ihr_fee", Some(fee)))?,
            forward_fee_nanoton: figure("fwd_fee", one.fwd_fee)?,
            created_lt: figure("created_lt", one.created_lt)?,
            created_at: seconds(&format!("{path}/created_at"), one.created_at.unwrap_or(-1))?,
        })),
        (None, Some(destination)) => Ok(Header::ExternalIn {
            destination,
            import_fee_nanoton: one.import_fee.map_or(Ok(0), |fee| figure("import_fee", Some(fee)))?,
        }),
        (Some(source), None) => Ok(Header::ExternalOut { source }),
        (None, None) => Err(malformed(&format!("{path}/source"), "a source or a destination", "neither")),
    }
}

fn interfaces_said(
    path: &str,
    account: &Address,
    said: wire::Interfaces<'_>,
) -> Result<Interfaces, Malformed> {
    let wire::Interfaces { item, sale, auction, code_hash } = said;
    let read = |name: &str, text: Option<Text<'_>>| {
        text.map(|text| address(&format!("{path}/{name}"), &text)).transpose()
    };
    let own = |name: &str, text: Option<Text<'_>>| match read(name, text)? {
        Some(other) if other != *account => {
            Err(malformed(&format!("{path}/{name}"), "the account's own address", &other.to_string()))
        }
        _ => Ok(()),
    };
    let mut hashes = vec![code_hash];
    let item = match item {
        None => None,
        Some(wire::Item { address, collection, owner, content, code_hash }) => {
            own("NftItem/address", address)?;
            hashes.push(code_hash);
            Some(ItemSaid {
                collection: read("NftItem/collection_address", collection)?,
                owner: read("NftItem/owner_address", owner)?,
                content_uri: content.and_then(|content| content.uri).map(Text::into_owned),
            })
        }
    };
    let sale = match sale {
        None => None,
        Some(wire::Sale { address, is_complete, market, item, seller, full_price, code_hash }) => {
            own("NftSale/address", address)?;
            hashes.push(code_hash);
            Some(SaleSaid {
                is_complete,
                market: read("NftSale/marketplace_address", market)?,
                item: read("NftSale/nft_address", item)?,
                seller: read("NftSale/nft_owner_address", seller)?,
                full_price_nanoton: claimed(&format!("{path}/NftSale/full_price"), full_price)?,
            })
        }
    };
    let auction = match auction {
        None => None,
        Some(wire::Auction { address, market, item, seller, last_bid, code_hash }) => {
            own("NftAuction/address", address)?;
            hashes.push(code_hash);
            Some(AuctionSaid {
                market: read("NftAuction/mp_addr", market)?,
                item: read("NftAuction/nft_addr", item)?,
                seller: read("NftAuction/nft_owner", seller)?,
                last_bid_nanoton: claimed(&format!("{path}/NftAuction/last_bid"), last_bid)?,
            })
        }
    };
    let told = hashes.into_iter().flatten().next();
    let code_hash = told.map(|text| hash(&format!("{path}/code_hash"), &text)).transpose()?;
    Ok(Interfaces { item, sale, auction, code_hash })
}

/// A number of a get-method. Those that went through floating point are exact up to 2^53.
fn claimed(path: &str, figure: Option<wire::Figure<'_>>) -> Result<Option<u64>, Malformed> {
    let Some(figure) = figure else { return Ok(None) };
    let value = amount(path, figure)?;
    let is_float = figure.0.contains(['.', 'e', 'E']);
    if is_float && value > FLOAT_EXACT_MAX {
        return Err(malformed(path, "a number that floating point holds exactly", figure.0));
    }
    Ok(Some(value))
}

pub(super) fn address(path: &str, text: &str) -> Result<Address, Malformed> {
    Address::from_raw(text).map_err(|fault| malformed(path, &format!("a raw address ({fault})"), text))
}

pub(super) fn hash(path: &str, text: &str) -> Result<Hash256, Malformed> {
    text.parse().map_err(|fault| malformed(path, &format!("a hash ({fault})"), text))
}

/// A bag of cells in base64.
pub(super) fn body(path: &str, text: &str) -> Result<Cell, Malformed> {
    let bytes = STANDARD.decode(text).map_err(|fault| malformed(path, "base64", &fault.to_string()))?;
    parse_one(&bytes, Limits::ANSWER).map_err(|fault| malformed(path, "one bag of cells", &fault.to_string()))
}

fn amount(path: &str, figure: wire::Figure<'_>) -> Result<u64, Malformed> {
    units_from_decimal(figure.0, 0)
        .ok()
        .and_then(|amount| u64::try_from(amount).ok())
        .ok_or_else(|| malformed(path, "a whole number of at most 63 bits", figure.0))
}

fn seconds(path: &str, value: i64) -> Result<u32, Malformed> {
    u32::try_from(value)
        .map_err(|_| malformed(path, "seconds since 1970, at most 32 bits", &value.to_string()))
}
