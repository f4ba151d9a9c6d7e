//! The files that are checked, within bounds.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};

use crate::cli::Input;

/// Largest file read whole, in bytes: the evidence of a long scan in base64.
const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Opens a file for reading by lines.
///
/// # Errors
/// A sentence that names the file.
pub(super) fn open(input: &Input) -> Result<Box<dyn BufRead>, String> {
    Ok(match input {
        Input::Standard => Box::new(BufReader::new(std::io::stdin())),
        Input::File(path) => {
            let file = File::open(path).map_err(|fault| unreadable(input, &fault))?;
            Box::new(BufReader::with_capacity(1 << 16, file))
        }
    })
}

/// Reads a file whole.
///
/// # Errors
/// A sentence that names the file.
pub(super) fn read(input: &Input) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = open(input)?.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes);
    let length = read.map_err(|fault| unreadable(input, &fault))?;
    if length as u64 > FILE_BYTES_MAX {
        return Err(format!("{} is larger than {} MB", input.name(), FILE_BYTES_MAX >> 20));
    }
    Ok(bytes)
}

fn unreadable(input: &Input, fault: &std::io::Error) -> String {
    format!("{} cannot be read: {fault}", input.name())
}
