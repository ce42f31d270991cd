"""Confirms that this pack's chain ends at a signed checkpoint: python3 checkpoint.py CHECKPOINT_FILE PUBLIC_KEY"""
import hashlib, json, pathlib, sys

# Ed25519 (RFC 8032): the curve -x^2 + y^2 = 1 + D x^2 y^2 modulo P; the points of its group are ORDER many.
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P

def add(one, other):
    (x, y), (u, v) = one, other
    cross = D * x * u * y * v % P
    return (x * v + y * u) * pow(1 + cross, P - 2, P) % P, (y * v + x * u) * pow(1 - cross, P - 2, P) % P

def times(number, point):
    total = (0, 1)
    while number:
        if number & 1: total = add(total, point)
        number, point = number >> 1, add(point, point)
    return total

def point(data):
    y, is_odd = int.from_bytes(data, "little") % 2**255, data[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square: x = x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != square or y >= P: sys.exit("NOT CONFIRMED: the checkpoint has no valid key or signature")
    return (P - x if x & 1 != is_odd else x) % P, y

def is_signed(message, signature, key):
    number = int.from_bytes(signature[32:], "little")
    hashed = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    base = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    return number < ORDER and times(number, base) == add(point(signature[:32]), times(hashed, point(key)))

if len(sys.argv) != 3: sys.exit(__doc__)
known = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
try: key, signature = bytes.fromhex(sys.argv[2]), bytes.fromhex(known["signature"])
except ValueError: sys.exit("NOT CONFIRMED: the public key or the signature is not hexadecimal")
parts = (f"sluice checkpoint {known['form']}", known["ledger"], known["commitNumber"], known["chain"], known["madeAt"])
message = "".join(f"{part}\n" for part in parts).encode()
if len(key) != 32 or len(signature) != 64 or not is_signed(message, signature, key):
    sys.exit("NOT CONFIRMED: the checkpoint was not signed with this key, or was changed")
chain = json.loads((pathlib.Path(__file__).resolve().parent / "manifest.json").read_text(encoding="utf-8"))["chain"]
if (chain["ledger"], chain["last"]) != (known["ledger"], {"commit": known["commitNumber"], "hash": known["chain"]}):
    sys.exit("NOT CONFIRMED: the chain of this pack does not end at the checkpoint")
print(f"Confirmed: the chain ends at the checkpoint of commit {known['commitNumber']}")
