"""python open.py MANIFEST [NAME] opens secrets without coffer, by the rules of docs/format.md."""
import base64, hashlib, json, pathlib, subprocess, sys
import yaml
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

to_json = lambda data: json.dumps(data, ensure_ascii=False, separators=(",", ":"))
types = {"string": "String", "stringlist": "StringList", "securestring": "SecureString"}
file = pathlib.Path(sys.argv[1]).resolve()
manifest = yaml.load(file.read_text("utf-8"), yaml.BaseLoader)  # scalars as they are typed: 0123, yes
path, file_key = manifest["path"].rstrip("/") + "/", manifest.get("encrypted_with", "")
regions = sorted(manifest.get("regions") or [manifest["region"]])
bound = {"Client": "coffer", "Path": path, "Region": ",".join(regions).lower()}
bound |= {"KmsKey": manifest.get("kmskey"), "Account": manifest.get("account")}
if manifest.get("recovery"):
    bound["Recovery"] = hashlib.sha256(to_json(sorted(manifest["recovery"])).encode()).hexdigest()[:32]

def require(is_right, what):
    if not is_right: sys.exit(f"open.py: {what} does not match: the file was changed")

def unwrap(entry, **pairs):
    context = to_json({name: value for name, value in {**bound, **pairs}.items() if value})
    call = ["aws", "kms", "decrypt", "--ciphertext-blob", "fileb:///dev/stdin", "--key-id", file_key]
    call += ["--encryption-context", context, "--query", "Plaintext", "--output", "text"]
    call += ["--region", file_key.split(":")[3]] if file_key.startswith("arn:") else []
    wrapped = base64.b64decode(entry["key"])
    answer = subprocess.run(call, input=wrapped, stdout=subprocess.PIPE, check=True)  # in no argument
    key = base64.b64decode(answer.stdout)
    commit = HKDF(SHA256(), 32, None, b"coffer/v1 commit").derive(key)
    require(commit == base64.b64decode(entry["commit"]), "the commit of a data key")
    return key

def open_inline(value, name, type, keys={}):  # one call for each data key
    _, id, _, sealed = value[4:-1].split(",")
    entry = manifest["data_keys"][id]
    keys[id] = keys.get(id) or unwrap(entry, Author=entry.get("author"))
    sealed, aad = base64.b64decode(sealed), to_json(["coffer/v1", name, type]).encode()
    return AESGCM(keys[id]).decrypt(sealed[:12], sealed[12:], aad).rstrip(b"\0")[:-1]

def open_blob(blob, name, type):
    body = base64.b64decode(blob["data"]) if "data" in blob else (file.parent / blob["path"]).read_bytes()
    require(hashlib.sha256(body).hexdigest() == blob["sha256"], "the digest of a blob")
    key, salt = unwrap(blob, Name=name, Type=type), base64.b64decode(blob["message_id"])
    derive = lambda label, size: HKDF(SHA512(), size, salt, b"\0s" + label).derive(key)
    require(derive(b"COMMITKEY", 28) == base64.b64decode(blob["commitment"]), "the commitment of a blob")
    return AESGCM(derive(b"DERIVEKEY", 32)).decrypt(b"\1" * 12, body, b"\0s")

opened = {}
for parameter in manifest["parameters"]:
    name, type, value = parameter["name"], types[parameter["type"].lower()], str(parameter.get("value"))
    if sys.argv[2:] not in ([], [name]): continue
    if "blob" in parameter: opened[name] = open_blob(parameter["blob"], path + name, type)
    elif value.startswith("ENC["): opened[name] = open_inline(value, path + name, type)
if sys.argv[2:]: sys.stdout.buffer.write(opened[sys.argv[2]])
else: print(to_json({name: opened[name].decode("utf-8", "backslashreplace") for name in opened}))
