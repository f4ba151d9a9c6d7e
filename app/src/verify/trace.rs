//! `verify trace`: the sales, auctions and transfers in a recorded trace, each number with who gave it, and what contradicts itself.
//!
//! A trace proves nothing about the chain: its messages are held against their hashes, which anyone can look up.

mod actions;
mod describe;
mod expected;

use adapters::traces::{self, Recorded, RecordedTrace};
use chain::Hash256;
use chain::contract::{GetgemsRole, Network};
use chain::sale_contract::{self, Claim, ClaimedState, ContractSeen, Standing};
use chain::trace::consistency::{self, Consistency, Inconsistency};
use chain::trace::{Identity, Meaning, MessagePrice, Sale, SaleKind, Trace, meaning};
use serde_json::{Value, json};

use super::report::{Checks, Finding};
use super::{Answer, Verdict};

/// Why a sale by an item itself has no market.
const NO_MARKET: &str =
    "Any code may send the messages of such a sale, and the item's address does not follow from its name.";

/// Reads a trace and judges it. `network` names the list of known codes.
pub(super) fn verify(bytes: &[u8], network: &str) -> Answer {
    let Some(network) = Network::named(network) else {
        let known: Vec<&str> = Network::all().iter().map(|network| network.name.as_str()).collect();
        let cut: String = network.chars().take(40).collect();
        return Answer::bad_input(format!("--network is `{cut}`: expected one of {}", known.join(", ")));
    };
    match traces::read(bytes) {
        Ok(Recorded::Toncenter(recorded)) => of_messages(&recorded, network),
        Ok(Recorded::Tonapi(list)) => actions::judge(&list),
        Err(fault) => Answer::bad_input(&fault)
            .with("path", &fault.path)
            .with("expected", &fault.expected)
            .with("found", &fault.found),
    }
}

fn of_messages(recorded: &RecordedTrace, network: &Network) -> Answer {
    let RecordedTrace { trace, case, expected, unknown_fields } = recorded;
    let meaning = meaning::read(trace);
    let mut checks = Checks::default();
    let found = consistency::check(trace);
    judge_consistency(trace, &found, &mut checks);
    for unread in &meaning.unread {
        checks.note("everything about items is read", Finding::NotJudged, unread.to_string());
    }
    let standings: Vec<Option<Standing>> =
        meaning.sales.iter().map(|sale| judge_sale(sale, network, &mut checks)).collect();
    for transfer in &meaning.transfers {
        judge_identity(transfer.item.finding, &mut checks);
    }
    let compared =
        expected::compare(expected.as_deref().unwrap_or_default(), (trace, &meaning, network), &mut checks);
    let verdict = match checks.verdict() {
        // Nothing was claimed that could be proven: the messages are at hand, the chain is not.
        Verdict::Proven if compared.claims == 0 => Verdict::Understood,
        judged => judged,
    };
    let sales: Vec<Value> = meaning
        .sales
        .iter()
        .zip(&standings)
        .map(|(sale, standing)| {
            let given_by = GivenBy::of(&found, &transactions_of(sale, &meaning));
            describe::sale(sale, standing.as_ref(), (network, given_by))
        })
        .collect();
    let steps = meaning.auction_steps.iter();
    let steps = steps.map(|step| describe::step(step, GivenBy::of(&found, &[step.transaction])));
    let transfers = meaning.transfers.iter();
    let transfers =
        transfers.map(|transfer| describe::transfer(transfer, GivenBy::of(&found, &[transfer.transaction])));
    Answer::new(verdict)
        .with("form", "toncenter")
        .with("case", case)
        .with("trace_id", trace.id.to_string())
        .with("network", &network.name)
        .with("sales", sales)
        .with("auctions", steps.collect::<Vec<_>>())
        .with("transfers", transfers.collect::<Vec<_>>())
        .with("unread", meaning.unread.iter().map(ToString::to_string).collect::<Vec<_>>())
        .with("unknown_fields", describe::unknown_fields(unknown_fields))
        .with("expected_actions", compared.described)
        .with("checks", &checks)
        .with(
            "note",
            "`messages`: read from bodies and values of messages, each of which has the hash of its fields. \
             `messages_not_recomputed`: read from messages among which at least one could not be held against its hash, so that the \
             number may be any. `interfaces`: claimed by the trace's own extract of get-methods. `both`: one as the other. \
             Transactions are not hashed again: their times, fees and success, and that none is missing, are the source's word. \
             Whether these messages are on chain a trace cannot show; look up any transaction above in an explorer.",
        )
}

