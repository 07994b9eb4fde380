//! Who may do what with a record.
//!
//! A record says for reading, changing and deleting whether it is open to
//! everybody, to its author, to some people or groups (tags of people), or to
//! nobody. Without a word it is open to read, and its author's to change.
//! Records of report classes listen to none of that: they are read by their
//! author and by moderators and dealt with by moderators, because a report
//! that its subject can read or take back is none.

use serde_json::{Map, Value, json};
use sqlx::SqlitePool;

use crate::db::records::{Class, Record};
use crate::db::{roles, users};
use crate::rest::answer::Fault;
use crate::rest::params;

/// What is done with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Right {
    Read,
    Update,
    Delete,
}

impl Right {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    fn default_access(self) -> &'static str {
        match self {
            Self::Read => "open",
            Self::Update | Self::Delete => "owner",
        }
    }
}

/// Who asks.
#[derive(Debug, Clone)]
pub(super) struct Visitor {
    pub(super) user_id: i64,
    /// The groups a person belongs to: their tags.
    pub(super) groups: Vec<String>,
    pub(super) is_moderator: bool,
}

impl Visitor {
    pub(super) async fn read(db: &SqlitePool, user_id: i64) -> Result<Self, sqlx::Error> {
        let tags = users::by_id(db, user_id)
            .await?
            .and_then(|user| user.user_tags);
        Ok(Self {
            user_id,
            groups: params::texts(&Value::from(tags)),
            is_moderator: roles::has(db, user_id, roles::MODERATOR).await?,
        })
    }

    pub(super) fn may(&self, right: Right, class: &Class, record: &Record) -> bool {
        let is_author = record.user_id == self.user_id;
        if class.is_reports {
            return self.is_moderator || (is_author && right == Right::Read);
        }
        let permissions = record.permissions();
        let rule = permissions.get(right.name());
        let access = rule
            .and_then(|rule| rule.get("access"))
            .and_then(Value::as_str)
            .unwrap_or(right.default_access());
        let has = |key: &str, mine: &dyn Fn(&Value) -> bool| {
            rule.and_then(|rule| rule.get(key))
                .and_then(Value::as_array)
                .is_some_and(|list| list.iter().any(mine))
        };
        match access {
            "open" => true,
            "not_allowed" => false,
            "open_for_users_ids" => {
                is_author || has("users_ids", &|id| params::number(id) == Some(self.user_id))
            }
            "open_for_groups" => {
                is_author
                    || has("users_groups", &|group| {
                        group
                            .as_str()
                            .is_some_and(|group| self.groups.iter().any(|g| g == group))
                    })
            }
            _ => is_author,
        }
    }
}

/// The permissions of a request, over those that were there. Requests say `ids` and
/// `groups`, answers `users_ids` and `users_groups`; both are understood.
pub(super) fn read(
    given: Option<&Value>,
    before: Option<Map<String, Value>>,
) -> Result<Value, Fault> {
    let mut permissions = before.unwrap_or_default();
    let Some(given) = given.filter(|given| !given.is_null()) else {
        return Ok(Value::Object(permissions));
    };
    let given = given
        .as_object()
        .ok_or_else(|| Fault::field("permissions", "is invalid"))?;
    for right in [Right::Read, Right::Update, Right::Delete] {
        let Some(rule) = given.get(right.name()) else {
            continue;
        };
        let access = rule
            .get("access")
            .and_then(params::text)
            .unwrap_or_default();
        let list = |keys: [&str; 3]| {
            let value = keys
                .iter()
                .find_map(|key| rule.get(*key))
                .cloned()
                .unwrap_or_default();
            params::texts(&value)
        };
        let rule = match access.as_str() {
            "open" | "owner" | "not_allowed" => json!({ "access": access }),
            "open_for_users_ids" => {
                let ids = params::numbers(&json!(list(["ids", "users_ids", "user_ids"])));
                json!({ "access": access, "users_ids": ids })
            }
            "open_for_groups" => json!({
                "access": access,
                "users_groups": list(["groups", "users_groups", "user_groups"]),
            }),
            _ => return Err(Fault::field("permissions", "is invalid")),
        };
        permissions.insert(right.name().to_owned(), rule);
    }
    Ok(Value::Object(permissions))
}

/// The permissions of a record, with what holds where it says nothing.
pub(super) fn shown(record: &Record) -> Value {
    let said = record.permissions();
    let rules = [Right::Read, Right::Update, Right::Delete]
        .into_iter()
        .map(|right| {
            let rule = said.get(right.name()).cloned();
            let rule = rule.unwrap_or_else(|| json!({ "access": right.default_access() }));
            (right.name().to_owned(), rule)
        });
    Value::Object(rules.collect())
}
