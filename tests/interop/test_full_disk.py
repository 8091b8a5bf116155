"""A disk that is full, or read-only from one moment on: the host gets its module's error from each place that stores, what was there
stays, and the operator is told once, with what to do.  A limit on the size of files stands for the
disk; it is above the log's own size.  A file system that the kernel has made read-only after an error is played by a
library (support/kill_at_write.c): nobody can make one so while a program has files open."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from support.certs import Certificates
from support.modem import Modem, program_path

from .driver import CA, CTRL_Z, PROMPT, STORE, Driver, final
from .fibocom_driver import FibocomDriver
from .observe import LogMark
from .quectel_driver import QuectelDriver

FILE_LIMIT = 4096


@contextmanager
def full_disk(modem: Modem) -> Iterator[None]:
    pid = modem.process.pid
    _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (FILE_LIMIT, most))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))


@contextmanager
def read_only_disk(modem: Modem) -> Iterator[None]:
    orders = modem.state.parent / "orders"
    orders.write_text("readonly")
    try:
        yield
    finally:
        orders.unlink()


def answer_to(host: Driver, line: str) -> bytes:
    host.type(line)
    return host.host.read_until(b"\r\n") + host.host.read_until(b"\r\n")


def setting(host: Driver, _: bytes) -> bytes:
    return answer_to(host, 'AT+CGDCONT=2,"IP","new"')


def profile(host: Driver, _: bytes) -> bytes:
    return answer_to(host, "AT&W")


def security_data(host: Driver, pem: bytes) -> bytes:
    host.type(f"AT#SSLSECDATA=1,{STORE},{CA},{len(pem)}")
    host.host.expect_exact(PROMPT)
    host.host.write(pem + CTRL_Z)
    return host.host.read_until(b"\r\n") + host.host.read_until(b"\r\n")


def file(host: Driver, pem: bytes) -> bytes:
    host.type(f'AT+QSECWRITE="NVRAM:CA0",{len(pem)},10')
    host.expect("CONNECT")
    host.host.write(pem)
    answer = host.host.read_until(b"\r\n") + host.host.read_until(b"\r\n")
    if answer.startswith(b"\r\n+QSECWRITE: "):
        answer = host.host.read_until(final("OK"))
    return answer


# Who stores, the entry's name in the log, and the error.
PLACES = [("he910", setting, "set/+CGDCONT/1", "+CME ERROR: 23"),
          ("l610", setting, "set/+CGDCONT/1", "+CME ERROR: 23"),
          ("he910", profile, "profile/0/0", "+CME ERROR: 23"),
          ("m95", profile, "profile/0/0", "+CME ERROR: 23"),
          ("l610", profile, "profile/0/0", "+CME ERROR: 23"),
          ("he910", security_data, "security/1/1", "+CME ERROR: 23"),
          ("m95", file, "file/NVRAM:CA0", "+CME ERROR: 4014")]

DRIVERS: dict[str, type[Driver]] = {"he910": Driver, "m95": QuectelDriver, "l610": FibocomDriver}


@pytest.mark.parametrize(("spoiled", "why"), [(full_disk, "cannot write "), (read_only_disk, "check its disk")])
@pytest.mark.parametrize(("model", "store", "entry", "error"), PLACES)
def test_the_host_and_the_operator_are_told(
        certificates: Certificates, tmp_path: Path, model: str, store: Callable[[Driver, bytes], bytes], entry: str, error: str,
        spoiled: Callable[[Modem], AbstractContextManager[None]], why: str) -> None:
    pem = certificates.pem("ca").read_bytes()
    preloaded = program_path("tests/support/kill_at_write.so", "TLSMODEM_KILL_AT_WRITE")
    environment = {"LD_PRELOAD": str(preloaded), "TLSMODEM_KILL_FOLDER": str(tmp_path / "state"),
                   "TLSMODEM_KILL_AT": str(tmp_path / "orders")}
    with Modem(model, state=tmp_path / "state", options=["--log-level", "info"],
               environment=environment if spoiled is read_only_disk else {}) as modem:
        host = DRIVERS[model](modem).begin()
        host.ok("AT+CMEE=1")
        if store is setting:
            host.ok('AT+CGDCONT=2,"IP","old"')
        if store is security_data:
            host.ok("AT#SSLEN=1,1")
        log = LogMark(modem)
        with spoiled(modem):
            for _ in range(3):
                assert store(host, pem) == final(error)
            host.ok("AT")
        assert len(log.warnings()) == 1, log.text()
        assert f'error: {model}: "{entry}" is not stored: ' in log.warnings()[0] and why in log.warnings()[0]
        assert store(host, pem) == final("OK")
        assert "takes changes again; failed before: 3" in log.text()
