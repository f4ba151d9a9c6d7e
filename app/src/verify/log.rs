//! `verify log`: an exported log's chain, its positions, and the state that its lines fold to.

use std::io::{BufRead, Read as _};

use domain::LotState;
use serde_json::json;
use store::log::fold::{LINE_BYTES_MAX, LogFileFault, LogReader, LogSummary};

use super::{Answer, Verdict};

/// Reads a log from its first line to its last.
pub(super) fn verify<R: BufRead>(lines: &mut R) -> Answer {
    let mut reader = LogReader::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        match lines.by_ref().take(LINE_BYTES_MAX as u64 + 1).read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(_) => {}
            Err(fault) => return Answer::bad_input(format!("the log cannot be read: {fault}")),
        }
        if line.len() > LINE_BYTES_MAX {
            return Answer::bad_input(format!("a line is longer than {LINE_BYTES_MAX} bytes"));
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        let Ok(text) = std::str::from_utf8(&line) else {
            return Answer::bad_input("a line is not UTF-8 text");
        };
        if let Err(fault) = reader.take(text) {
            return of_fault(&fault);
        }
    }
    match reader.end() {
        Ok(summary) => of_summary(&summary),
        Err(fault) => of_fault(&fault),
    }
}

fn of_fault(fault: &LogFileFault) -> Answer {
    let verdict = match fault {
        LogFileFault::Gap { .. } | LogFileFault::Broken { .. } => Verdict::Refuted,
        LogFileFault::Unreadable { .. } | LogFileFault::CutOff { .. } | LogFileFault::Empty => {
            Verdict::BadInput
        }
    };
    Answer::new(verdict).with("why", fault.to_string())
}

fn of_summary(summary: &LogSummary) -> Answer {
    let count =
        |wanted: fn(&LotState) -> bool| summary.lots.values().filter(|(_, lot)| wanted(&lot.state())).count();
    let is_whole = summary.header.after == 0;
    let answer = Answer::new(Verdict::Proven)
        .with("format", &summary.header.format)
        .with("world", &summary.header.world)
        .with("after", summary.header.after)
        .with("after_head", &summary.header.head)
        .with("position", summary.position)
        .with("head", hex::encode(summary.head))
        .with("batches", summary.batches)
        .with(
            "lots",
            json!({
                "open": count(|state| matches!(state, LotState::Open { .. })),
                "ended": count(|state| matches!(state, LotState::Ended { .. })),
                "vanished": count(|state| matches!(state, LotState::Vanished)),
                "never_opened": count(|state| matches!(state, LotState::Unknown)),
            }),
        )
        .with("gifts", summary.gifts.len())
        .with("sales", summary.sales.len());
    if is_whole {
        answer.with("state_hash", summary.state_hash())
    } else {
        answer.with(
            "note",
            "This log begins after a position: its chain is proven from `after_head`, which has to be compared with a \
             head known from elsewhere, and it has no state hash.",
        )
    }
}

#[cfg(test)]
mod tests {
    use store::log::export::{BatchLine, BatchSeal};
    use store::seal;

    use super::*;

    const HEADER: &str = r#"{"format":"ribbon-log-1","world":"test","after":0,"head":"0000000000000000000000000000000000000000000000000000000000000000"}"#;
    const LISTED: &str = r#"{"position":1,"market":"getgems","gift":"plushpepe-298","key":{"at_us":1000000,"rank":"market","seen_us":0,"tie":7},"observed_at_us":2000000,"finality":"confirmed","cause":"feed","origin":"fetched","source_id":"a","fact":{"kind":"listed","lot":"EQa","scope":"onchain:plushpepe","price":{"amount":5,"currency":"TON","fee_basis":"buyer_pays"}}}"#;
    const SOLD: &str = r#"{"position":2,"market":"getgems","gift":"plushpepe-298","key":{"at_us":3000000,"rank":"market","seen_us":0,"tie":7},"observed_at_us":4000000,"finality":"confirmed","cause":"feed","origin":"fetched","source_id":"b","fact":{"kind":"sold","lot":"EQa","scope":"onchain:plushpepe","price":{"amount":5,"currency":"TON","fee_basis":"buyer_pays"}}}"#;

    fn sealed(lines: &[&str]) -> String {
        let digest = seal::digest(lines.iter().copied());
        let head = seal::next(&seal::GENESIS, &digest);
        let last = i64::try_from(lines.len()).unwrap();
        let batch = BatchSeal { first: 1, last, digest: hex::encode(digest), head: hex::encode(head) };
        serde_json::to_string(&BatchLine { batch }).unwrap()
    }

    fn answer(lines: &[&str]) -> Answer {
        verify(&mut lines.join("\n").as_bytes())
    }

    #[test]
    fn an_untouched_log_is_proven_and_counted() {
        let answer = answer(&[HEADER, LISTED, SOLD, &sealed(&[LISTED, SOLD])]);
        assert_eq!(answer.verdict, Verdict::Proven, "{}", answer.text());
        let value: serde_json::Value = serde_json::from_str(&answer.text()).unwrap();
        assert_eq!(value["position"], 2);
        assert_eq!(value["lots"]["ended"], 1);
        assert_eq!(value["sales"], 1);
        assert_eq!(value["state_hash"].as_str().unwrap().len(), 64);
    }

    #[test]
    fn each_fault_has_its_exit_code() {
        let seal = sealed(&[LISTED]);
        let changed = LISTED.replace("\"amount\":5", "\"amount\":6");
        let long = "x".repeat(LINE_BYTES_MAX + 1);
        for (lines, verdict) in [
            (vec![HEADER, changed.as_str(), &seal], Verdict::Refuted),
            (vec![HEADER, SOLD, &seal], Verdict::Refuted),
            (vec![HEADER, LISTED], Verdict::BadInput),
            (vec![], Verdict::BadInput),
            (vec!["{}"], Verdict::BadInput),
            (vec![HEADER, "not json"], Verdict::BadInput),
            (vec![HEADER, &long], Verdict::BadInput),
        ] {
            assert_eq!(answer(&lines).verdict, verdict, "{}", answer(&lines).text());
        }
        assert_eq!(verify(&mut &b"\xFF\xFE\n"[..]).verdict, Verdict::BadInput);
    }
}
