//! Groups of holders.

use super::author::AuthorForm;
use super::form::form;
use crate::holder_group::{ChangedMembers, HolderGroup};

form! {
    HolderGroupForm of HolderGroup {
        "id" id: i64,
        "name" name: String,
        "description" description: String,
        "members" members: i64,
        "created_by" created_by: AuthorForm,
        "created_at" created_at: i64,
    }
}

form! {
    ChangedMembersForm of ChangedMembers {
        "group" group: HolderGroupForm,
        "added" added: u64,
        "removed" removed: u64,
    }
}
