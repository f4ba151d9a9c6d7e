//! Quirks of toncenter, each by name.

