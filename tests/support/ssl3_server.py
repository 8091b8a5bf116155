"""A real server that speaks SSL 3.0: tests/interop/ssl3_server.c, on NSS."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from .certs import Certificates
from .modem import REPOSITORY, program_path
from .patience import ANSWER_S, POLL_S, START_S
from .servers import PeerError, PipedServer


class Ssl3Server(PipedServer):
    """It serves one connection after the other, and says of each what was agreed."""

    name = "ssl3_server"
    SUITES = "0002,0004,0005,000a,0016,002f,0033,0035,0039"

    def __init__(self, folder: Path, certificates: Certificates, *, certificate: str = "server",
                 suites: str = SUITES, client_ca: str | None = None,
                 port: int | None = None) -> None:
        super().__init__(folder, port)
        self.certificates = certificates
        self.certificate = certificate
        self.suites = suites
        self.client_ca = client_ca
        self._said = 0

    def prepare(self) -> None:
        script = REPOSITORY / "tests" / "interop" / "make_nss_database"
        ca = [] if self.client_ca is None else [self.certificates.pem(self.client_ca)]
        subprocess.run([script, self._database, self.certificates.chain(self.certificate),
                        self.certificates.key(self.certificate), *ca], check=True, timeout=START_S)

    def command(self) -> Sequence[str]:
        return [str(program_path("ssl3_server", "SSL3_SERVER")), str(self.port),
                f"sql:{self._database}", self.suites,
                *([] if self.client_ca is None else ["demands"])]

    def hear(self, seconds: float = ANSWER_S) -> str:
        """The next line that it says: what was agreed, why nothing was, or how it ended."""
        deadline = time.monotonic() + seconds
        while "\n" not in self.log()[self._said:]:
            if time.monotonic() > deadline:
                raise PeerError(f"{self.name} says no more:\n{self.log()}")
            time.sleep(POLL_S)
        line = self.log()[self._said:].split("\n", 1)[0]
        self._said += len(line) + 1
        return line

    def end_connection(self) -> None:
        """Closes the connection that it has, with close_notify."""
        self.process.send_signal(signal.SIGUSR2)

    @property
    def _database(self) -> Path:
        return self.folder / f"nss-{self.port}"
