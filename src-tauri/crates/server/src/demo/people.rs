//! Who the sample people are, and the file that tells another process their
//! passwords.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::config::StartError;
use crate::demo::avatar::{Extra, Face, Hair};
use crate::folder::Folder;

/// The file in the server's folder: a JSON array of [`SamplePerson`], readable by the
/// owner only. Its first entry is who a newcomer becomes.
const FILE: &str = "people.json";

/// A person the folder was seeded with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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

impl std::fmt::Debug for SamplePerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SamplePerson")
            .field("user_id", &self.user_id)
            .finish_non_exhaustive()
    }
}

/// Reads the sample people of the server whose folder this is, running or not.
///
/// # Errors
/// When the file cannot be read or is damaged. A folder without sample people has none.
pub fn people(folder: &Path) -> Result<Vec<SamplePerson>, StartError> {
    let file = folder.join(FILE);
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => {
            return Err(StartError::Folder {
                folder: file,
                cause,
            });
        }
    };
    serde_json::from_str(&text).map_err(|error| StartError::Damaged {
        file,
        cause: error.to_string(),
    })
}

/// Reads the sample people, if the folder has any.
pub(crate) fn read(folder: &Folder) -> Result<Vec<SamplePerson>, StartError> {
    Ok(folder.read_json(FILE)?.unwrap_or_default())
}

/// Writes them down.
pub(crate) fn write(folder: &Folder, people: &[SamplePerson]) -> Result<(), StartError> {
    let text = serde_json::to_string_pretty(people)
        .map_err(|error| StartError::Seed(error.to_string()))?;
    folder.write_private(FILE, &text)
}

/// Somebody in the cast.
#[derive(Debug)]
pub(crate) struct Actor {
    pub(crate) login: &'static str,
    pub(crate) full_name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) face: Face,
    /// Whether they answer what is written to them.
    pub(crate) answers: bool,
}

/// The cast. The first is who a newcomer becomes.
pub(crate) const CAST: [Actor; 6] = [
    Actor {
        login: "alex",
        full_name: "Alex Moreau",
        about: "Makes shelves, loses umbrellas.",
        face: Face::new("#3f6fb5", "#f2c9a1", "#5b3a23", Hair::Short, Extra::None),
        answers: false,
    },
    Actor {
        login: "bea",
        full_name: "Bea Lindqvist",
        about: "Early riser. Plays four bars and runs away.",
        face: Face::new("#e8a33d", "#fbdcc0", "#c4622d", Hair::Bob, Extra::Freckles),
        answers: false,
    },
    Actor {
        login: "chidi",
        full_name: "Chidi Okafor",
        about: "If it turns, saws or hums, I can repair it.",
        face: Face::new("#2f8f6b", "#8a5a3c", "#1d1512", Hair::Crop, Extra::Beard),
        answers: true,
    },
    Actor {
        login: "dalia",
        full_name: "داليا حداد",
        about: "أترجم، وأصنع القهوة بالهيل.",
        face: Face::new("#7a5aa8", "#e5b48c", "#b0416b", Hair::Scarf, Extra::None),
        answers: false,
    },
    Actor {
        login: "emi",
        full_name: "Emi Tanaka",
        about: "Photographs, strawberries, Sunday football.",
        face: Face::new("#d8615b", "#f6d3ae", "#20191b", Hair::Long, Extra::Glasses),
        answers: true,
    },
    Actor {
        login: "mateo",
        full_name: "Mateo Rojas",
        about: "Has a ladder. Has a brother. Has both on Sundays.",
        face: Face::new(
            "#3b8ea5",
            "#c98d63",
            "#3a2417",
            Hair::Curls,
            Extra::Moustache,
        ),
        answers: false,
    },
];
