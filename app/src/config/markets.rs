//! Which markets are gathered, at which pace, and what each of them needs. A market's own settings come from its
//! registration in `adapters`.

use domain::MarketId;

use super::fault::ConfigFault;
use super::own::OwnSettings;
use super::registered::{self, Registered};
use super::setting::{Fallback, Kind, Setting};
use super::values::Values;

/// The world of the real markets at their real addresses.
pub const LIVE: &str = "live";

/// Speed factor in thousandths where nothing was said: real markets, and the built-in sandbox.
const SPEED_X1000_LIVE: u64 = 1_000;
const SPEED_X1000_SANDBOX: u64 = 30_000;

/// The speed factor.
pub const SPEED: Setting = Setting {
    name: "RIBBON_SPEED",
    kind: Kind::Factor,
    fallback: Fallback::Described("1; with the built-in sandbox 30"),
    unit: "times",
    meaning: "How many times faster than real markets allow: requests, polls, waits, the sandbox's limits and traders \
              all scale with it. Above 1 only against a sandbox or a simulator.",
    is_secret: false,
};

/// How far clocks may be apart.
pub const SKEW_MS: Setting = Setting {
    name: "RIBBON_MARKET_SKEW_MS",
    kind: Kind::Count { min: 0, max: 3_600_000 },
    fallback: Fallback::Value("30000"),
    unit: "milliseconds",
    meaning: "How far a market's clock may be from the database's. Inside it a market's own time wins over what a page \
              of listings showed. Divided by RIBBON_SPEED.",
    is_secret: false,
};

/// How far history is read back.
pub const HISTORY_DAYS: Setting = Setting {
    name: "RIBBON_HISTORY_DAYS",
    kind: Kind::Count { min: 0, max: 3_650 },
    fallback: Fallback::Value("7"),
    unit: "days",
    meaning: "How far back the markets' histories are read; 0 reads none.",
    is_secret: false,
};

/// The world's name.
pub const WORLD: Setting = Setting {
    name: "RIBBON_WORLD",
    kind: Kind::Text,
    fallback: Fallback::Described(
        "`live` where no base URL is set; a sandbox is asked for its name; else the base URLs themselves",
    ),
    unit: "",
    meaning: "Name of the world that the markets belong to. It is stored in the database at the first start and \
              compared at every later one, so that a sandbox's data never mixes with real data. Where a market's base URL is set \
              and the world is not named `live`, a source of rates or metadata is asked only if its own base URL is set too.",
    is_secret: false,
};

/// Which of the registered ones are gathered.
#[must_use]
pub fn enabled_setting() -> Setting {
    Setting {
        name: "RIBBON_MARKETS",
        kind: Kind::Choices(registered::market_ids()),
        fallback: Fallback::Described(
            "with the built-in sandbox all of them; else those of which a variable of their own is set",
        ),
        unit: "",
        meaning: "The markets to gather. A real market is off until it is configured: named here, or by a variable of its own.",
        is_secret: false,
    }
}

/// The general settings of markets, and then each market's own.
#[must_use]
pub fn settings() -> Vec<Setting> {
    let mut settings = vec![enabled_setting(), SKEW_MS, HISTORY_DAYS, WORLD];
    settings.extend(registered::markets().into_iter().flat_map(|market| market.settings));
    settings
}

/// The settings of the sources beside the markets.
#[must_use]
pub fn other_settings() -> Vec<Setting> {
    registered::others().into_iter().flat_map(|source| source.settings).collect()
}

/// The markets.
#[derive(Debug, Clone)]
pub struct MarketsConfig {
    /// Those that are gathered, in the order of registration.
    pub enabled: Vec<MarketId>,
    /// Those that are off because nothing was said of them.
    pub unasked: Vec<&'static str>,
    /// Those that are off because RIBBON_MARKETS leaves them out, though a variable of their own is set.
    pub left_out: Vec<&'static str>,
    /// The sources beside the markets that are asked, by id: those of the markets' world.
    pub others: Vec<&'static str>,
    /// The speed factor in thousandths.
    pub speed_x1000: u64,
    /// How far a market's clock may be off, in microseconds, the speed factor already in it.
    pub skew_us: i64,
    /// How far back histories are read, in days.
    pub history_days: u64,
    /// The world's name, where it was said.
    pub world: Option<String>,
    /// What the markets' and the other sources' own settings say.
    pub own: OwnSettings,
}

