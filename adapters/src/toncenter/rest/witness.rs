//! Whether a listing stands on chain as it is claimed, by two answers: the item, and what sells it.

use chain::{
    Address,
    contract::{GetgemsRole, Network},
    sale_contract::{Claim, ClaimedState, ContractField, ContractSeen, Standing, judge as judge_contract},
};
use domain::{ClaimCheck, ClaimedSale, Exchange, ListingClaim, Malformed, Verdict};

use super::{
    account, nanoton, some_account,
    wire::{Item, ItemsPage, Sale, SalesPage},
};
use crate::{
    json::{Nullable, read_document},
    ton,
    toncenter::{malformed, source_id},
};

/// The claimed item's address.
///
/// # Errors
/// [`Malformed`] when the claim names none of TON.
pub(in crate::toncenter) fn item(claim: &ListingClaim) -> Result<Address, Malformed> {
    ton::account(&claim.item).ok_or_else(|| malformed("", "a claim about an address of TON", &claim.item))
}

/// Whom to ask after the item was shown: the contract that holds it, or the item itself; `None` where the answer decides already.
pub(in crate::toncenter) fn whom_to_ask(
    claim: &ListingClaim,
    shown: &Exchange,
) -> Result<Option<String>, Malformed> {
    let Some(found) = found(claim, shown)? else { return Ok(None) };
    Ok(match claim.through {
        ClaimedSale::OwnContract => Some(ton::friendly(&item(claim)?)),
        ClaimedSale::GetgemsContract => found.contract.as_ref().map(ton::friendly),
    })
}

/// The claimed item as the chain has it.
struct Found {
    owner: Option<Address>,
    /// The sale contract that holds it, by toncenter's word.
    contract: Option<Address>,
}

/// `None` where no such item stands there, or it is another gift.
fn found(claim: &ListingClaim, shown: &Exchange) -> Result<Option<Found>, Malformed> {
    let wanted = item(claim)?;
    let (ItemsPage { items }, _) = read_document::<ItemsPage<'_>>(&shown.body, &source_id())?;
    for (place, item) in items.into_iter().enumerate() {
        let path = |name: &str| format!("/nft_items/{place}/{name}");
        let Item { address, collection: Nullable(of), owner: Nullable(owner), content: _, sale, .. } = item;
        if account(&path("address"), &address)? != wanted {
            continue;
        }
        let of = some_account(&path("collection_address"), of.as_deref())?;
        let is_it = of.is_some_and(|of| super::sales::is_gift_of(&claim.gift, &of, &wanted));
        let owner = some_account(&path("owner_address"), owner.as_deref())?;
        let contract = some_account(&path("sale_contract_address"), sale.as_deref())?;
        return Ok(is_it.then_some(Found { owner, contract }));
    }
    Ok(None)
}

/// The verdict by the answers that the claim asks for.
pub(in crate::toncenter) fn judge(
    claim: &ListingClaim,
    answers: &[Exchange],
    network: &Network,
) -> Result<Verdict, Malformed> {
    let untold = |check| Ok(Verdict::Untold { check });
    let refuted = |check| Ok(Verdict::Refuted { check });
    let Some(shown) = answers.first() else { return untold(ClaimCheck::Item) };
    let Some(found) = found(claim, shown)? else { return refuted(ClaimCheck::Item) };
    let at = match claim.through {
        ClaimedSale::OwnContract => item(claim)?,
        ClaimedSale::GetgemsContract => match found.contract {
            Some(contract) => contract,
            None => return refuted(ClaimCheck::ItemOwner),
        },
    };
    let Some(told) = answers.get(1) else { return untold(ClaimCheck::Code) };
    let (SalesPage { sales }, _) = read_document::<SalesPage<'_>>(&told.body, &source_id())?;
    for (place, sale) in sales.into_iter().enumerate() {
        let path = format!("/nft_sales/{place}");
        if account(&format!("{path}/address"), &sale.address)? != at {
            continue;
        }
        return match claim.through {
            ClaimedSale::OwnContract => judge_own(&path, claim, &at, sale),
            ClaimedSale::GetgemsContract => judge_getgems(&path, claim, &at, &found, sale, network),
        };
    }
    untold(ClaimCheck::Code)
}

