//! What all surfaces of the API share: the way of a request in (`serve`, `edge`, `guard`, `query`, `body`, `once`), the
//! way of a response out (`answer`, `approval`, `problem`, `paging`, `cursor`, `download`), and the description of both (`openapi`).

pub(crate) mod answer;
pub(crate) mod approval;
pub(crate) mod body;
pub(crate) mod consent;
pub(crate) mod cookie;
pub(crate) mod cursor;
pub(crate) mod download;
pub(crate) mod edge;
pub(crate) mod guard;
pub(crate) mod language;
pub(crate) mod list;
mod objects;
pub(crate) mod once;
pub(crate) mod openapi;
pub(crate) mod operation;
pub(crate) mod paging;
pub(crate) mod plain;
pub(crate) mod problem;
pub(crate) mod qr;
pub(crate) mod query;
pub(crate) mod routes;
pub(crate) mod said;
pub(crate) mod segment;
pub(crate) mod serve;
pub(crate) mod time;
pub(crate) mod version;
pub(crate) mod voucher;
pub(crate) mod who;
