//! Exchange rates, and the rules for a pair.

use super::asset::AssetForm;
use super::form::{form, words};
use crate::fx_policy::FxRules;
use domain::fx::{FxPolicy, Rounding};
use store::fx::FxRate;

form! {
    FxRateForm of FxRate {
        "source" source: i64,
        "target" target: i64,
        "rate" rate: String,
        "origin" origin: String,
        "at" at: i64,
    }
}

form! {
    FxRulesForm of FxRules {
        "source" source: AssetForm,
        "target" target: AssetForm,
        "policy" policy: FxPolicyForm,
    }
}

form! {
    FxPolicyForm of FxPolicy {
        "tolerance_ppm" tolerance_ppm: i64,
        "rounding" rounding: RoundingWord,
        "minimum" minimum: i64,
        "max_age_h" max_age_h: i64,
    }
}

words! {
    RoundingWord of Rounding {
        "half_up" HalfUp,
        "half_even" HalfEven,
        "down" Down,
    }
}
