//! What a sale contract's own get-method returns, by the version that its code hash names.
//!
//! Layouts: github getgems-io/nft-contracts `packages/contracts/sources` (2026-03-23), checked 2026-12-01 against the sources; no
//! recorded stack was found to check against.

use super::ContractSeen;
use crate::address::Address;
use crate::cell::ReadError;
use crate::contract::{GetgemsCode, GetgemsRole};
use crate::stack::{StackError, StackInteger, StackValue, parse_stack};

/// Where the values stand in a get-method's answer.
struct Layout {
    /// The get-method.
    method: &'static str,
    /// How many values it returns.
    values: usize,
    /// First value, where it names the kind of contract.
    magic: Option<i64>,
    /// Place of "complete"; `None` where the contract does not say.
    is_complete: Option<usize>,
    /// Place of the market's address; item, seller and price follow it.
    market: usize,
}

/// `FIXP` and `AUC`.
const FIXED_PRICE: i64 = 0x4649_5850;
const AUCTION: i64 = 0x41_5543;

/// Why an answer is not that of the contract it is said to be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SaleDataError {
    /// The layout of this version is not known here.
    #[error("the data of {version} is not read here")]
    Version {
        /// The version.
        version: String,
    },
    /// The answer is no stack.
    #[error(transparent)]
    Stack(#[from] StackError),
    /// Another number of values.
    #[error("{expected} values expected, found {found}")]
    Count {
        /// Values that the version returns.
        expected: usize,
        /// Values found.
        found: usize,
    },
    /// The first value names another kind of contract.
    #[error("the first value names another kind of contract")]
    Magic,
    /// A value of another type, or out of range.
    #[error("value {place} is no {expected}")]
    Value {
        /// Its place, from 0.
        place: usize,
        /// What was expected.
        expected: &'static str,
    },
    /// An address that cannot be read.
    #[error("value {place}: {fault}")]
    Address {
        /// Its place, from 0.
        place: usize,
        /// What is wrong.
        fault: ReadError,
    },
}

fn layout(code: &GetgemsCode) -> Option<Layout> {
    let sale_data = |values, magic| Layout {
        method: "get_sale_data",
        values,
        magic: Some(magic),
        is_complete: Some(1),
        market: 3,
    };
    match (code.role, code.version.as_str()) {
        (GetgemsRole::FixedPriceSale, "v1") => {
            Some(Layout { method: "get_sale_data", values: 7, magic: None, is_complete: None, market: 0 })
        }
        (GetgemsRole::FixedPriceSale, "v2" | "v3" | "v3r2" | "v3r3") => Some(sale_data(11, FIXED_PRICE)),
        (GetgemsRole::FixedPriceSale, "v4r1") => Some(Layout {
            method: "get_fix_price_data_v4",
            values: 13,
            magic: None,
            is_complete: Some(0),
            market: 2,
        }),
        (GetgemsRole::Auction, "v2" | "v3r2" | "v3r3") => Some(sale_data(20, AUCTION)),
        _ => None,
    }
}

/// The get-method to ask of a contract with this code; `None` where its answer is not read here.
pub fn data_method(code: &GetgemsCode) -> Option<&'static str> {
    layout(code).map(|layout| layout.method)
}

/// Reads the answer of [`data_method`] of a contract with this code.
///
/// # Errors
/// [`SaleDataError`] naming the value.
pub fn parse_data(code: &GetgemsCode, stack_boc: &[u8]) -> Result<ContractSeen, SaleDataError> {
    let Some(layout) = layout(code) else {
        return Err(SaleDataError::Version { version: code.version.clone() });
    };
    let values = parse_stack(stack_boc)?;
    if values.len() != layout.values {
        return Err(SaleDataError::Count { expected: layout.values, found: values.len() });
    }
    if let Some(magic) = layout.magic
        && integer(&values, 0)?.to_i64() != Some(magic)
    {
        return Err(SaleDataError::Magic);
    }
    let is_complete = match layout.is_complete {
        None => None,
        Some(place) => Some(integer(&values, place)?.to_i64() != Some(0)),
    };
    let price = integer(&values, layout.market + 3)?.to_i64().and_then(|price| u64::try_from(price).ok());
    let not_an_amount = SaleDataError::Value { place: layout.market + 3, expected: "amount" };
    Ok(ContractSeen {
        code_hash: Some(code.code_hash),
        is_complete,
        market: address(&values, layout.market)?,
        item: address(&values, layout.market + 1)?,
        seller: address(&values, layout.market + 2)?,
        price_nanoton: Some(price.ok_or(not_an_amount)?),
    })
}

fn integer(values: &[StackValue], place: usize) -> Result<StackInteger, SaleDataError> {
    match &values[place] {
        StackValue::Integer(integer) => Ok(*integer),
        _ => Err(SaleDataError::Value { place, expected: "number" }),
    }
}

