//! Lists the static files for `src/files.rs`.

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
};

fn main() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let mut found = Vec::new();
    for (folder, prefix) in [("static", ""), ("explorer/dist", "explorer/")] {
        println!("cargo::rerun-if-changed={folder}");
        collect(&root.join(folder), prefix, &mut found);
    }
    found.sort();
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it")).join("files.rs");
    let mut file = fs::File::create(out).expect("the build folder can be written");
    writeln!(file, "static FILES: [File; {}] = [", found.len()).expect("written");
    for (path, place) in &found {
        let kind = content_type(path);
        writeln!(file, "    File::new({path:?}, {kind:?}, include_bytes!({place:?})),").expect("written");
    }
    writeln!(file, "];").expect("written");
}

fn collect(folder: &Path, prefix: &str, found: &mut Vec<(String, PathBuf)>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        if path.is_dir() {
            collect(&path, &format!("{prefix}{name}/"), found);
        } else {
            found.push((format!("{prefix}{name}"), path));
        }
    }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "json" | "map" => "application/json",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        other => panic!("no content type is known for .{other} ({path}): add it to pages/build.rs"),
    }
}
