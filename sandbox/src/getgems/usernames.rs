//! The Telegram Usernames collection, in the recorded shape: items that are no gifts, all in auctions. A reader that takes
//! one for a gift is wrong.

use chain::Address;
use sha2::{Digest as _, Sha256};

use super::{
    Refused,
    cursor::Cursor,
    item::{auction, image},
    wire::UsernameItem,
};
use crate::{
    fault::pages::Rows,
    market::{Coin, Way},
    random::{Draw, For},
    serve::list::row,
    world::{Bid, Lot, World, friendly},
};

/// The collection's address.
pub(super) const COLLECTION: &str = "EQCA14o1-VWhS2efqoh_9M1b_A9DtKTuoqfmkn83AbJzwnPi";
/// How many usernames are for sale.
const COUNT: u64 = 130;

const FIRST: [&str; 12] =
    ["not", "just", "real", "tiny", "mega", "north", "blue", "quiet", "royal", "swift", "lucky", "old"];
const SECOND: [&str; 12] = [
    "pixel", "harbor", "signal", "falcon", "garden", "ledger", "comet", "meadow", "cipher", "lagoon",
    "ember", "atlas",
];

pub(super) fn is_collection(address: &Address) -> bool {
    friendly(address) == COLLECTION
}

/// Auctions by rising least bid, behind a cursor.
pub(super) fn page(world: &World, after: Option<&str>, limit: usize) -> Result<Rows, Refused> {
    let behind = after.map(Cursor::read).transpose()?.map(|cursor| (cursor.key, cursor.number));
    let mut lots: Vec<(i64, u64)> = (0..COUNT).map(|at| (least_bid(world, at), at)).collect();
    lots.sort_unstable();
    let next = lots.into_iter().filter(|place| behind.is_none_or(|behind| *place > behind));
    let page: Vec<(i64, u64)> = next.take(limit).collect();
    let last = page.last().filter(|_| page.len() == limit);
    let cursor = last.map(|(key, number)| Cursor { key: *key, number: *number }.write());
    let rows = page.iter().map(|(_, at)| row(&username(world, *at), None)).collect();
    Ok(Rows { rows, cursor })
}

fn draw_of(world: &World, at: u64) -> Draw {
    Draw::of(world.seed, For::Username, at, 0)
}

fn least_bid(world: &World, at: u64) -> i64 {
    draw_of(world, at).between(22, 900) * 100_000_000
}

fn username(world: &World, at: u64) -> UsernameItem {
    let name = format!("{}{}{at}", FIRST[(at % 12) as usize], SECOND[(at / 12 % 12) as usize]);
    let own = Address::new(0, Sha256::digest(&name).into());
    let amount = least_bid(world, at);
    // Two in three have a bid, of a tenth below the least that the next must be, as in the recorded one.
    let bid = (at % 3 != 2).then(|| {
        Box::new(Bid {
            amount: amount / 110 * 100,
            bidder: (at * 7 % u64::from(world.people)) as u32,
            at_us: world.epoch_us - 3_600_000_000 * (1 + at as i64 % 40),
        })
    });
    let lot = Lot {
        amount,
        listed_us: world.epoch_us,
        way: Way::Auction,
        coin: Coin::Ton,
        fee_bps: 0,
        royalty_bps: 0,
        version: 0,
        bid,
    };
    let mut draw = draw_of(world, at);
    draw.next();
    let contract = friendly(&Address::new(0, draw.bytes()));
    let owner = world.person(draw.below(u64::from(world.people)) as u32).friendly();
    UsernameItem {
        address: friendly(&own),
        collection_address: COLLECTION.to_owned(),
        owner_address: contract,
        actual_owner_address: owner,
        image: image(world.seed, &name, 500),
        description: format!("The @{name} username on Telegram. Aliases: {name}.t.me, t.me/{name}"),
        name: format!("@{name}"),
        attributes: Vec::new(),
        sale: auction(world, &lot, &mut draw, None),
    }
}
