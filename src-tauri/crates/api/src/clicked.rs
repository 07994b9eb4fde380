//! A join link that was clicked, when Kith was started with it or while it
//! runs: the way in is shown with its connection filled in, whoever is signed
//! in. There is a way back from there.

use crate::app::{App, notice};
use crate::join;
use crate::stage::Stage;

impl App {
    /// Shows the way in for a join link that was clicked while Kith runs. What
    /// is no join link is told there.
    pub async fn open_link(&self, link: &str) {
        self.opened().await;
        let _turn = self.inner.turn.lock().await;
        let (join, problem) = match join::read_join(link) {
            Ok(join) => (Some(join), None),
            Err(error) => (None, Some(notice(&error))),
        };
        {
            let mut state = self.state_mut();
            state.join = join;
            state.notice = problem;
        }
        self.show_what_was_clicked().await;
    }

    /// Shows the way in, if a link was clicked. Data that cannot be opened has
    /// to be seen to first. Only who holds the turn does this.
    pub(crate) async fn show_what_was_clicked(&self) {
        let is_locked = {
            let state = self.state();
            if state.join.is_none() && state.notice.is_none() {
                return;
            }
            matches!(state.stage, Stage::Locked { .. })
        };
        if !is_locked {
            self.set_stage(Stage::Welcome).await;
        }
    }

    /// Somebody went in, or back: the link has had its effect.
    pub(crate) fn forget_what_was_clicked(&self) {
        let mut state = self.state_mut();
        state.join = None;
        state.notice = None;
    }
}
