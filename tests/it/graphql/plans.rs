//! The sorts and filters of the listing page against a big table: each is read from an index, not sorted whole.

use store::{
    Pool,
    read::{Direction, ListingFilter, ListingSort, Page, PriceOf, PriceRange, listing_page, listing_plan},
};

/// Listings in the table; a third of them have ended.
const LISTINGS: i64 = 100_000;

async fn fill(pool: &Pool) {
    let sql = "insert into market.listings (from_position, to_position, market, lot, slug, number, model, model_per_mille, symbol, backdrop,
            price_amount, price_currency, fee_basis, all_in_amount, all_in_at_least, all_in_lines, listed_at_us, seen_at_us, custody, owner,
            ask_position, origin)
        select n, case when n % 3 = 0 then n + 50000 end, case when n % 2 = 0 then 'getgems' else 'mrkt' end, 'lot-' || n,
            'collection' || n % 100, n / 100 + 1, 'model ' || n % 60, n % 60 + 1, 'symbol ' || n % 200, 'backdrop ' || n % 80,
            (n * 7919 % 1000003) * 1000, 'TON', 'buyer_pays', (n * 7919 % 1000003) * 1010, false, '[]', n * 1000000, n * 1000000, 'market',
            'owner ' || n % 5000, n, 'fetched'
        from generate_series(1, $1::bigint) n";
    sqlx::query(sql).bind(LISTINGS).execute(pool).await.expect("rows");
    sqlx::raw_sql("vacuum analyze market.listings").execute(pool).await.expect("statistics");
}

fn collection() -> ListingFilter {
    ListingFilter { slugs: vec!["collection7".into()], ..ListingFilter::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_sort_and_filter_is_read_from_its_index() {
    let database = harness::database().await;
    let pool = &database.pool;
    fill(pool).await;
    let page = Page { after: None, limit: 21 };
    let all = ListingFilter::default();
    let priced = |of| ListingFilter {
        price: Some(PriceRange { currency: "TON".into(), of, from: Some(5_000_000), to: None }),
        ..ListingFilter::default()
    };
    let model = ListingFilter { models: vec!["model 7".into()], ..collection() };
    let backdrop = ListingFilter { backdrops: vec!["backdrop 7".into()], ..collection() };
    let owner = ListingFilter { owner: Some("owner 7".into()), ..ListingFilter::default() };
    let number = ListingFilter { number_from: Some(5), number_to: Some(5), ..collection() };
    for (filter, sort, index) in [
        (&all, ListingSort::Price, "listings_open_price"),
        (&all, ListingSort::AllIn, "listings_open_all_in"),
        (&all, ListingSort::Number, "listings_open_number"),
        (&all, ListingSort::Listed, "listings_open_listed"),
        (&all, ListingSort::Rarity, "listings_open_rarity"),
        (&priced(PriceOf::Market), ListingSort::Price, "listings_open_price"),
        (&priced(PriceOf::AllIn), ListingSort::AllIn, "listings_open_all_in"),
        (&collection(), ListingSort::Price, "listings_open_collection_price"),
        (&collection(), ListingSort::AllIn, "listings_open_collection_all_in"),
        (&collection(), ListingSort::Number, "listings_open_collection_number"),
        (&collection(), ListingSort::Listed, "listings_open_collection_listed"),
        (&collection(), ListingSort::Rarity, "listings_open_collection_rarity"),
        (&model, ListingSort::Price, "listings_open_collection_model"),
        (&backdrop, ListingSort::Price, "listings_open_collection_backdrop"),
        (&owner, ListingSort::Price, "listings_open_owner"),
        (&number, ListingSort::Price, "listings_gift"),
    ] {
        for direction in [Direction::Ascending, Direction::Descending] {
            let first = listing_page(pool, filter, sort, direction, &page, LISTINGS).await.expect("a page");
            let after = first.get(10).map(|row| row.key(sort));
            for page in [page.clone(), Page { after, limit: 21 }] {
                let plan = listing_plan(pool, filter, sort, direction, &page, LISTINGS)
                    .await
                    .expect("a plan")
                    .join("\n");
                assert!(plan.contains(index), "{sort:?} {direction:?} {filter:?}\n{plan}");
                assert!(!plan.contains("Seq Scan"), "{sort:?} {direction:?} {filter:?}\n{plan}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_picture_is_the_sum_of_open_and_ended_versions() {
    let database = harness::database().await;
    let pool = &database.pool;
    fill(pool).await;
    for position in [0, 1, 50, 40_000, 75_000, LISTINGS] {
        let count =
            store::read::listings_count(pool, &ListingFilter::default(), position).await.expect("a count");
        // Of 1..=position, those divisible by three have ended 50,000 later.
        let ended = (position - 50_000).max(0) / 3;
        assert_eq!(count, position - ended, "at {position}");
        let filter = collection();
        let page = Page { after: None, limit: 5_000 };
        let rows = listing_page(pool, &filter, ListingSort::Number, Direction::Ascending, &page, position)
            .await
            .expect("rows");
        let expected =
            (1..=position).filter(|n| n % 100 == 7 && (n % 3 != 0 || n + 50_000 > position)).count();
        assert_eq!(rows.len(), expected, "of one collection at {position}");
    }
}
