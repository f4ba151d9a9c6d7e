//! Which SQL a page executes, by the word of the server's own log.

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use anyhow::Context as _;

use super::{client, plan::PlannedPage};
use crate::{http::Http, scratch::Scratch};

/// A statement with its parameters, in order; `None` is null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) text: String,
    pub(super) parameters: Vec<Option<String>>,
}

/// Each page is asked so often; what is executed so often belongs to it, and the server's own looks at the log do not.
const TIMES: usize = 8;

/// The statements of each page.
pub(super) async fn capture(
    scratch: &Scratch,
    database: &str,
    address: SocketAddr,
    pages: &[PlannedPage],
) -> anyhow::Result<Vec<Vec<Statement>>> {
    let mut http = Http::connect(address).await?;
    let mut ask = async |page: &PlannedPage, times: usize| -> anyhow::Result<()> {
        let request = Http::post_bytes(address, "/graphql", &page.body);
        for _ in 0..times {
            let (status, body) = http.exchange(&request).await?;
            anyhow::ensure!(status == 200, "status {status}: {}", String::from_utf8_lossy(body));
            client::check(page, body).with_context(|| page.body.clone())?;
        }
        Ok(())
    };
    // Every connection prepares its statements once; that is not what is measured.
    for page in pages {
        ask(page, 4).await?;
    }
    scratch.log_statements(database, true).await?;
    let mut found = Vec::new();
    for page in pages {
        let from = scratch.log_bytes()?;
        ask(page, TIMES).await?;
        let log = scratch.log_since(from)?;
        found.push(frequent(&parse(&log)));
    }
    scratch.log_statements(database, false).await?;
    anyhow::ensure!(found.iter().all(|page| !page.is_empty()), "a page executes no statement");
    tokio::time::sleep(Duration::from_millis(10)).await;
    Ok(found)
}

/// What was executed at least [`TIMES`] times, with its latest parameters, as often as it is for one page.
fn frequent(executed: &[Statement]) -> Vec<Statement> {
    let mut by_text: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (index, statement) in executed.iter().enumerate() {
        let counted = by_text.entry(&statement.text).or_default();
        *counted = (counted.0 + 1, index);
    }
    let mut chosen: Vec<(usize, usize)> =
        by_text.into_values().map(|(count, last)| (last, count / TIMES)).collect();
    chosen.sort_unstable();
    chosen.into_iter().flat_map(|(last, times)| std::iter::repeat_n(executed[last].clone(), times)).collect()
}

/// Statements of a log: `execute <name>: <text>` over several lines, then perhaps `DETAIL:  parameters: $1 = '...', $2 = NULL`.
fn parse(log: &str) -> Vec<Statement> {
    let mut statements: Vec<Statement> = Vec::new();
    let mut is_open = false;
    for line in log.lines() {
        if let Some(rest) = line.strip_prefix('\t') {
            if let Some(last) = statements.last_mut().filter(|_| is_open) {
                last.text.push(' ');
                last.text.push_str(rest.trim());
            }
            continue;
        }
        is_open = false;
        if let Some((_, rest)) = line.split_once("LOG:  execute ") {
            let text = rest.split_once(": ").map_or(rest, |(_, text)| text);
            statements.push(Statement { text: text.trim().to_owned(), parameters: Vec::new() });
            is_open = true;
        } else if let Some((_, rest)) = line.split_once("DETAIL:  parameters: ")
            && let Some(last) = statements.last_mut()
        {
            last.parameters = parameters(rest);
        }
    }
    statements
}

/// `$1 = 'it''s', $2 = NULL` as values.
fn parameters(text: &str) -> Vec<Option<String>> {
    let mut values = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(" = ") {
        let Some(quoted) = after.strip_prefix('\'') else {
            values.push(None);
            rest = after;
            continue;
        };
        let mut value = String::new();
        let mut letters = quoted.char_indices().peekable();
        let mut end = quoted.len();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\'' if letters.next_if(|(_, next)| *next == '\'').is_some() => value.push('\''),
                '\'' => {
                    end = at + 1;
                    break;
                }
                other => value.push(other),
            }
        }
        values.push(Some(value));
        rest = &quoted[end..];
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_read() {
        let log = "2026-11-21 [1] ribbon-serve LOG:  execute sqlx_s_1: select a\n\t  from b where c = $1\n\
                   2026-11-21 [1] ribbon-serve DETAIL:  parameters: $1 = 'it''s, $2 = x', $2 = NULL, $3 = '{\"a b\",c}'\n\
                   2026-11-21 [1] ribbon-serve LOG:  execute <unnamed>: select 1\n\
                   2026-11-21 [1] ribbon-serve LOG:  checkpoint starting: time\n\tno statement\n";
        let found = parse(log);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].text, "select a from b where c = $1");
        let expected = [Some("it's, $2 = x".to_owned()), None, Some("{\"a b\",c}".to_owned())];
        assert_eq!(found[0].parameters, expected);
        assert_eq!(found[1], Statement { text: "select 1".into(), parameters: Vec::new() });
    }

    #[test]
    fn what_happens_seldom_does_not_belong_to_the_page() {
        let statement = |text: &str| Statement { text: text.into(), parameters: Vec::new() };
        let mut executed = vec![statement("poll")];
        for _ in 0..TIMES {
            executed.extend([statement("head"), statement("page"), statement("head")]);
        }
        let texts: Vec<String> = frequent(&executed).into_iter().map(|one| one.text).collect();
        assert_eq!(texts, ["page", "head", "head"]);
    }
}
