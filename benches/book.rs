//! Pages of a sandbox on disk: every market walked from first to last page by its own adapter, each answer one file.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use adapters::{MARKETS, Reader, Registration, Settings};
use anyhow::Context as _;
use domain::{
    Exchange, Origin, Page, Seen,
    ports::{Clock, KnownCollection, MarketSource, Step, Want},
};
use indexer::fixtures::PageAtHand;
use sandbox::{
    Running, SandboxOptions,
    truth::{Truth, TruthQuery, TruthWay, TruthWhat},
};

/// Pages of one walk; a walk that does not end is a defect.
const WALK_PAGES_MAX: usize = 100_000;

/// Where the pages are.
pub(crate) struct Book {
    /// Those of each market, in the order of its walk.
    walks: Vec<Vec<PathBuf>>,
    /// How much stands on the pages.
    pub(crate) shown: Shown,
    /// What is for sale, as the pages show it and the world says itself.
    pub(crate) open: BTreeSet<OpenLot>,
    /// What happened, by market and its own id: pages that overlap show some of it twice.
    happened: BTreeSet<(String, String)>,
    /// Bytes of all answers.
    pub(crate) body_bytes: usize,
}

/// Market, the market's id of the lot, and what the buyer pays the market in the smallest unit.
pub(crate) type OpenLot = (String, String, i64);

/// How much stands on pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Pages.
    pub(crate) pages: usize,
    /// Open listings.
    pub(crate) listings: usize,
    /// Happenings.
    pub(crate) happenings: usize,
}

impl Shown {
    /// Adds what a page shows.
    pub(crate) fn add(&mut self, page: &Page) {
        self.pages += 1;
        for sighting in &page.sightings {
            match sighting.seen {
                Seen::Open { .. } => self.listings += 1,
                Seen::Happened { .. } => self.happenings += 1,
                Seen::Offered { .. }
                | Seen::Held { .. }
                | Seen::Collection { .. }
                | Seen::Attribute { .. } => {}
            }
        }
    }
}

/// This machine's clock; nothing here is committed against another's.
struct Wall;

impl Clock for Wall {
    fn now_us(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    }
}

impl Book {
    /// Makes a world of so many gifts whose traders rest, walks all of it, writes it below `folder`, and compares what was walked with
    /// what the world says of itself.
    pub(crate) async fn write(folder: &Path, gifts: usize) -> anyhow::Result<Self> {
        fs::create_dir(folder).with_context(|| format!("{} is made", folder.display()))?;
        let options = SandboxOptions {
            gifts: u32::try_from(gifts).context("that many gifts")?,
            trading: false,
            limits: false,
            ..SandboxOptions::default()
        };
        let running = sandbox::start(options).await.context("the sandbox starts")?;
        let mut book = Self {
            walks: Vec::new(),
            shown: Shown::default(),
            open: BTreeSet::new(),
            happened: BTreeSet::new(),
            body_bytes: 0,
        };
        for market in MARKETS {
            let source = source(&running, folder, market)?;
            book.walks.push(Vec::new());
            book.walk(folder, source.as_ref()).await.with_context(|| format!("{} is walked", market.id))?;
            let truth = running.truth(market.id, &TruthQuery::default()).context("a market of gifts")?;
            book.compare(&truth)?;
        }
        running.stop().await;
        Ok(book)
    }

    async fn walk(&mut self, folder: &Path, source: &dyn MarketSource) -> anyhow::Result<()> {
        let mut collections = Vec::new();
        self.read(folder, source, &Want::Collections, &mut collections).await?;
        for batch in source.attribute_batches(&collections) {
            self.read(folder, source, &Want::Attributes(batch), &mut Vec::new()).await?;
        }
        for scope in source.scopes(&collections) {
            self.read(folder, source, &Want::Scan(scope), &mut Vec::new()).await?;
        }
        self.read(folder, source, &Want::History, &mut Vec::new()).await
    }

    async fn read(
        &mut self,
        folder: &Path,
        source: &dyn MarketSource,
        want: &Want,
        collections: &mut Vec<KnownCollection>,
    ) -> anyhow::Result<()> {
        let mut cursor: Option<String> = None;
        for _ in 0..WALK_PAGES_MAX {
            let exchange = source.fetch(want, cursor.as_deref(), &Wall).await;
            let exchange = exchange.with_context(|| format!("{want:?}"))?;
            let page = source.read(&exchange).with_context(|| format!("{want:?}"))?;
            self.shown.add(&page);
            self.open.extend(page.sightings.iter().filter_map(|one| open_lot(&exchange, &one.seen)));
            self.happened.extend(page.sightings.iter().filter_map(|one| happening(&exchange, &one.seen)));
            collections.extend(page.sightings.iter().filter_map(|sighting| known(&sighting.seen)));
            self.keep(folder, &exchange)?;
            match source.step(want, cursor.as_deref(), &page) {
                Step::Continue(next) => cursor = Some(next),
                Step::Done(_) | Step::Gap(_) => return Ok(()),
            }
        }
        anyhow::bail!("{want:?} has more than {WALK_PAGES_MAX} pages")
    }

