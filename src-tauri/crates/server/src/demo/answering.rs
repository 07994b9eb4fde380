//! Answers.
use crate::config::Answers;
use crate::demo::people::SamplePerson;
use crate::site::Site;
use std::sync::Arc;
pub(crate) fn start(_site: &Arc<Site>, _people: &[SamplePerson], _answers: Answers) {}
