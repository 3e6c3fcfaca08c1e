"""Runs the vectors beside it through another implementation, reader.py. `python run.py` prints the
vectors that fail, and a count.
"""

import base64, email.header, hashlib, json, pathlib, re, sys

sys.dont_write_bytecode = True
import reader

HERE = pathlib.Path(__file__).resolve().parent
require, decode = reader.require, reader.decode

GCM = "AES/GCM/NoPadding"
V3 = {"x-amz-c", "x-amz-3", "x-amz-w", "x-amz-i", "x-amz-d", "x-amz-t"}
OLDER = {"x-amz-iv", "x-amz-key-v2", "x-amz-key", "x-amz-wrap-alg", "x-amz-cek-alg", "x-amz-matdesc"}
URL = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.+)", re.S)
DIGEST = re.compile(r"(?:.*/|)(v3-)?([0-9a-f]{64})(\.[A-Za-z0-9_.-]+)?", re.S)


def padding(vector):
    for size in (vector["least"], vector["most"]):
        require(reader.padded_size(size) == vector["padded"], "padded")
    require(reader.padded_size(vector["least"] - 1) != vector["padded"], "least")
    require(reader.padded_size(vector["most"] + 1) != vector["padded"], "most")


def inline(vector):
    data_key = bytes.fromhex(vector["data_key"])
    text = reader.open_inline(vector["value"], data_key, vector["parameter"], vector["type"])
    require(text == vector["plaintext"], "plaintext")


def data_keys(vector):
    bound = {"Author": vector.get("author")}
    if "parameter" in vector:
        bound = {"Name": vector["parameter"], "Type": vector["type"]}
    context = reader.context_of(vector["settings"], **bound)
    require(reader.binding_of(reader.to_json(context)) == vector["binding"], "binding")
    require(context == vector["context"], "context")
    reader.check_key(bytes.fromhex(vector["data_key"]), vector["commit"])


def recovery(vector):
    context = reader.context_of(vector["settings"])
    require(context["Recovery"] == vector["recovery"], "recovery")
    require(reader.binding_of(reader.to_json(context)) == vector["binding"], "binding")
    data_key = bytes.fromhex(vector["data_key"])
    payload = {"v": 1, "context": context, "key": base64.b64encode(data_key).decode()}
    require(len(data_key) == 32 and vector["payload"] == reader.to_json(payload), "payload")


def keys(vector):
    salt, data_key = bytes.fromhex(vector["message_id"]), bytes.fromhex(vector["data_key"])
    for label, size, name in ((b"DERIVEKEY", 32, "content_key"), (b"COMMITKEY", 28, "commitment")):
        key = reader.HKDF(reader.SHA512(), size, salt, b"\0s" + label).derive(data_key)
        require(key.hex() == vector[name], name)


def blobs(vector):
    body, blob = base64.b64decode(vector["body"]), vector["blob"]
    require("data" not in blob or decode(blob["data"]) == body, "data")
    plaintext = reader.open_blob(blob, body, bytes.fromhex(vector["data_key"]))
    require(plaintext == base64.b64decode(vector["plaintext"]), "plaintext")


def context_in(fields, name):
    text = fields.get(name, "{}")
    if text.startswith("=?"):
        text = str(email.header.make_header(email.header.decode_header(text)))
    try:
        context = json.loads(text)
    except json.JSONDecodeError:
        raise ValueError("metadata") from None
    require(isinstance(context, dict), "metadata")
    require(all(isinstance(value, str) for value in context.values()), "metadata")
    return context


def field(fields, name, size=None):
    require(name in fields, "metadata")
    return decode(fields[name], size, "metadata")


def objects(vector):
    fields = {name.lower(): text for name, text in vector["metadata"].items() if text}
    body, data_key = base64.b64decode(vector["body"]), bytes.fromhex(vector["data_key"])
    [is_bound, digest] = DIGEST.fullmatch(vector["key"]).groups()[:2]
    require(len(body) >= 16, "size")
    require(bool(fields.keys() & V3) != bool(fields.keys() & OLDER), "metadata")
    if fields.keys() & V3:
        require((fields.get("x-amz-c"), fields.get("x-amz-w")) == ("115", "12"), "metadata")
        field(fields, "x-amz-3")
        context = context_in(fields, "x-amz-t")
        wanted = {"aws:x-amz-cek-alg": "115", "Parameter": vector["parameter"]}
        message_id, commitment = field(fields, "x-amz-i", 28), field(fields, "x-amz-d", 28)
        is_own = context.get("Parameter", vector["parameter"]) == vector["parameter"]
        require(context == wanted if is_bound else is_own, "parameter")
        plaintext = reader.open_body(body, data_key, message_id, commitment)
        require(hashlib.sha256(body).hexdigest() == digest, "digest")
    else:
        require(fields.get("x-amz-cek-alg") == GCM, "metadata")
        require(fields.get("x-amz-tag-len", "128") == "128", "metadata")
        context, iv = context_in(fields, "x-amz-matdesc"), field(fields, "x-amz-iv", 12)
        field(fields, "x-amz-key-v2")
        wanted = {"kms": bool(context.get("kms_cmk_id"))}
        wanted |= {"kms+context": context.get("aws:x-amz-cek-alg") == GCM}
        require(wanted.get(fields.get("x-amz-wrap-alg")), "metadata")
        require(not is_bound, "version")
        plaintext = reader.open_gcm(data_key, iv, body, None)
        require(hashlib.sha256(plaintext).hexdigest() == digest, "digest")
    require(plaintext == base64.b64decode(vector["plaintext"]), "plaintext")


def pointers(vector):
    url = URL.fullmatch(vector["value"])
    name = url and DIGEST.fullmatch(url[2])
    require(vector["type"] == "String" and name, "pointer")
    require((url[1], url[2], name[2]) == (vector["bucket"], vector["key"], vector["sha256"]), "parts")
    require((name[3] or "") == vector["extension"], "extension")
    folder = "/" + url[2].rpartition("/")[0]
    require(vector.get("parameter") == (folder if name[1] else None), "parameter")


def version_ids(vector):
    found = reader.version_id(vector["secret"], vector["parameters"])
    require(found == vector["version_id"], "version_id")


def outcome(run, vector):
    try:
        run(vector)
    except UnicodeDecodeError:
        return "utf-8"
    except ValueError as error:
        return str(error)


if __name__ == "__main__":
    passed, failed = 0, 0
    for run in (padding, inline, data_keys, recovery, keys, blobs, objects, pointers, version_ids):
        name = run.__name__.replace("_", "-")
        for vector in json.loads((HERE / f"{name}.json").read_text("utf-8")):
            found, wanted = outcome(run, vector), vector.get("refused")
            if found == wanted:
                passed += 1
            else:
                failed += 1
                print(f"{name}: {vector.get('name', vector)}: {found} instead of {wanted}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)
