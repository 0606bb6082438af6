//! Has the linker write the module's calls and addresses as short as they are, which saves some 20 KB.
//!
//! Otherwise it leaves five bytes for each, so that it need not move anything. It shortens only where nothing is kept
//! for a debugger: with `CARGO_PROFILE_WASM_DEBUG=2 CARGO_PROFILE_WASM_STRIP=none` the module is as long as it comes.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name, value: &str| std::env::var_os(name).is_some_and(|it| it == value);
    if is("CARGO_CFG_TARGET_FAMILY", "wasm") && is("OPT_LEVEL", "z") && is("DEBUG", "false") {
        println!("cargo::rustc-link-arg-cdylib=--compress-relocations");
    }
}
