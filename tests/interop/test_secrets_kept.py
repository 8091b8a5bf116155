"""Each secret that a host types, searched for in everything that a run leaves behind or shows: the log at every level with
every trace, the journal of the control port, a recording, the numbers, and the files of its state.

Core dumps: test_sandbox.py.  Every row of every model, against the log: unit/test_secrets.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.certs import Certificates
from support.control import ControlPort
from support.modem import Modem

WORD = "Zq81Word"
FINAL = re.compile(rb"\r\n(OK|ERROR|\+CM[ES] ERROR: [^\r\n]*|CONNECT)\r\n|\r\n> ?\Z")
# What is typed; {key} is a private key, its length {size}, and stands behind its command's prompt.
LINES = {
    "he910": ["AT+CMEE=2", 'AT+CPIN="{word}"', 'AT+CPWD="SC","{word}","{word}2"', 'AT#SGACT=1,1,"me","{word}"', "AT#SSLEN=1,1",
              'AT#FTPOPEN="127.0.0.1:1","me","{word}",1', 'AT#EPASSW="{word}"', "AT#SSLSECCFG=1,0,1",
              "AT#SSLSECDATA=1,1,2,{size}", "AT&W"],
    "m95": ["AT+CMEE=2", 'AT+CPIN="{word}"', 'AT+QICSGP=1,"net","me","{word}"', 'AT+QFTPUSER="me"', 'AT+QFTPPASS="{word}"',
            'AT+QSMTPUSER="me"', 'AT+QSMTPPWD="{word}"', 'AT+QSECWRITE="NVRAM:CK0",{size},20', "AT&W"],
    "l610": ["AT+CMEE=2", 'AT+CPIN="{word}"', 'AT+MIPCALL=1,"net","me","{word}"', 'AT+FTPOPEN="127.0.0.1","me","{word}","",,1',
             'AT+HTTPSET="URL","http://me:{word}@127.0.0.1/"', 'AT+GTSSLFILE="KEYFILE",{size}', "AT&W"],
}


def converse(modem: Modem, key: bytes, model: str) -> None:
    """Types all of it, and the key where its prompt has come."""
    keys = 0
    for line in LINES[model]:
        typed = line.format(word=WORD, size=len(key)).encode() + b"\r"
        modem.host.write(typed)
        answer = modem.host.read_match(FINAL)
        if "{size}" in line:
            assert answer.endswith((b"> ", b">", b"CONNECT\r\n")), (line, answer)
            modem.host.write(key + (b"\x1a" if model == "he910" else b""))
            assert modem.host.read_match(FINAL).endswith(b"OK\r\n"), line
            keys += 1
    assert keys == 1


@pytest.mark.parametrize("level", ["error", "warning", "info", "debug"])
@pytest.mark.parametrize("model", LINES)
def test_no_secret_is_shown_or_left(model: str, level: str, certificates: Certificates, tmp_path: Path) -> None:
    key = certificates.key("client").read_bytes()
    state, record, numbers = tmp_path / "state", tmp_path / "recording.at", tmp_path / "numbers.prom"
    modem = Modem(model, "unix", state=state, options=["--log-level", level, "--trace", "all", "--record", str(record),
                                                       "--metrics-file", str(numbers), "--control", f"unix:{tmp_path}/control"])
    shown: dict[str, bytes] = {}
    with modem:
        converse(modem, key, model)
        control = ControlPort(tmp_path / "control")
        shown["journal"] = repr(control.journal(model)).encode()
        shown["numbers"] = numbers.read_bytes()
        shown |= {f"{path.name} while it runs": path.read_bytes() for path in state.iterdir()}
        modem.stop()
        shown["log"] = modem.log().encode()
    shown |= {path.name: path.read_bytes() for path in state.iterdir()}
    shown["recording"] = record.read_bytes()
    # Nothing of it is empty, and each tells of what was typed.
    assert b"at: " in shown["log"] and b"AT" in shown["recording"] and b"+CMEE" in shown["journal"]
    secrets = [WORD.encode(), *(line for line in key.splitlines() if len(line) > 40)]
    for where, text in shown.items():
        for secret in secrets:
            assert secret not in text, f"{where} shows {secret!r}"
