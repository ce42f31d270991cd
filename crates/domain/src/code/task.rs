//! Tasks, and the files that are stored for them.

/// Passes the rows of this table on; see [`super`].
macro_rules! task_codes {
    ($more:tt $($before:tt)*) => {
        table! { $more $($before)*
            // Tasks.
            500 TaskNotFound "TASK_NOT_FOUND" 404 Final "There is no such task" "任务不存在";
            501 TasksTooMany "TASKS_TOO_MANY" 429 Later "You have 20 tasks that wait or run; wait for one to end, or cancel one" "您已有20个等待或执行中的任务；请等待其中一个结束，或取消一个";
            502 TaskGivenUp "TASK_GIVEN_UP" 500 Later "The task was interrupted five times without ending; start it again, and quote its id when you contact support" "任务中断了5次仍未完成；请重新发起，联系支持人员时请提供任务编号";
            503 TaskNotRight "TASK_RIGHT_LOST" 403 Final "The task was not carried out: the one who started it may not do this any more" "任务未执行：发起人已不再拥有执行此操作的权限";
            // Stored files.
            504 StoredFileNotFound "FILE_NOT_FOUND" 404 Final "There is no such file" "文件不存在";
            505 StoredFileGone "FILE_GONE" 410 Final "The content of this file was removed when its time was over; upload or make it again" "文件内容已到期删除；请重新上传或生成";
            506 UploadTooLarge "UPLOAD_TOO_LARGE" 413 Final "The file is larger than files of this type may be; split it" "文件超过该类型的大小上限，请拆分";
            507 UploadQuota "UPLOAD_QUOTA_EXCEEDED" 409 Later "The stored files would take more space than is allowed; wait until older ones are removed, or ask an administrator to raise the limit" "已存文件将超出允许的空间；请等待旧文件到期删除，或请管理员提高上限";
            508 UploadUnsupported "UPLOAD_UNSUPPORTED" 415 Final "Files of this type are not accepted; send text (CSV, TSV or JSON lines), XLSX, PNG, JPEG, WebP or PDF" "不接受此类型的文件；请上传文本（CSV、TSV 或 JSON Lines）、XLSX、PNG、JPEG、WebP 或 PDF";
            509 UploadEmpty "UPLOAD_EMPTY" 422 Final "The file is empty" "文件为空";
            510 FilesUnavailable "FILES_UNAVAILABLE" 503 Later "This server stores no files; set where files are stored and restart it" "服务器未配置文件存储；请配置文件存储位置后重启";
            511 FileElsewhere "FILE_ON_ANOTHER_NODE" 409 Later "The file is on the disk of another node; ask that node, or store files in S3 or a shared folder" "文件位于另一节点的磁盘上；请访问该节点，或将文件存放于 S3 或共享目录";
            512 FileMissing "FILE_MISSING" 409 Final "The file's content is not in the file store; upload or make it again" "文件存储中没有该文件的内容；请重新上传或生成";
            519 OriginalMissing "ORIGINAL_MISSING" 409 Final "The batch was not made from an uploaded file; export its results instead" "该批次不是由上传的文件创建的；请改为导出其结果";
            // Imports of accounts.
            513 OpeningNotRight "OPENING_RIGHT_MISSING" 403 Final "The file has a column of opening balances, which bring money into the ledger, and the one who started the import may not enter deposits; leave the column out, or have somebody import the file who may" "文件含有期初余额列，导入会使资金进入账本，而发起人无权录入存款；请去掉该列，或由有权录入存款的人员导入";
        }
    };
}

pub(super) use task_codes;
