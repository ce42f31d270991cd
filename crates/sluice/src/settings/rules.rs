//! The rule of each setting: a sentence for people, and a check of what its type cannot express.

use super::values::{Settings, SmtpProtection};
use crate::say::{Say, say};
use domain::batch::CHUNK_ITEMS_MAX;
use tracing_subscriber::EnvFilter;

/// The rule of a setting.
pub(super) struct Rule {
    pub key: &'static str,
    pub wanted: Say,
    pub holds: fn(&Settings) -> bool,
}

/// The answer to an unknown key.
pub(super) const UNKNOWN: Say = say("unknown setting", "没有此配置项");

const DAY: u64 = 24 * 3_600;
const NUMBER: Say = say("must be a whole number; 0 means unlimited", "须为整数；0 表示不限");
const KEY_FILE: Say = say(
    "must be a file that only its owner can access (chmod 600), with 64 hexadecimal digits",
    "须为仅所有者可访问的文件（chmod 600），内容为64位十六进制数字",
);
const GIBS: Say = say("must be 1 to 1048576 GiB", "须为 1 到 1048576 GiB");
const NETWORKS: Say = say("must be networks such as 10.0.0.0/8", "须为网段，例如 10.0.0.0/8");

const fn rule(key: &'static str, wanted: Say, holds: fn(&Settings) -> bool) -> Rule {
    Rule { key, wanted, holds }
}

/// Each setting's rule.
pub(super) const RULES: &[Rule] = &[
    rule("data", say("must be a directory", "须为目录"), |_| true),
    rule("mark_dir", say("must be a directory", "须为目录"), |_| true),
    rule(
        "database",
        say(
            "must have the form postgres://USER:PASSWORD@HOST:PORT/NAME",
            "格式须为 postgres://USER:PASSWORD@HOST:PORT/NAME",
        ),
        |s| s.database.as_deref().is_none_or(store::is_server),
    ),
    rule("master_key_file", KEY_FILE, |_| true),
    rule("former_master_key_file", KEY_FILE, |_| true),
    rule("language", say("must be en or zh", "须为 en（英文）或 zh（中文）"), |_| true),
    rule(
        "chunk_items",
        say("must be a number from 1 to 160000", "须为 1 到 160000 之间的整数"),
        |s| (1..=CHUNK_ITEMS_MAX).contains(&s.chunk_items),
    ),
    rule(
        "listen",
        say("must be an address and port such as 127.0.0.1:8080", "须为地址与端口，例如 127.0.0.1:8080"),
        |_| true,
    ),
    rule(
        "public_url",
        say(
            "must be a URL without a path, such as https://pay.example.com",
            "须为不含路径的地址，例如 https://pay.example.com",
        ),
        |s| s.public_url.as_deref().is_none_or(is_origin),
    ),
    rule(
        "allowed_hosts",
        say(
            "must be hosts such as pay.internal or pay.internal:8080",
            "须为主机名，例如 pay.internal 或 pay.internal:8080",
        ),
        |s| s.allowed_hosts.iter().all(|host| is_host(host)),
    ),
    rule("trusted_proxies", NETWORKS, |_| true),
    rule("metrics_from", NETWORKS, |_| true),
    rule("webhook_networks", NETWORKS, |_| true),
    rule(
        "files",
        say("must be a directory, or s3://BUCKET/PREFIX", "须为目录，或 s3://BUCKET/PREFIX"),
        |s| s.files.as_deref().is_none_or(|at| !matches!(at, "" | "s3://")),
    ),
    rule("files_gib", GIBS, |s| (1..=1_048_576).contains(&s.files_gib)),
    rule("files_per_user_gib", GIBS, |s| (1..=1_048_576).contains(&s.files_per_user_gib)),
    rule("tasks", say("must be a number from 1 to 64", "须为 1 到 64 之间的整数"), |s| {
        (1..=64).contains(&s.tasks)
    }),
    rule("request_timeout_s", say("must be 1 to 3600 seconds", "须为 1 到 3600 秒"), |s| {
        (1..=3_600).contains(&s.request_timeout_s)
    }),
    rule("request_memory_mib", say("must be 64 to 1048576 MiB", "须为 64 到 1048576 MiB"), |s| {
        (64..=1_048_576).contains(&s.request_memory_mib)
    }),
    rule("connections_per_address", NUMBER, |_| true),
    rule("requests_per_address", NUMBER, |_| true),
    rule("requests_per_identity", NUMBER, |_| true),
    rule(
        "session_idle_s",
        say("must be at least 60 seconds and at most session_max_s", "须至少 60 秒，且不超过 session_max_s"),
        |s| (60..=s.session_max_s).contains(&s.session_idle_s),
    ),
    rule("session_max_s", say("must be 60 seconds to 90 days", "须为 60 秒到 90 天"), |s| {
        (60..=90 * DAY).contains(&s.session_max_s)
    }),
    rule("approver_cooling_h", say("must be 0 to 8760 hours", "须为 0 到 8760 小时"), |s| {
        s.approver_cooling_h <= 8_760
    }),
    rule(
        "mail_from",
        say(
            "must be an address such as Sluice <pay@example.com>, beside mail_dir or smtp_host",
            "须为发件地址，例如 Sluice <pay@example.com>，并与 mail_dir 或 smtp_host 同时设置",
        ),
        |s| {
            let has_way = s.mail_dir.is_some() || s.smtp_host.is_some();
            s.mail_from.is_some() == has_way && s.mail_from.as_deref().is_none_or(|from| from.contains('@'))
        },
    ),
    rule(
        "mail_dir",
        say("must be a directory, without smtp_host", "须为目录，且不能与 smtp_host 同时设置"),
        |s| s.mail_dir.is_none() || s.smtp_host.is_none(),
    ),
    rule(
        "smtp_host",
        say("must be a host such as mail.example.com", "须为主机名，例如 mail.example.com"),
        |s| s.smtp_host.as_deref().is_none_or(|host| is_host(host) && !host.contains(':')),
    ),
    rule("smtp_port", say("must be a number from 1 to 65535", "须为 1 到 65535 之间的整数"), |s| {
        s.smtp_port != Some(0)
    }),
    rule(
        "smtp_tls",
        say(
            "must be tls, starttls or none; none only without smtp_user, whose password would be sent in clear",
            "须为 tls、starttls 或 none；设置 smtp_user 时不能为 none，否则密码将以明文发送",
        ),
        |s| s.smtp_tls != SmtpProtection::None || s.smtp_user.is_none(),
    ),
    rule("smtp_user", say("must be the user at smtp_host", "须为 smtp_host 上的用户"), |s| {
        s.smtp_user.is_none() || s.smtp_host.is_some()
    }),
    rule(
        "smtp_password_file",
        say(
            "must be a file that only its owner can access (chmod 600), with the password of smtp_user",
            "须为仅所有者可访问的文件（chmod 600），内容为 smtp_user 的密码",
        ),
        |s| s.smtp_password_file.is_none() || s.smtp_user.is_some(),
    ),
    rule("stop_timeout_s", say("must be 1 to 600 seconds", "须为 1 到 600 秒"), |s| {
        (1..=600).contains(&s.stop_timeout_s)
    }),
    rule("worker", say("must be true or false", "须为 true（是）或 false（否）"), |_| true),
    rule("runs", say("must be a number from 1 to 64", "须为 1 到 64 之间的整数"), |s| {
        (1..=64).contains(&s.runs)
    }),
    rule("core_dumps", say("must be true or false", "须为 true（是）或 false（否）"), |_| true),
    rule("log_format", say("must be text or json", "须为 text（文本）或 json（结构化）"), |_| {
        true
    }),
    rule(
        "log_level",
        say(
            "must be off, error, warn, info, debug, trace, or a filter such as info,http_api=debug",
            "须为 off、error、warn、info、debug、trace 之一，或类似 info,http_api=debug 的写法",
        ),
        |s| s.log_level.as_deref().is_none_or(|level| EnvFilter::try_new(level).is_ok()),
    ),
    rule(
        "otlp_endpoint",
        say(
            "must be an address without TLS and path, such as http://127.0.0.1:4318",
            "须为不含路径、不使用 TLS 的地址，例如 http://127.0.0.1:4318",
        ),
        |s| s.otlp_endpoint.as_deref().is_none_or(is_plain_origin),
    ),
    rule("otlp_percent", say("must be a number from 0 to 100", "须为 0 到 100 之间的整数"), |s| {
        s.otlp_percent <= 100
    }),
];

