"""Each secret that a host types, searched for in everything that a run leaves behind or shows: the log at every level with
every trace, the journal of the control port, a recording, the numbers, and the files of its state.

Core dumps: test_sandbox.py.  Every row of every model, against the log: unit/test_secrets.
"""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
from pathlib import Path

import pytest

from support.certs import Certificates
from support.control import ControlPort
from support.modem import Modem, program_path
from support.patience import ANSWER_S, EXIT_S
from support.servers import Peer

WORD = "Zq81Word"
FINAL = re.compile(rb"\r\n(OK|ERROR|\+HMCON [^\r\n]*|\+CM[ES] ERROR: [^\r\n]*|CONNECT)\r\n|\r\n> ?\Z")
# What is typed; {key} is a private key, its length {size}, and stands behind its command's prompt.
LINES = {
    "he910": ["AT+CMEE=2", 'AT+CPIN="{word}"', 'AT+CPWD="SC","{word}","{word}2"', 'AT+CGAUTH=1,2,"{word}","me"',
              'AT#SGACT=1,1,"me","{word}"', 'AT#PASSW="{word}"', "AT#SSLEN=1,1",
              'AT#FTPOPEN="127.0.0.1:1","me","{word}",1', 'AT#EPASSW="{word}"', "AT#SSLSECCFG=1,0,1",
              "AT#SSLSECDATA=1,1,2,{size}", "AT&W"],
    "m95": ["AT+CMEE=2", 'AT+CPIN="{word}"', 'AT+QICSGP=1,"net","me","{word}"', 'AT+QFTPUSER="me"', 'AT+QFTPPASS="{word}"',
            'AT+QSMTPUSER="me"', 'AT+QSMTPPWD="{word}"', 'AT+QMTCFG="aliauth",0,"product","device","{word}"',
            'AT+QMTCONN=0,"meter","me","{word}"', "AT+QHTTPURL={url},5", 'AT+QSECWRITE="NVRAM:CK0",{size},20', "AT&W"],
    "l610": ["AT+CMEE=2", 'AT+CPIN="{word}"', 'AT+MIPCALL=1,"net","me","{word}"', 'AT+FTPOPEN="127.0.0.1","me","{word}","",,1',
             'AT+HTTPSET="URL","http://me:{word}@127.0.0.1/"', 'AT+MQTTUSER=1,"me","{word}","meter"',
             'AT+HMCON=0,60,"127.0.0.1","1","device","{word}",0', 'AT+GTSSLFILE="KEYFILE",{size}', "AT&W"],
    "le910-v2": ["AT+CMEE=2", 'AT+CPIN="{word}"', 'AT#SGACTAUTH=1', 'AT#SGACT=1,1,"me","{word}"', 'AT#PASSW="{word}"', 'AT+CGAUTH=1,2,"{word}","me"',
                 "AT#SSLEN=1,1", "AT#SSLSECCFG=1,0,1", "AT#SSLSECDATA=1,1,2,{size}", "AT&W"],
    "nl668-cn-00": ["AT+CMEE=2", 'AT+CPIN="{word}"', 'AT+MIPCALL=1,"net","me","{word}"', 'AT+FTPOPEN="127.0.0.1","me","{word}","",,1',
                    'AT+HTTPSET="URL","http://me:{word}@127.0.0.1/"', 'AT+MQTTUSER=1,"me","{word}","meter"',
                    'AT+GTSSLFILE="KEYFILE",{size}', "AT&W"],
}


def converse(modem: Modem, key: bytes, model: str) -> None:
    """Types all of it, and the key where its prompt has come."""
    keys, url = 0, f"http://me:{WORD}@127.0.0.1:1/".encode()
    for line in LINES[model]:
        typed = line.format(word=WORD, size=len(key), url=len(url)).encode() + b"\r"
        modem.host.write(typed)
        answer = modem.host.read_match(FINAL)
        if "{url}" in line:
            assert answer.endswith(b"CONNECT\r\n"), (line, answer)
            modem.host.write(url)
            modem.host.read_match(FINAL)  # an address with a user in it is refused
        if "{size}" in line:
            assert answer.endswith((b"> ", b">", b"CONNECT\r\n")), (line, answer)
            modem.host.write(key + (b"\x1a" if "SSLSECDATA" in line else b""))
            assert modem.host.read_match(FINAL).endswith(b"OK\r\n"), line
            keys += 1
    assert keys == 1