    /// Every lot for sale was shown, at its price, every happening but auctions', and nothing else.
    fn compare(&self, truth: &Truth) -> anyhow::Result<()> {
        let Truth { market, lots, happenings, .. } = truth;
        let lots = lots.iter().filter(|lot| lot.way != TruthWay::Auction);
        let told: BTreeSet<OpenLot> =
            lots.map(|lot| (market.clone(), lot.lot.to_string(), lot.price.amount)).collect();
        let shown = self.open.iter().filter(|lot| lot.0 == *market);
        anyhow::ensure!(shown.eq(&told), "the pages of {market} show other lots than are for sale");
        let shown = self.happened.iter().filter(|one| one.0 == *market).count();
        let is_auction =
            |what: &TruthWhat| matches!(what, TruthWhat::AuctionStarted | TruthWhat::AuctionCancelled);
        let told = happenings.iter().filter(|one| !is_auction(&one.what)).count();
        anyhow::ensure!(shown == told, "{market} shows {shown} happenings, there are {told}");
        Ok(())
    }

    fn keep(&mut self, folder: &Path, exchange: &Exchange) -> anyhow::Result<()> {
        let market = self.walks.len();
        let walk = self.walks.last_mut().context("a market is walked")?;
        let path = folder.join(format!("{market}-{:06}.page", walk.len()));
        let mut bytes = exchange.started_at_us.to_le_bytes().to_vec();
        bytes.extend(exchange.evidence_bytes());
        fs::write(&path, bytes).with_context(|| format!("{} is written", path.display()))?;
        self.body_bytes += exchange.body.len();
        walk.push(path);
        Ok(())
    }

    /// The files of each market, in order.
    pub(crate) fn walks(&self) -> &[Vec<PathBuf>] {
        &self.walks
    }

    /// All of them.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        self.walks.iter().flatten().map(PathBuf::as_path)
    }
}

/// Reads a page from disk as evidence is read: request, answer, and what the market's reader says of it.
pub(crate) fn open(path: &Path) -> anyhow::Result<(PageAtHand, &'static dyn Reader)> {
    let exchange = load(path)?;
    let reader = adapters::reader(exchange.market.as_str()).context("a registered market")?;
    let page = reader.read(&exchange)?;
    Ok((PageAtHand { exchange, page }, reader))
}

/// Reads a page from disk without looking into its body.
pub(crate) fn load(path: &Path) -> anyhow::Result<Exchange> {
    let bytes = fs::read(path).with_context(|| format!("{} is read", path.display()))?;
    let (time, evidence) = bytes.split_first_chunk().context("a page begins with its time")?;
    Ok(Exchange::from_evidence(evidence, i64::from_le_bytes(*time), Origin::Fetched)?)
}

fn open_lot(exchange: &Exchange, seen: &Seen) -> Option<OpenLot> {
    match seen {
        Seen::Open { lot, price, details, .. } if details.auction.is_none() => {
            let ask = pricing::Ask {
                market: &exchange.market,
                price,
                told_fee: details.told_fee.as_ref(),
                custody: details.custody,
                contract_type: details.contract_type.as_deref(),
                at_ms: domain::time::ms_from_us(exchange.received_at_us),
            };
            let amount = pricing::all_in(pricing::FeeTable::bundled(), &ask).market_amount();
            Some((exchange.market.to_string(), lot.to_string(), amount))
        }
        _ => None,
    }
}

fn happening(exchange: &Exchange, seen: &Seen) -> Option<(String, String)> {
    match seen {
        Seen::Happened { source_id, .. } => Some((exchange.market.to_string(), source_id.clone())),
        _ => None,
    }
}

fn known(seen: &Seen) -> Option<KnownCollection> {
    match seen {
        Seen::Collection { slug, title, address, .. } => {
            Some(KnownCollection { slug: slug.clone(), title: title.clone(), address: address.clone() })
        }
        _ => None,
    }
}

fn source(running: &Running, folder: &Path, market: &Registration) -> anyhow::Result<Arc<dyn MarketSource>> {
    let settings = app::parts::outside::settings(running, folder).map_err(|failure| failure.cause)?;
    let lookup =
        |name: &str| settings.iter().find(|(variable, _)| *variable == name).map(|(_, text)| text.clone());
    (market.build)(&Settings::new(&lookup)).with_context(|| format!("the adapter of {}", market.id))
}
