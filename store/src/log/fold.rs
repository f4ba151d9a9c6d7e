//! Reads an exported log line by line and checks its chain. Pure: no database. It keeps what holds
//! for every lot, gift and sale, so memory grows with the market, not with the log.

use std::collections::BTreeMap;

use domain::{
    GiftId, LoggedEvent, Lot, LotId, MarketId,
    holding::Holding,
    same_listing::{self, OneListing, Told},
    same_sale::{self, Telling},
};
use sha2::{Digest, Sha256};

use super::export::{BatchLine, BatchSeal, FORMAT, Header};
use crate::{
    seal::{self, Head},
    state,
};

/// Longest line accepted, in bytes.
pub const LINE_BYTES_MAX: usize = 1 << 20;

/// Why an exported log is no log of ours, or not an untouched one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogFileFault {
    /// The line is not what stands at this place.
    #[error("line {line}: expected {expected} ({why})")]
    Unreadable {
        /// From 1.
        line: u64,
        /// What should stand there.
        expected: &'static str,
        /// The reader's message.
        why: String,
    },
    /// A position is missing or stands twice.
    #[error("line {line}: expected position {expected}, found {found}")]
    Gap {
        /// From 1.
        line: u64,
        /// The position that should come.
        expected: i64,
        /// The position that came.
        found: i64,
    },
    /// A batch's digest or head does not follow from its lines.
    #[error(
        "line {line}: the batch {first} to {last} does not follow from its lines: {what} should be {expected}, the line says {found}"
    )]
    Broken {
        /// From 1.
        line: u64,
        /// First position of the batch.
        first: i64,
        /// Last position of the batch.
        last: i64,
        /// `digest` or `head`.
        what: &'static str,
        /// What the lines give.
        expected: String,
        /// What the batch line says.
        found: String,
    },
    /// The file ends inside a batch.
    #[error("the file ends after position {position}, inside a batch that is not sealed")]
    CutOff {
        /// The last position read.
        position: i64,
    },
    /// There is no header.
    #[error("the file is empty")]
    Empty,
}

/// The reading of a log file.
#[derive(Debug)]
pub struct LogReader {
    line: u64,
    header: Option<Header>,
    position: i64,
    head: Head,
    batch_first: i64,
    digest: Sha256,
    batches: u64,
    lots: BTreeMap<(MarketId, LotId), (GiftId, Lot)>,
    offers: BTreeMap<(MarketId, LotId), Lot>,
    gifts: BTreeMap<GiftId, Holding>,
    told: BTreeMap<GiftId, Vec<Telling>>,
}

/// What the state's hash says of a sale, in the order in which it says it; of several tellings what the leading one says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LoggedSale {
    /// The market whose sale it is.
    pub market: MarketId,
    /// The lot.
    pub lot: LotId,
    /// When, microseconds since 1970.
    pub sold_at_us: i64,
    /// What was paid, in the smallest unit of `currency`.
    pub amount: i64,
    /// The currency's code.
    pub currency: String,
}

/// What a whole log says.
#[derive(Debug)]
pub struct LogSummary {
    /// The header.
    pub header: Header,
    /// The last position.
    pub position: i64,
    /// The head the lines give.
    pub head: Head,
    /// Batches read.
    pub batches: u64,
    /// Every lot, folded.
    pub lots: BTreeMap<(MarketId, LotId), (GiftId, Lot)>,
    /// Every offer, folded.
    pub offers: BTreeMap<(MarketId, LotId), Lot>,
    /// Every gift, folded.
    pub gifts: BTreeMap<GiftId, Holding>,
    /// Every sale, once, sorted, however many sources told it.
    pub sales: Vec<LoggedSale>,
}

impl LogSummary {
    /// The hash that [`state::hash`] gives for a database whose state is the fold of these lines. Only a log from its beginning has it.
    #[must_use]
    pub fn state_hash(&self) -> String {
        let mut hasher = Sha256::new();
        for ((market, id), (gift, lot)) in &self.lots {
            let (slug, number) = (gift.slug.as_str(), i64::from(gift.number));
            hasher.update(state::lot_line(market.as_str(), id.as_str(), slug, number, lot).as_bytes());
        }
        for ((market, id), lot) in &self.offers {
            hasher.update(state::offer_line(market.as_str(), id.as_str(), lot).as_bytes());
        }
        for (gift, holding) in &self.gifts {
            hasher.update(state::gift_line(gift.slug.as_str(), i64::from(gift.number), holding).as_bytes());
        }
        for LoggedSale { market, lot, sold_at_us, amount, currency } in &self.sales {
            hasher.update(format!("sale {market} {lot} {amount} {currency} {sold_at_us}\n").as_bytes());
        }
        let mut lines = self.listings();
        lines.sort();
        for (_, line) in lines {
            hasher.update(line.as_bytes());
        }
        hex::encode(hasher.finalize())
    }

