"""One host for a module of each maker, for what all of them must do alike to a TLS server.

    with dialler("m95", version=TLS_1_2) as host:
        host.dial(port)
        ...
        host.opened()
"""

from __future__ import annotations

import functools
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from support.bare_server import SSL_3_0, TLS_1_0
from support.modem import Modem, program_path

from .driver import ANSWER_S, CA, Driver
from .fibocom_driver import FibocomDriver
from .observe import LogMark
from .quectel_driver import QuectelDriver


@functools.cache
def versions(*wanted: int) -> list[int]:
    """Those of them that this build has."""
    said = subprocess.run([program_path("tlsmodem", "TLSMODEM"), "--version"], capture_output=True,
                          text=True, check=True).stdout
    has_ssl3 = "no provider for SSL 3.0" not in said
    return [version for version in wanted if version > SSL_3_0 or has_ssl3]


class Dialler:
    """A host whose settings are made; the log is looked at from its beginning."""

    def __init__(self, modem: Modem) -> None:
        self.modem = modem
        self.log = LogMark(modem)

    def settings(self, version: int) -> None:
        raise NotImplementedError

    def verify(self, ca: bytes) -> None:
        """From now on the server's chain must end at `ca`."""
        raise NotImplementedError

    def dial(self, port: int, name: str = "localhost") -> None:
        """Starts; the result is still to come."""
        raise NotImplementedError

    def opened(self) -> None:
        raise NotImplementedError

    def failed(self) -> None:
        """The result of a dial whose handshake failed, in the maker's words; the module goes on."""
        raise NotImplementedError

    def warning(self) -> str:
        """The one line for the operator."""
        warnings = self.log.warnings()
        assert len(warnings) == 1, self.log.text()
        return warnings[0]


    def ended(self) -> None:
        """The line that says that the server has ended the session."""
        raise NotImplementedError

    def lost(self) -> None:
        """The line that says that the session has ended by an error."""
        self.ended()

    def read(self) -> None:
        """Asks for what the server has sent, where that does not come by itself."""


class TelitDialler(Dialler):
    def settings(self, version: int) -> None:
        self.driver = Driver(self.modem).begin().attach()
        self.version = version - SSL_3_0
        self.driver.enable(version=self.version).tune()

    def verify(self, ca: bytes) -> None:
        self.driver.secure(0, 1, version=self.version)
        self.driver.store(CA, ca)

    def dial(self, port: int, name: str = "localhost") -> None:
        self.driver.type(self.driver.dial_line(port, name))

    def opened(self) -> None:
        self.driver.expect("OK", ANSWER_S)

    def failed(self) -> None:
        self.driver.expect("+CME ERROR: 839", ANSWER_S)
        self.driver.is_ready()


    def ended(self) -> None:
        self.driver.expect("NO CARRIER", ANSWER_S)

    def read(self) -> None:
        self.driver.type("AT#SSLRECV=1,1000")


class QuectelDialler(Dialler):
    def settings(self, version: int) -> None:
        self.driver = QuectelDriver(self.modem).begin()
        self.driver.configure(0, version=version - SSL_3_0)

    def verify(self, ca: bytes) -> None:
        self.driver.upload("RAM:ca.pem", ca)
        self.driver.ok('AT+QSSLCFG="seclevel",0,1')

    def dial(self, port: int, name: str = "localhost") -> None:
        self.driver.dial(1, 0, port, name)

    def opened(self) -> None:
        self.driver.expect("+QSSLOPEN: 1,0", ANSWER_S)

    def failed(self) -> None:
        self.driver.expect("+QSSLOPEN: 1,-1", ANSWER_S)
        self.driver.is_ready()


    def ended(self) -> None:
        self.driver.expect('+QSSLURC: "closed",1', ANSWER_S)

    def read(self) -> None:
        self.driver.type("AT+QSSLRECV=0,1,1500")


class FibocomDialler(Dialler):
    def settings(self, version: int) -> None:
        self.driver = FibocomDriver(self.modem).begin()
        self.driver.ok(f"AT+GTSSLVER={version - TLS_1_0 + 2}")
        if self.modem.model == "l610":
            self.driver.ok("AT+GTSSLCIPHER=14,1")  # the one that is old enough for all versions
            for suite in range(1, 7):  # what a fresh one shows as enabled
                self.driver.ok(f"AT+GTSSLCIPHER={suite},0")

    def verify(self, ca: bytes) -> None:
        self.driver.load("TRUSTFILE", ca)
        self.driver.ok("AT+GTSSLMODE=1")

    def dial(self, port: int, name: str = "localhost") -> None:
        self.driver.dial(port, name)

    def opened(self) -> None:
        self.driver.expect("+MIPOPEN: 1,1", ANSWER_S)

    def ended(self) -> None:
        self.driver.expect("+MIPSTAT: 1,2", ANSWER_S)

    def lost(self) -> None:
        self.driver.expect("+MIPSTAT: 1,1", ANSWER_S)

    def failed(self) -> None:
        self.driver.not_opened(ANSWER_S)
        self.driver.is_ready()


MAKERS: dict[str, type[Dialler]] = {"le866": TelitDialler, "m95": QuectelDialler,
                                    "l610": FibocomDialler, "nl668-cn-00": FibocomDialler}


@contextmanager
def dialler(model: str, version: int, *options: str) -> Iterator[Dialler]:
    with Modem(model, options=list(options)) as modem:
        host = MAKERS[model](modem)
        host.settings(version)
        yield host
