//! Connections by the Relay specification, with the position each reflects.

use std::sync::Arc;

use async_graphql::SimpleObject;

use super::log::AsOf;
use crate::{reading::Reading, refusal::Fault, scalar::Cursor};

/// Where a page stands in its list.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub(crate) struct PageInfo {
    /// Whether more follow.
    pub(crate) has_next_page: bool,
    /// Whether the page began behind a cursor.
    pub(crate) has_previous_page: bool,
    /// Cursor of the first node; null on an empty page.
    pub(crate) start_cursor: Option<Cursor>,
    /// Cursor of the last node, to be given as `after` for the next page; null on an empty page.
    pub(crate) end_cursor: Option<Cursor>,
}

/// A page of nodes with their cursors.
pub(crate) struct Nodes<T> {
    pub(crate) reading: Arc<Reading>,
    /// The position reflected; less than the reading's where a projection is behind.
    pub(crate) position: i64,
    pub(crate) nodes: Vec<(Cursor, T)>,
    pub(crate) has_next: bool,
    pub(crate) has_previous: bool,
}

impl<T> Nodes<T> {
    /// Cuts rows that were read one beyond the page.
    pub(crate) fn cut<R>(
        reading: &Arc<Reading>,
        first: usize,
        has_previous: bool,
        mut rows: Vec<R>,
        node: impl Fn(R) -> (Cursor, T),
    ) -> Self {
        let has_next = rows.len() > first;
        rows.truncate(first);
        Self {
            reading: Arc::clone(reading),
            position: reading.position,
            nodes: rows.into_iter().map(node).collect(),
            has_next,
            has_previous,
        }
    }

    pub(crate) fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next,
            has_previous_page: self.has_previous,
            start_cursor: self.nodes.first().map(|(cursor, _)| cursor.clone()),
            end_cursor: self.nodes.last().map(|(cursor, _)| cursor.clone()),
        }
    }

    pub(crate) fn as_of(&self) -> AsOf {
        AsOf { reading: Arc::clone(&self.reading), position: self.position }
    }
}

/// How a connection counts everything its filter finds; only run when asked for.
#[derive(Debug, Clone)]
pub(crate) enum Total {
    Listings(store::read::ListingFilter),
    Gifts(store::read::GiftFilter),
    Collections,
}

impl Total {
    pub(crate) async fn count(&self, reading: &Reading) -> Result<i32, Fault> {
        let (pool, position) = (&reading.state.pool, reading.position);
        let count = match self {
            Self::Listings(filter) => store::read::listings_count(pool, filter, position).await?,
            Self::Gifts(filter) => store::read::gifts_count(pool, filter, position).await?,
            Self::Collections => store::read::collections_count(pool, position).await?,
        };
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }
}

/// Makes a connection type and its edge type for a node type.
macro_rules! connection {
    ($node:ty, $connection:ident, $edge:ident, $connection_doc:literal $(, $total:ident)?) => {
        #[doc = $connection_doc]
        pub(crate) struct $connection {
            pub(crate) nodes: $crate::types::connection::Nodes<$node>,
            $(pub(crate) $total: $crate::types::connection::Total,)?
        }

        #[doc = $connection_doc]
        #[async_graphql::Object]
        impl $connection {
            /// The nodes with their cursors.
            async fn edges(&self) -> Vec<$edge<'_>> {
                self.nodes.nodes.iter().map(|(cursor, node)| $edge { cursor, node }).collect()
            }

            /// The nodes alone.
            async fn nodes(&self) -> Vec<&$node> {
                self.nodes.nodes.iter().map(|(_, node)| node).collect()
            }

            /// Where the page stands in the list.
            async fn page_info(&self) -> $crate::types::connection::PageInfo {
                self.nodes.page_info()
            }

            /// The position of the log that this page reflects, and its age. Give it as `asOf` to read further pages of the very same picture.
            async fn as_of(&self) -> $crate::types::log::AsOf {
                self.nodes.as_of()
            }

            $(
                /// How many nodes the filter finds in all, whatever the page. Counted only when asked for.
                async fn total_count(&self) -> async_graphql::Result<i32> {
                    Ok(self.$total.count(&self.nodes.reading).await?)
                }
            )?
        }

        /// A node and its place in the list.
        pub(crate) struct $edge<'a> {
            cursor: &'a $crate::scalar::Cursor,
            node: &'a $node,
        }

        /// A node and its place in the list.
        #[async_graphql::Object(serial)]
        impl<'a> $edge<'a> {
            /// The place of the node, to be given as `after`.
            async fn cursor(&self) -> $crate::scalar::Cursor {
                self.cursor.clone()
            }

            /// The node.
            async fn node(&self) -> &$node {
                self.node
            }
        }
    };
}
pub(crate) use connection;
