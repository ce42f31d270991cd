//! Tasks and files.

use super::Filled;
use domain::code::Code;
use domain::id::{FileId, TaskId};
use domain::principal::{Author, Principal};
use domain::task::{TaskState, TaskType};
use domain::upload::FileKind;
use domain::work::Work;
use store::Tx;
use store::listing::{Order, PageRequest};
use store::task::{Ending, Task, TaskFilter};
use store::upload::Upload;

fn by(id: i64) -> Author {
    Author { principal: Principal::User(id), name: format!("user {id}") }
}

fn file(number: i64) -> Upload {
    Upload {
        id: FileId(0),
        place: "here".to_owned(),
        object: format!("object-{number}"),
        name: "工资.csv".to_owned(),
        kind: FileKind::Text,
        size: 10 + number,
        sha256: "h".to_owned(),
        batch: None,
        task: Some(TaskId(number)),
        created_by: by(7),
        created_at: 5,
        expires_at: Some(number),
        gone_at: None,
    }
}

pub async fn upload(tx: &mut Tx, Filled { batch, rows }: Filled) {
    let before = store::upload::stored(tx).await.unwrap();
    let mut files = Vec::new();
    for number in 1..=rows + 1 {
        let mut added = file(number);
        added.id = store::upload::insert(tx, &added).await.unwrap();
        files.push(added);
    }
    for added in &files {
        assert_eq!(store::upload::get(tx, added.id).await.unwrap().as_ref(), Some(added));
    }
    let sum: i64 = files.iter().map(|file| file.size).sum();
    assert_eq!(store::upload::stored(tx).await.unwrap(), before + sum);
    assert_eq!(store::upload::stored_by(tx, Principal::User(7)).await.unwrap(), sum);
    assert_eq!(store::upload::stored_by(tx, Principal::Key(7)).await.unwrap(), 0);
    let objects = |files: &[Upload]| files.iter().map(|file| file.object.clone()).collect::<Vec<_>>();
    let asked = [objects(&files), vec!["another".to_owned()]].concat();
    let mut known = store::upload::known(tx, asked).await.unwrap();
    known.sort_unstable();
    let mut expected = objects(&files);
    expected.sort_unstable();
    assert_eq!(known, expected);

    let expired = |now| (now, "here", 1_000);
    let (now, place, limit) = expired(rows + 2);
    assert_eq!(store::upload::expired(tx, now, place, limit).await.unwrap(), files);
    assert_eq!(store::upload::expired(tx, 1, place, limit).await.unwrap(), []);
    assert_eq!(store::upload::expired(tx, now, "there", limit).await.unwrap(), []);
    store::upload::forget(tx, TaskId(1), rows + 5).await.unwrap();
    files[0].expires_at = Some(rows + 5);
    assert_eq!(store::upload::get(tx, files[0].id).await.unwrap().as_ref(), Some(&files[0]));
    files[0].expires_at = Some(1);
    store::upload::forget(tx, TaskId(1), 1).await.unwrap();
    // An open task reads the first.
    let mut reader = waiting(TaskType::ImportBatch, 7);
    reader.upload = Some(files[0].id);
    let reader = store::task::insert(tx, &reader).await.unwrap();
    assert_eq!(store::upload::expired(tx, now, place, limit).await.unwrap(), files[1..]);
    store::task::end(tx, reader, &Ending::of(TaskState::Cancelled), 9).await.unwrap();
    assert_eq!(store::upload::expired(tx, now, place, limit).await.unwrap(), files);
    // It belongs to a batch.
    for _ in 0..2 {
        assert!(store::upload::attach(tx, files[0].id, batch).await.unwrap());
    }
    let attached = store::upload::get(tx, files[0].id).await.unwrap().unwrap();
    assert_eq!((attached.batch, attached.expires_at), (Some(batch), None));
    assert_eq!(store::upload::expired(tx, now, place, limit).await.unwrap(), files[1..]);
    let (first, last) = (&files[0], files.last().unwrap());
    assert!(!store::upload::remove_bytes(tx, first.id, now).await.unwrap());
    assert!(store::upload::remove_bytes(tx, last.id, now).await.unwrap());
    assert!(!store::upload::remove_bytes(tx, last.id, now).await.unwrap());
    assert!(!store::upload::attach(tx, last.id, batch).await.unwrap());
    assert_eq!(store::upload::get(tx, last.id).await.unwrap().unwrap().gone_at, Some(now));
    assert_eq!(store::upload::stored(tx).await.unwrap(), before + sum - last.size);
    assert_eq!(store::upload::known(tx, vec![last.object.clone()]).await.unwrap(), [""; 0]);
}

