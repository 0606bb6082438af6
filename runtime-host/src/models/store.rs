//! Files by what is in them: a folder outside every checkout, filled once, read for ever after.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sha2::{Digest, Sha256};

/// A folder of files that are named by their sha256.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    pub fn at(folder: impl Into<PathBuf>) -> Store {
        Store { folder: folder.into() }
    }

    /// `WRP_MODELS`, else `wrp/models` in the user's cache.
    pub fn of_user() -> Option<Store> {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let cache = || set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")));
        set("WRP_MODELS").or_else(|| Some(cache()?.join("wrp/models"))).map(Store::at)
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where a file lies, or would.
    pub fn path(&self, sha256: &str) -> PathBuf {
        self.folder.join(sha256)
    }

    /// Whether a file is there, in full by its length. Its bytes are checked when it is read.
    pub fn has(&self, sha256: &str, size: u64) -> bool {
        std::fs::metadata(self.path(sha256)).is_ok_and(|found| found.is_file() && found.len() == size)
    }

    /// Whether a file is there and undamaged.
    pub fn holds(&self, sha256: &str, size: u64) -> bool {
        self.has(sha256, size) && digest_file(&self.path(sha256)).is_ok_and(|found| found == sha256)
    }

    /// A file's bytes, which are those that its name promises.
    pub fn read(&self, sha256: &str) -> io::Result<Vec<u8>> {
        let path = self.path(sha256);
        let bytes = std::fs::read(&path)?;
        let found = digest(&bytes);
        if found == sha256 {
            return Ok(bytes);
        }
        let why = format!("`{}` is damaged: its sha256 is {found}; pull it again", path.display());
        Err(io::Error::new(io::ErrorKind::InvalidData, why))
    }

    /// Takes a file in, whole or not at all: a file that is cut, or is not what was promised, leaves nothing.
    pub fn put(&self, sha256: &str, mut from: impl Read) -> io::Result<()> {
        static SCRATCH: AtomicU64 = AtomicU64::new(0);
        std::fs::create_dir_all(&self.folder)?;
        let number = SCRATCH.fetch_add(1, Ordering::Relaxed);
        let scratch = self.folder.join(format!(".{sha256}.{}-{number}", std::process::id()));
        let taken = copy_hashing(&mut from, &scratch).and_then(|found| match found == sha256 {
            true => std::fs::rename(&scratch, self.path(sha256)),
            false => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("its sha256 is {found}, and {sha256} was promised"),
            )),
        });
        if taken.is_err() {
            // The error is what matters; a leftover is overwritten by nobody and harms nobody.
            let _ = std::fs::remove_file(&scratch);
        }
        taken
    }

    /// A folder for what is being fetched, on the same disk.
    pub fn scratch(&self) -> io::Result<PathBuf> {
        std::fs::create_dir_all(&self.folder)?;
        self.sweep()?;
        let folder = self.folder.join(format!(".fetch-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// Removes what a pull has left that was killed. One that is a day old has nobody at work on it.
    fn sweep(&self) -> io::Result<()> {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        for entry in std::fs::read_dir(&self.folder)?.flatten() {
            let is_scratch = entry.file_name().to_string_lossy().starts_with('.');
            let age = entry.metadata().and_then(|about| about.modified());
            if is_scratch && age.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > DAY)) {
                let path = entry.path();
                // Somebody else may sweep at the same time, and then it is gone already.
                let _ =
                    if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
            }
        }
        Ok(())
    }
}

/// Lower-case hexadecimal sha256.
pub fn digest(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// The digest of a file that may be large.
pub fn digest_file(path: &Path) -> io::Result<String> {
    let mut hasher = Hashing { to: io::sink(), hasher: Sha256::new() };
    io::copy(&mut std::fs::File::open(path)?, &mut hasher)?;
    Ok(hexadecimal(&hasher.hasher.finalize()))
}

fn copy_hashing(from: &mut impl Read, to: &Path) -> io::Result<String> {
    let mut copy = Hashing { to: std::fs::File::create(to)?, hasher: Sha256::new() };
    io::copy(from, &mut copy)?;
    copy.to.sync_all()?;
    Ok(hexadecimal(&copy.hasher.finalize()))
}

struct Hashing<W> {
    to: W,
    hasher: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.to.write(bytes)?;
        self.hasher.update(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_is_read_and_a_wrong_file_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path().join("deep/inside"));
        let name = digest(b"weights");
        assert!(!store.has(&name, 7));
        store.put(&name, &b"weights"[..]).unwrap();
        assert!(store.has(&name, 7));
        assert_eq!(store.read(&name).unwrap(), b"weights");

        let other = digest(b"other");
        let refused = store.put(&other, &b"weights"[..]).unwrap_err();
        assert!(refused.to_string().contains("was promised"), "{refused}");
        assert_eq!(std::fs::read_dir(store.folder()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_killed_pull_left_is_swept_a_day_later() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        let (old, new) = (folder.path().join(".fetch-1"), folder.path().join(".fetch-2"));
        std::fs::create_dir(&old).unwrap();
        std::fs::write(old.join("part"), b"x").unwrap();
        std::fs::create_dir(&new).unwrap();
        let days_ago = std::time::SystemTime::now() - Duration::from_secs(3 * 24 * 60 * 60);
        std::fs::File::open(&old).unwrap().set_modified(days_ago).unwrap();
        store.scratch().unwrap();
        assert!(!old.exists() && new.exists());
    }

    #[test]
    fn a_damaged_file_is_never_handed_out() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        let name = digest(b"weights");
        store.put(&name, &b"weights"[..]).unwrap();
        std::fs::write(store.path(&name), b"weighty").unwrap();
        let refused = store.read(&name).unwrap_err();
        assert!(refused.to_string().contains("pull it again"), "{refused}");
    }
}
