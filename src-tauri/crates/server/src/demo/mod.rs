//! The sample people, their conversations, and the two of them who answer.

pub(crate) mod answering;
pub(crate) mod people;

use std::sync::Arc;

use crate::config::StartError;
use crate::demo::people::SamplePerson;
use crate::folder::Folder;
use crate::site::Site;

pub(crate) async fn seed(
    _site: &Arc<Site>,
    folder: &Folder,
) -> Result<Vec<SamplePerson>, StartError> {
    people::read(folder)
}
