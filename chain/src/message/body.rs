//! What a body says: the messages of items (TEP-62), of Telemint's auctions, and comments.
//!
//! Sources: github ton-blockchain/TEPs `text/0062`, github TelegramMessenger/telemint `telemint.tlb` (2025-06-11), checked 2026-12-01.

use crate::address::Address;
use crate::cell::{Cell, CellReader, ReadError};

/// Operation codes, the first 32 bits of a body.
pub mod op {
    /// TEP-62: the owner hands the item on.
    pub const NFT_TRANSFER: u32 = 0x5fcc_3d14;
    /// TEP-62: the item tells its new owner.
    pub const OWNERSHIP_ASSIGNED: u32 = 0x0513_8d91;
    /// TEP-62: what was sent too much comes back.
    pub const EXCESSES: u32 = 0xd532_76db;
    /// TEP-74: a jetton wallet tells its owner of jettons that came in.
    pub const JETTON_NOTIFICATION: u32 = 0x7362_d09c;
    /// Telemint: proceeds of an auction, royalty and beneficiary alike.
    pub const TELEMINT_PROCEEDS: u32 = 0x370f_ec51;
    /// Telemint: a bid comes back because a higher one was placed.
    pub const TELEMINT_OUTBID: u32 = 0x557c_ea20;
    /// Telemint: the owner starts an auction.
    pub const TELEMINT_START_AUCTION: u32 = 0x487a_8e81;
    /// Telemint: the owner ends an auction that has no bid.
    pub const TELEMINT_CANCEL_AUCTION: u32 = 0x3716_38ae;
    /// Telemint: the collection makes an item and places its first bid.
    pub const TELEMINT_DEPLOY: u32 = 0x299a_3e15;
    /// Telemint: marks the bid in what an item tells its new owner.
    pub const TELEMINT_BID_INFO: u32 = 0x3812_7de1;
}

/// Longest comment read, in bytes; a longer one is cut.
const COMMENT_BYTES_MAX: usize = 1_024;

/// A body, as far as it concerns gifts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Nothing at all: money only.
    Empty,
    /// Text for people.
    Comment(String),
    /// [`op::NFT_TRANSFER`].
    NftTransfer {
        /// Chosen by the sender, repeated in what follows.
        query_id: u64,
        /// Who owns the item afterwards.
        new_owner: Option<Address>,
        /// Who gets back what is left of the money sent along.
        response_destination: Option<Address>,
        /// For the item itself.
        custom_payload: Option<Cell>,
        /// What the new owner is sent with the notice, nanoton; without any there is no notice.
        forward_amount_nanoton: u64,
        /// For the new owner.
        forward_payload: Cell,
    },
    /// [`op::OWNERSHIP_ASSIGNED`].
    OwnershipAssigned {
        /// That of the transfer, or the logical time at which an auction ended.
        query_id: u64,
        /// Who owned the item before; nobody when it was just made.
        previous_owner: Option<Address>,
        /// What came along.
        payload: Cell,
        /// The winning bid, when an auction of Telemint ended.
        bid: Option<BidInfo>,
    },
    /// [`op::EXCESSES`].
    Excesses {
        /// That of the transfer.
        query_id: u64,
    },
    /// [`op::JETTON_NOTIFICATION`].
    JettonNotification {
        /// Chosen by the sender.
        query_id: u64,
    },
    /// [`op::TELEMINT_PROCEEDS`].
    TelemintProceeds {
        /// The logical time at which the auction ended.
        query_id: u64,
    },
    /// [`op::TELEMINT_OUTBID`].
    TelemintOutbid {
        /// The logical time of the higher bid.
        query_id: u64,
    },
    /// [`op::TELEMINT_START_AUCTION`].
    TelemintStartAuction {
        /// Chosen by the sender.
        query_id: u64,
        /// The auction's terms.
        config: AuctionConfig,
    },
    /// [`op::TELEMINT_CANCEL_AUCTION`].
    TelemintCancelAuction {
        /// Chosen by the sender.
        query_id: u64,
    },
    /// [`op::TELEMINT_DEPLOY`].
    TelemintDeploy {
        /// Who placed the first bid.
        bidder: Address,
        /// The bid, nanoton.
        bid_nanoton: u64,
    },
    /// Anything else, by its first 32 bits; `None` when there are not so many.
    Other {
        /// The first 32 bits.
        op: Option<u32>,
    },
}

/// The winning bid, as an item tells it to the winner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BidInfo {
    /// The bid, nanoton: what the winner paid.
    pub bid_nanoton: u64,
    /// When it was placed, seconds since 1970.
    pub bid_at: u32,
}

/// Terms of an auction of Telemint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuctionConfig {
    /// Who gets the proceeds.
    pub beneficiary: Address,
    /// Lowest first bid, nanoton.
    pub initial_min_bid_nanoton: u64,
    /// A bid of this much ends the auction at once, nanoton; 0 for none. Equal to the lowest: a fixed price.
    pub max_bid_nanoton: u64,
    /// How much higher the next bid must be, percent.
    pub min_bid_step_percent: u8,
    /// A late bid prolongs the auction by this much, seconds.
    pub min_extend_seconds: u32,
    /// How long it lasts, seconds.
    pub duration_seconds: u32,
}

impl AuctionConfig {
    /// Whether the first bid buys: a listing at a fixed price.
    pub const fn is_fixed_price(&self) -> bool {
        self.max_bid_nanoton > 0 && self.initial_min_bid_nanoton == self.max_bid_nanoton
    }
}