def check_none_is_shown(shown: dict[str, bytes], key: bytes) -> None:
    secrets = [WORD.encode(), *(line for line in key.splitlines() if len(line) > 40)]
    for where, text in shown.items():
        for secret in secrets:
            assert secret not in text, f"{where} shows {secret!r}"


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
    check_none_is_shown(shown, key)


FROM_FILES = """\
control: unix:control
metrics-file: numbers.prom
policy: {{tls: {{preset: modern, ca: ca.pem, cert: own.pem, key: own.key}}}}
modems:
  - module: {model}
    name: one
    state: state
    credentials: {{'{slot}': own.key}}
    at-start: ['AT+CPIN="{word}"', 'AT+CMEE=2']
    ports: [{{unix: port}}]
"""


@pytest.mark.parametrize("level", ["info", "debug"])
@pytest.mark.parametrize(("model", "slot"), [("he910", "1/key"), ("m95", "NVRAM:CK0"), ("l610", "KEYFILE")])
def test_what_comes_from_files_is_not_shown(model: str, slot: str, level: str, certificates: Certificates, tmp_path: Path) -> None:
    """A key that no host has typed: of `credentials` and of the policy, with which a server is dialled."""
    key = certificates.key("client").read_bytes()
    for name, source in (("ca.pem", certificates.pem("ca")), ("own.pem", certificates.pem("client")), ("own.key", certificates.key("client"))):
        (tmp_path / name).write_bytes(source.read_bytes())
    (tmp_path / "own.key").chmod(0o600)
    (tmp_path / "modems.yaml").write_text(FROM_FILES.format(model=model, slot=slot, word=WORD))
    record, said = tmp_path / "recording.at", tmp_path / "said.log"
    with Peer(certificates, versions=(ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_3), client_ca="ca") as peer, said.open("w") as log, \
            subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "--config", tmp_path / "modems.yaml", "--log-level", level,
                              "--trace", "all", "--record", record], stdout=subprocess.PIPE, stderr=log, text=True) as process:
        try:
            assert process.stdout and process.stdout.readline().startswith("ready: "), said.read_text()
            with socket.socket(socket.AF_UNIX) as host:
                host.settimeout(ANSWER_S)
                host.connect(str(tmp_path / "port"))
                for line in DIAL[model]:
                    host.sendall(line.format(port=peer.port).encode() + b"\r")
                    heard = b""
                    while "{port}" not in line and not re.search(rb"\r\n(OK|ERROR)\r\n", heard):
                        heard += host.recv(1000)
                    while "MIPCALL" in line and b"+MIPCALL: 1" not in heard:
                        heard += host.recv(1000)
                peer.handshake()
                assert peer.client_subject == "tlsmodem test device"
                journal = ControlPort(tmp_path / "control").journal("one")
        finally:
            process.terminate()
            assert process.wait(EXIT_S) == 0, said.read_text()
    shown = {"journal": repr(journal).encode(), "log": said.read_bytes(), "recording": record.read_bytes(),
             **{path.name: path.read_bytes() for path in (tmp_path / "state").iterdir()}}
    assert b"one" in shown["log"] and b"AT" in shown["recording"]
    check_none_is_shown(shown, key)


DIAL = {"he910": ['AT+CGDCONT=1,"IP","x"', "AT#SGACT=1,1", "AT#SSLEN=1,1", 'AT#SSLD=1,{port},"localhost",0,1'],
        "m95": ["AT+QIREGAPP", "AT+QIACT", 'AT+QSSLOPEN=1,0,"localhost",{port},0'],
        "l610": ['AT+MIPCALL=1,"x"', 'AT+MIPOPEN=1,,"localhost",{port},2']}
