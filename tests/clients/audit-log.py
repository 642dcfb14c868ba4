#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks an exported audit log, or a proof, as data/guides/audit-log.md says that anybody can: Python's own library, and openssl for the signatures.
Nothing here was taken from the server's code. What it finds it prints, a line each, and exits with 1.

    audit-log.py log FILE KEYS [HEAD]        audit-log.py proof FILE KEYS
"""

import base64
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ED25519 = bytes.fromhex("302a300506032b6570032100")  # RFC 8410: what stands before the 32 bytes of a key


def sha256(*pieces):
    return hashlib.sha256(b"".join(pieces)).digest()


def text_of(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def bytes_of(text):
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if text_of(data) != text:
        raise ValueError("not base64url as it is written here")
    return data


def number(value):
    """ECMAScript's (RFC 8785 section 3.2.2.3): Python has the same digits, and other words around them."""
    if isinstance(value, int):
        return str(value)
    if value == int(value) and abs(value) < 1e21:
        return str(int(value))
    digits, _, exponent = repr(value).partition("e")
    if not exponent:
        return digits
    if -7 < int(exponent) < 0:
        return f"{value:.{len(digits.replace('-', '').replace('.', '')) - 1 - int(exponent)}f}"
    return f"{digits.removesuffix('.0')}e{int(exponent):+d}"