fn waiting(kind: TaskType, user: i64) -> Task {
    Task {
        id: TaskId(0),
        kind,
        state: TaskState::Pending,
        input: "{}".to_owned(),
        batch: None,
        upload: None,
        place: String::new(),
        total: None,
        processed: 0,
        steps: "[]".to_owned(),
        takes: 0,
        result: None,
        made: None,
        code: None,
        message: None,
        created_by: by(user),
        created_at: 5,
        started_at: None,
        cancel_at: None,
        completed_at: None,
    }
}

async fn listed(tx: &mut Tx, filter: TaskFilter) -> Vec<Task> {
    let slice = PageRequest { order: Order::Descending, limit: 1_000, ..PageRequest::default() };
    let found = store::task::page(tx, &filter, slice).await.unwrap();
    let count = store::task::count(tx, &filter, 1_000).await.unwrap();
    assert_eq!(count, i64::try_from(found.len()).unwrap());
    found
}

async fn get(tx: &mut Tx, id: TaskId) -> Task {
    let found = store::task::get(tx, id).await.unwrap().unwrap();
    assert_eq!(store::task::lock(tx, id).await.unwrap().as_ref(), Some(&found));
    found
}

pub async fn task(tx: &mut Tx, Filled { batch, rows }: Filled) {
    let mut tasks = Vec::new();
    for number in 0..rows {
        let mut added = waiting(TaskType::Verify, 1 + number % 2);
        if number == 0 {
            (added.kind, added.batch, added.place) = (TaskType::ImportBatch, Some(batch), "here".to_owned());
        }
        added.id = store::task::insert(tx, &added).await.unwrap();
        assert_eq!(get(tx, added.id).await, added);
        tasks.push(added);
    }
    lists(tx, &tasks, batch).await;
    assert_eq!(store::task::open(tx, Principal::User(1)).await.unwrap(), (rows + 1) / 2);
    assert_eq!(store::task::open(tx, Principal::CommandLine).await.unwrap(), 0);
    leased(tx, &tasks).await;
    ends(tx, tasks[0].id, batch).await;
    remembers(tx, &tasks[0]).await;
    let first = tasks[0].id;
    let ended = store::task::get(tx, first).await.unwrap();
    store::task::remove(tx, first, 30).await.unwrap();
    assert_eq!(store::task::get(tx, first).await.unwrap(), None);
    assert_eq!(store::task::ever(tx, first).await.unwrap(), ended);
    let found = store::task::remembered(tx, "hash", TaskType::ImportBatch, Principal::User(1)).await.unwrap();
    assert_eq!(found, Some((tasks[0].input.clone(), Some(26))), "removing it forgets nothing");
    assert_eq!(store::task::problems(tx, first).await.unwrap(), None);
    assert!(listed(tx, TaskFilter::default()).await.iter().all(|task| task.id != first));
}

async fn lists(tx: &mut Tx, tasks: &[Task], batch: domain::id::BatchId) {
    let newest_first = |wanted: &dyn Fn(&Task) -> bool| {
        let found = tasks.iter().rev().filter(|task| wanted(task));
        found.cloned().collect::<Vec<_>>()
    };
    let mut own = listed(tx, TaskFilter { started_by: Some(Principal::User(1)), ..Default::default() }).await;
    assert_eq!(own, newest_first(&|task| task.created_by == by(1)));
    own = listed(tx, TaskFilter { kind: Some(TaskType::Verify), ..Default::default() }).await;
    assert_eq!(own, newest_first(&|task| task.kind == TaskType::Verify));
    own = listed(tx, TaskFilter { batch: Some(batch), ..Default::default() }).await;
    assert_eq!(own, tasks[..1]);
    let none = TaskFilter { state: Some(TaskState::Failed), ..Default::default() };
    assert_eq!(listed(tx, none).await, []);
    let all = listed(tx, TaskFilter { state: Some(TaskState::Pending), ..Default::default() }).await;
    assert_eq!(all, newest_first(&|_| true));
}

async fn ids(tx: &mut Tx, node: &str, place: &str) -> Vec<TaskId> {
    store::task::waiting(tx, node, place, 1_000).await.unwrap()
}

