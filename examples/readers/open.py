"""Opens the secrets of a manifest without coffer. docs/format.md explains each step.

python open.py MANIFEST         prints all of them as JSON
python open.py MANIFEST NAME    prints one, byte for byte

Needs Python's cryptography and PyYAML, and the AWS CLI with kms:Decrypt on the file key. It leaves out
psyml's ciphertext, YAML merges (<<), and the wraps for recovery.
"""

import base64, hashlib, json, pathlib, re, subprocess, sys

import yaml
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

INLINE = re.compile(r"ENC\[v1,([0-9a-f]{8}),([0-9a-f]{8}),([A-Za-z0-9+/=]+)\]")
TYPES = {"string": "String", "stringlist": "StringList", "securestring": "SecureString"}


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
    pairs |= {"Region": manifest["region"].lower()}
    pairs |= {"KmsKey": manifest.get("kmskey"), "Account": manifest.get("account")}
    if "recovery" in manifest:
        recipients = to_json(sorted(manifest["recovery"])).encode()
        pairs["Recovery"] = hashlib.sha256(recipients).hexdigest()[:32]
    return {name: pairs[name] for name in sorted(pairs) if pairs[name] is not None}


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


def unwrap(manifest, wrapped, context):
    """Asks KMS. The data key comes through a pipe: it is in no argument and no file."""
    key = manifest["encrypted_with"]
    call = ["aws", "kms", "decrypt", "--ciphertext-blob", "fileb:///dev/stdin", "--key-id", key]
    call += ["--encryption-context", to_json(context), "--query", "Plaintext", "--output", "text"]
    call += ["--region", key.split(":")[3]] if key.startswith("arn:") else []
    answer = subprocess.run(call, input=decode(wrapped), stdout=subprocess.PIPE, check=True)
    return base64.b64decode(answer.stdout)


def open_manifest(file, only=None):
    # Every scalar is its text in the file: 0123 and yes stay what was typed.
    manifest = yaml.load(file.read_text("utf-8"), Loader=yaml.BaseLoader)
    data_keys, opened = {}, {}
    for parameter in manifest["parameters"]:
        name, value = parameter["name"], str(parameter.get("value", ""))
        bound = {"Name": context_of(manifest)["Path"] + name, "Type": TYPES[parameter["type"].lower()]}
        if "blob" in parameter and only in (None, name):
            blob, data = parameter["blob"], "".join(parameter["blob"].get("data", "").split())
            body = decode(data) if data else (file.resolve().parent / blob["path"]).read_bytes()
            data_key = unwrap(manifest, blob["key"], context_of(manifest, **bound))
            opened[name] = open_blob(blob, body, data_key)
        elif value.startswith("ENC[") and only in (None, name):
            entry = manifest["data_keys"][value[7:15]]
            if entry["key"] not in data_keys:
                context = context_of(manifest, Author=entry.get("author"))
                data_keys[entry["key"]] = unwrap(manifest, entry["key"], context)
                check_key(data_keys[entry["key"]], entry["commit"])
            opened[name] = open_inline(value, data_keys[entry["key"]], *bound.values()).encode()
    return opened


def shown(value):
    try:
        return value.decode()
    except UnicodeDecodeError:
        return f"{len(value)} bytes, SHA-256 {hashlib.sha256(value).hexdigest()}"


if __name__ == "__main__":
    opened = open_manifest(pathlib.Path(sys.argv[1]), *sys.argv[2:])
    if sys.argv[2:]:
        sys.stdout.buffer.write(opened[sys.argv[2]])
    else:
        print(json.dumps({name: shown(opened[name]) for name in opened}, indent=2, ensure_ascii=False))