fn judge_getgems(
    path: &str,
    claim: &ListingClaim,
    contract: &Address,
    found: &Found,
    sale: Sale<'_>,
    network: &Network,
) -> Result<Verdict, Malformed> {
    let at = |name: &str| format!("{path}/{name}");
    let Sale { item: sold, seller, market, code_hash, terms, .. } = sale;
    let code_hash = code_hash
        .map(|text| text.parse().map_err(|_| malformed(&at("code_hash"), "a hash", &text)))
        .transpose()?;
    let price = terms.full_price.map(|price| nanoton(&at("details/full_price"), price)).transpose()?;
    let seen = ContractSeen {
        code_hash,
        is_complete: terms.is_complete,
        market: some_account(&at("marketplace_address"), market.as_deref())?,
        item: some_account(&at("nft_address"), sold.as_deref())?,
        seller: some_account(&at("nft_owner_address"), seller.as_deref())?,
        price_nanoton: price.and_then(|price| u64::try_from(price).ok()),
    };
    let amount = claim.price_nanoton.and_then(|price| u64::try_from(price).ok());
    let said = Claim {
        role: GetgemsRole::FixedPriceSale,
        state: ClaimedState::Open { contract: *contract, item_owner: found.owner },
        item: item(claim)?,
        seller: claim.seller.as_deref().and_then(ton::account),
        price_nanoton: amount.map(|amount| (amount, amount)),
    };
    Ok(match judge_contract(network, &seen, &said) {
        Standing::Verified(code) => {
            Verdict::Verified { contract: ton::friendly(contract), code: code.version }
        }
        Standing::CodeNotTold => Verdict::Untold { check: ClaimCheck::Code },
        Standing::CodeUnknown => Verdict::Refuted { check: ClaimCheck::Code },
        Standing::OtherRole(_) => Verdict::Refuted { check: ClaimCheck::Role },
        Standing::NotTold(field) => Verdict::Untold { check: check(field) },
        Standing::Disagrees(field) => Verdict::Refuted { check: check(field) },
    })
}

fn check(field: ContractField) -> ClaimCheck {
    match field {
        ContractField::Market => ClaimCheck::Market,
        ContractField::Item => ClaimCheck::ItemSold,
        ContractField::Seller => ClaimCheck::Seller,
        ContractField::Price => ClaimCheck::Price,
        ContractField::IsComplete => ClaimCheck::IsOpen,
        ContractField::ItemOwner => ClaimCheck::ItemOwner,
    }
}

/// An item's code follows from its address, which was compared; its owner keeps it while it is for sale.
fn judge_own(path: &str, claim: &ListingClaim, at: &Address, sale: Sale<'_>) -> Result<Verdict, Malformed> {
    let refuted = |check| Ok(Verdict::Refuted { check });
    if sale.kind != "telemint" {
        return refuted(ClaimCheck::Role);
    }
    let amount = |figure: Option<super::Figure<'_>>, name: &str| {
        figure.map_or(Ok(0), |figure| nanoton(&format!("{path}/details/{name}"), figure))
    };
    let least = amount(sale.terms.first_bid_least, "initial_min_bid")?;
    let most = amount(sale.terms.bid_most, "max_bid")?;
    let seller = some_account(&format!("{path}/details/beneficiary_address"), sale.terms.seller.as_deref())?;
    let said = claim.seller.as_deref().and_then(ton::account);
    if most == 0 {
        return refuted(ClaimCheck::IsOpen);
    }
    if least != most {
        return refuted(ClaimCheck::Role);
    }
    if said.is_some() && seller.is_none() {
        return Ok(Verdict::Untold { check: ClaimCheck::Seller });
    }
    if said.is_some() && seller != said {
        return refuted(ClaimCheck::Seller);
    }
    if claim.price_nanoton.is_some_and(|price| price != most) {
        return refuted(ClaimCheck::Price);
    }
    Ok(Verdict::Verified { contract: ton::friendly(at), code: "telemint".into() })
}
