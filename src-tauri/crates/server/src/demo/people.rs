//! The sample people, and the file that tells another process their passwords.

use serde::{Deserialize, Serialize};

use crate::config::StartError;
use crate::folder::Folder;

/// The file in the server's folder: a JSON array of [`SamplePerson`], readable by the
/// owner only. Its first entry is who a newcomer becomes.
pub(crate) const FILE: &str = "people.json";

/// A person the folder was seeded with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamplePerson {
    /// The name to log in with.
    pub login: String,
    /// The password, different in every folder.
    pub password: String,
    /// What others call this person.
    pub full_name: String,
    /// The id.
    pub user_id: u64,
}

/// Reads the sample people, if the folder has any.
pub(crate) fn read(folder: &Folder) -> Result<Vec<SamplePerson>, StartError> {
    Ok(folder.read_json(FILE)?.unwrap_or_default())
}
