//! The outsiders of the sandbox, one line each. The world, the routes, the control endpoint and the truth learn of a market
//! by its line alone.

use crate::market::Market;

/// Every outsider. The order decides which gifts a seed puts where: append at the end.
pub const MARKETS: &[&Market] = &[
    &crate::tonapi::MARKET, // rates
    &crate::getgems::MARKET,
    &crate::mrkt::MARKET,
    &crate::fragment::MARKET,
    &crate::tonnel::MARKET,
    &crate::portals::MARKET,
    &crate::toncenter::MARKET, // chain
    &crate::gift_page::MARKET, // t.me
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registrations_are_sound() {
        let shares: u16 =
            MARKETS.iter().flat_map(|market| market.shelves).map(|shelf| shelf.gifts_per_mille).sum();
        assert!(shares <= 1_000, "more gifts than there are");
        for (at, market) in MARKETS.iter().enumerate() {
            assert!(
                MARKETS.iter().skip(at + 1).all(|other| other.id != market.id && other.base != market.base)
            );
            assert!(market.base.starts_with('/') && !market.base.ends_with('/'));
            for shelf in market.shelves {
                let whole = |shares: Vec<u16>| shares.is_empty() || shares.iter().sum::<u16>() == 1_000;
                assert!(whole(shelf.ways.iter().map(|(_, _, share)| *share).collect()), "{}", market.id);
                assert!(whole(shelf.fees.iter().map(|(_, _, share)| *share).collect()), "{}", market.id);
                assert!(!shelf.ways.is_empty() && shelf.listed_per_mille <= 1_000);
            }
            for (at, endpoint) in market.endpoints.iter().enumerate() {
                assert!(endpoint.route.starts_with('/'));
                assert!(market.endpoints.iter().skip(at + 1).all(|other| other.name != endpoint.name));
            }
        }
    }
}
