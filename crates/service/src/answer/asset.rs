//! Currencies and their policies.

use super::form::form;
use domain::asset::Asset;
use domain::fee::FeePolicy;
use domain::id::AccountId;
use domain::limit::LimitPolicy;
use domain::policy::Policy;

form! {
    AssetForm of Asset {
        "id" id: i64,
        "code" code: String,
        "scale" scale: u8,
    }
}

form! {
    PolicyForm of (Asset, Policy, Option<AccountId>) {
        "asset" asset: AssetForm,
        "policy" policy: RulesForm,
        "account" account: Option<i64>,
    }
}

form! {
    RulesForm of Policy {
        "limit" limit: LimitForm,
        "fee" fee: FeeForm,
        "batch_max" batch_max: i64,
    }
}

form! {
    LimitForm of LimitPolicy {
        "min" min: i64,
        "max" max: i64,
        "day" day: i64,
        "month" month: i64,
    }
}

form! {
    FeeForm of FeePolicy {
        "threshold" threshold: i64,
        "rate_ppm" rate_ppm: i64,
        "min" min: i64,
        "max" max: i64,
    }
}
