//! Entries of the audit log.

use crate::export::cell::{Json, Moment};
use crate::export::table::CellKind::{Integer, Json as Value, Moment as Time, Text};
use crate::export::table::export_table;

export_table! {
    /// An entry of the audit log.
    AuditExportRow<'a>, AUDIT = "audit" "审计日志" {
        /// Its id.
        id: Integer => i64, "编号", 12;
        /// When it happened.
        at: Time => Option<Moment>, "时间", 20;
        /// The actor's name at that time.
        actor: Text => &'a str, "操作者", 18;
        /// The kind of actor.
        actor_kind: Text => &'a str, "操作者类型", 14;
        /// The user's or key's id.
        actor_id: Integer => Option<i64>, "操作者编号", 12;
        /// Where the request came from.
        origin: Text => &'a str, "来源", 16;
        /// The action, as `noun.verb`.
        action: Text => &'a str, "操作", 20;
        /// The kind of object concerned.
        subject: Text => &'a str, "对象", 14;
        /// The id of the object concerned.
        subject_id: Integer => Option<i64>, "对象编号", 12;
        /// `ok`, or the code of a refusal.
        result: Text => &'a str, "结果", 20;
        /// Details of the action.
        details: Value => Option<Json<'a>>, "详情", 60;
        /// Of a batch's chunk: the SHA-256 over all its outcomes.
        digest: Text => &'a str, "摘要值", 20;
    }
}
