"""Many modems in one process, by a file, and a TLS server that has all of them at once.

    with Fleet(tmp_path, "modems: [...]") as fleet:
        host = fleet.host("meter-0003")
        host.ok("AT")
"""

from __future__ import annotations

import os
import re
import resource
import signal
import socket
import ssl
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from .certs import Certificates
from .modem import Host, program_path
from .patience import ANSWER_S, EXIT_S
from .program import run_program
from .servers import ANY_CIPHER

END = re.compile(rb"\r\n(OK|ERROR|CONNECT|NO CARRIER|\+CM[ES] ERROR: \d+)\r\n$")


class FleetHost(Host):
    """A host of one of the modems; the echo is off."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._fd = connection.detach()
        super().__init__(self._fd, self._fd)

    def say(self, line: str) -> str:
        """Types a line; what is answered up to its final result, without the frame."""
        self.write(line.encode() + b"\r")
        return self.read_match(END).decode().strip()

    def ok(self, line: str) -> str:
        """What is answered before OK."""
        answer = self.say(line)
        assert answer.endswith("OK"), f"{line}: {answer}"
        return answer.removesuffix("OK").strip()

    def begin(self) -> str:
        """Echo off; the IMEI."""
        self.ok("ATE0")
        return self.ok("AT+CGSN")

    def is_closed(self) -> bool:
        """Whether the end has come by now, or comes in a moment, instead of a modem."""
        with socket.socket(fileno=os.dup(self._fd)) as connection:
            connection.settimeout(1.0)
            try:
                return connection.recv(1, socket.MSG_PEEK) == b""
            except ConnectionResetError:
                return True
            except TimeoutError:
                return False
            finally:
                connection.setblocking(False)

    def is_hung_up_on(self) -> bool:
        """Whether nothing ever comes but the end."""
        with socket.socket(fileno=os.dup(self._fd)) as connection:
            connection.settimeout(ANSWER_S)
            try:
                return connection.recv(1) == b""
            except ConnectionResetError:
                return True


class Fleet:
    """The daemon with a file of modems."""

    def __init__(self, folder: Path, config: str, options: Sequence[str] = (),
                 environment: Mapping[str, str] | None = None, log_name: str = "") -> None:
        self.folder = folder
        self._config = folder / "fleet.yaml"
        self._config.write_text(config)
        self._options = list(options)
        self._environment = {**os.environ, **(environment or {})}
        self._log_path = folder / (log_name or
                                   f"fleet{'-'.join(['', *options]).replace('/', '.')}.log")
        self.places: dict[str, str] = {}  # name of a modem, "KIND ADDRESS"
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Fleet:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        if kind is None:
            self.stop()
        else:
            self.kill()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Starts it and waits until every port is ready; also after kill()."""
        check = run_program("--config", self._config, "--check-config")
        assert check.returncode == 0, check.stderr
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [program_path("tlsmodem", "TLSMODEM"), "--config", self._config, *self._options],
                cwd=self.folder, env=self._environment, stdout=subprocess.PIPE, stderr=log,
                text=True)
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        """A line of it may be the last: what follows is read until the modems answer."""
        assert self._process is not None and self._process.stdout is not None
        self.places = {}
        os.set_blocking(self._process.stdout.fileno(), True)
        for line in self._process.stdout:
            word, name, place = line.rstrip().split(" ", 2)
            assert word == "ready:"
            self.places[name] = place
            if self.is_last(name):
                return
        raise AssertionError(f"the fleet did not start:\n{self.log()}")

    def is_last(self, name: str) -> bool:
        """Whether no ready line follows: the name that the test has made known."""
        return re.fullmatch(self.last, name) is not None

    last = r".*"  # of a run with one line; others set it

    def stop(self) -> None:
        """SIGTERM; status 0."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        status = self._process.wait(EXIT_S)
        self._close()
        assert status == 0, self.log()

    def kill(self) -> None:
        """As when the machine loses power."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._close()

    def _close(self) -> None:
        assert self._process is not None and self._process.stdout is not None
        self._process.stdout.close()
        self._process = None

    def log(self) -> str:
        return self._log_path.read_text()

    def host(self, name: str) -> FleetHost:
        """Connects to a modem, or to its pool."""
        kind, place = self.places[name].split(" ", 1)
        if kind == "unix":
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(str(self.folder / place))
        else:
            address, port = place.rsplit(":", 1)
            connection = socket.create_connection((address, int(port)), ANSWER_S)
        return FleetHost(connection)

    def limit_descriptors(self, count: int) -> None:
        """Of the process as it runs."""
        _, most = resource.prlimit(self.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(self.pid, resource.RLIMIT_NOFILE, (min(count, most), most))

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))


class CrowdServer:
    """A TLS server with a thread for each client; keeps what each has sent."""

    def __init__(self, certificates: Certificates, port: int = 0) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.set_ciphers(ANY_CIPHER)
        self._context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        self._context.load_cert_chain(certificates.chain("server"), certificates.key("server"))
        self._wanted_port = port
        self._lock = threading.Condition()
        self._clients: list[socket.socket] = []
        self._deaths = 0
        self.heard: list[str] = []
        self.sessions = 0  # handshakes that were done

    def __enter__(self) -> CrowdServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.die()

    def start(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self._wanted_port), backlog=1024)
        self.port = self._wanted_port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def die(self) -> None:
        """Every connection ends without a word of TLS."""
        self._listener.shutdown(socket.SHUT_RDWR)  # who waits in accept() hears of it
        self._listener.close()
        with self._lock:
            self._deaths += 1
            clients, self._clients = self._clients, []
        for client in clients:
            try:
                client.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it was over already

    def wait_for(self, count: int) -> list[str]:
        """What so many clients have sent, a line each."""
        with self._lock:
            assert self._lock.wait_for(lambda: len(self.heard) >= count, ANSWER_S), self.heard
            return list(self.heard)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client, self._deaths), daemon=True).start()

    def _serve(self, client: socket.socket, deaths: int) -> None:
        try:
            with self._context.wrap_socket(client, server_side=True) as tls:
                with self._lock:
                    if self._deaths != deaths:
                        return  # died during the handshake, whose other side may be done with it
                    self._clients.append(tls)
                    self.sessions += 1
                for line in tls.makefile("rb"):
                    with self._lock:
                        self.heard.append(line.decode().strip())
                        self._lock.notify_all()
                    tls.sendall(b"got it\r\n")
        except OSError:
            pass  # the end of it, whichever way