impl MarketsConfig {
    /// Reads checked values. `is_sandboxed` says that the built-in sandbox stands behind every base URL.
    ///
    /// # Errors
    /// A [`ConfigFault`] when the values do not go together.
    pub fn read(values: &Values, is_sandboxed: bool) -> Result<Self, ConfigFault> {
        let markets = registered::markets();
        let wanted = values.list_given(&enabled_setting());
        let is_said = |market: &Registered| market.settings.iter().any(|setting| values.is_given(setting));
        let is_enabled = |market: &&Registered| match &wanted {
            Some(ids) => ids.iter().any(|id| id == market.id),
            None => is_sandboxed || is_said(market),
        };
        let (enabled, left): (Vec<&Registered>, Vec<&Registered>) = markets.iter().partition(is_enabled);
        let (left_out, unasked): (Vec<&Registered>, Vec<&Registered>) = left
            .into_iter()
            .filter(|market| wanted.is_none() || is_said(market))
            .partition(|_| wanted.is_some());
        let ids = |markets: Vec<&Registered>| markets.iter().map(|market| market.id).collect();
        let world = values.text_given(&WORLD);
        let is_given = |asked: &Registered| asked.base_url().is_some_and(|setting| values.is_given(&setting));
        // A simulator's prices shall not be converted by a rate of the real world, nor that rate, or a simulator's gifts, be asked for at the
        // simulator's speed.
        let is_real = world == Some(LIVE) || !enabled.iter().any(|market| is_given(market));
        let others: Vec<Registered> = registered::others()
            .into_iter()
            .filter(|source| is_sandboxed || is_real || is_given(source))
            .collect();
        let said = values.count_given(&SPEED);
        let speed_x1000 = said.unwrap_or(if is_sandboxed { SPEED_X1000_SANDBOX } else { SPEED_X1000_LIVE });
        let real = enabled.iter().copied().chain(&others).find(|asked| !is_sandboxed && !is_given(asked));
        if let Some(asked) = real
            && speed_x1000 > SPEED_X1000_LIVE
        {
            return Err(values.refuse(
                &SPEED,
                format!(
                    "at most 1, because {} is asked at its real address, whose limits do not scale",
                    asked.id
                ),
            ));
        }
        let skew_us = values.count(&SKEW_MS).saturating_mul(1_000_000) / speed_x1000.max(1);
        Ok(Self {
            enabled: enabled.iter().filter_map(|market| MarketId::parse(market.id).ok()).collect(),
            unasked: ids(unasked),
            left_out: ids(left_out),
            others: others.iter().map(|source| source.id).collect(),
            speed_x1000,
            skew_us: i64::try_from(skew_us).unwrap_or(i64::MAX),
            history_days: values.count(&HISTORY_DAYS),
            world: world.map(str::to_owned),
            own: OwnSettings::read(values, &[settings(), other_settings()].concat()),
        })
    }

    /// The base URLs that somebody gave, of enabled markets and then of the other sources, by id.
    #[must_use]
    pub fn given_base_urls(&self) -> Vec<(&'static str, String)> {
        let is_enabled = |market: &Registered| self.enabled.iter().any(|id| id.as_str() == market.id);
        let given = |asked: Registered| {
            let setting = asked.base_url()?;
            let url = self.own.given(setting.name)?;
            Some((asked.id, url.to_owned()))
        };
        let markets = registered::markets().into_iter().filter(is_enabled);
        markets.chain(registered::others()).filter_map(given).collect()
    }
}

