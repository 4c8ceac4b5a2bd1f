#!/usr/bin/env python3
"""log-proof.py DIR: does a sealed record's log-proof.txt hold, by nothing but this file and openssl?

Recomputes the leaf from payload and salt, walks the RFC 6962 path up to the root, reads the C2SP signed note, and lets
openssl check the Ed25519 signature with the key of certificates/log.pem. Exit 0 when it holds.
"""

import base64
import hashlib
import pathlib
import subprocess
import sys
import tempfile


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def root_from_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """RFC 9162, 2.1.3.2: the root that an inclusion path leads to."""
    node, last = leaf, size - 1
    for sibling in path:
        if last == 0:
            raise ValueError("the path is too long")
        if index % 2 == 1 or index == last:
            node = sha256(b"\x01", sibling, node)
            while index % 2 == 0 and index != 0:
                index, last = index >> 1, last >> 1
        else:
            node = sha256(b"\x01", node, sibling)
        index, last = index >> 1, last >> 1
    if last != 0:
        raise ValueError("the path is too short")
    return node


def openssl_agrees(certificate: pathlib.Path, body: bytes, signature: bytes) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        key = subprocess.run(["openssl", "x509", "-in", certificate, "-pubkey", "-noout"], check=True, capture_output=True).stdout
        (place / "key").write_bytes(key)
        (place / "body").write_bytes(body)
        (place / "signature").write_bytes(signature)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", place / "key", "-rawin",
                   "-in", place / "body", "-sigfile", place / "signature"]
        return subprocess.run(command, capture_output=True).returncode == 0


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    head, note = (folder / "log-proof.txt").read_bytes().decode().split("\n\n", 1)
    lines = [line.split(" ", 1) for line in head.split("\n")[1:]]
    field = {name: value for name, value in lines if name != "path"}
    path = [bytes.fromhex(value) for name, value in lines if name == "path"]

    entry = sha256(bytes.fromhex(field["salt"]), field["payload"].encode())
    root = root_from_path(sha256(b"\x00", entry), int(field["index"]), int(field["size"]), path)

    body, signatures = note.split("\n\n", 1)
    _, size, noted_root = body.split("\n")
    if size != field["size"] or base64.b64decode(noted_root) != root:
        sys.exit("the path does not lead to the checkpoint's root")
    for line in signatures.splitlines():
        # «— name base64(4 bytes of the key's hash ‖ 64 bytes of the signature)»
        if openssl_agrees(folder / "certificates" / "log.pem", (body + "\n").encode(), base64.b64decode(line.split(" ")[2])[4:]):
            return
    sys.exit("no signature of the checkpoint holds")


main()
