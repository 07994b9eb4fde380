//! Blocking people, which on this platform is a privacy list
//! (`protocol/xmpp.md` §14).

use kith_model::UserId;
use kith_wire::xml::Element;
use kith_wire::xmpp::IqKind;
use kith_wire::xmpp::privacy::{List, Names, Request};

use super::Chat;
use super::ask::{AskError, Question};

/// The list that the platform's own helper uses, so that all apps of a person
/// block the same people.
const HELPERS_LIST: &str = "ConnectyCubeBlockList";

/// Somebody who is blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Block {
    /// Who.
    pub who: UserId,
    /// Whether this account cannot write to them either.
    pub is_mutual: bool,
}

/// The privacy lists that the server holds for this account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlockLists {
    /// The one that holds.
    pub default: Option<String>,
    /// The one that holds for this session only.
    pub active: Option<String>,
    /// All of them.
    pub names: Vec<String>,
}

impl Chat {
    /// Who is blocked by the list that holds.
    ///
    /// # Errors
    /// When the server does not tell.
    pub async fn blocked(&self) -> Result<Vec<Block>, AskError> {
        match self.block_lists().await?.default {
            Some(name) => self.block_list(&name).await,
            None => Ok(Vec::new()),
        }
    }

    /// Blocks somebody, in place of an earlier block. Other people's blocks stay
    /// as they are, mutual ones too.
    ///
    /// # Errors
    /// When the server does not do it.
    pub async fn block(&self, block: Block) -> Result<(), AskError> {
        let jid = self.account.connection.bare_jid(block.who);
        let rooms = self.account.connection.muc_domain.clone();
        self.change_blocks(|list| list.block(block.who.0, &jid, &rooms, block.is_mutual))
            .await
    }

    /// Takes a block back.
    ///
    /// # Errors
    /// When the server does not do it.
    pub async fn unblock(&self, who: UserId) -> Result<(), AskError> {
        self.change_blocks(|list| list.unblock(who.0)).await
    }

    /// Changes the list that holds, and makes it hold if none did.
    async fn change_blocks(&self, change: impl FnOnce(&mut List)) -> Result<(), AskError> {
        let lists = self.block_lists().await?;
        let name = lists
            .default
            .clone()
            .unwrap_or_else(|| HELPERS_LIST.to_owned());
        let mut list = if lists.names.contains(&name) || lists.default.is_some() {
            self.read_list(&name).await?
        } else {
            List {
                name: name.clone(),
                items: Vec::new(),
            }
        };
        let old = list.clone();
        change(&mut list);
        if list != old {
            self.write_list(&list, lists.default.is_some()).await?;
        }
        if lists.default.is_none() && !list.items.is_empty() {
            self.set_default_block_list(Some(&name)).await?;
        }
        Ok(())
    }

    /// Writes a list. The documents want a list that holds to be declined
    /// before it is changed; a server that insists is obeyed.
    async fn write_list(&self, list: &List, holds: bool) -> Result<(), AskError> {
        let request = || Request::Set(list.clone());
        match self.privacy(&request()).await {
            Err(AskError::Refused(_)) if holds => {
                self.set_default_block_list(None).await?;
                self.privacy(&request()).await?;
                if !list.items.is_empty() {
                    self.set_default_block_list(Some(&list.name)).await?;
                }
                Ok(())
            }
            other => other.map(drop),
        }
    }

    async fn read_list(&self, name: &str) -> Result<List, AskError> {
        let empty = || List {
            name: name.to_owned(),
            items: Vec::new(),
        };
        match self.privacy(&Request::Get(name.to_owned())).await {
            Ok(query) => query
                .as_ref()
                .and_then(|query| query.child_named("list"))
                .and_then(List::read)
                .ok_or(AskError::NotAnAnswer),
            Err(AskError::Refused(404)) => Ok(empty()),
            Err(error) => Err(error),
        }
    }

    /// The names of the lists, and which of them hold.
    ///
    /// # Errors
    /// When the server does not tell.
    pub async fn block_lists(&self) -> Result<BlockLists, AskError> {
        let names = self.privacy(&Request::Names).await?;
        let names = names
            .as_ref()
            .and_then(Names::read)
            .ok_or(AskError::NotAnAnswer)?;
        Ok(BlockLists {
            default: names.default,
            active: names.active,
            names: names.lists,
        })
    }

    /// Who is blocked by a list; nobody when there is no such list.
    ///
    /// # Errors
    /// When the server does not tell.
    pub async fn block_list(&self, name: &str) -> Result<Vec<Block>, AskError> {
        let blocked = self.read_list(name).await?.blocked();
        Ok(blocked
            .into_iter()
            .map(|(who, is_mutual)| Block {
                who: UserId(who),
                is_mutual,
            })
            .collect())
    }

    /// Writes a list anew. One that blocks nobody is deleted by that.
    ///
    /// # Errors
    /// When the server does not do it.
    pub async fn set_block_list(&self, name: &str, blocks: &[Block]) -> Result<(), AskError> {
        let connection = &self.account.connection;
        let mut list = List {
            name: name.to_owned(),
            items: Vec::new(),
        };
        for block in blocks {
            let jid = connection.bare_jid(block.who);
            list.block(block.who.0, &jid, &connection.muc_domain, block.is_mutual);
        }
        let holds = self.block_lists().await?.default.as_deref() == Some(name);
        self.write_list(&list, holds).await
    }

    /// Deletes a list.
    ///
    /// # Errors
    /// When the server does not do it.
    pub async fn delete_block_list(&self, name: &str) -> Result<(), AskError> {
        self.set_block_list(name, &[]).await
    }

    /// Makes a list hold, or none.
    ///
    /// # Errors
    /// [`AskError::Refused`] with 404 when there is no such list.
    pub async fn set_default_block_list(&self, name: Option<&str>) -> Result<(), AskError> {
        let request = Request::Default(name.map(str::to_owned));
        self.privacy(&request).await.map(drop)
    }

    async fn privacy(&self, request: &Request) -> Result<Option<Element>, AskError> {
        let (payload, is_set) = request.write();
        let kind = if is_set { IqKind::Set } else { IqKind::Get };
        self.question(Question {
            kind,
            to: None,
            payload,
        })
        .await
    }
}
