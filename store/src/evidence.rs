//! The evidence: raw answers, compressed, content-addressed, kept for a configured time.

use domain::{EvidenceHash, exchange::EVIDENCE_BYTES_MAX};
use sqlx::PgConnection;

use crate::pool::Pool;

/// Most bytes one piece of evidence may have uncompressed; a larger one is never stored, so none larger is ever unpacked. Every answer
/// that is fetched fits with its request.
pub const SIZE_BYTES_MAX: usize = EVIDENCE_BYTES_MAX;
const LEVEL: i32 = 3;

/// Evidence ready to be stored: compressed once, outside the transaction.
#[derive(Debug, Clone)]
pub struct Packed {
    /// Content address.
    pub hash: EvidenceHash,
    /// Who sent it.
    pub market: String,
    /// zstd frame.
    pub body: Vec<u8>,
    /// Uncompressed size in bytes.
    pub size_bytes: i64,
}

/// Why evidence could not be packed or unpacked.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceFault {
    /// Beyond [`SIZE_BYTES_MAX`].
    #[error("evidence of {size} bytes is above the limit of {SIZE_BYTES_MAX}")]
    TooLarge {
        /// Its size in bytes.
        size: usize,
    },
    /// The stored bytes are not what their hash says.
    #[error("evidence {hash} is damaged: {why}")]
    Damaged {
        /// Which.
        hash: EvidenceHash,
        /// How.
        why: String,
    },
    /// PostgreSQL refused.
    #[error("evidence could not be read: {0}")]
    Database(#[from] sqlx::Error),
}

/// Compresses evidence bytes.
///
/// # Errors
/// [`EvidenceFault::TooLarge`].
pub fn pack(market: &str, bytes: &[u8]) -> Result<Packed, EvidenceFault> {
    let hash = EvidenceHash::of(bytes);
    if bytes.len() > SIZE_BYTES_MAX {
        return Err(EvidenceFault::TooLarge { size: bytes.len() });
    }
    let body = zstd::bulk::compress(bytes, LEVEL)
        .map_err(|fault| EvidenceFault::Damaged { hash, why: fault.to_string() })?;
    let size_bytes = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    Ok(Packed { hash, market: market.to_owned(), body, size_bytes })
}

/// Unpacks a stored frame and checks its hash.
///
/// # Errors
/// [`EvidenceFault::Damaged`].
pub fn unpack(hash: EvidenceHash, body: &[u8]) -> Result<Vec<u8>, EvidenceFault> {
    let bytes = zstd::bulk::decompress(body, SIZE_BYTES_MAX)
        .map_err(|fault| EvidenceFault::Damaged { hash, why: fault.to_string() })?;
    if EvidenceHash::of(&bytes) != hash {
        return Err(EvidenceFault::Damaged { hash, why: "its bytes have another hash".into() });
    }
    Ok(bytes)
}

/// Evidence bytes by hash and until when they are kept (microseconds since 1970); `None` when never stored or swept.
///
/// # Errors
/// [`EvidenceFault`].
pub async fn load(pool: &Pool, hash: EvidenceHash) -> Result<Option<(Vec<u8>, i64)>, EvidenceFault> {
    let row = sqlx::query!(
        r#"select body, (extract(epoch from kept_until) * 1000000)::bigint as "kept_until_us!"
           from market.evidence where hash = $1"#,
        hash.0.as_slice()
    )
    .fetch_optional(pool)
    .await?;
    row.map(|row| unpack(hash, &row.body).map(|bytes| (bytes, row.kept_until_us))).transpose()
}

/// Stores evidence; what is there already is kept longer, not twice.
///
/// # Errors
/// What PostgreSQL says.
pub(crate) async fn store(
    connection: &mut PgConnection,
    packed: &[Packed],
    keep_days: i32,
) -> Result<(), sqlx::Error> {
    if packed.is_empty() {
        return Ok(());
    }
    let hashes: Vec<Vec<u8>> = packed.iter().map(|p| p.hash.0.to_vec()).collect();
    let markets: Vec<String> = packed.iter().map(|p| p.market.clone()).collect();
    let bodies: Vec<Vec<u8>> = packed.iter().map(|p| p.body.clone()).collect();
    let sizes: Vec<i64> = packed.iter().map(|p| p.size_bytes).collect();
    sqlx::query!(
        "insert into market.evidence (hash, market, body, size_bytes, kept_until)
         select distinct on (u.hash) u.hash, u.market, u.body, u.size_bytes, now() + make_interval(days => $5)
         from unnest($1::bytea[], $2::text[], $3::bytea[], $4::bigint[]) as u(hash, market, body, size_bytes)
         on conflict (hash) do update set kept_until = greatest(evidence.kept_until, excluded.kept_until)",
        &hashes,
        &markets,
        &bodies,
        &sizes,
        keep_days
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Deletes evidence whose time is over, at most `count_max` pieces; says how many.
///
/// # Errors
/// What PostgreSQL says.
pub async fn sweep(pool: &Pool, count_max: i64) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!(
        "delete from market.evidence where hash in (select hash from market.evidence where kept_until < now() order by kept_until limit $1)",
        count_max
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected())
}

#[cfg(test)]
mod tests {
    use domain::{Exchange, MarketId, Origin, RequestRecord, exchange::BODY_BYTES_MAX};

    use super::*;

    #[test]
    fn packs_and_unpacks_and_sees_damage() {
        let packed = pack("getgems", b"{}\nbody").unwrap();
        assert_eq!(unpack(packed.hash, &packed.body).unwrap(), b"{}\nbody");
        let other = EvidenceHash::of(b"other");
        assert!(matches!(unpack(other, &packed.body), Err(EvidenceFault::Damaged { .. })));
        assert!(matches!(unpack(packed.hash, b"no frame"), Err(EvidenceFault::Damaged { .. })));
    }

    #[test]
    fn the_largest_answer_fits_with_its_request() {
        let exchange = Exchange {
            market: MarketId::parse("getgems").unwrap(),
            request: RequestRecord {
                method: "POST".into(),
                target: "x".repeat(8_000),
                body: Some("y".repeat(8_000)),
            },
            status: 200,
            body: vec![b'1'; BODY_BYTES_MAX],
            started_at_us: 0,
            received_at_us: 0,
            origin: Origin::Fetched,
        };
        let bytes = exchange.evidence_bytes();
        let packed = pack("getgems", &bytes).unwrap();
        assert!(unpack(packed.hash, &packed.body).unwrap() == bytes);
    }

    #[test]
    fn a_bomb_is_refused_both_ways() {
        let bomb = vec![0; SIZE_BYTES_MAX + 1];
        assert!(matches!(pack("getgems", &bomb), Err(EvidenceFault::TooLarge { .. })));
        let frame = zstd::bulk::compress(&bomb, 3).unwrap();
        assert!(matches!(unpack(EvidenceHash::of(&bomb), &frame), Err(EvidenceFault::Damaged { .. })));
    }
}