/// Whether a URL is a scheme, a host and an optional port, followed by at most one slash.
fn is_origin(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    is_host(rest.map(|rest| rest.strip_suffix('/').unwrap_or(rest)).unwrap_or_default())
}

/// Whether a URL is an origin without TLS. The exporter has no TLS: a collector agent usually runs on the same host.
fn is_plain_origin(url: &str) -> bool {
    url.starts_with("http://") && is_origin(url)
}

/// Whether a text is a host with an optional port.
fn is_host(host: &str) -> bool {
    !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || "-.:[]".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::values::keys;
    use domain::code::Language;

    #[test]
    fn every_setting_has_a_rule_and_its_default_satisfies_it() {
        let of_rules: Vec<_> = RULES.iter().map(|rule| rule.key.to_owned()).collect();
        let (mut rules, mut settings) = (of_rules.clone(), keys());
        rules.sort_unstable();
        settings.sort_unstable();
        assert_eq!(rules, settings);
        let defaults = Settings::default();
        assert!(RULES.iter().all(|rule| (rule.holds)(&defaults)));
    }

    #[test]
    fn the_chunk_items_message_names_the_actual_maximum() {
        let rule = RULES.iter().find(|rule| rule.key == "chunk_items").unwrap();
        for language in [Language::English, Language::Chinese] {
            assert!(rule.wanted.to(language).contains(&CHUNK_ITEMS_MAX.to_string()));
        }
    }
}
