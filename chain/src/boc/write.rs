//! Writes a bag of cells: each distinct cell once, parents before children, no index, with a checksum.

use std::collections::{HashMap, HashSet};

use super::crc32c::crc32c;
use crate::cell::Cell;
use crate::hash::Hash256;

/// The bag with `root` as its only root. The same cell always gives the same bytes.
pub fn write(root: &Cell) -> Vec<u8> {
    let cells = parents_first(root);
    let places: HashMap<Hash256, usize> =
        cells.iter().enumerate().map(|(place, cell)| (cell.hash(), place)).collect();
    let reference_bytes = bytes_for(cells.len());
    let mut data = Vec::new();
    for cell in &cells {
        let (first, second) = cell.descriptors();
        data.extend([first, second]);
        data.extend(cell.padded_data());
        for reference in cell.references() {
            push(&mut data, places[&reference.hash()], reference_bytes);
        }
    }
    let offset_bytes = bytes_for(data.len());
    let mut bytes = vec![0xb5, 0xee, 0x9c, 0x72, 0b0100_0000 | reference_bytes as u8, offset_bytes as u8];
    push(&mut bytes, cells.len(), reference_bytes);
    push(&mut bytes, 1, reference_bytes);
    push(&mut bytes, 0, reference_bytes);
    push(&mut bytes, data.len(), offset_bytes);
    push(&mut bytes, 0, reference_bytes);
    bytes.extend(data);
    bytes.extend(crc32c(&bytes).to_le_bytes());
    bytes
}

/// Every distinct cell once. A parent is deeper than each of its children, so depth, descending, is an order in which
/// references point forward; among equals the order of discovery is kept.
fn parents_first(root: &Cell) -> Vec<Cell> {
    let mut seen = HashSet::from([root.hash()]);
    let mut cells = vec![root.clone()];
    let mut next = 0;
    while let Some(cell) = cells.get(next).cloned() {
        next += 1;
        for reference in cell.references() {
            if seen.insert(reference.hash()) {
                cells.push(reference.clone());
            }
        }
    }
    cells.sort_by_key(|cell| std::cmp::Reverse(cell.depth()));
    cells
}

/// Bytes that hold `value`, at least one.
fn bytes_for(value: usize) -> usize {
    (usize::BITS - value.leading_zeros()).div_ceil(8).max(1) as usize
}

fn push(bytes: &mut Vec<u8>, value: usize, width: usize) {
    let all = (value as u64).to_be_bytes();
    bytes.extend_from_slice(&all[all.len() - width..]);
}