/// What the messages of a sale, a step or a transfer are worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GivenBy {
    /// Each of them has the hash of its fields.
    Messages,
    /// One of them was not held against its hash, or has another.
    MessagesNotRecomputed,
}

impl GivenBy {
    fn of(found: &Consistency, transactions: &[Hash256]) -> Self {
        if transactions.iter().any(|one| found.transactions_not_recomputed.contains(one)) {
            Self::MessagesNotRecomputed
        } else {
            Self::Messages
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::MessagesNotRecomputed => "messages_not_recomputed",
        }
    }

    /// Where the extract says the same: what was not recomputed adds nothing to its word.
    const fn text_of_both(self) -> &'static str {
        match self {
            Self::Messages => "both",
            Self::MessagesNotRecomputed => "interfaces",
        }
    }
}

fn judge_consistency(trace: &Trace, found: &Consistency, checks: &mut Checks) {
    let is_of_hash = |fault: &Inconsistency| {
        matches!(
            fault,
            Inconsistency::BodyHash { .. }
                | Inconsistency::MessageHash { .. }
                | Inconsistency::Operation { .. }
        )
    };
    let (of_hashes, of_links): (Vec<_>, Vec<_>) = found.faults.iter().partition(|fault| is_of_hash(fault));
    let told = |faults: &[&Inconsistency], fine: String| match faults.first() {
        None => fine,
        Some(first) => format!("{first} ({} faults in all)", found.fault_count),
    };
    let recomputed = format!(
        "{} of {} recomputed, {} cannot be",
        found.hashes_recomputed, found.messages, found.hashes_not_computable
    );
    const HASHES: &str = "every message has the hash of its fields";
    if of_hashes.is_empty() && found.messages_not_judged > 0 {
        let note = format!(
            "{recomputed}: a first state or other currencies are not at hand. {} of these are no entries in a log.",
            found.messages_not_judged
        );
        checks.note(HASHES, Finding::NotJudged, note);
    } else {
        checks.require(HASHES, of_hashes.is_empty(), told(&of_hashes, recomputed));
    }
    checks.require(
        "both ends of every message agree",
        of_links.is_empty(),
        told(&of_links, format!("{} transactions", trace.transactions.len())),
    );
    const COMPLETE: &str = "the trace is complete";
    if !trace.is_complete {
        checks.note(COMPLETE, Finding::NotJudged, "Its source says that something is still to come.");
    } else if found.unreceived > 0 {
        let note = format!("{} messages were sent and their transactions are missing.", found.unreceived);
        checks.note(COMPLETE, Finding::NotJudged, note);
    } else {
        checks.require(COMPLETE, true, "");
    }
}

/// What messages and extract say of one sale, and whether its contract counts.
fn judge_sale(sale: &Sale, network: &Network, checks: &mut Checks) -> Option<Standing> {
    if let Some(price) = sale.price_by_interfaces {
        let allowed = describe::message_price(&sale.price_by_messages);
        checks.state(
            "price of the interfaces is one that the messages allow",
            sale.price_by_messages.allows(price),
            (price, allowed),
        );
    }
    if sale.seller.is_contradicted() {
        let of = |one: Option<chain::Address>| one.map(|one| one.to_string());
        checks.compare("seller", of(sale.seller.interfaces), of(sale.seller.messages));
    }
    if sale.sold.is_contradicted() {
        let of = |one: Option<chain::Address>| one.map(|one| one.to_string());
        checks.compare("item that was for sale", of(sale.sold.interfaces), of(sale.sold.messages));
    }
    if sale.is_telemint() {
        let out = sale.fees.iter().map(|fee| &fee.payment).chain(&sale.payout);
        let out = out.fold(0_u64, |sum, payment| sum.saturating_add(payment.amount_nanoton));
        let MessagePrice::Exact(bid) = sale.price_by_messages else { return None };
        let note = format!("{out} of {bid} nanoton");
        checks.require("what was paid out is not more than the price", out <= bid, note);
        if sale.item.finding != Identity::Computed {
            checks.note("the item is one of Telegram's, which Fragment sells", Finding::Stated, NO_MARKET);
        }
        return None;
    }
    let standing = standing(sale, network);
    let is_getgems = sale.market.is_some_and(|market| network.is_getgems(&market));
    const CONTRACT: &str = "the sale contract is one that counts";
    match &standing {
        Standing::Verified(code) => {
            checks.require(CONTRACT, true, format!("GetGems, version {}", code.version));
        }
        Standing::CodeNotTold => checks.note(
            CONTRACT,
            Finding::Stated,
            "The trace tells no code hash, so that its contract is the market's is the extract's word alone.",
        ),
        Standing::CodeUnknown if !is_getgems => {
            checks.note(
                CONTRACT,
                Finding::Stated,
                "Its code is none of GetGems', and it names another market.",
            );
        }
        other => {
            checks.require(CONTRACT, false, format!("{}, on {}", describe::standing(other), network.name))
        }
    }
    Some(standing)
}

