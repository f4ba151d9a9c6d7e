//! What a gift collection's contract says of itself, read from the stacks of its get-methods.
//!
//! A collection address from anywhere is right when its contract's content is the metadata page of the slug expected;
//! nothing else ties an address to a slug.

use crate::address::Address;
use crate::cell::{Cell, ReadError};
use crate::stack::{StackError, StackValue, parse_stack};

/// Longest content read, in bytes.
pub const MAX_CONTENT_BYTES: usize = 4096;

/// Answer of `get_collection_data` (TEP-62).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionData {
    /// -1 for gift collections: their items cannot be counted up. `None` when the number exceeds 64 bits.
    pub next_item_index: Option<i64>,
    /// Where the metadata is, such as `https://nft.fragment.com/collection/plushpepe.json`. Text from outside: not
    /// to be fetched or shown unchecked.
    pub content_uri: String,
    /// Owner, `None` for gift collections.
    pub owner: Option<Address>,
}

/// Why a stack is not the answer expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// No stack at all.
    #[error(transparent)]
    Stack(#[from] StackError),
    /// Another number of values.
    #[error("{expected} values expected, found {found}")]
    Count {
        /// Values expected.
        expected: usize,
        /// Values found.
        found: usize,
    },
    /// A value of another type.
    #[error("{field} should be {expected}")]
    Type {
        /// The value.
        field: &'static str,
        /// Type expected.
        expected: &'static str,
    },
    /// A value that is cut short.
    #[error("{field}: {fault}")]
    Value {
        /// The value.
        field: &'static str,
        /// What is wrong.
        fault: ReadError,
    },
    /// The address of an item is missing (`addr_none`).
    #[error("the item has no address")]
    NoAddress,
    /// Content that is not off-chain metadata: a first byte other than 0x01 (TEP-64).
    #[error("the content is not a link to metadata")]
    ContentLayout,
    /// Content longer than [`MAX_CONTENT_BYTES`].
    #[error("the content is longer than 4096 bytes")]
    ContentLength,
    /// Content that is not text.
    #[error("the content is not UTF-8")]
    ContentText,
}

/// Reads the stack of `get_collection_data`: next index, content, owner.
///
/// # Errors
/// [`AnswerError`] naming the value.
pub fn parse_collection_data(stack_boc: &[u8]) -> Result<CollectionData, AnswerError> {
    let [next_item_index, content, owner] = values(stack_boc)?;
    let StackValue::Integer(next_item_index) = next_item_index else {
        return Err(AnswerError::Type { field: "next_item_index", expected: "a number" });
    };
    let StackValue::Cell(content) = content else {
        return Err(AnswerError::Type { field: "collection_content", expected: "a cell" });
    };
    Ok(CollectionData {
        next_item_index: next_item_index.to_i64(),
        content_uri: content_uri(&content)?,
        owner: address("owner", &owner)?,
    })
}

/// Reads the stack of `get_nft_address_by_index`: the item's address.
///
/// # Errors
/// [`AnswerError`] naming the value.
pub fn parse_item_address(stack_boc: &[u8]) -> Result<Address, AnswerError> {
    let [item] = values(stack_boc)?;
    address("nft_address", &item)?.ok_or(AnswerError::NoAddress)
}

/// The slug in the content of a gift collection, `https://nft.fragment.com/collection/<slug>.json`; `None` for any other
/// content.
pub fn gift_collection_slug(content_uri: &str) -> Option<&str> {
    content_uri.strip_prefix("https://nft.fragment.com/collection/")?.strip_suffix(".json").filter(|slug| {
        !slug.is_empty() && slug.bytes().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
    })
}

/// Reads off-chain content (TEP-64): 0x01, then text that runs through the first reference of each cell.
///
/// # Errors
/// [`AnswerError`] for other layouts, for more than [`MAX_CONTENT_BYTES`] and for what is no text.
pub fn content_uri(content: &Cell) -> Result<String, AnswerError> {
    let mut bytes = Vec::new();
    let mut cell = content;
    loop {
        let mut reader = cell.reader();
        let fault = |fault| AnswerError::Value { field: "content", fault };
        if !reader.bits_left().is_multiple_of(8) {
            return Err(AnswerError::ContentLayout);
        }
        while reader.bits_left() > 0 {
            bytes.push(reader.uint(8).map_err(fault)? as u8);
        }
        if bytes.len() > MAX_CONTENT_BYTES {
            return Err(AnswerError::ContentLength);
        }
        // At most 1,024 rounds, the depth of a tree.
        match reader.references_left() {
            0 => break,
            _ => cell = reader.reference().map_err(fault)?,
        }
    }
    match bytes.split_first() {
        Some((1, text)) => String::from_utf8(text.to_vec()).map_err(|_| AnswerError::ContentText),
        _ => Err(AnswerError::ContentLayout),
    }
}

fn values<const N: usize>(stack_boc: &[u8]) -> Result<[StackValue; N], AnswerError> {
    let values = parse_stack(stack_boc)?;
    values
        .try_into()
        .map_err(|values: Vec<StackValue>| AnswerError::Count { expected: N, found: values.len() })
}

fn address(field: &'static str, value: &StackValue) -> Result<Option<Address>, AnswerError> {
    let StackValue::Slice(slice) = value else {
        return Err(AnswerError::Type { field, expected: "a slice" });
    };
    slice.reader().address().map_err(|fault| AnswerError::Value { field, fault })
}

#[cfg(test)]
mod tests;
