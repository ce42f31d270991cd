//! Webhooks, notices and reminders.

/// Passes the rows of this table on; see [`super`].
macro_rules! notice_codes {
    ($more:tt $($before:tt)*) => {
        table! { $more $($before)*
            // Webhooks.
            430 WebhookNotFound "WEBHOOK_NOT_FOUND" 404 Final "There is no such webhook" "回调不存在";
            431 WebhookUrlInvalid "WEBHOOK_URL_INVALID" 422 Final "A webhook's URL must begin with https:// and name a host; it has at most 2,000 visible characters and no user, password or fragment" "回调网址须以 https:// 开头并包含主机名，最多2000个可见字符，不含用户名、密码和片段标识";
            432 WebhookAddressRefused "WEBHOOK_ADDRESS_REFUSED" 422 Final "Webhooks are sent to the public internet by https on port 443 or 8443 only; choose such a URL, or have the receiver's network added to the server's configuration file" "回调只能通过 HTTPS 的443或8443端口发送到公网地址；请更换网址，或将接收方的网段加入服务器配置文件";
            433 WebhookEventsInvalid "WEBHOOK_EVENTS_INVALID" 422 Final "A webhook needs at least one event type, and only known ones" "回调须至少订阅一种事件，且均为已知的事件类型";
            434 WebhooksTooMany "WEBHOOKS_TOO_MANY" 409 Final "There are 50 webhooks already; remove one first" "已有50个回调，请先删除一个";
            435 WebhookDisabled "WEBHOOK_DISABLED" 409 Final "The webhook is disabled; enable it first" "该回调已停用，请先启用";
            436 DeliveryNotFound "WEBHOOK_DELIVERY_NOT_FOUND" 404 Final "The webhook has no such delivery" "该回调没有此投递记录";
            // Notices and reminders.
            390 NoticeNotFound "NOTICE_NOT_FOUND" 404 Final "You have no such notice" "您没有该通知";
            391 ReminderInvalid "REMINDER_INVALID" 422 Final "A reminder needs a time within the next year, a text or a batch, and for approvers a batch" "提醒须设在一年之内的时间，须有内容或批次；提醒审批人时须指定批次";
            392 RemindersTooMany "REMINDERS_TOO_MANY" 429 Later "You have asked for 100 reminders within a day; ask for more tomorrow" "您在一天内已设置100条提醒，请明天再设置";
        }
    };
}

pub(super) use notice_codes;
