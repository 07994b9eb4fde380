//! What is pasted where the web view tells the page nothing of it.

use super::*;
use crate::view::StagedView;
use crate::{Code, PaperShell, Pasted};

struct Writing {
    dir: TempDir,
    shell: Arc<PaperShell>,
    app: App,
    ui: Ui,
}

impl Writing {
    async fn begin() -> Self {
        let dir = profile(1).await;
        let shell = Arc::new(PaperShell::default());
        let app = App::open(AppConfig {
            shell: Arc::clone(&shell) as Arc<dyn crate::Shell>,
            ..config(dir.path())
        })
        .await
        .unwrap();
        let (ui, _) = app.attach().await;
        Self {
            dir,
            shell,
            app,
            ui,
        }
    }

    async fn names(&self, command: &str) -> Result<Vec<(String, u64)>, Code> {
        let args = json!({ "dialog": dialog_id(1) });
        let staged = self.ui.call(command, args).await;
        let staged = staged.map_err(|error| error.code)?;
        let staged: Vec<StagedView> = serde_json::from_value(staged).unwrap();
        Ok(staged.into_iter().map(|one| (one.name, one.size)).collect())
    }
}

#[tokio::test]
async fn a_picture_and_copied_files_stand_beside_what_is_written() {
    let writing = Writing::begin().await;
    assert_eq!(writing.names("stage_pasted").await, Ok(Vec::new()));

    let picture = ("image.png".to_owned(), 5);
    writing.shell.copy(Pasted::Picture(b"bytes".to_vec()));
    assert_eq!(
        writing.names("stage_pasted").await,
        Ok(vec![picture.clone()])
    );

    let there = writing.dir.path().join("plan.txt");
    std::fs::write(&there, "tea").unwrap();
    let plan = ("plan.txt".to_owned(), 3);
    writing.shell.copy(Pasted::Files(vec![there.clone()]));
    assert_eq!(writing.names("stage_pasted").await, Ok(vec![plan.clone()]));
    let both = Ok(vec![picture, plan]);
    assert_eq!(writing.names("staged").await, both);

    // One of them is gone: none of them comes, and what was there stays.
    let gone = writing.dir.path().join("gone.txt");
    writing.shell.copy(Pasted::Files(vec![there, gone]));
    assert_eq!(writing.names("stage_pasted").await, Err(Code::Gone));
    assert_eq!(writing.names("staged").await, both);
    writing.app.close().await;
}
