"""The rules of docs/format.md in Python, which share no code with coffer: what run.py tries."""

import base64, hashlib, json, re

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

INLINE = re.compile(r"ENC\[v1,([0-9a-f]{8}),([0-9a-f]{8}),([A-Za-z0-9+/=]+)\]")


def require(condition, kind):
    if not condition:
        raise ValueError(kind)


def decode(text, size=None, kind="form"):
    require(re.fullmatch(r"([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", text), kind)
    data = base64.b64decode(text)
    require(base64.b64encode(data).decode() == text and size in (None, len(data)), kind)
    return data


def to_json(data):
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def binding_of(text):
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def context_of(manifest, **pairs):
    pairs |= {"Client": "coffer", "Path": manifest["path"].rstrip("/") + "/"}
    regions = manifest.get("regions") or [manifest["region"]]
    pairs |= {"Region": ",".join(sorted(region.lower() for region in regions))}
    pairs |= {"KmsKey": manifest.get("kmskey"), "Account": manifest.get("account")}
    if "Name" not in pairs:
        pairs["Secret"] = manifest.get("secret")
    if "recovery" in manifest:
        recipients = to_json(sorted(manifest["recovery"])).encode()
        pairs["Recovery"] = hashlib.sha256(recipients).hexdigest()[:32]
    return {name: pairs[name] for name in sorted(pairs) if pairs[name] is not None}


def version_id(secret, parameters):
    return hashlib.sha256(to_json(["coffer/sm/v1", secret, sorted(parameters)]).encode()).hexdigest()


def check_key(data_key, commit):
    require(len(data_key) == 32, "key")
    derived = HKDF(SHA256(), 32, None, b"coffer/v1 commit").derive(data_key)
    require(derived == decode(commit, 32, "commit"), "commit")


def open_gcm(key, iv, sealed, aad):
    try:
        return AESGCM(key).decrypt(iv, sealed, aad)
    except InvalidTag:
        raise ValueError("tag") from None


def padded_size(size):
    exponent = (size + 1).bit_length() - 1
    granule = 32 if size < 256 else 1 << (exponent - exponent.bit_length())
    return size // granule * granule + granule


def open_inline(value, data_key, full_name, type):
    parts = INLINE.fullmatch(value)
    require(parts, "form")
    sealed = decode(parts[3])
    size = len(sealed) - 28
    require(size > 0 and padded_size(size - 1) == size, "form")
    aad = to_json(["coffer/v1", full_name, type])
    padded = open_gcm(data_key, sealed[:12], sealed[12:], aad.encode())
    text = padded.rstrip(b"\0")[:-1]
    require(padded[len(text) :].startswith(b"\x80") and padded_size(len(text)) == size, "padding")
    require(parts[2] == binding_of(aad), "binding")
    return text.decode()


def open_body(body, data_key, message_id, commitment):
    require(len(data_key) == 32, "key")
    derive = lambda label, size: HKDF(SHA512(), size, message_id, b"\0s" + label).derive(data_key)
    require(derive(b"COMMITKEY", 28) == commitment, "commitment")
    return open_gcm(derive(b"DERIVEKEY", 32), b"\1" * 12, body, b"\0s")


def open_blob(blob, body, data_key):
    require(len(body) == int(blob["size"]) >= 16, "size")
    require(hashlib.sha256(body).hexdigest() == blob["sha256"], "digest")
    check_key(data_key, blob["commit"])
    return open_body(body, data_key, decode(blob["message_id"], 28), decode(blob["commitment"], 28))
