"""Confirms this evidence pack without Sluice: python3 check.py (Python 3.8 or later, nothing else)."""
import csv, datetime, hashlib, itertools, json, pathlib, struct, sys

HERE = pathlib.Path(__file__).resolve().parent
SUMS = ("items", "amountMinor", "completedItems", "completedMinor", "failedItems", "failedMinor", "skippedItems", "feeMinor")

def need(holds, what):
    if not holds: sys.exit("NOT CONFIRMED: " + what)

def rows(name):
    """The rows of a table; a cell that begins with ' is a text that had one ' put before it."""
    with open(HERE / name, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file, strict=True):
            yield {key: cell[1:] if cell.startswith("'") else cell for key, cell in row.items()}

def sha256(name):
    digest = hashlib.sha256()
    with open(HERE / name, "rb") as file:
        for part in iter(lambda: file.read(1 << 20), b""): digest.update(part)
    return digest.hexdigest()

def text(cell, length="<q"):
    return struct.pack(length, len(cell.encode())) + cell.encode() if cell else struct.pack("<q", -1)

# 1. The files are those of the manifest, and the manifest is the one that was written.
pack = json.loads((HERE / "manifest.json").read_text(encoding="utf-8"))
batch, content_hash, approval = pack["batch"], pack["contentHash"]["value"], pack["approval"]
for file in pack["files"]: need(sha256(file["name"]) == file["sha256"], file["name"] + " was changed")
names = [file["name"] for file in pack["files"]] + ["manifest.json"]
lines = "".join(f"{sha256(name)}  {name}\n" for name in names)
need((HERE / "SHA256SUMS").read_bytes() == lines.encode(), "SHA256SUMS or manifest.json was changed")
# 2. Item by item: the content, its result, and the postings that add up to the result.
content, sums = hashlib.sha256(), dict.fromkeys(SUMS, 0)
postings = itertools.groupby(rows("postings.csv"), lambda leg: leg["transfer"])
for item, result in itertools.zip_longest(rows("content.csv"), rows("results.csv")):
    need(item and result and item["item"] == result["item"], "content.csv and results.csv list different items")
    source, target, state = int(item["source_id"]), int(item["target_id"]), result["state"]
    amount, number = int(item["amount_minor"]), "item " + item["item"]
    content.update(struct.pack("<4q", int(item["line"]), source, target, amount))
    content.update(text(item["memo"]) + text(item["reference"]))
    if item["external_id"]: content.update(text(item["external_id"], "<B"))
    for key, size in ("items", 1), ("amountMinor", amount), (state + "Items", 1), (state + "Minor", amount):
        if key in sums: sums[key] += size
    if state != "completed": continue
    fee, arrived = int(result["fee_minor"] or 0), int(result["target_amount_minor"] or amount)
    paid, legs = next(postings, (None, []))
    legs = [(int(leg["debit_id"]), int(leg["credit_id"]), int(leg["amount_minor"])) for leg in legs]
    need(paid == item["item"] and len(legs) == int(result["postings"]), "postings.csv does not pay " + number)
    net = lambda account: sum(size * ((credit == account) - (debit == account)) for debit, credit, size in legs)
    # The ledger's side of a deposit or a withdrawal is an account of the node that paid it.
    need(batch["type"] == "deposit" or net(source) == -amount - fee, "postings.csv takes another amount for " + number)
    need(batch["type"] == "withdrawal" or net(target) == arrived, "postings.csv pays another amount for " + number)
    sums["feeMinor"] += fee
need(next(postings, None) is None, "postings.csv pays more than results.csv says")
# 3. The content has the hash that was submitted and approved, and the sums are those of the batch.
need(content.hexdigest() == content_hash, "content.csv does not have the content hash")
need(all(batch[key] == size for key, size in sums.items()), "the sums are not those of the batch")
log = [json.loads(line) for line in open(HERE / "audit.jsonl", encoding="utf-8")]
hashes = [row["details"]["content_hash"] for row in log if (row["action"], row["result"]) == ("batch.submit", "ok")]
need(hashes and hashes[-1] == content_hash, "the audit log has another content submitted")
need(not approval or approval["contentHash"] == content_hash, "the manifest names another content as the approved one")
given = [row for row in rows("approvals.csv") if approval and row["round"] == str(approval["round"])]
need(all(row["content_hash"] == content_hash for row in given), "approvals.csv approves another content")
# 4. Every entry of the log is one that its commit recorded, and the commits lead to the end of the chain.
EPOCH, KINDS = datetime.datetime(1970, 1, 1), ("system", "command_line", "user", "key", "anonymous")
chain, entries = pack["chain"], {}
last, link = None, chain["before"]["hash"]
for row in log:
    table, at, actor, kind, actor_id, origin, action, subject, subject_id, result, detail, digest = json.loads(row["entry"])
    at = (EPOCH + datetime.timedelta(microseconds=at)).isoformat()
    covered = {"id": row["id"], "at": (at.rstrip("0") if "." in at else at) + "Z", "actor": actor, "actorKind": KINDS[kind - 1],
        "actorId": actor_id and str(actor_id), "origin": origin, "action": action, "subject": subject, "subjectId": str(subject_id),
        "result": result, "details": json.loads(detail), "digest": digest, "entry": row["entry"]}
    need((table, covered) == ("audit", row), "audit.jsonl: entry " + row["id"] + " is not what its commit recorded")
    entries[row["id"]] = hashlib.sha256(row["entry"].encode()).hexdigest()
for row in rows("chain.csv"):
    lines = [line.split(":") for line in row["lines"].split()]
    digest = hashlib.sha256("".join(line + "\n" for _, line in lines).encode()).hexdigest()
    need(not lines or digest == row["digest"], "chain.csv: commit " + row["commit"] + " recorded something else")
    for number, line in lines: need(entries.pop(number, line) == line, "audit.jsonl: entry " + number + " was changed")
    link = hashlib.sha256(f"{link}|{row['commit']}|{row['digest']}{row['images']}".encode()).hexdigest()
    last = row["commit"]
need(not entries, "audit.jsonl has entries that no commit recorded")
need((last, link) == (str(chain["last"]["commit"]), chain["last"]["hash"]), "chain.csv does not lead to the end of the chain")
print(f"Confirmed: {batch['number']}, {sums['items']} items, {sums['completedItems']} paid, content hash {content_hash}")