/// The rule for a contract, with what the messages say as the claim.
fn standing(sale: &Sale, network: &Network) -> Standing {
    let seen = ContractSeen {
        code_hash: sale.code_hash,
        is_complete: None,
        market: sale.market,
        item: sale.sold.interfaces,
        seller: sale.seller.interfaces,
        price_nanoton: sale.price_by_interfaces,
    };
    let claim = Claim {
        role: match sale.kind {
            SaleKind::AuctionContract => GetgemsRole::Auction,
            _ => GetgemsRole::FixedPriceSale,
        },
        state: ClaimedState::Sold,
        item: sale.item.item,
        seller: sale.seller.messages,
        price_nanoton: Some(match sale.price_by_messages {
            MessagePrice::Exact(exact) => (exact, exact),
            MessagePrice::Within { at_least, at_most } => (at_least, at_most),
        }),
    };
    sale_contract::judge(network, &seen, &claim)
}

fn judge_identity(finding: Identity, checks: &mut Checks) {
    const IDENTITY: &str = "the item is what the interfaces call it";
    match finding {
        Identity::Computed => checks.require(IDENTITY, true, "its address follows from its name"),
        Identity::ComputedForCollection => checks.note(
            IDENTITY,
            Finding::Stated,
            "Its address follows from its name and its collection; whether the collection is Telegram's is not known here.",
        ),
        Identity::Refuted => {
            checks.require(IDENTITY, false, "its name and its collection give another address");
        }
        Identity::NotJudged => {
            checks.note(IDENTITY, Finding::Stated, "No name is told from which its address would follow.");
        }
    }
}

/// Name of the market of a sale. Any code may send what Telemint's items send, so that only an item whose address follows from its name
/// tells that it was sold through Fragment.
fn market_name(sale: &Sale, network: &Network) -> Option<&'static str> {
    if sale.is_telemint() {
        (sale.item.finding == Identity::Computed).then_some("fragment")
    } else {
        sale.market.filter(|market| network.is_getgems(market)).map(|_| "getgems")
    }
}

/// The price to show: exact from the messages, or the extract's.
fn price(sale: &Sale) -> Option<u64> {
    match sale.price_by_messages {
        MessagePrice::Exact(exact) => Some(exact),
        MessagePrice::Within { .. } => sale.price_by_interfaces,
    }
}

/// The transactions from whose messages a sale's numbers are read: the seller's and the item's.
fn transactions_of(sale: &Sale, meaning: &Meaning) -> Vec<Hash256> {
    let transfer = meaning.transfers.get(sale.transfer).map(|transfer| transfer.transaction);
    transfer.into_iter().chain([sale.transaction]).collect()
}

/// The sale that a change of owner belongs to.
fn sale_of(meaning: &Meaning, transfer: usize) -> Option<&Sale> {
    meaning.sales.iter().find(|sale| sale.transfer == transfer)
}

impl Checks {
    /// Notes what was said and what is allowed, where that is not one value.
    fn state(&mut self, check: &'static str, holds: bool, (said, allowed): (u64, Value)) {
        if holds {
            self.require(check, true, format!("{said} nanoton"));
        } else {
            self.compare(check, json!(said), allowed);
        }
    }
}

#[cfg(test)]
mod tests;
