//! What happened, newest first. A happening has no id: the gift, the moment and what it was tell one from another.

use std::collections::HashSet;

use domain::{Happening, Malformed, Page, Price, Seen, time::us_from_iso};

use super::{
    Skip, malformed,
    nft::{Place, amount, check_alone, details, identity, lot},
    passed, push, required,
};
use crate::{
    json::{Notes, Nullable, read_document},
    portals::{
        ask, market_id,
        wire::{Action, Actions},
    },
    text::{cut, is_keepable},
};

/// Words that are known and not followed. What is paid in a lucky buy, and what `return` gives back, nobody has written down.
const NOT_FOLLOWED: [&str; 21] = [
    "bundle_bundled",
    "bundle_delisting",
    "bundle_listing",
    "bundle_offer",
    "bundle_price_update",
    "bundle_purchase",
    "bundle_separated",
    "bundle_transfer",
    "cancel",
    "collection_offer",
    "giveaway_sent",
    "giveaway_won",
    "lucky_buy",
    "offer",
    "premarket_collateral",
    "premarket_listing",
    "premarket_sale",
    "reject",
    "return",
    "transfer",
    "withdraw",
];

/// Most bytes of a gift's id, which becomes part of a happening's.
const ID_BYTES_MAX: usize = 100;

/// A page of happenings.
pub(super) fn page(body: &[u8], offset: u64) -> Result<Page, Malformed> {
    let (Actions { actions: Nullable(actions) }, notes) = read_document(body, &market_id())?;
    let actions = actions.unwrap_or_default();
    let place = |action: &'_ Action<'_>| {
        let id = action.nft.0.as_ref().map(|nft| nft.id.to_string());
        (action.kind.to_string(), action.created_at.to_string(), id)
    };
    let different: HashSet<_> = actions.iter().map(place).collect();
    let next = ask::after_actions(offset, different.len());
    let mut page = Page { cursor: next.map(|next| next.to_string()), ..Page::default() };
    page.sightings.reserve(actions.len());
    for (index, action) in actions.into_iter().enumerate() {
        let outcome = happening(action, index, &notes);
        push(&mut page, || format!("/actions/{index}"), outcome)?;
    }
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}

/// What a word says; the words of the filter and of the answer differ, and either may stand here.
#[derive(Clone, Copy)]
enum Word {
    Listed,
    Repriced,
    Delisted,
    Sold,
}

impl Word {
    fn read(word: &str) -> Option<Self> {
        match word {
            "listing" => Some(Self::Listed),
            "price_update" => Some(Self::Repriced),
            "unlisting" | "delist" => Some(Self::Delisted),
            "purchase" | "buy" | "sell" | "sale" => Some(Self::Sold),
            _ => None,
        }
    }

    /// Two words for one thing give one id.
    fn id(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Repriced => "repriced",
            Self::Delisted => "delisted",
            Self::Sold => "sold",
        }
    }
}

fn happening(action: Action<'_>, index: usize, notes: &Notes) -> Result<Seen, Skip> {
    let Action { kind, amount, created_at, nft: Nullable(nft) } = action;
    let at = |name: &str| format!("/actions/{index}/{name}");
    let Some(word) = Word::read(&kind) else {
        if !NOT_FOLLOWED.contains(&&*kind) {
            notes.count_word("/actions/*/type", &kind);
        }
        return Err(passed(format!("a happening of the kind `{}`: not followed", cut(&kind, 40))));
    };
    let nft = nft.ok_or_else(|| passed("names no gift"))?;
    check_alone(&nft)?;
    let place = Place { before: "/actions", index, behind: "/nft" };
    let gift = identity(&nft, &place)?;
    let priced = || price(amount.as_deref(), index);
    let what = match word {
        Word::Listed => Happening::Listed { price: priced()? },
        Word::Repriced => Happening::Repriced { price: priced()? },
        Word::Delisted => Happening::Delisted,
        Word::Sold => Happening::Sold { price: priced()?, seller: None, buyer: None, transaction: None },
    };
    let at_us = us_from_iso(&created_at).ok().flatten();
    let at_us = at_us.ok_or_else(|| {
        malformed(&at("created_at"), "a date like 2026-04-27T09:47:21.368822Z", &created_at)
    })?;
    let lot = lot(&nft.id, &place)?;
    if !is_keepable(&nft.id, ID_BYTES_MAX) {
        return Err(malformed(&at("nft/id"), "an id of 1 to 100 printable bytes", &nft.id).into());
    }
    let details = details(nft, &place, &lot, notes)?;
    Ok(Seen::Happened {
        source_id: format!("{}:{lot}@{at_us}", word.id()),
        at_us,
        scope: super::scope(&gift.slug),
        lot,
        gift,
        what,
        details: Some(details),
    })
}

/// What the buyer pays or is asked.
fn price(text: Option<&str>, index: usize) -> Result<Price, Skip> {
    let at = || format!("/actions/{index}/amount");
    match amount(required(text, at)?, at)? {
        0 => Err(passed("tells no price")),
        nano => Ok(Price::nanoton(nano)),
    }
}