/// A body whose operation is known and whose fields are not as they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a body with operation {op:#010x} that cannot be read: {fault}")]
pub struct BodyError {
    /// The operation.
    pub op: u32,
    /// What is wrong.
    pub fault: ReadError,
}

impl Body {
    /// Reads a body. Whatever follows the fields is passed over, as the contracts do.
    ///
    /// # Errors
    /// [`BodyError`] when the operation is known and a field is missing or malformed.
    pub fn parse(body: &Cell) -> Result<Self, BodyError> {
        if body.bit_length() == 0 && body.references().is_empty() {
            return Ok(Self::Empty);
        }
        let mut reader = body.reader();
        let Ok(op) = reader.uint(32).map(|op| op as u32) else { return Ok(Self::Other { op: None }) };
        if op == 0 {
            return Ok(comment(reader).map_or(Self::Other { op: Some(0) }, Self::Comment));
        }
        fields(op, &mut reader).map_err(|fault| BodyError { op, fault })
    }

    /// The first 32 bits of a body, where there are so many.
    pub fn op(body: &Cell) -> Option<u32> {
        body.reader().uint(32).ok().map(|op| op as u32)
    }
}

fn fields(op: u32, reader: &mut CellReader<'_>) -> Result<Body, ReadError> {
    Ok(match op {
        op::NFT_TRANSFER => Body::NftTransfer {
            query_id: reader.uint(64)?,
            new_owner: reader.address()?,
            response_destination: reader.address()?,
            custom_payload: reader.maybe_reference()?.cloned(),
            forward_amount_nanoton: reader.coins()?,
            forward_payload: payload(reader)?,
        },
        op::OWNERSHIP_ASSIGNED => {
            let (query_id, previous_owner) = (reader.uint(64)?, reader.address()?);
            let payload = payload(reader)?;
            let bid = bid_info(&payload);
            Body::OwnershipAssigned { query_id, previous_owner, payload, bid }
        }
        op::EXCESSES => Body::Excesses { query_id: reader.uint(64)? },
        op::JETTON_NOTIFICATION => Body::JettonNotification { query_id: reader.uint(64)? },
        op::TELEMINT_PROCEEDS => Body::TelemintProceeds { query_id: reader.uint(64)? },
        op::TELEMINT_OUTBID => Body::TelemintOutbid { query_id: reader.uint(64)? },
        op::TELEMINT_START_AUCTION => Body::TelemintStartAuction {
            query_id: reader.uint(64)?,
            config: auction_config(&mut reader.reference()?.reader())?,
        },
        op::TELEMINT_CANCEL_AUCTION => Body::TelemintCancelAuction { query_id: reader.uint(64)? },
        op::TELEMINT_DEPLOY => {
            Body::TelemintDeploy { bidder: inner_address(reader)?, bid_nanoton: reader.coins()? }
        }
        _ => Body::Other { op: Some(op) },
    })
}

/// `Either Cell ^Cell`. Some senders leave it out altogether, which means an empty one.
fn payload(reader: &mut CellReader<'_>) -> Result<Cell, ReadError> {
    if reader.bits_left() > 0 && reader.bit()? { Ok(reader.reference()?.clone()) } else { reader.rest() }
}

fn bid_info(payload: &Cell) -> Option<BidInfo> {
    let mut reader = payload.reader();
    let is_bid = reader.uint(32).ok()? == u64::from(op::TELEMINT_BID_INFO);
    let bid_nanoton = reader.coins().ok().filter(|_| is_bid)?;
    Some(BidInfo { bid_nanoton, bid_at: reader.uint(32).ok()? as u32 })
}

fn auction_config(reader: &mut CellReader<'_>) -> Result<AuctionConfig, ReadError> {
    Ok(AuctionConfig {
        beneficiary: inner_address(reader)?,
        initial_min_bid_nanoton: reader.coins()?,
        max_bid_nanoton: reader.coins()?,
        min_bid_step_percent: reader.uint(8)? as u8,
        min_extend_seconds: reader.uint(32)? as u32,
        duration_seconds: reader.uint(32)? as u32,
    })
}

/// An address that cannot be left out.
fn inner_address(reader: &mut CellReader<'_>) -> Result<Address, ReadError> {
    reader.address()?.ok_or(ReadError::AddressForm { prefix: 0 })
}

/// Text behind operation 0: it runs through the first reference of each cell. `None` for what is no text.
fn comment(mut reader: CellReader<'_>) -> Option<String> {
    let mut bytes = Vec::new();
    // At most 1,024 rounds, the depth of a tree.
    loop {
        if !reader.bits_left().is_multiple_of(8) {
            return None;
        }
        while reader.bits_left() > 0 && bytes.len() < COMMENT_BYTES_MAX {
            bytes.push(reader.uint(8).ok()? as u8);
        }
        if bytes.len() == COMMENT_BYTES_MAX {
            break;
        }
        match reader.reference() {
            Ok(next) => reader = next.reader(),
            Err(_) => break,
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) => Some(text),
        // A letter cut in two at the end is no fault of the sender.
        Err(fault) if fault.utf8_error().error_len().is_none() => {
            let whole = fault.utf8_error().valid_up_to();
            String::from_utf8(fault.into_bytes()[..whole].to_vec()).ok()
        }
        Err(_) => None,
    }
}
