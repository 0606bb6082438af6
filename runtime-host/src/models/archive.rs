//! Files out of a package: wheels are zip, npm packages and crates are packed tar.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use flate2::read::GzDecoder;

/// Hands the wanted files over, in the order of the archive; `take` says which they are. Paths in an archive are only
/// compared, never written to.
pub(super) fn read(
    archive: &Path,
    mut take: impl FnMut(&str, &mut dyn Read) -> io::Result<()>,
) -> io::Result<()> {
    let mut start = [0; 2];
    File::open(archive)?.read_exact(&mut start)?;
    match &start {
        b"PK" => {
            let mut zip = zip::ZipArchive::new(File::open(archive)?)?;
            for at in 0..zip.len() {
                let mut file = zip.by_index(at)?;
                let name = file.name()?.into_owned();
                take(&name, &mut file)?;
            }
            Ok(())
        }
        [0x1f, 0x8b] => {
            let mut tar = tar::Archive::new(GzDecoder::new(File::open(archive)?));
            for file in tar.entries()? {
                let mut file = file?;
                let name = String::from_utf8_lossy(&file.path_bytes()).into_owned();
                take(&name, &mut file)?;
            }
            Ok(())
        }
        _ => Err(io::Error::new(io::ErrorKind::InvalidData, "it is neither zip nor packed tar")),
    }
}
