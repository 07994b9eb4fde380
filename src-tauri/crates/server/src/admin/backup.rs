//! A copy of the whole folder: the database as of one moment, then the files
//! it names. The copy gets its name only when it is whole.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::office::{self, Office};
use super::{AdminError, words};
use crate::estate;

/// What a server remembers about itself, besides the database and the files.
const PAPERS: [&str; 6] = [
    "server.json",
    "ca.pem",
    "ca.key",
    "server.pem",
    "server.key",
    "people.json",
];

pub(super) async fn run(office: &Office, to: &Path) -> Result<Vec<Value>, AdminError> {
    if to.exists() {
        return Err(words(format!(
            "{} is there already. Choose another name.",
            to.display()
        )));
    }
    let name = to
        .file_name()
        .ok_or_else(|| words("This is no name for a folder."))?;
    let mut half = name.to_owned();
    half.push(".part");
    let half = to.with_file_name(half);
    let done = copy(office, &half).await;
    match done {
        Ok(files) => {
            std::fs::rename(&half, to).map_err(failed(&half))?;
            Ok(vec![
                json!({ "backup": to.display().to_string(), "files": files }),
            ])
        }
        Err(error) => {
            let _gone = std::fs::remove_dir_all(&half);
            Err(error)
        }
    }
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> AdminError + use<> {
    let what = path.display().to_string();
    move |cause| AdminError::File { what, cause }
}

async fn copy(office: &Office, half: &Path) -> Result<usize, AdminError> {
    if let Some(parent) = half.parent() {
        std::fs::create_dir_all(parent).map_err(failed(parent))?;
    }
    std::fs::create_dir(half).map_err(failed(half))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(half, std::fs::Permissions::from_mode(0o700))
            .map_err(failed(half))?;
    }
    for paper in PAPERS {
        let from = office.data.join(paper);
        if from.is_file() {
            // Copying keeps who may read it.
            std::fs::copy(&from, half.join(paper)).map_err(failed(&from))?;
        }
    }
    let mut files = 0;
    for app_id in office::all(&office.data)? {
        let app = Office::open(&office.data, Some(app_id)).await?;
        let copied = copy_app(&app, half).await;
        app.close().await;
        files += copied?;
    }
    Ok(files)
}

/// One application: its paper, its database, its files.
async fn copy_app(app: &Office, half: &Path) -> Result<usize, AdminError> {
    let (from, to) = if app.is_first {
        (app.data.clone(), half.to_owned())
    } else {
        let app_id = app.identity.app_id;
        let to = estate::folder_of(half, app_id);
        let from = estate::folder_of(&app.data, app_id);
        std::fs::create_dir_all(&to).map_err(failed(&to))?;
        let paper = from.join(estate::PAPER);
        std::fs::copy(&paper, to.join(estate::PAPER)).map_err(failed(&paper))?;
        (from, to)
    };
    let db = to.join("server.db");
    let target = db
        .to_str()
        .ok_or_else(|| words("The folder's name is not Unicode."))?;
    // Reads one moment of the database, whoever writes meanwhile.
    sqlx::query("VACUUM INTO ?")
        .bind(target)
        .execute(app.db.turn().await?.connection())
        .await?;
    let uids: Vec<String> =
        sqlx::query_scalar("SELECT uid FROM blobs WHERE completed_at IS NOT NULL")
            .fetch_all(app.db.read())
            .await?;
    let mut copied = 0;
    for uid in uids {
        let Some(place) = uid.get(..2).map(|two| Path::new("files").join(two)) else {
            continue;
        };
        let file: PathBuf = from.join(&place).join(&uid);
        let folder = to.join(&place);
        std::fs::create_dir_all(&folder).map_err(failed(&folder))?;
        match std::fs::copy(&file, folder.join(&uid)) {
            Ok(_) => copied += 1,
            // Deleted while the copy was made.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(cause) => return Err(failed(&file)(cause)),
        }
    }
    Ok(copied)
}