async fn leased(tx: &mut Tx, tasks: &[Task]) {
    let all: Vec<TaskId> = tasks.iter().map(|task| task.id).collect();
    assert_eq!(ids(tx, "node-a", "here").await, all);
    assert_eq!(ids(tx, "node-a", "").await, all[1..], "the first has its file elsewhere");
    let work = Work::task(all[0]);
    store::lease::take_live(tx, work, "node-a", 0).await.unwrap().unwrap();
    assert_eq!(ids(tx, "node-a", "here").await, all, "its own");
    assert_eq!(ids(tx, "node-b", "here").await, all[1..], "a live node has the first");
    store::node::leave(tx, "node-a").await.unwrap();
    assert_eq!(ids(tx, "node-b", "here").await, all);
    assert_eq!(store::task::waiting(tx, "node-b", "here", 1).await.unwrap(), all[..1]);
}

async fn remembers(tx: &mut Tx, task: &Task) {
    let (kind, by) = (task.kind, Principal::User(1));
    assert_eq!(store::task::remembered(tx, "hash", kind, by).await.unwrap(), None);
    assert!(!store::task::remembers(tx, kind, by).await.unwrap());
    let ending = Ending { header_set: Some("hash".to_owned()), ..Ending::of(TaskState::Completed) };
    store::task::end(tx, task.id, &ending, 26).await.unwrap();
    for (set, kind, by, is_found) in [
        ("hash", kind, by, true),
        ("other", kind, by, false),
        ("hash", TaskType::ImportAccounts, by, false),
        ("hash", kind, Principal::User(2), false),
        ("hash", kind, Principal::CommandLine, false),
    ] {
        let found = store::task::remembered(tx, set, kind, by).await.unwrap();
        assert_eq!(found, is_found.then(|| (task.input.clone(), Some(26))), "{set} {kind:?} {by:?}");
        let of_any = store::task::remembers(tx, kind, by).await.unwrap();
        assert_eq!(of_any, is_found || set == "other", "{set} {kind:?} {by:?}");
    }
}

async fn ends(tx: &mut Tx, id: TaskId, batch: domain::id::BatchId) {
    for (now, takes) in [(20, 1), (21, 2)] {
        store::task::take(tx, id, now).await.unwrap();
        let taken = get(tx, id).await;
        assert_eq!((taken.state, taken.takes, taken.started_at), (TaskState::Processing, takes, Some(20)));
        assert_eq!((taken.total, taken.processed), (None, 0));
        store::task::note(tx, id, (Some(9), 4), r#"[{"name":"read","at":20}]"#).await.unwrap();
    }
    store::task::give_back(tx, id).await.unwrap();
    let back = get(tx, id).await;
    assert_eq!((back.state, back.takes), (TaskState::Pending, 1));
    store::task::take(tx, id, 22).await.unwrap();
    store::task::note(tx, id, (Some(9), 4), r#"[{"name":"read","at":20}]"#).await.unwrap();
    let noted = get(tx, id).await;
    assert_eq!((noted.total, noted.processed, noted.steps.len()), (Some(9), 4, 25));
    assert_eq!(store::task::cancelled(tx).await.unwrap(), []);
    for now in [22, 23] {
        store::task::ask_end(tx, id, now).await.unwrap();
        assert_eq!(get(tx, id).await.cancel_at, Some(22));
    }
    assert_eq!(store::task::cancelled(tx).await.unwrap(), [id]);
    for so_far in [None, Some("{}")] {
        assert_eq!(store::task::so_far(tx, id).await.unwrap().as_deref(), so_far);
        store::task::keep(tx, id, "{}").await.unwrap();
    }
    store::task::bind(tx, id, batch, "{\"taken\":1}").await.unwrap();
    let bound = get(tx, id).await;
    assert_eq!((bound.batch, bound.result.as_deref()), (Some(batch), Some("{\"taken\":1}")));
    let ending = Ending {
        problems: Some("[1]".to_owned()),
        code: Some(Code::BatchRowsInvalid),
        message: Some("1".to_owned()),
        ..Ending::of(TaskState::Failed)
    };
    store::task::end(tx, id, &ending, 25).await.unwrap();
    let ended = get(tx, id).await;
    assert_eq!((ended.state, ended.code, ended.completed_at), (TaskState::Failed, ending.code, Some(25)));
    assert_eq!((ended.result, ended.made, ended.message), (None, None, ending.message));
    assert_eq!(store::task::problems(tx, id).await.unwrap(), ending.problems);
    assert_eq!(store::task::cancelled(tx).await.unwrap(), []);
    assert!(!ids(tx, "node-b", "here").await.contains(&id));
}