    /// The lots of each gift.
    pub fn lots_by_gift(&self) -> BTreeMap<&GiftId, Vec<Told<'_>>> {
        let mut lots: BTreeMap<&GiftId, Vec<Told<'_>>> = BTreeMap::new();
        for ((source, id), (gift, lot)) in &self.lots {
            lots.entry(gift).or_default().push(Told { source, id, lot });
        }
        lots
    }

    /// The line of each open listing by its place in the hash.
    fn listings(&self) -> Vec<((String, String, String, i64), String)> {
        let mut lines = Vec::new();
        for (gift, lots) in self.lots_by_gift() {
            let (slug, number) = (gift.slug.as_str(), i64::from(gift.number));
            for OneListing { market, lot, members, leads } in same_listing::listings(&lots) {
                let Some(leads) = leads else { continue };
                let beside = members.iter().filter(|index| **index != leads).filter_map(|index| {
                    same_listing::word(&lots[*index], &lots[leads]).map(|_| lots[*index].source.as_str())
                });
                let source = Some(lots[leads].source.as_str());
                let key = (market.as_str(), lot.as_str());
                let line = state::listing_line(key, (slug, number), source, beside);
                lines.push(((market.to_string(), lot.to_string(), slug.to_owned(), number), line));
            }
        }
        lines
    }
}

impl LoggedSale {
    fn of(one: &same_sale::OneSale) -> Self {
        let leader = one.leader();
        Self {
            market: one.market.clone(),
            lot: one.lot().clone(),
            sold_at_us: leader.sold_at_us,
            amount: leader.price.amount,
            currency: leader.price.currency.code().to_owned(),
        }
    }
}

impl Default for LogReader {
    fn default() -> Self {
        Self {
            line: 0,
            header: None,
            position: 0,
            head: seal::GENESIS,
            batch_first: 1,
            digest: Sha256::new(),
            batches: 0,
            lots: BTreeMap::new(),
            offers: BTreeMap::new(),
            gifts: BTreeMap::new(),
            told: BTreeMap::new(),
        }
    }
}

