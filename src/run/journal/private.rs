//! Files that only their owner can read: the journal holds people's names and their state before each change.
//!
//! Unix has a file mode for that; the files that SQLite puts beside the database take its mode over. On Windows they
//! take over what the folder says, so a folder that is made here gives its files to the owner alone, and in a folder
//! that was there before, each file gets an access list of its own. A file that cannot be made private is refused.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

/// Makes the database's folder and file if they are not there, and sees to it that what is there is private. A folder
/// that exists is left as it is: it may be anybody's.
pub(super) fn prepare(database: &Path) -> io::Result<()> {
    if let Some(folder) = database.parent()
        && !folder.is_dir()
    {
        system::create_folder(folder)?;
    }
    match system::create_file(database) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => keep(database),
        other => other,
    }
}

/// Makes the database and the files beside it private, as far as they exist.
pub(super) fn keep(database: &Path) -> io::Result<()> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let file = beside(database, suffix);
        match fs::metadata(&file) {
            Ok(metadata) if metadata.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(metadata) => system::restrict(&file, &metadata)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(database);
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(unix)]
mod system {
    use std::{
        fs::{self, DirBuilder, Metadata, OpenOptions, Permissions},
        io,
        os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
        path::Path,
    };

    /// The rights of everybody but the owner.
    const OTHERS: u32 = 0o077;

    pub(super) fn create_folder(folder: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)
    }

    pub(super) fn create_file(file: &Path) -> io::Result<()> {
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(file).map(drop)
    }

    /// By name: opening and closing the file would give up the locks that SQLite may hold on it in this process.
    pub(super) fn restrict(file: &Path, metadata: &Metadata) -> io::Result<()> {
        let mode = metadata.permissions().mode();
        if mode & OTHERS == 0 {
            return Ok(());
        }
        match fs::set_permissions(file, Permissions::from_mode(mode & !OTHERS)) {
            // The last connection of another process has just taken the file away.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => other?,
        }
        // Some file systems know no owner and take every mode without keeping it.
        if fs::metadata(file)?.permissions().mode() & OTHERS == 0 {
            Ok(())
        } else {
            Err(io::Error::new(io::ErrorKind::PermissionDenied, "its file system cannot keep it from other people"))
        }
    }
}

#[cfg(windows)]
mod system {
    use std::{
        fs::{self, Metadata},
        io,
        path::Path,
    };

    use crate::abi::owner_only;

    /// Folders above the last one are ordinary ones.
    pub(super) fn create_folder(folder: &Path) -> io::Result<()> {
        if let Some(parent) = folder.parent() {
            fs::create_dir_all(parent)?;
        }
        match owner_only::create_folder(folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        }
    }

    pub(super) fn create_file(file: &Path) -> io::Result<()> {
        owner_only::create_file(file)
    }

    pub(super) fn restrict(file: &Path, _metadata: &Metadata) -> io::Result<()> {
        match owner_only::restrict(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_folder_and_file_are_the_owners_alone() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("state").join("m365").join("journal.db");
        prepare(&file).unwrap();
        assert_eq!(mode(&file), 0o600);
        assert_eq!(mode(file.parent().unwrap()), 0o700);
        assert_eq!(mode(&home.path().join("state")), 0o700);
    }

    #[test]
    fn an_open_file_is_closed_to_others_and_its_folder_left_alone() {
        let home = tempfile::tempdir().unwrap();
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let file = home.path().join("journal.db");
        for suffix in ["", "-wal"] {
            fs::write(beside(&file, suffix), b"").unwrap();
            fs::set_permissions(beside(&file, suffix), fs::Permissions::from_mode(0o644)).unwrap();
        }
        prepare(&file).unwrap();
        assert_eq!((mode(&file), mode(&beside(&file, "-wal"))), (0o600, 0o600));
        assert_eq!(mode(home.path()), 0o755);
    }

    #[test]
    fn a_folder_is_not_a_journal() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(prepare(home.path()).unwrap_err().kind(), io::ErrorKind::IsADirectory);
    }
}
