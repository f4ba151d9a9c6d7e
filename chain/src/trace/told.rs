//! A value with what each side says of it: the messages, from which it is recomputed, and the extract, which claims it.

/// Which side gave a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GivenBy {
    /// Read from message bodies and values; whether these were held against their hashes,
    /// [`super::consistency::Consistency::transactions_not_recomputed`] says.
    Messages,
    /// Claimed by the source's extract of get-methods.
    Interfaces,
    /// Both say the same.
    Both,
}

/// A value of which either side may speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told<T> {
    /// What follows from the messages.
    pub messages: Option<T>,
    /// What the extract claims.
    pub interfaces: Option<T>,
}

impl<T> Default for Told<T> {
    fn default() -> Self {
        Self { messages: None, interfaces: None }
    }
}

impl<T: PartialEq + Copy> Told<T> {
    /// From the messages alone.
    pub fn by_messages(value: T) -> Self {
        Self { messages: Some(value), interfaces: None }
    }

    /// The value to show: that of the messages, where they speak.
    pub fn value(&self) -> Option<T> {
        self.messages.or(self.interfaces)
    }

    /// Who gave [`Told::value`].
    pub fn given_by(&self) -> Option<GivenBy> {
        match (self.messages, self.interfaces) {
            (Some(one), Some(other)) if one == other => Some(GivenBy::Both),
            (Some(_), _) => Some(GivenBy::Messages),
            (None, Some(_)) => Some(GivenBy::Interfaces),
            (None, None) => None,
        }
    }

    /// Whether both speak and say different things.
    pub fn is_contradicted(&self) -> bool {
        matches!((self.messages, self.interfaces), (Some(one), Some(other)) if one != other)
    }
}
