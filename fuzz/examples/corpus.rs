//! Writes each surface's corpus as files for cargo fuzz: `cargo run -p fuzz --example corpus FOLDER`.

use std::{env, fs, io, path::PathBuf};

fn main() -> io::Result<()> {
    let folder = PathBuf::from(env::args().nth(1).unwrap_or_else(|| "fuzz/targets/corpus".into()));
    for surface in fuzz::SURFACES {
        let folder = folder.join(surface.name);
        fs::create_dir_all(&folder)?;
        for (index, entry) in (surface.corpus)().iter().enumerate() {
            fs::write(folder.join(format!("fixture-{index:04}")), entry)?;
        }
    }
    Ok(())
}
