//! Notices to operators: a market quarantined or refused, a check failed. They go to the log, a metric, and wherever the process says.

use async_trait::async_trait;

/// What an operator is told.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Notice {
    /// A stable word for what happened, as in `market_quarantined`.
    pub code: &'static str,
    /// The market, where it is about one.
    pub market: Option<String>,
    /// JSON path of what it is about, where it is about a place on a page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What happened, one sentence.
    pub what: String,
    /// What to do about it, one sentence; empty when nothing needs doing.
    pub mend: String,
    /// Milliseconds since 1970.
    pub at_ms: i64,
}

/// Where notices are sent besides the log and the metric, as to a webhook.
#[async_trait]
pub trait NoticeSink: Send + Sync {
    /// Sends a notice. It may take its time: nobody waits for it; what fails is the sink's to log.
    async fn send(&self, notice: &Notice);
}

/// A sink that sends nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSink;

#[async_trait]
impl NoticeSink for NoSink {
    async fn send(&self, _notice: &Notice) {}
}

/// Notices of a process: a bounded queue before the sink, so a slow sink slows no worker.
#[derive(Debug, Clone)]
pub struct Notices {
    queue: tokio::sync::mpsc::Sender<Notice>,
}

const QUEUE_NOTICES: usize = 64;

impl Notices {
    /// Starts the task that feeds the sink; it ends when the last handle is dropped.
    #[must_use]
    pub fn spawn(sink: std::sync::Arc<dyn NoticeSink>) -> Self {
        let (queue, mut waiting) = tokio::sync::mpsc::channel::<Notice>(QUEUE_NOTICES);
        tokio::spawn(async move {
            while let Some(notice) = waiting.recv().await {
                sink.send(&notice).await;
            }
        });
        Self { queue }
    }

    /// Tells the operator. Never waits: with a full queue the log and the metric still have it.
    pub fn tell(&self, notice: Notice) {
        metrics::counter!("indexer_notices_total", "code" => notice.code).increment(1);
        tracing::warn!(
            notice.code,
            market = notice.market.as_deref().unwrap_or_default(),
            mend = notice.mend,
            "{}",
            notice.what
        );
        if self.queue.try_send(notice).is_err() {
            tracing::warn!("the queue of notices is full; the last one went to the log only");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Default)]
    struct Kept(Mutex<Vec<&'static str>>, tokio::sync::Notify);

    #[async_trait]
    impl NoticeSink for Kept {
        async fn send(&self, notice: &Notice) {
            self.0.lock().unwrap().push(notice.code);
            self.1.notify_one();
        }
    }

    #[tokio::test]
    async fn the_sink_gets_what_was_told() {
        let kept = Arc::new(Kept::default());
        let notices = Notices::spawn(kept.clone());
        notices.tell(Notice {
            code: "market_quarantined",
            market: Some("getgems".into()),
            path: None,
            what: "GetGems sent a page that cannot be read".into(),
            mend: String::new(),
            at_ms: 0,
        });
        kept.1.notified().await;
        assert_eq!(*kept.0.lock().unwrap(), ["market_quarantined"]);
    }
}