fn address(values: &[StackValue], place: usize) -> Result<Option<Address>, SaleDataError> {
    match &values[place] {
        StackValue::Slice(slice) => {
            slice.reader().address().map_err(|fault| SaleDataError::Address { place, fault })
        }
        _ => Err(SaleDataError::Value { place, expected: "address" }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::boc::write;
    use crate::cell::{Cell, CellBuilder};
    use crate::contract::Network;

    const MARKET: Address = Address::new(0, [1; 32]);
    const ITEM: Address = Address::new(0, [2; 32]);
    const SELLER: Address = Address::new(0, [3; 32]);

    fn number(value: i64) -> CellBuilder {
        CellBuilder::new().uint(1, 8).uint(value.cast_unsigned(), 64)
    }

    fn slice(address: Option<Address>) -> CellBuilder {
        let cell = CellBuilder::new().address(address.as_ref()).build().unwrap();
        let bits = cell.bit_length() as u64;
        CellBuilder::new().uint(4, 8).reference(cell).uint(0, 10).uint(bits, 10).uint(0, 6)
    }

    fn stack(values: Vec<CellBuilder>) -> Vec<u8> {
        let count = values.len() as u64;
        let empty = CellBuilder::new().build().unwrap();
        let top = values.into_iter().fold(empty, |below, value| {
            let value: Cell = value.build().unwrap();
            CellBuilder::new().reference(below).append(&value).build().unwrap()
        });
        write(&CellBuilder::new().uint(count, 24).append(&top).build().unwrap())
    }

    fn code(role: GetgemsRole, version: &str) -> &'static GetgemsCode {
        let codes = &Network::named("mainnet").unwrap().getgems_codes;
        codes.iter().find(|code| code.role == role && code.version == version).unwrap()
    }

    /// Numbers that mean nothing here up to `values`.
    fn filled(mut head: Vec<CellBuilder>, values: usize) -> Vec<CellBuilder> {
        while head.len() < values {
            head.push(number(0));
        }
        head
    }

    fn parties() -> Vec<CellBuilder> {
        vec![slice(Some(MARKET)), slice(Some(ITEM)), slice(Some(SELLER)), number(1_350_000_000)]
    }

    #[test]
    fn every_version_says_where_its_values_stand() {
        use GetgemsRole::{Auction, FixedPriceSale};
        let magic = |magic| vec![number(magic), number(-1), number(0)];
        for (role, version, head, values, method, is_complete) in [
            (FixedPriceSale, "v1", vec![], 7, "get_sale_data", None),
            (FixedPriceSale, "v2", magic(FIXED_PRICE), 11, "get_sale_data", Some(true)),
            (FixedPriceSale, "v3r3", magic(FIXED_PRICE), 11, "get_sale_data", Some(true)),
            (FixedPriceSale, "v4r1", vec![number(0), number(0)], 13, "get_fix_price_data_v4", Some(false)),
            (Auction, "v3r2", magic(AUCTION), 20, "get_sale_data", Some(true)),
        ] {
            let code = code(role, version);
            let boc = stack(filled([head, parties()].concat(), values));
            let expected = ContractSeen {
                code_hash: Some(code.code_hash),
                is_complete,
                market: Some(MARKET),
                item: Some(ITEM),
                seller: Some(SELLER),
                price_nanoton: Some(1_350_000_000),
            };
            assert_eq!(parse_data(code, &boc), Ok(expected), "{version}");
            assert_eq!(data_method(code), Some(method), "{version}");
        }
        for (role, version) in [(Auction, "v1"), (Auction, "v4r1"), (GetgemsRole::Offer, "v1")] {
            assert_eq!(data_method(code(role, version)), None);
            assert!(matches!(parse_data(code(role, version), &[]), Err(SaleDataError::Version { .. })));
        }
    }

    #[test]
    fn another_answer_is_refused_by_name() {
        let code = code(GetgemsRole::FixedPriceSale, "v3r3");
        let answer = |head: Vec<CellBuilder>, values| parse_data(code, &stack(filled(head, values)));
        let head = |magic, complete: CellBuilder| vec![number(magic), complete, number(0)];
        let good = || head(FIXED_PRICE, number(0));
        let with = |at: usize, value: CellBuilder| {
            let mut parties = parties();
            parties[at] = value;
            answer([good(), parties].concat(), 11)
        };
        assert_eq!(answer(good(), 10), Err(SaleDataError::Count { expected: 11, found: 10 }));
        assert_eq!(answer([head(AUCTION, number(0)), parties()].concat(), 11), Err(SaleDataError::Magic));
        let no_number = Err(SaleDataError::Value { place: 1, expected: "number" });
        assert_eq!(answer([head(FIXED_PRICE, slice(None)), parties()].concat(), 11), no_number);
        assert_eq!(with(0, number(5)), Err(SaleDataError::Value { place: 3, expected: "address" }));
        assert_eq!(with(3, number(-1)), Err(SaleDataError::Value { place: 6, expected: "amount" }));
        assert_eq!(with(2, slice(None)).map(|seen| seen.seller), Ok(None));
        assert!(matches!(parse_data(code, b"x"), Err(SaleDataError::Stack(_))));
    }

    proptest! {
        #[test]
        fn any_values_are_data_or_an_error(kinds in prop::collection::vec(0..3_u8, 0..22), version in 0..15_usize) {
            let code = &Network::named("mainnet").unwrap().getgems_codes[version];
            let values = kinds.iter().map(|kind| match kind {
                0 => number(FIXED_PRICE),
                1 => slice(Some(ITEM)),
                _ => slice(None),
            });
            if let Ok(seen) = parse_data(code, &stack(values.collect())) {
                prop_assert_eq!(seen.code_hash, Some(code.code_hash));
            }
        }
    }
}
