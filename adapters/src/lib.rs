#![doc = include_str!("../README.md")]

#[macro_use]
mod json;
#[macro_use]
pub mod registry;

mod feed;
pub mod fixtures;
pub mod gift_page;
mod http;
mod init_data;
pub mod metadata;
mod nftfragment;
mod observe;
pub mod rates;
pub mod reader;
pub mod settings;
mod skip;
mod text;
mod ton;
mod tonapi;
pub mod traces;
pub mod witnesses;

pub use fixtures::Fixture;
pub use reader::{Reader, ScanPage, reader};
pub use registry::{MARKETS, Registration};
pub use settings::{SandboxValue, SettingDoc, Settings, SettingsFault};

macro_rules! declare {
    ($($market:ident)*) => { $(mod $market;)* };
}

with_markets!(declare);
