//! COPY in PostgreSQL's binary form, for many new rows at once: no statement to plan, no arrays to take apart, whole pages of
//! the table logged at once, and the server works while the next rows are written down.
//!
//! Source: the PostgreSQL manual, COPY, "Binary Format", 2026-11.

use sqlx::PgConnection;

/// Signature, no flags, no header extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// In the place of a row's count of fields.
const END: i16 = -1;
/// In the place of a field's length.
const NULL: i32 = -1;
/// Sent at once.
const PIECE_BYTES: usize = 64 * 1024;

/// A table, and its columns in the order in which rows give their fields.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) table: &'static str,
    pub(crate) columns: &'static [(&'static str, Type)],
}

/// Type of a column, by PostgreSQL's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Int8,
    Text,
    Bool,
    Bytea,
}

impl Target {
    fn statement(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        format!("copy {} ({}) from stdin (format binary)", self.table, names.join(", "))
    }
}

/// One row while its fields are written, one call for each column of the target, in order.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    bytes: &'a mut Vec<u8>,
    columns: std::slice::Iter<'static, (&'static str, Type)>,
}

impl Row<'_> {
    pub(crate) fn int8(&mut self, value: impl Into<Option<i64>>) -> &mut Self {
        let value = value.into().map(i64::to_be_bytes);
        self.field(Type::Int8, value.as_ref().map(<[u8; 8]>::as_slice))
    }

    pub(crate) fn text<'b>(&mut self, value: impl Into<Option<&'b str>>) -> &mut Self {
        self.field(Type::Text, value.into().map(str::as_bytes))
    }

    pub(crate) fn bool(&mut self, value: impl Into<Option<bool>>) -> &mut Self {
        let value = value.into().map(|value| [u8::from(value)]);
        self.field(Type::Bool, value.as_ref().map(<[u8; 1]>::as_slice))
    }

    pub(crate) fn bytea<'b>(&mut self, value: impl Into<Option<&'b [u8]>>) -> &mut Self {
        self.field(Type::Bytea, value.into())
    }

    fn field(&mut self, given: Type, value: Option<&[u8]>) -> &mut Self {
        debug_assert_eq!(
            self.columns.next().map(|(_, wanted)| *wanted),
            Some(given),
            "the columns of the target, in order"
        );
        match value {
            None => self.bytes.extend(NULL.to_be_bytes()),
            Some(value) => {
                // PostgreSQL keeps no field of 1 GiB, and refuses a longer one by this length.
                self.bytes.extend(i32::try_from(value.len()).unwrap_or(i32::MAX).to_be_bytes());
                self.bytes.extend_from_slice(value);
            }
        }
        self
    }
}

/// Adds rows to a table. `write` writes one row.
///
/// # Errors
/// What PostgreSQL says; the caller's transaction is then lost as a whole.
pub(crate) async fn copy<R>(
    connection: &mut PgConnection,
    target: &'static Target,
    rows: &[R],
    write: impl Fn(&mut Row<'_>, &R),
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let fields = i16::try_from(target.columns.len()).unwrap_or(i16::MAX).to_be_bytes();
    let mut sink = connection.copy_in_raw(&target.statement()).await?;
    let mut piece = HEADER.to_vec();
    for row in rows {
        piece.extend(fields);
        let mut writing = Row { bytes: &mut piece, columns: target.columns.iter() };
        write(&mut writing, row);
        debug_assert_eq!(writing.columns.len(), 0, "a field for each column of {}", target.table);
        if piece.len() >= PIECE_BYTES {
            sink.send(piece.as_slice()).await?;
            piece.clear();
        }
    }
    piece.extend(END.to_be_bytes());
    sink.send(piece.as_slice()).await?;
    sink.finish().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    static TARGET: Target = Target {
        table: "market.things",
        columns: &[
            ("a", Type::Int8),
            ("b", Type::Text),
            ("c", Type::Bool),
            ("d", Type::Bytea),
            ("e", Type::Text),
        ],
    };

    #[test]
    fn fields_are_written_as_the_manual_says() {
        assert_eq!(TARGET.statement(), "copy market.things (a, b, c, d, e) from stdin (format binary)");
        let mut bytes = Vec::new();
        let mut row = Row { bytes: &mut bytes, columns: TARGET.columns.iter() };
        row.int8(-2).text("hé").bool(true).bytea([7_u8, 8].as_slice()).text(None);
        let expected = [
            [0, 0, 0, 8].as_slice(),
            &[255, 255, 255, 255, 255, 255, 255, 254],
            &[0, 0, 0, 3],
            "hé".as_bytes(),
            &[0, 0, 0, 1, 1],
            &[0, 0, 0, 2, 7, 8],
            &[255, 255, 255, 255],
        ];
        assert_eq!(bytes, expected.concat());
        assert_eq!(HEADER.len(), 19, "11 bytes of signature, 4 of flags, 4 of the extension's length");
    }

    #[test]
    #[should_panic(expected = "the columns of the target, in order")]
    fn a_field_of_another_type_is_a_defect() {
        let mut bytes = Vec::new();
        Row { bytes: &mut bytes, columns: TARGET.columns.iter() }.text("a");
    }
}
