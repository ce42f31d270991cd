//! `asset`: currencies and tokens.

use crate::exit::{Exit, Failure};
use crate::out::{left, right};
use crate::say::say;
use crate::session::{Access, Session};
use clap::{Args, Subcommand};
use domain::asset::Asset;
use serde_json::{Value, json};
use service::asset;

/// Arguments of `asset`.
#[derive(Debug, Args)]
pub(crate) struct AssetArgs {
    #[command(subcommand)]
    pub verb: AssetVerb,
}

/// What to do with assets.
#[derive(Debug, Subcommand)]
pub(crate) enum AssetVerb {
    /// List enabled currencies
    #[command(after_help = "Example:\n  sluice asset list --json")]
    List,
    /// Enable a currency or token
    #[command(after_help = "Example:\n  sluice asset add EUR\n  sluice asset add POINTS --scale 0")]
    Add {
        /// Currency code
        code: String,
        /// Number of decimals; not needed for ISO 4217, USDT and USDC
        #[arg(long, value_name = "N")]
        scale: Option<u8>,
    },
}

/// How the command opens the ledger.
pub(crate) const fn access(args: &AssetArgs) -> Access {
    match args.verb {
        AssetVerb::List => Access::Read,
        AssetVerb::Add { .. } => Access::Write,
    }
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &AssetArgs) -> Result<Exit, Failure> {
    match &args.verb {
        AssetVerb::List => {
            let assets = asset::list(&session.service).await?;
            let rows = assets.iter().map(|a| vec![a.code.clone(), a.scale.to_string()]);
            let json = json!({ "assets": assets.iter().map(to_json).collect::<Vec<_>>() });
            let header = [left("code", "币种"), right("decimals", "小数位数")];
            session.out.answer(json, || session.out.table(&header, rows))?;
        }
        AssetVerb::Add { code, scale } => {
            let asset = asset::add(&session.service, &session.actor, code, *scale).await?;
            let (code, scale) = (&asset.code, asset.scale);
            let text = || {
                say!(
                    session.language,
                    "{code} is enabled with {scale} decimals",
                    "已启用 {code}，小数位数 {scale}"
                )
            };
            session.out.answer(to_json(&asset), text)?;
        }
    }
    Ok(Exit::Success)
}

fn to_json(asset: &Asset) -> Value {
    json!({ "id": asset.id.0, "code": asset.code, "scale": asset.scale })
}