impl LogReader {
    /// Takes the next line, without its line feed.
    ///
    /// # Errors
    /// [`LogFileFault`] names the line.
    pub fn take(&mut self, text: &str) -> Result<(), LogFileFault> {
        self.line += 1;
        if self.header.is_none() {
            return self.take_header(text);
        }
        if text.starts_with(r#"{"batch":"#) { self.take_batch(text) } else { self.take_event(text) }
    }

    /// The end of the file.
    ///
    /// # Errors
    /// [`LogFileFault::Empty`] or [`LogFileFault::CutOff`].
    pub fn end(self) -> Result<LogSummary, LogFileFault> {
        let Some(header) = self.header else { return Err(LogFileFault::Empty) };
        if self.position >= self.batch_first {
            return Err(LogFileFault::CutOff { position: self.position });
        }
        let mut sales: Vec<LoggedSale> =
            self.told.into_values().flat_map(same_sale::sales).map(|one| LoggedSale::of(&one)).collect();
        sales.sort();
        Ok(LogSummary {
            header,
            position: self.position,
            head: self.head,
            batches: self.batches,
            lots: self.lots,
            offers: self.offers,
            gifts: self.gifts,
            sales,
        })
    }

    fn unreadable(&self, expected: &'static str, why: impl ToString) -> LogFileFault {
        LogFileFault::Unreadable { line: self.line, expected, why: why.to_string() }
    }

    fn take_header(&mut self, text: &str) -> Result<(), LogFileFault> {
        const EXPECTED: &str = "the header of a ribbon log, as in {\"format\":\"ribbon-log-1\",...}";
        let header: Header = serde_json::from_str(text).map_err(|fault| self.unreadable(EXPECTED, fault))?;
        if header.format != FORMAT {
            return Err(self.unreadable(EXPECTED, format!("the format is `{}`", header.format)));
        }
        let mut head = [0; 32];
        hex::decode_to_slice(&header.head, &mut head).map_err(|fault| self.unreadable(EXPECTED, fault))?;
        if header.after < 0 {
            return Err(self.unreadable(EXPECTED, "`after` is negative"));
        }
        self.head = head;
        self.position = header.after;
        self.batch_first = header.after.saturating_add(1);
        self.header = Some(header);
        Ok(())
    }

    fn take_event(&mut self, text: &str) -> Result<(), LogFileFault> {
        let logged: LoggedEvent =
            serde_json::from_str(text).map_err(|fault| self.unreadable("an event", fault))?;
        let expected = self.position.saturating_add(1);
        if logged.position != expected {
            return Err(LogFileFault::Gap { line: self.line, expected, found: logged.position });
        }
        self.position = expected;
        self.digest.update(text.as_bytes());
        self.digest.update(b"\n");
        if let Some((offer, _, _)) = logged.event.fact.offer() {
            let key = (logged.event.market.clone(), offer.clone());
            self.offers.entry(key).or_default().apply(logged.position, &logged.event);
        }
        let Some(gift) = &logged.event.gift else { return Ok(()) };
        self.gifts.entry(gift.clone()).or_default().apply(logged.position, &logged.event);
        if let Some((lot, _)) = logged.event.fact.lot() {
            let key = (logged.event.market.clone(), lot.clone());
            let entry = self.lots.entry(key).or_insert_with(|| (gift.clone(), Lot::default()));
            entry.1.apply(logged.position, &logged.event);
        }
        if let Some(telling) = Telling::of(&logged) {
            self.told.entry(gift.clone()).or_default().push(telling);
        }
        Ok(())
    }

    fn take_batch(&mut self, text: &str) -> Result<(), LogFileFault> {
        let BatchLine { batch } =
            serde_json::from_str(text).map_err(|fault| self.unreadable("a batch", fault))?;
        let BatchSeal { first, last, digest, head } = batch;
        if first != self.batch_first {
            return Err(LogFileFault::Gap { line: self.line, expected: self.batch_first, found: first });
        }
        if last != self.position {
            return Err(LogFileFault::Gap { line: self.line, expected: self.position, found: last });
        }
        let computed: Head = std::mem::take(&mut self.digest).finalize().into();
        let next = seal::next(&self.head, &computed);
        for (what, expected, found) in [("digest", computed, digest), ("head", next, head)] {
            let expected = hex::encode(expected);
            if expected != found {
                return Err(LogFileFault::Broken { line: self.line, first, last, what, expected, found });
            }
        }
        self.head = next;
        self.batch_first = self.position.saturating_add(1);
        self.batches += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = r#"{"format":"ribbon-log-1","world":"test","after":0,"head":"0000000000000000000000000000000000000000000000000000000000000000"}"#;
    const EVENT: &str = r#"{"position":1,"market":"getgems","key":{"at_us":1,"rank":"market","seen_us":0,"tie":0},"observed_at_us":2,"finality":"confirmed","cause":"watch","origin":"fetched","fact":{"kind":"market_released"}}"#;

    fn batch(first: i64, last: i64, lines: &[&str]) -> String {
        let digest = seal::digest(lines.iter().copied());
        let head = seal::next(&seal::GENESIS, &digest);
        let batch = BatchSeal { first, last, digest: hex::encode(digest), head: hex::encode(head) };
        serde_json::to_string(&BatchLine { batch }).unwrap()
    }

    fn read(lines: &[&str]) -> Result<LogSummary, LogFileFault> {
        let mut reader = LogReader::default();
        for line in lines {
            reader.take(line)?;
        }
        reader.end()
    }

    proptest::proptest! {
        #[test]
        fn any_lines_are_read_or_refused(lines in proptest::collection::vec("\\PC{0,60}|\\{\"(position|batch|format)\":.{0,40}\\}", 0..6)) {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            proptest::prop_assert!(read(&lines).is_err());
            let after: Vec<&str> = [HEADER].into_iter().chain(lines).collect();
            proptest::prop_assert_eq!(read(&after).is_ok(), after.len() == 1);
        }

        #[test]
        fn any_changed_byte_of_what_is_sealed_is_seen(at: proptest::sample::Index, byte in b' '..=b'~') {
            let sealed = batch(1, 1, &[EVENT]);
            let mut lines = [EVENT.to_owned(), sealed];
            let (line, at) = match at.index(EVENT.len() + lines[1].len()) {
                at if at < EVENT.len() => (0, at),
                at => (1, at - EVENT.len()),
            };
            let mut bytes = lines[line].clone().into_bytes();
            proptest::prop_assume!(bytes[at] != byte);
            bytes[at] = byte;
            lines[line] = String::from_utf8(bytes).unwrap();
            proptest::prop_assert!(read(&[HEADER, &lines[0], &lines[1]]).is_err(), "{:?}", lines);
        }
    }

    #[test]
    fn an_untouched_log_is_proven() {
        let summary = read(&[HEADER, EVENT, &batch(1, 1, &[EVENT])]).unwrap();
        assert_eq!((summary.position, summary.batches), (1, 1));
    }

    #[test]
    fn every_tampering_is_seen() {
        let sealed = batch(1, 1, &[EVENT]);
        let changed = EVENT.replace("\"observed_at_us\":2", "\"observed_at_us\":3");
        let moved = EVENT.replace("\"position\":1", "\"position\":2");
        for (lines, is) in [
            (vec![], "the file is empty"),
            (vec![HEADER, EVENT], "inside a batch"),
            (vec![HEADER, &changed, &sealed], "digest should be"),
            (vec![HEADER, &moved, &sealed], "expected position 1, found 2"),
            (vec![HEADER, &sealed], "expected position 0, found 1"),
            (vec![HEADER, EVENT, EVENT, &sealed], "expected position 2, found 1"),
            (vec![EVENT], "line 1: expected the header"),
            (vec![HEADER, "{}"], "line 2: expected an event"),
        ] {
            let fault = read(&lines).unwrap_err().to_string();
            assert!(fault.contains(is), "{fault} should say {is}");
        }
    }
}
