//! Approvals, and what approvers read.

/// Passes the rows of this table on; see [`super`].
macro_rules! approval_codes {
    ($more:tt $($before:tt)*) => {
        table! { $more $($before)*
            // Approvals.
            360 ApprovalRequired "APPROVAL_REQUIRED" 422 Final "The amount needs approval, and a single transfer cannot be approved: enter it as a batch (a batch of type deposit or withdrawal if the money enters or leaves the ledger), submit the batch and have it approved" "该金额须经审批，而单笔转账无法审批；请改用批量转账（入账或出账请创建 deposit 或 withdrawal 类型的批次），提交后由他人审批";
            361 BatchNotPending "BATCH_NOT_PENDING" 409 Final "The batch is not pending approval" "批次不是待审批状态";
            362 CannotApproveOwn "CANNOT_APPROVE_OWN" 400 Final "You created, edited or submitted this batch, or made the API key that did; somebody else must decide about it" "不能审批自己提交的申请";
            363 ApprovalUnreachable "APPROVAL_UNREACHABLE" 409 Later "The approval levels ask for more people than could approve; add or enable approvers, or change the approval policy" "可审批的人员不足以满足审批要求；请增加或启用审批人，或修改审批策略";
            364 BatchNotApproved "BATCH_NOT_APPROVED" 409 Later "The batch lacks approvals; have it approved first" "批次尚未获得所需的审批，请先完成审批";
            365 ApprovalExpired "APPROVAL_EXPIRED" 409 Later "The approvals are older than the policy allows, and the batch is pending again; have it approved again" "审批已超过有效期，批次已恢复为待审批；请重新审批";
            366 NotAnApprover "NOT_AN_APPROVER" 403 Final "None of the open approval levels of this batch asks for you" "该批次尚缺的审批级别不需要您审批";
            367 ApprovalRepeated "APPROVAL_ALREADY_GIVEN" 409 Final "You have already decided about this batch" "您已对该批次作出审批";
            368 ApprovalNotFound "APPROVAL_NOT_FOUND" 404 Final "You have given this batch no approval that still counts" "您没有对该批次作出仍然有效的审批";
            369 ApprovalPolicyInvalid "APPROVAL_POLICY_INVALID" 422 Final "The approval policy contradicts itself or is out of bounds" "审批策略自相矛盾或超出允许范围";
            370 ApprovalPolicyChanged "APPROVAL_POLICY_CHANGED" 409 Final "The approval policy has changed since the version you edited; read it again and repeat the change" "审批策略已被修改；请重新读取后再修改";
            371 ApprovalPolicySettled "APPROVAL_POLICY_NOT_WAITING" 409 Final "No change of this approval policy waits for a confirmation" "该审批策略没有等待确认的修改";
            372 CannotConfirmOwn "CANNOT_CONFIRM_OWN" 400 Final "You made this change of the approval policy; a second administrator must confirm it" "不能确认自己对审批策略的修改，须由另一位管理员确认";
            373 DecisionsInvalid "DECISIONS_INVALID" 422 Final "Send 1 to 20 decisions, each about another batch" "一次须提交1至20项审批，且每个批次只能出现一次";
            374 IdempotencyKeyMissing "IDEMPOTENCY_KEY_REQUIRED" 400 Final "Send an Idempotency-Key with this request, so that repeating it cannot decide twice" "此请求须附带 Idempotency-Key，以防重复审批";
            380 OutsideShape "OUTSIDE_BATCH_SHAPE" 422 Final "A deposit or withdrawal batch has one relation, names no single account and converts no currency; the other side is outside the ledger" "入账或出账批次只能有一笔转账，不指定单一账户，也不换汇；另一方在账本之外";
            381 ChangesNotReady "CHANGES_NOT_READY" 409 Later "The change report of this large batch is still being made; try again in a moment" "该批次较大，变更报告仍在生成；请稍后再试";
            382 ChangesTooLarge "CHANGES_TOO_LARGE" 422 Final "A batch of this size is compared in the background once it is submitted, with its base only; smaller batches can be compared on request" "此规模的批次在提交后由后台与其基准批次比较；较小的批次才能按请求比较";
            383 NetworkUnknown "NETWORK_UNKNOWN" 422 Final "Payments can be made within the ledger only: the network must be internal" "目前只支持账本内转账：网络须为 internal";
            // The audit log.
            450 AuditNotFound "AUDIT_ENTRY_NOT_FOUND" 404 Final "The audit log has no such entry" "审计日志中没有该条目";
        }
    };
}

pub(super) use approval_codes;
