//! `file`: uploads a file, shows what is known about one, downloads one, makes one to fill in.

use crate::commands::file_template::{self, FileTemplateArgs};
use crate::data_dir::replace;
use crate::exit::{Exit, Failure};
use crate::out::{or_empty, time};
use crate::say::say;
use crate::session::{Access, Session};
use crate::word::Word;
use clap::{Args, Subcommand};
use domain::access::{Asker, Role};
use domain::code::Code;
use domain::id::FileId;
use domain::noun::NounId;
use domain::visible::shown;
use serde_json::{Value, json};
use service::Error;
use service::upload::{self, Receiving, Upload};
use std::fs::File;
use std::io::{Read, Write};
use std::path::PathBuf;

/// How much is read at once.
const PIECE: usize = 256 * 1024;
/// The command line is the organisation's own machine.
const ASKER: Asker<'static> = Asker::Person(Role::Admin);

/// Arguments of `file`.
#[derive(Debug, Args)]
pub(crate) struct FileArgs {
    #[command(subcommand)]
    pub verb: FileVerb,
}

/// What to do with files.
#[derive(Debug, Subcommand)]
pub(crate) enum FileVerb {
    /// Upload a file
    #[command(after_help = "Example:\n  sluice file upload pay.csv")]
    Upload {
        /// File to upload
        file: PathBuf,
        /// Its name [default: that of the file]
        #[arg(long)]
        name: Option<String>,
    },
    /// Show what is known about a file
    #[command(after_help = "Example:\n  sluice file show file_7")]
    Show {
        /// File id, such as file_7 or 7
        id: String,
    },
    /// Download a file; it is complete or not written at all
    #[command(after_help = "Example:\n  sluice file download file_7 --out pay.csv")]
    Download {
        /// File id, such as file_7 or 7
        id: String,
        /// File to write [default: its name, in this folder]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Make a file to fill in and import: empty, or with chosen payees and their last amounts
    #[command(
        after_help = "Example:\n  sluice file template --type one_to_many --out pay.xlsx\n  sluice file template --type \
                      one_to_many --batch batch-20260310-001 --out pay.xlsx"
    )]
    Template(FileTemplateArgs),
}

/// How the command opens the ledger.
pub(crate) const fn access(args: &FileArgs) -> Access {
    match args.verb {
        FileVerb::Show { .. } | FileVerb::Template(_) => Access::Read,
        FileVerb::Upload { .. } | FileVerb::Download { .. } => Access::Files,
    }
}

/// Runs the command.
pub(crate) async fn run(session: &Session, args: &FileArgs) -> Result<Exit, Failure> {
    match &args.verb {
        FileVerb::Upload { file, name } => {
            let own = || file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let uploaded = upload(session, file, &name.clone().unwrap_or_else(own)).await?;
            show(session, &uploaded)?;
        }
        FileVerb::Show { id } => {
            let found =
                upload::show(&session.service, session.actor.author.principal, ASKER, read(id)?).await?;
            show(session, &found)?;
        }
        FileVerb::Template(args) => return file_template::run(session, args).await,
        FileVerb::Download { id, out } => download(session, read(id)?, out.clone()).await?,
    }
    Ok(Exit::Success)
}

fn read(id: &str) -> Result<FileId, Failure> {
    FileId::from_text(id).map_err(|_| Error::refused(Code::StoredFileNotFound, shown(id)).into())
}

async fn upload(session: &Session, path: &PathBuf, name: &str) -> Result<Upload, Failure> {
    let (service, actor) = (&session.service, &session.actor);
    let mut file = File::open(path)
        .map_err(|error| Failure::System {
            what: say("Cannot open the file", "无法打开文件"), error
        })?;
    let mut receiving = Receiving::begin(service, actor, name).await?;
    let mut piece = vec![0; PIECE];
    loop {
        let read = file.read(&mut piece).map_err(Error::Io)?;
        if read == 0 {
            break;
        }
        receiving.append(service, actor, piece.get(..read).unwrap_or_default()).await?;
    }
    Ok(receiving.finish(service, actor).await?)
}

async fn download(session: &Session, id: FileId, out: Option<PathBuf>) -> Result<(), Failure> {
    let by = session.actor.author.principal;
    let (found, mut reading) = upload::content(&session.service, by, ASKER, id).await?;
    let path = out.unwrap_or_else(|| PathBuf::from(&found.name));
    replace(&path, async |writer| {
        let mut written = 0;
        while let Some(bytes) = reading.next().await.map_err(Error::from)? {
            writer.write_all(&bytes).map_err(Error::Io)?;
            written += i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        }
        Ok(written)
    })
    .await?;
    let file = path.display().to_string();
    let mut json = to_json(&found);
    if let Some(fields) = json.as_object_mut() {
        fields.insert("file".to_owned(), json!(file));
    }
    let id = id.tagged();
    session.out.answer(json, || say!(session.language, "{id} was written to {file}", "{id} 已写入 {file}"))
}

fn show(session: &Session, upload: &Upload) -> Result<(), Failure> {
    session.out.answer(to_json(upload), || {
        session.out.fields(&[
            (say("id", "编号"), upload.id.tagged()),
            (say("name", "名称"), upload.name.clone()),
            (say("kind", "类型"), upload.kind.word(session.language).to_owned()),
            (say("bytes", "字节数"), upload.size.to_string()),
            (say("sha256", "SHA-256"), upload.sha256.clone()),
            (say("added by", "添加人"), upload.created_by.name.clone()),
            (say("added", "添加时间"), time(upload.created_at)),
            (say("kept until", "保留至"), or_empty(upload.expires_at.map(time).as_deref())),
            (say("removed", "删除时间"), or_empty(upload.gone_at.map(time).as_deref())),
        ])
    })
}

fn to_json(upload: &Upload) -> Value {
    json!({ "id": upload.id.tagged(), "name": upload.name, "kind": upload.kind.name(), "size": upload.size,
            "sha256": upload.sha256, "batch": upload.batch.map(NounId::tagged),
            "task": upload.task.map(NounId::tagged), "created_by": upload.created_by.name,
            "created_at": time(upload.created_at), "expires_at": upload.expires_at.map(time),
            "removed_at": upload.gone_at.map(time) })
}
