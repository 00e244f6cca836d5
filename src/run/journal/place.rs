//! Where the journal is: what the session says, else what the environment says, else the platform's folder for state.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use directories::ProjectDirs;

use crate::{
    error::{Code, Error, Result},
    say,
};

/// The variable that names the journal's file for all sessions of a process.
const VARIABLE: &str = "M365_ACCESS_JOURNAL";

/// The journal's file, absolute. Nothing is touched.
pub(super) fn resolve(given: Option<&Path>) -> Result<PathBuf> {
    choose(given, std::env::var_os(VARIABLE), default())
}

fn choose(given: Option<&Path>, variable: Option<OsString>, default: Option<PathBuf>) -> Result<PathBuf> {
    let path = given
        .filter(|path| !path.as_os_str().is_empty())
        .map(Path::to_path_buf)
        .or_else(|| variable.filter(|value| !value.is_empty()).map(PathBuf::from))
        .or(default)
        .ok_or_else(|| {
            Error::new(
                Code::Journal,
                say!("journal_homeless", "this account has no folder for state in which the journal could be kept"),
            )
            .advise(say!("journal_name_one", "name a file for the journal, with -JournalPath or M365_ACCESS_JOURNAL"))
        })?;
    std::path::absolute(&path).map_err(|error| super::database::unwritable(&path, &error))
}

/// `~/.local/state/m365access` on Linux, `%LOCALAPPDATA%\M365Access\data` on Windows, Application Support on macOS.
fn default() -> Option<PathBuf> {
    let project = ProjectDirs::from("", "", "M365Access")?;
    Some(project.state_dir().unwrap_or_else(|| project.data_local_dir()).join("journal.db"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_goes_before_the_environment_and_that_before_the_platform() {
        let chosen = |given: Option<&str>, variable: Option<&str>| {
            choose(given.map(Path::new), variable.map(OsString::from), Some("/c/j.db".into())).unwrap()
        };
        let place = |path: &str| std::path::absolute(path).unwrap();
        assert_eq!(chosen(Some("/a/j.db"), Some("/b/j.db")), place("/a/j.db"));
        assert_eq!(chosen(None, Some("/b/j.db")), place("/b/j.db"));
        assert_eq!(chosen(Some(""), Some("")), place("/c/j.db"), "empty is not there");
        assert_eq!(choose(None, None, None).unwrap_err().code(), Code::Journal);
    }

    #[test]
    fn a_relative_path_does_not_wander_with_the_current_folder() {
        assert!(choose(Some(Path::new("j.db")), None, None).unwrap().is_absolute());
    }
}
