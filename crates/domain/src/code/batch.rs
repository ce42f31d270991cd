//! Batches and their items.

/// Passes the rows of this table on; see [`super`].
macro_rules! batch_codes {
    ($more:tt $($before:tt)*) => {
        table! { $more $($before)*
            // Batches and items.
            80 BatchNotFound "BATCH_NOT_FOUND" 404 Final "There is no such batch" "批次不存在";
            81 ItemNotFound "ITEM_NOT_FOUND" 404 Final "There is no such item in the batch" "批次中没有该笔转账";
            82 BatchState "BATCH_WRONG_STATE" 409 Final "The batch's current state does not allow this" "批次当前状态不允许此操作";
            83 BatchCannotCancel "BATCH_CANNOT_CANCEL" 409 Final "The batch has begun and cannot be cancelled" "批次已开始执行，无法取消";
            84 BatchEmpty "BATCH_EMPTY" 422 Final "The batch has no items" "批次中没有转账";
            98 ProblemsOpen "PROBLEMS_OPEN" 409 Final "The batch has refused rows that are neither corrected nor dropped; correct or drop them, or confirm their exact number to leave them unpaid" "批次中有尚未修正或放弃的被拒绝行；请修正或放弃这些行，或确认其准确行数，提交后这些行不予支付";
            85 BatchAboveMaximum "BATCH_ABOVE_MAXIMUM" 422 Final "The batch total is above the maximum for one batch" "批次总金额超过单批限额";
            86 BatchTooLargeForAtomic "BATCH_TOO_LARGE_FOR_ATOMIC" 422 Final "The atomic batch has more items than one transaction can hold" "原子批次的笔数超过单个事务上限";
            87 ItemState "ITEM_WRONG_STATE" 409 Final "The item's current state does not allow this" "该笔转账当前状态不允许此操作";
            88 ContentChanged "CONTENT_CHANGED" 409 Final "The items differ from those that were submitted" "批次内容与提交时不一致";
            89 BatchRunning "BATCH_RUNNING" 409 Later "Another worker is running this batch" "该批次正由其他进程执行";
            263 BatchKeepsNoRate "BATCH_KEEPS_NO_RATE" 409 Final "There is nothing to reprice: the batch converts no currency, or it is paid at the stored rates" "无需重新定价：该批次不涉及换汇，或按系统汇率支付";
            264 LinkedItemSettled "LINKED_ITEM_SETTLED" 409 Final "Some of these payments were paid, skipped or handed over in the original batch after this draft was created; remove them from the draft and submit it again" "草稿创建后，其中部分付款已在原批次中支付、跳过或移交；请从草稿中移除后重新提交";
            90 Fenced "FENCED" 409 Final "Another worker took over the batch; nothing was written" "批次已被其他进程接管，未写入任何数据";
            91 BatchRowsInvalid "BATCH_ROWS_INVALID" 422 Final "Some rows of the batch are invalid; correct the rows listed and try again" "批次中有无效的行；请更正所列各行后重试";
            92 AmountModeInvalid "AMOUNT_MODE_INVALID" 422 Final "The amounts given do not match the chosen way of setting amounts" "所给金额与所选的金额设定方式不符";
            93 BatchSideInvalid "BATCH_SIDE_INVALID" 422 Final "A one-to-many batch has one source account and a many-to-one batch one target account; each row names the account on the other side" "一对多批次须指定一个转出账户，多对一批次须指定一个转入账户，另一侧的账户由各行指定";
            94 RatioInvalid "RATIO_INVALID" 422 Final "A ratio must be a decimal without a sign and with at most 6 decimal places, such as 2.5" "比例须为不带符号且最多6位小数的十进制数，例如 2.5";
            // Items that were failed without a posting decision.
            100 Interrupted "INTERRUPTED" 409 Later "Interrupted by a user" "用户手动中断";
            101 Stopped "STOPPED" 409 Later "Not attempted: the batch stopped at an earlier failure" "未执行：批次在首次失败后已停止";
            102 AtomicAborted "ATOMIC_ABORTED" 409 Later "Not executed: another item of the atomic batch was refused" "未执行：原子批次中有其他转账被拒绝";
            // Moves that a batch's state does not allow, and drafts.
            103 BatchNotResumable "BATCH_NOT_RESUMABLE" 409 Final "Only a waiting or running batch can be resumed: this one has ended, and none of its transfers is still untried; retry its failed transfers instead" "只能恢复等待中或处理中的批量转账：该批次已结束，没有未执行的转账；失败的转账请使用重试";
            104 DraftChanged "DRAFT_CHANGED" 409 Final "The draft has changed since the version you edited; reload it and repeat the edit" "您编辑的草稿版本已被更新；请重新读取后再次修改";
            105 BatchCancelled "BATCH_CANCELLED" 409 Final "The batch was already cancelled; none of it will be paid" "批次已取消，其中的转账不会再执行";
            106 IfMatchInvalid "IF_MATCH_INVALID" 400 Final "Send If-Match once, with the version of the draft, such as \"3\"" "If-Match 只能出现一次，其值为草稿的版本号，例如 \"3\"";
        }
    };
}

pub(super) use batch_codes;
