"""What each model says first to a server, byte for byte: kept as the program of 2026-12-01 said it.

    python3 -m interop.golden_hellos        # says it anew: golden_hellos.json

A host has another wire after a change of that file, so its reason belongs into CHANGELOG.md.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from support.bare_server import SSL_3_0, TLS_1_0, TLS_1_1, TLS_1_2
from support.modem import Modem, program_path
from support.servers import RawPeer

from .driver import Driver
from .makers import Dialler, FibocomDialler, QuectelDialler, TelitDialler, versions



class OldTelit(TelitDialler):
    """Of 2G: TLS 1.0 alone, which no command asks for."""

    def settings(self, version: int) -> None:
        self.driver = Driver(self.modem).begin().attach().enable(version=None)


KEPT = Path(__file__).with_suffix(".json")
MODELS: dict[str, type[Dialler]] = {
    "gl865": OldTelit, "ge910": OldTelit, "gl868-dual-v3": OldTelit, "he910": TelitDialler, "le910-v2": TelitDialler,
    "m95": QuectelDialler, "m66": QuectelDialler, "l610": FibocomDialler, "nl668-eau": FibocomDialler}
VERSIONS = {"SSL 3.0": SSL_3_0, "TLS 1.0": TLS_1_0, "TLS 1.1": TLS_1_1, "TLS 1.2": TLS_1_2}
RANDOM = slice(11, 43)  # behind the heads of record and message, and the version (RFC 5246, 7.4.1.2)

Hellos = dict[str, dict[str, str]]  # by model and version


def library() -> str:
    """Of the program: "3.7"."""
    said = subprocess.run([program_path("tlsmodem", "TLSMODEM"), "--version"], capture_output=True, text=True, check=True).stdout
    match = re.search(r"GnuTLS (\d+\.\d+)", said)
    assert match, said
    return match[1]


def masked(record: bytes) -> str:
    """In hexadecimal, with what is random as zeros: the random bytes, and the number of a session."""
    said = bytearray(record)
    said[RANDOM] = bytes(32)
    session = said[RANDOM.stop]
    said[RANDOM.stop + 1:RANDOM.stop + 1 + session] = bytes(session)
    return said.hex()


def has(model: str) -> list[str]:
    """The versions that hosts can ask this model for, and this build has."""
    known = ["TLS 1.0"] if MODELS[model] is OldTelit else list(VERSIONS)[:3] if MODELS[model] is TelitDialler else list(VERSIONS)
    return [name for name in known if VERSIONS[name] in versions(*VERSIONS.values())]


def hello(model: str, version: str) -> str:
    with Modem(model) as modem, RawPeer() as peer:
        host = MODELS[model](modem)
        host.settings(VERSIONS[version])
        host.dial(peer.port)
        peer.accept()
        said = masked(peer.client_hello())
        peer.hang_up()
        host.failed()
    return said


def kept(number: str) -> Hellos:
    """What a program with this GnuTLS says; of one that is not kept, what the first says."""
    whole: dict[str, Hellos] = json.loads(KEPT.read_text())
    first = next(iter(whole.values()))
    return {model: {**of_model, **whole.get(number, {}).get(model, {})} for model, of_model in first.items()}


def write(number: str, said: Hellos) -> None:
    """The first library's in whole, of others what differs."""
    whole: dict[str, Mapping[str, Mapping[str, str]]] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    first = next(iter(whole), number)
    if number != first:
        said = {model: {version: text for version, text in of_model.items() if whole[first][model].get(version) != text}
                for model, of_model in said.items()}
        said = {model: of_model for model, of_model in said.items() if of_model}
    whole[number] = said
    KEPT.write_text(json.dumps(whole, indent=1) + "\n")


if __name__ == "__main__":
    write(library(), {model: {version: hello(model, version) for version in has(model)} for model in MODELS})
