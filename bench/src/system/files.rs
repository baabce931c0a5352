//! Files where systems differ: their identity, and their rights.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

use tempfile::TempDir;

/// What tells a file from one that was put in its place: its device and number. Elsewhere nothing does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    #[cfg(unix)]
    file: (u64, u64),
}

impl Identity {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        #[cfg(not(unix))]
        let _ = metadata;
        Self {
            #[cfg(unix)]
            file: (std::os::unix::fs::MetadataExt::dev(metadata), std::os::unix::fs::MetadataExt::ino(metadata)),
        }
    }
}

/// Where an open file can be found again, whatever becomes of its name: only Linux has such a place.
pub(crate) fn open_file(file: &File) -> Option<std::path::PathBuf> {
    #[cfg(target_os = "linux")]
    return Some(format!("/proc/{}/fd/{}", std::process::id(), std::os::fd::AsRawFd::as_raw_fd(file)).into());
    #[cfg(not(target_os = "linux"))]
    {
        let _ = file;
        None
    }
}

/// A temporary folder with the rights of an ordinary one; by itself it would be the owner's alone on POSIX.
pub(crate) fn temporary_dir_in(parent: &Path) -> io::Result<TempDir> {
    #[allow(unused_mut, reason = "only POSIX has rights to set")]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    builder.tempdir_in(parent)
}
