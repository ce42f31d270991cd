//! The server, its database and its copies: never refusals of what was asked for.

/// Passes the rows of this table on; see [`super`].
macro_rules! server_codes {
    ($more:tt $($before:tt)*) => {
        table! { $more $($before)*
            // Failures of the server or its database.
            180 ServerBusy "SERVER_BUSY" 503 Later "The server is busy; wait and try again" "服务器繁忙，请稍后再试";
            181 ServerAway "DATABASE_AWAY" 503 Later "The database is unreachable; wait and try again" "数据库暂时无法访问，请稍后再试";
            182 AnswerLost "ANSWER_LOST" 503 Later "The outcome is not known yet; send the same request again with the same Idempotency-Key" "结果尚未确认；请使用相同的 Idempotency-Key 重新发送同一请求";
            183 StorageFull "STORAGE_FULL" 507 Later "The storage is full; nothing was written" "存储空间不足，未写入任何数据";
            184 ServerFault "SERVER_FAULT" 500 Later "Internal error; quote the request id when you contact support" "服务器内部错误；联系支持人员时请提供请求编号";
            185 RequestTimeout "REQUEST_TIMEOUT" 503 Later "The request timed out; what it started may still complete" "请求超时；操作可能仍会完成";
            186 WriteUnconfirmed "WRITE_NOT_CONFIRMED" 503 Later "The disk did not confirm the write; the server restarts to find out what was written: send the same request again with the same Idempotency-Key" "磁盘未确认写入；服务器将重新启动以确认结果：请使用相同的 Idempotency-Key 重新发送同一请求";
            // Lost commits, stored responses and backups.
            300 LedgerBehind "LEDGER_BEHIND" 409 Final "The ledger is missing commits that its mark records: an old copy was restored, its log was deleted, or a disk lost writes that it had confirmed. The ledger is read-only; find the newest copy, or accept the loss with a reason" "账本缺少其标记所记录的提交：可能恢复了旧副本、日志被删除，或磁盘丢失了已确认的写入。账本目前只读；请查找最新副本，或说明原因后接受损失";
            301 NoLoss "NO_LOSS" 409 Final "The ledger has every commit that its mark records; there is no loss to accept" "账本包含其标记所记录的全部提交，没有需要接受的损失";
            302 AnswerUnreadable "ANSWER_UNREADABLE" 409 Final "This request was already carried out by another version of the program, and its stored response cannot be returned; check what it did, and do not send it under a new key" "该请求此前已由其他版本的程序执行，无法返回当时保存的应答；请查看其结果，不要使用新的键重新发送";
            303 BackupInvalid "BACKUP_INVALID" 422 Final "The backup is incomplete or has been altered; nothing was restored: use another backup" "备份不完整或已被更改，未恢复任何数据；请使用其他备份";
            304 BackupExists "BACKUP_EXISTS" 409 Final "The directory is not empty; write the backup to a new one" "目录不为空；请将备份写入新目录";
            305 ReasonMissing "LOSS_REASON_MISSING" 422 Final "State why the loss is accepted: the reason is kept in the audit log" "请说明接受损失的原因，原因将记入审计日志";
            306 BackupDamaged "BACKUP_DAMAGED" 409 Final "The ledger or its backup violates invariants, and the backup was not kept; verify the ledger" "账本或其备份违反不变式，备份未保留；请核验账本";
            // Checkpoints of the audit log.
            307 CheckpointInvalid "CHECKPOINT_INVALID" 422 Final "The file is not a checkpoint, was altered, or was signed by another key than the expected one; use the file as it was written, and the public key that was printed when the signing key was made" "该文件不是检查点、已被更改，或并非由指定的密钥签名；请使用原始文件，以及生成签名密钥时输出的公钥";
            308 SigningKeyInvalid "SIGNING_KEY_INVALID" 422 Final "The file holds no signing key, which is 64 hexadecimal digits; use the file as it was made" "该文件不含签名密钥（须为 64 位十六进制数字）；请使用生成时的原始文件";
            309 CheckpointUnfit "CHECKPOINT_UNFIT" 409 Final "The evidence cannot end at this checkpoint: it is older than the newest audit entry of the batch, or not one of this ledger; make a new checkpoint" "证据包不能以该检查点结束：它早于该批次最新的审计条目，或不属于本账本；请生成新的检查点";
            // Copying a ledger into another database.
            110 LedgerMoved "LEDGER_MOVED" 409 Final "The ledger has moved or is moving, and is read-only here; use it in its new place, or abandon the copy" "账本已迁移或正在迁移，此处只读；请使用新位置，或放弃迁移";
            111 CopyUnfinished "COPY_UNFINISHED" 409 Later "This is an unfinished copy of a ledger; continue the copy, or use the original ledger" "这是尚未完成的账本副本；请继续复制，或使用原账本";
            112 CopyTargetNotEmpty "COPY_TARGET_NOT_EMPTY" 409 Final "The target is not empty; a ledger can be copied only into an empty target" "目标位置不为空；账本只能复制到空位置";
            113 CopySourceBusy "COPY_SOURCE_BUSY" 409 Later "Processes are still using the source ledger; stop them and try again" "源账本仍在被其他进程使用；请停止这些进程后重试";
            114 CopySourceChanged "COPY_SOURCE_CHANGED" 409 Final "The source ledger was written to after the copy began; start over with an empty target" "复制开始后源账本发生了变化；请使用空目标重新开始";
        }
    };
}

pub(super) use server_codes;
