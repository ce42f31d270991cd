//! What only one of the two can do, and why.

/// Commands without an operation.
pub const COMMANDS: &[(&str, &str)] = &[
    ("init", "makes the ledger that a server opens"),
    ("account import", "a file of accounts is read where it is; the API opens one account a call"),
    ("account totp show", "`getAccount` says whether an account is bound"),
    ("key new-master", "makes the key that a server is started with"),
    ("batch export", "a program reads the relations page by page"),
    ("verify", "reads the whole ledger, on the disk"),
    ("backup", "writes to the server's disk"),
    ("restore", "there is no ledger yet, or another"),
    ("accept-loss", "no server opens a ledger that lost commits"),
    ("serve", "is the server"),
    ("health", "asks `ready` of a server over the network"),
    ("config check", "settings of a process"),
    ("completion", "of a shell"),
    ("work", "is a worker"),
    ("node list", "for those who run the nodes; each has its own metrics"),
    ("migrate", "no server opens a ledger of an older schema"),
    ("copy", "moves the whole ledger"),
    ("bench", "makes a ledger of its own"),
];

/// Operations without a command.
pub const OPERATIONS: &[(&str, &str)] = &[
    ("health", "of the server's process"),
    ("ready", "of the server's process"),
    ("metrics", "of the server's process"),
    ("openApi", "of the API itself"),
    ("apiViewer", "of the API itself"),
    ("setUp", "`user add` needs no token: it has the disk"),
    ("login", "a command has no session"),
    ("acceptInvitation", "an invited user chooses the password, in a browser"),
    ("logout", "a command has no session"),
    ("me", "a command has no session"),
    ("changePassword", "of the signed-in user"),
    ("listSessions", "of the signed-in user"),
    ("endSession", "of the signed-in user"),
    ("endUserSessions", "`user disable` and `user reset` end them"),
    ("getUser", "`user list` shows the same fields"),
    ("getHolder", "`holder list` shows the same fields"),
    ("editBatchTransfer", "a file is corrected and imported again"),
    ("previewNewBatchTransfer", "a file is imported as a draft and previewed"),
    ("deleteRelation", "a file is corrected and imported again"),
    ("getRelationHistory", "`batch history` has the events of every item"),
    ("getBatchTransferProgress", "`batch run` shows it where it runs"),
];
