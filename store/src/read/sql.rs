//! SQL put together from fixed pieces: the type takes no other text, and every value is bound.

use sqlx::{Encode, Postgres, QueryBuilder, Type};

use super::{Direction, KeyPart};

/// A statement under construction.
pub(super) struct Sql(QueryBuilder<Postgres>);

impl Sql {
    pub(super) fn new(text: &'static str) -> Self {
        Self(QueryBuilder::new(text))
    }

    /// A fixed piece.
    pub(super) fn text(&mut self, text: &'static str) -> &mut Self {
        self.0.push(text);
        self
    }

    /// The versions of a table that hold as of a position, and `where true` behind them. The open ones and those that have ended since are
    /// two halves, because no index serves a condition that is about both.
    pub(super) fn text_as_of(&mut self, table: &'static str, position: i64) -> &mut Self {
        self.text("(select * from ")
            .text(table)
            .text(" where to_position is null and from_position <= ")
            .bind(position)
            .text(" union all select * from ")
            .text(table)
            .text(" where to_position > ")
            .bind(position)
            .text(" and from_position <= ")
            .bind(position)
            .text(") as held where true")
    }

    /// A bound value.
    pub(super) fn bind<T>(&mut self, value: T) -> &mut Self
    where
        T: for<'e> Encode<'e, Postgres> + Type<Postgres> + Send + 'static,
    {
        self.0.push_bind(value);
        self
    }

    /// `and <column> = $n` or `and <column> = any($n)`; nothing when no value is asked for. One value is compared by `=`, so
    /// that an index that goes on behind the column keeps its order.
    pub(super) fn and_one_of(&mut self, column: &'static str, values: &[String]) -> &mut Self {
        match values {
            [] => self,
            [one] => self.text(" and ").text(column).text(" = ").bind(one.clone()),
            many => self.text(" and ").text(column).text(" = any(").bind(many.to_vec()).text(")"),
        }
    }

    /// `and <column> <compare> $n`, where there is a value.
    pub(super) fn and_number(
        &mut self,
        column: &'static str,
        compare: &'static str,
        value: Option<i64>,
    ) -> &mut Self {
        if let Some(value) = value {
            self.text(" and ").text(column).text(compare).bind(value);
        }
        self
    }

    /// `and <column> = $n`, where there is a value.
    pub(super) fn and_text(&mut self, column: &'static str, value: Option<&String>) -> &mut Self {
        if let Some(value) = value {
            self.text(" and ").text(column).text(" = ").bind(value.clone());
        }
        self
    }

    /// `and (<columns>) > ($n, ...)`: rows behind a place. The first column must hold many different values: the planner guesses
    /// by it alone how many rows are left, and for a column with few it takes them for none.
    pub(super) fn and_behind(
        &mut self,
        columns: &'static str,
        direction: Direction,
        place: Option<&[KeyPart]>,
    ) -> &mut Self {
        let Some(place) = place else { return self };
        self.text(" and (").text(columns).text(match direction {
            Direction::Ascending => ") > (",
            Direction::Descending => ") < (",
        });
        for (index, part) in place.iter().enumerate() {
            if index > 0 {
                self.text(", ");
            }
            match part {
                KeyPart::Int(value) => self.bind(*value),
                KeyPart::Text(value) => self.bind(value.clone()),
            };
        }
        self.text(")")
    }

    /// The finished statement.
    pub(super) fn builder(&mut self) -> &mut QueryBuilder<Postgres> {
        &mut self.0
    }
}