def canonical(value):
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(canonical(name) + ":" + canonical(value[name]) for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number(value)
    return json.dumps(value, ensure_ascii=False)


# --- what is signed ---------------------------------------------------------------------------------------------

def is_signed(key, message, signature):
    with tempfile.TemporaryDirectory() as folder:
        pem, data, sig = Path(folder, "key.pem"), Path(folder, "data"), Path(folder, "sig")
        pem.write_text("-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(ED25519 + bytes_of(key["x"])).decode() + "\n-----END PUBLIC KEY-----\n")
        data.write_bytes(message)
        sig.write_bytes(signature)
        return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", pem, "-rawin", "-in", data, "-sigfile", sig], capture_output=True).returncode == 0


def statement(jws, keys, kind):
    header, payload, signature = jws.split(".")
    head = json.loads(bytes_of(header))
    fitting = [key for key in keys["keys"] if key.get("kid") == head.get("kid") and key.get("kty") == "OKP" and key.get("crv") == "Ed25519"]
    if head.get("alg") != "EdDSA" or head.get("typ") != kind or "crit" in head or len(fitting) != 1:
        raise ValueError(f"that is no {kind} of a key that counts")
    if not is_signed(fitting[0], f"{header}.{payload}".encode(), bytes_of(signature)):
        raise ValueError(f"the signature of that {kind} is wrong")
    return json.loads(bytes_of(payload)) | {"kid": head["kid"]}


# --- the tree (RFC 6962 section 2.1) -----------------------------------------------------------------------------

class Tree:
    """Of each bit that is set in the number of leaves the root of as many, the largest first."""

    def __init__(self, size=0, nodes=""):
        self.size, self.nodes = size, [bytes_of(node) for node in nodes.split()]
        if len(self.nodes) != size.bit_count():
            raise ValueError("as many hashes as its size has bits set")

    def append(self, leaf):
        bit = self.size
        while bit & 1:
            leaf = sha256(b"\1", self.nodes.pop(), leaf)
            bit >>= 1
        self.nodes.append(leaf)
        self.size += 1

    def root(self):
        nodes = self.nodes[:]
        if not nodes:
            return sha256()
        root = nodes.pop()
        while nodes:
            root = sha256(b"\1", nodes.pop(), root)
        return root


def is_included(leaf, index, size, path, root):
    """RFC 9162 section 2.1.3.2"""
    fn, sn, r = index, size - 1, leaf
    if index >= size:
        return False
    for p in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = sha256(b"\1", p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = sha256(b"\1", r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def is_consistent(first, first_root, second, second_root, path):
    """RFC 9162 section 2.1.4.2"""
    if first == second:
        return not path and first_root == second_root
    if not 0 < first < second or not path:
        return False
    if first & (first - 1) == 0:
        path = [first_root] + path
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = sha256(b"\1", c, fr), sha256(b"\1", c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = sha256(b"\1", sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == first_root and sr == second_root


# --- a log -------------------------------------------------------------------------------------------------------

def take(line, at, name):
    """The object or null behind `,"name":` as it is written, and where it ends."""
    begin = f',"{name}":'
    if not line.startswith(begin, at):
        return None, at
    at += len(begin)
    end = json.JSONDecoder().raw_decode(line, at)[1]
    return line[at:end].encode(), end


class Log:
    def __init__(self, keys, head):
        self.keys, self.wanted, self.findings = keys, head, []
        self.tree, self.chain, self.signed, self.issuer = Tree(), bytes(32), None, None
        self.missing, self.gone, self.withdrawn, self.n_heads = set(), set(), {}, 0

    def find(self, words):
        self.findings.append(words)

    def check_wanted(self):
        if self.wanted and self.wanted["tree_size"] == self.tree.size and text_of(self.tree.root()) != self.wanted["sha256_root_hash"]:
            self.find(f"the first {self.tree.size} entries are not those of the head that was given")

    def read_part(self, part, entry, hash_name, whose):
        if part is None and hash_name in entry:
            self.missing.add(entry.get(whose))
        elif part is not None and text_of(sha256(b"\2", part)) != entry.get(hash_name):
            self.find(f"what belongs to the {hash_name} of {entry['id']} was altered")

    def read_entry(self, line):
        begin = json.loads(line)
        at = line.index(begin["chain"]) + len(begin["chain"]) + 1
        address, at = take(line, at, "address")
        personal, at = take(line, at, "personal")
        text, at = take(line, at, "entry")
        if line[at:] != "}" or begin["seq"] != self.tree.size:
            self.find(f"number {begin['seq']} where {self.tree.size} belongs")
        leaf = sha256(b"\0", text)
        self.chain = sha256(self.chain, leaf)
        if (text_of(leaf), text_of(self.chain)) != (begin["leaf"], begin["chain"]):
            self.find(f"entry {begin['seq']} was altered, or does not follow the one before it")
        self.tree.append(leaf)
        self.check_wanted()
        entry = begin["entry"] or {}
        if text.decode() != canonical(begin["entry"]):
            self.find(f"entry {begin['seq']} is not written as it is hashed")
        self.read_part(address, entry, "address_hash", "actor")
        self.read_part(personal, entry, "personal_hash", "person")
        if entry.get("event") in ("user.deleted", "invitation.forgotten"):
            self.gone.add(entry["target"])
        if entry.get("event") == "audit.key-rotated":
            self.withdrawn[entry["data"]["before"].get("kid")] = begin["seq"]

    def read_head(self, jws):
        head = statement(jws, self.keys, "audit-head")
        self.n_heads += 1
        if head["iss"] != self.issuer or head["tree_size"] != self.tree.size or head["sha256_root_hash"] != text_of(self.tree.root()) or head["chain"] != text_of(self.chain):
            self.find(f"the head of {head['tree_size']} entries is not of the {self.tree.size} above it")
        elif head["tree_size"] > self.withdrawn.get(head["kid"], head["tree_size"]):
            self.find(f"the head of {head['tree_size']} entries is signed by a key that was withdrawn")
        else:
            self.signed = head["tree_size"]

    def read_other(self, line):
        other = json.loads(line)
        if "head" in other:
            self.read_head(other["head"])
        elif "cut" in other:
            cut = statement(other["cut"], self.keys, "audit-cut")
            self.tree, self.chain, self.signed = Tree(cut["tree_size"], cut["nodes"]), bytes_of(cut["chain"]), cut["tree_size"]
            if text_of(self.tree.root()) != cut["sha256_root_hash"]:
                self.find("the cut is not of its root")
        elif "start" in other:
            start = other["start"]
            self.tree, self.chain = Tree(start["tree_size"], start["nodes"]), bytes_of(start["chain"])
        else:
            self.find("a line that does not belong there")

    def read(self, lines):
        first = json.loads(lines[0])
        if first["audit_log"] != 1:
            self.find("no exported log of this form")
        self.issuer = first["iss"]
        for line in lines[1:]:
            self.read_entry(line) if line.startswith('{"seq"') else self.read_other(line)
        if self.signed != self.tree.size:
            self.find(f"entries up to {self.tree.size}, and the last head is of {self.signed}")
        if self.missing - self.gone:
            self.find(f"what is personal is missing, and nobody was deleted: {self.missing - self.gone}")
        if self.wanted and self.wanted["tree_size"] > self.tree.size:
            self.find("it was cut short, or rolled back")


def check_log(file, keys, head=None):
    log = Log(keys, statement(Path(head).read_text().strip(), keys, "audit-head") if head else None)
    try:
        log.read(Path(file).read_text().removesuffix("\n").split("\n"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        log.find(f"it cannot be read: {error}")
    return log.findings, f"good: up to entry {log.tree.size - 1} of {log.issuer}, {log.n_heads} heads"


# --- a proof -----------------------------------------------------------------------------------------------------

def check_proof(file, keys):
    proof = json.loads(Path(file).read_text())
    head, path = statement(proof["head"], keys, "audit-head"), [bytes_of(node) for node in proof["path"]]
    size, root = head["tree_size"], bytes_of(head["sha256_root_hash"])
    if "first" in proof:
        first = statement(proof["first"], keys, "audit-head")
        good = is_consistent(first["tree_size"], bytes_of(first["sha256_root_hash"]), size, root, path)
        return [] if good else ["the later log does not begin with the earlier one"], f"good: {size} entries begin with {first['tree_size']}"
    entry = proof["entry"]
    for part, name in (("address", "address_hash"), ("personal", "personal_hash")):
        if part in proof and text_of(sha256(b"\2", canonical(proof[part]).encode())) != entry.get(name):
            return [f"{part} is not what the entry has the hash of"], ""
    good = is_included(sha256(b"\0", canonical(entry).encode()), proof["seq"], size, path, root)
    return [] if good else ["the entry is not in the log"], f"good: {entry['id']} is entry {proof['seq']} of {size}"


def main(what, file, keys, *head):
    try:
        key_set = json.loads(Path(keys).read_text())
        findings, good = check_log(file, key_set, *head) if what == "log" else check_proof(file, key_set)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        findings, good = [str(error)], ""
    print("\n".join(findings) or good)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
