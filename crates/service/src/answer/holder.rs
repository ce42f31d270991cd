//! Holders.

use super::form::form;
use store::holder::Holder;

form! {
    HolderForm of Holder {
        "id" id: i64,
        "name" name: String,
        "email" email: Option<String>,
        "uid" uid: Option<String>,
        "created_at" created_at: i64,
    }
}