/// Whether `up` starts the sandbox.
///
/// # Errors
/// [`ConfigFault::Conflict`] when it is wanted and a market's base URL is set too.
pub fn settle_sandbox(values: &Values) -> Result<bool, ConfigFault> {
    let wanted = values.switch_given(&super::sandbox::SANDBOX);
    let markets = registered::markets();
    let given = markets.iter().filter_map(Registered::base_url).find(|setting| values.is_given(setting));
    match (wanted, given) {
        (Some(true), Some(setting)) => {
            let (text, origin) =
                values.shown(&setting).map_or((String::new(), String::new()), |(text, origin)| {
                    (text.to_owned(), origin.to_string())
                });
            Err(ConfigFault::Conflict {
                why: format!(
                    "RIBBON_SANDBOX is on, and {} is `{text}` (from {origin}): the sandbox takes the place of every \
                     market. Take one of the two away",
                    setting.name
                ),
            })
        }
        (Some(wanted), _) => Ok(wanted),
        (None, given) => Ok(given.is_none()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Concern, ConfigFaults, Inputs, load, roles::UpConfig};
    use super::*;

    fn up(environment: &[(&str, &str)]) -> Result<UpConfig, ConfigFaults> {
        let inputs = Inputs {
            environment: environment.iter().map(|(name, value)| (name.into(), value.into())).collect(),
            flags: Vec::new(),
            folder: std::env::temp_dir().join("no-such-folder"),
        };
        UpConfig::read(&load(&inputs, &Concern::ALL)?)
    }

    #[test]
    fn the_sandbox_is_the_world_unless_another_is_named() {
        let plain = up(&[]).unwrap();
        assert!(plain.sandbox.is_some());
        assert_eq!((plain.markets.speed_x1000, plain.markets.skew_us), (30_000, 1_000_000));
        assert_eq!(plain.markets.enabled.len(), registered::market_ids().len());

        let live = up(&[("RIBBON_SANDBOX", "off"), ("RIBBON_GETGEMS_API_KEY", "k")]).unwrap();
        assert!(live.sandbox.is_none() && live.markets.given_base_urls().is_empty());
        assert_eq!(live.markets.enabled.iter().map(MarketId::as_str).collect::<Vec<_>>(), ["getgems"]);
        assert!(live.markets.unasked.contains(&"mrkt") && !live.markets.unasked.contains(&"getgems"));
        let named =
            [("RIBBON_SANDBOX", "off"), ("RIBBON_GETGEMS_API_KEY", "k"), ("RIBBON_MARKETS", "fragment")];
        let named = up(&named).unwrap().markets;
        assert_eq!(named.enabled.iter().map(MarketId::as_str).collect::<Vec<_>>(), ["fragment"]);
        assert!(named.left_out == ["getgems"] && named.unasked.is_empty());
        assert_eq!((live.markets.speed_x1000, live.markets.skew_us), (1_000, 30_000_000));

        let url = "http://127.0.0.1:8490/getgems/public-api";
        let other =
            up(&[("RIBBON_GETGEMS_BASE_URL", url), ("RIBBON_MARKETS", "getgems"), ("RIBBON_SPEED", "5")])
                .unwrap();
        assert!(other.sandbox.is_none());
        assert_eq!(other.markets.given_base_urls(), [("getgems", url.to_owned())]);
        assert_eq!(other.markets.speed_x1000, 5_000);
        assert!(other.markets.others.is_empty(), "a simulator's world has no rate of the real one");
    }

    #[test]
    fn other_sources_are_of_the_markets_world() {
        let market = ("RIBBON_GETGEMS_BASE_URL", "http://127.0.0.1:8490/getgems");
        let rate = ("RIBBON_TONAPI_BASE_URL", "http://127.0.0.1:8490/tonapi");
        let only = ("RIBBON_MARKETS", "getgems");
        for (environment, asked) in [
            (&[][..], &["tonapi", "nftfragment"][..]),
            (&[("RIBBON_SANDBOX", "off")], &["tonapi", "nftfragment"]),
            (&[market, only], &[]),
            (&[market, only, rate], &["tonapi"]),
            (&[market, only, ("RIBBON_WORLD", "live")], &["tonapi", "nftfragment"]),
            (&[market, only, ("RIBBON_WORLD", "mine")], &[]),
        ] {
            assert_eq!(up(environment).unwrap().markets.others, asked, "{environment:?}");
        }
        let both = up(&[market, only, rate]).unwrap().markets.given_base_urls();
        assert_eq!(both.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ["getgems", "tonapi"]);
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        for (environment, told) in [
            (
                &[("RIBBON_SANDBOX", "on"), ("RIBBON_GETGEMS_BASE_URL", "http://127.0.0.1:1/x")][..],
                "RIBBON_SANDBOX is on, and RIBBON_GETGEMS_BASE_URL is `http://127.0.0.1:1/x` (from the environment)",
            ),
            (
                &[("RIBBON_SANDBOX", "off"), ("RIBBON_MARKETS", "getgems"), ("RIBBON_SPEED", "2")],
                "RIBBON_SPEED is `2` (from the environment): expected at most 1, because getgems is asked at its real",
            ),
            (
                &[
                    ("RIBBON_GETGEMS_BASE_URL", "http://127.0.0.1:1/x"),
                    ("RIBBON_MARKETS", "getgems"),
                    ("RIBBON_WORLD", "live"),
                    ("RIBBON_SPEED", "30"),
                ],
                "RIBBON_SPEED is `30` (from the environment): expected at most 1, because tonapi is asked at its real",
            ),
            (
                &[("RIBBON_MARKETS", "getgems,nowhere")],
                "RIBBON_MARKETS is `getgems,nowhere` (from the environment): expected some of",
            ),
        ] {
            let fault = up(environment).unwrap_err().to_string();
            assert!(fault.contains(told), "{fault} should say {told}");
        }
    }

    #[test]
    fn no_secret_of_a_market_is_printed() {
        let config = up(&[("RIBBON_GETGEMS_API_KEY", "hunter2"), ("RIBBON_SANDBOX", "off")]).unwrap();
        assert_eq!(config.markets.own.get("RIBBON_GETGEMS_API_KEY"), Some("hunter2"));
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
