//! The words of a query's text, without parsing it: for counting before the parser runs, and for one spelling of equal queries.

use std::fmt::Write as _;

/// What kind of word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// One of `! $ & ( ) ... : = @ [ ] { | }`.
    Mark,
    /// A name or keyword.
    Name,
    /// A number.
    Number,
    /// A string or block string, with its quotes.
    Text,
}

/// One word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: TokenKind,
    pub(crate) text: &'a str,
}

/// A place where no word of GraphQL stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the query cannot be read: {why} at byte {at}")]
pub(crate) struct TokenFault {
    why: &'static str,
    at: usize,
}

/// The words of a text, one after the other; ends after the first fault.
pub(crate) struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn skip_ignored(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b',' => self.at += 1,
                0xEF if self.text[self.at..].starts_with('\u{FEFF}') => self.at += 3,
                b'#' => {
                    let rest = &bytes[self.at..];
                    self.at += rest.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(rest.len());
                }
                _ => return,
            }
        }
    }

    fn take(&mut self, kind: TokenKind, length: usize) -> Token<'a> {
        let text = &self.text[self.at..self.at + length];
        self.at += length;
        Token { kind, text }
    }

    fn fail(&mut self, why: &'static str) -> TokenFault {
        let at = self.at;
        self.at = self.text.len();
        TokenFault { why, at }
    }

    fn text_length(&self) -> Option<usize> {
        let rest = &self.text.as_bytes()[self.at..];
        if rest.starts_with(b"\"\"\"") {
            let mut at = 3;
            loop {
                let tail = rest.get(at..)?;
                if tail.starts_with(b"\\\"\"\"") {
                    at += 4;
                } else if tail.starts_with(b"\"\"\"") {
                    return Some(at + 3);
                } else if tail.is_empty() {
                    return None;
                } else {
                    at += 1;
                }
            }
        }
        let mut at = 1;
        loop {
            match rest.get(at)? {
                b'\\' => at += 2,
                b'"' => return Some(at + 1),
                b'\n' | b'\r' => return None,
                _ => at += 1,
            }
        }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Result<Token<'a>, TokenFault>;

    fn next(&mut self) -> Option<Self::Item> {
        self.skip_ignored();
        let rest = &self.text.as_bytes()[self.at..];
        let run = |fits: fn(&u8) -> bool| rest.iter().position(|b| !fits(b)).unwrap_or(rest.len());
        Some(Ok(match rest.first()? {
            b'.' if rest.starts_with(b"...") => self.take(TokenKind::Mark, 3),
            b'!' | b'$' | b'&' | b'(' | b')' | b':' | b'=' | b'@' | b'[' | b']' | b'{' | b'|' | b'}' => {
                self.take(TokenKind::Mark, 1)
            }
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                let length = run(|b| b.is_ascii_alphanumeric() || *b == b'_');
                self.take(TokenKind::Name, length)
            }
            b'-' | b'0'..=b'9' => {
                let length = run(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+' | b'-'));
                self.take(TokenKind::Number, length)
            }
            b'"' => match self.text_length() {
                Some(length) => self.take(TokenKind::Text, length),
                None => return Some(Err(self.fail("a string without an end"))),
            },
            _ => return Some(Err(self.fail("a character that is not part of GraphQL"))),
        }))
    }
}

/// How many words the text has; counting stops one past `enough`.
///
/// # Errors
/// [`TokenFault`].
pub(crate) fn count(text: &str, enough: usize) -> Result<usize, TokenFault> {
    let mut words = 0;
    for token in Tokens::new(text) {
        token?;
        words += 1;
        if words > enough {
            break;
        }
    }
    Ok(words)
}

/// The text in one spelling: words with one space between, no comments, no commas. `replace` may put another word in.
pub(crate) fn spell<'a>(tokens: impl Iterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for text in tokens {
        if !out.is_empty() {
            out.push(' ');
        }
        let _ = write!(out, "{text}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(text: &str) -> Vec<&str> {
        Tokens::new(text).map(|token| token.unwrap().text).collect()
    }

    #[test]
    fn words_of_a_query() {
        assert_eq!(
            words(
                "query Q($a:[Int!]=[1,-2.5e3]){ # c\n f(x:\"a\\\"}\",y:\"\"\"b\\\"\"\" \" }\"\"\")...F @skip(if:$a)}"
            ),
            [
                "query",
                "Q",
                "(",
                "$",
                "a",
                ":",
                "[",
                "Int",
                "!",
                "]",
                "=",
                "[",
                "1",
                "-2.5e3",
                "]",
                ")",
                "{",
                "f",
                "(",
                "x",
                ":",
                "\"a\\\"}\"",
                "y",
                ":",
                "\"\"\"b\\\"\"\" \" }\"\"\"",
                ")",
                "...",
                "F",
                "@",
                "skip",
                "(",
                "if",
                ":",
                "$",
                "a",
                ")",
                "}"
            ]
        );
    }

    #[test]
    fn what_is_no_word_says_where() {
        for (text, at) in [("{ a ? }", 4), ("{ a(b: \"x) }", 7), ("\"\"\"", 0), ("{ ü }", 2), ("..", 0)] {
            let fault = Tokens::new(text).find_map(Result::err);
            assert_eq!(fault.map(|fault| fault.at), Some(at), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,200}") {
            let _ = count(&text, 1000);
        }

        #[test]
        fn near_queries_do_not_panic(text in "[{}()\\[\\]\":.$a#\\\\ \n\u{FEFF}0-]{0,60}") {
            let ok: Result<Vec<_>, _> = Tokens::new(&text).collect();
            if let Ok(tokens) = ok {
                let spelled = spell(tokens.iter().map(|token| token.text));
                let again: Result<Vec<_>, _> = Tokens::new(&spelled).collect();
                prop_assert_eq!(again.unwrap().iter().map(|t| t.text).collect::<Vec<_>>(), tokens.iter().map(|t| t.text).collect::<Vec<_>>());
            }
        }
    }
}
