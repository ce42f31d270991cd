//! Currencies, rates, limits, settings.

use super::{Alike, alike};

const POLICY: &str = "currency min max day month batch_max fee_threshold fee_rate fee_min fee_max";
const SETTINGS: &str = "time_zone organisation_name duplicate_window factor_roles";
const RATE: &str = "from=source to=target rate origin";
const FX_POLICY: &str = "from=source to=target tolerance rounding minimum max_age_h=maxAgeHours";

/// Beside a server that runs no batch.
pub const RULES: &[Alike] = &[
    alike("asset add EUR", "POST /api/v2/currencies", r#"{"code":"EUR"}"#, "code scale"),
    alike(
        "asset add POINTS --scale 0",
        "POST /api/v2/currencies",
        r#"{"code":"POINTS","scale":0}"#,
        "code scale",
    ),
    alike("asset add NOSUCH", "POST /api/v2/currencies", r#"{"code":"NOSUCH"}"#, "refused CURRENCY_UNKNOWN"),
    alike("asset list", "GET /api/v2/currencies", "", "assets data: code scale"),
    alike(
        "fx set EUR USD 1.1000 --origin desk",
        "POST /api/v2/fx-rates",
        r#"{"source":"EUR","target":"USD","rate":"1.1000","origin":"desk"}"#,
        RATE,
    ),
    alike(
        "fx set USD EUR 0.9 --origin bank",
        "POST /api/v2/fx-rates",
        r#"{"source":"USD","target":"EUR","rate":"0.9","origin":"bank"}"#,
        RATE,
    ),
    alike(
        "fx set USD EUR 0",
        "POST /api/v2/fx-rates",
        r#"{"source":"USD","target":"EUR","rate":"0"}"#,
        "refused RATE_INVALID",
    ),
    alike("fx list", "GET /api/v2/fx-rates", "", "rates data: from=source to=target rate origin"),
    alike("fx policy USD EUR", "GET /api/v2/fx-rates/policies?source=USD&target=EUR", "", FX_POLICY),
    alike(
        "fx policy USD XXX",
        "GET /api/v2/fx-rates/policies?source=USD&target=XXX",
        "",
        "refused CURRENCY_UNKNOWN",
    ),
    alike(
        "fx policy USD EUR --rounding down --tolerance 0.05 --max-age 12",
        "PUT /api/v2/fx-rates/policies",
        r#"{"source":"USD","target":"EUR","rounding":"down","tolerance":"0.05","maxAgeHours":12}"#,
        FX_POLICY,
    ),
    alike(
        "fx policy USD EUR --rounding up",
        "PUT /api/v2/fx-rates/policies",
        r#"{"source":"USD","target":"EUR","rounding":"up"}"#,
        "refused FX_POLICY_INVALID",
    ),
    alike("policy show --currency USD", "GET /api/v2/policies?currency=USD", "", POLICY),
    alike(
        "policy show --currency USD --account A3",
        "GET /api/v2/policies?currency=USD&accountId=A3",
        "",
        POLICY,
    ),
    alike(
        "policy set --currency USD --account A3 --max 50.00 --day none",
        "PUT /api/v2/policies",
        r#"{"currency":"USD","accountId":"A3","max":"50.00","day":null}"#,
        POLICY,
    ),
    alike(
        "policy set --currency USD --fee-threshold 100 --fee-rate 0.001 --fee-min 1 --fee-max 50",
        "PUT /api/v2/policies",
        r#"{"currency":"USD","feeThreshold":"100","feeRate":"0.001","feeMin":"1","feeMax":"50"}"#,
        POLICY,
    ),
    alike(
        "policy set --currency USD --max 1.234",
        "PUT /api/v2/policies",
        r#"{"currency":"USD","max":"1.234"}"#,
        "refused AMOUNT_PRECISION",
    ),
    alike(
        "approval policy set --currency USD --band 1000=1",
        "PUT /api/v2/approval-policies",
        r#"{"currency":"USD","bands":[{"from":"1000","levels":[{"count":1}]}]}"#,
        "refused APPROVAL_UNREACHABLE",
    ),
    alike(
        "approval policy set --currency USD --no-bands --valid-hours 24",
        "PUT /api/v2/approval-policies",
        r#"{"currency":"USD","bands":[],"validHours":24}"#,
        "currency version valid_hours=validHours",
    ),
    alike(
        "approval policy show",
        "GET /api/v2/approval-policies",
        "",
        "policies data: currency version valid_hours=validHours",
    ),
    alike("setting show", "GET /api/v2/settings", "", SETTINGS),
    alike(
        "setting set --time-zone Asia/Shanghai",
        "PUT /api/v2/settings",
        r#"{"timeZone":"Asia/Shanghai"}"#,
        SETTINGS,
    ),
    alike(
        "setting set --organisation-name Example-Ltd",
        "PUT /api/v2/settings",
        r#"{"organisationName":"Example-Ltd"}"#,
        SETTINGS,
    ),
    alike("setting set --time-zone UTC", "PUT /api/v2/settings", r#"{"timeZone":"UTC"}"#, SETTINGS),
    alike(
        "setting set --account A3 --duplicate-window 3",
        "PUT /api/v2/settings",
        r#"{"accountWindow":{"account":"A3","days":3}}"#,
        SETTINGS,
    ),
    alike(
        "setting set --account A3 --no-own-window",
        "PUT /api/v2/settings",
        r#"{"accountWindow":{"account":"A3","days":null}}"#,
        SETTINGS,
    ),
    // Of administrators it would keep the one of this table, who has none, from everything below.
    alike(
        "setting set --factor-roles auditor,operator",
        "PUT /api/v2/settings",
        r#"{"factorRoles":["auditor","operator"]}"#,
        SETTINGS,
    ),
    alike("setting set --no-factor-roles", "PUT /api/v2/settings", r#"{"factorRoles":[]}"#, SETTINGS),
    alike(
        "setting set --time-zone Nowhere/Land",
        "PUT /api/v2/settings",
        r#"{"timeZone":"Nowhere/Land"}"#,
        "refused TIME_ZONE_UNKNOWN",
    ),
];
