"""Real servers on loopback, for tests, the demo and the benchmarks.

Each is a context manager: started and listening inside the `with`, stopped and reaped after it, its
log kept in the folder that it was given.  Nothing here sleeps for a fixed time: what is waited for
is looked at again and again until a deadline.

- Nginx, GnutlsServ, OpensslServer: programs; they show with whom the module gets on in the world.
- Peer: a TLS server that is told each step.  Its TLS works on buffers in memory:
  the test decides which bytes go to the socket, and when, and how the connection ends.
- RawPeer: a TCP server that is told each step, for peers that do not speak TLS properly.
"""

from __future__ import annotations

import functools
import os
import random
import select
import shutil
import socket
import ssl
import struct
import subprocess
import time
import warnings
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

from .certs import Certificates
from .patience import ANSWER_S, POLL_S, START_S, seconds_left

STARTS = 3  # of a program; somebody may take its port before it does

ANY_CIPHER = "ALL:eNULL:@SECLEVEL=0"  # OpenSSL's words; its SECLEVEL 1 already refuses TLS 1.0

Server = TypeVar("Server", bound="ServerProgram")


class PeerError(AssertionError):
    """The module did not do to a server what the test expects."""


# Below the ports that systems give to connections of their own.
PORTS = range(10000, 32000)
CLAIMS_KEPT = 400
_claims: deque[socket.socket] = deque(maxlen=CLAIMS_KEPT)
_refused: deque[list[socket.socket]] = deque(maxlen=CLAIMS_KEPT)


def free_port() -> int:
    """A port of loopback that nobody uses now, and that no other test process is given while this
    one has asked for fewer than CLAIMS_KEPT more."""
    while True:
        port = random.choice(PORTS)
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind(f"\0tlsmodem-test-port-{port}")
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET, kind) as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        _claims.append(claim)
        return port


def refused_port() -> int:
    """A port of loopback that refuses connections: it is bound and nobody listens, and as long as
    this process asks for fewer than CLAIMS_KEPT more, nobody can."""
    while True:
        port = free_port()
        bound = []
        try:
            for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
                if family == socket.AF_INET or has_ipv6():
                    bound.append(socket.socket(family))
                    bound[-1].bind((address, port))
        except OSError:
            for made in bound:
                made.close()
            continue
        _refused.append(bound)
        return port


def listeners(port: int) -> set[str]:
    """Who listens on the port, as /proc names their sockets; found out without connecting: a server
    that serves one connection after the other, or counts them, must not see ours."""
    listening, found = "0A", set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == listening and int(fields[1].rsplit(":", 1)[1], 16) == port:
                found.add(f"socket:[{fields[9]}]")
    return found


def is_listening(port: int, process: int) -> bool:
    """Whether this process listens on the port, and nobody else."""
    wanted = listeners(port)
    return bool(wanted) and wanted <= set(open_files(process))


def open_files(process: int) -> list[str]:
    """What the descriptors of a process stand for."""
    names = []
    try:
        for entry in Path(f"/proc/{process}/fd").iterdir():
            try:
                names.append(os.readlink(entry))
            except FileNotFoundError:
                continue  # closed while we looked
    except FileNotFoundError:
        pass  # it has ended
    return names


class ServerProgram:
    """A server that is a program of its own."""

    name = "server"
    pipes = False  # whether the test talks to the program through its standard input and output

    def __init__(self, folder: Path, port: int | None = None) -> None:
        """Without a `port` it gets one when it starts."""
        self.folder = folder
        self.port = port or 0
        self._may_choose = port is None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log_path(self) -> Path:
        return self.folder / f"{self.name}-{self.port}.log"

    def choose_ports(self) -> None:
        """Before each attempt to start."""
        if self._may_choose:
            self.port = free_port()

    def ports(self) -> Sequence[int]:
        """Where it listens once it has started."""
        return [self.port]

    def command(self) -> Sequence[str]:
        raise NotImplementedError

    def prepare(self) -> None:
        """Writes what the program reads at its start."""

    def __enter__(self: Server) -> Server:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Once more, with other ports, when it ends before it listens."""
        for attempt in range(STARTS):
            self.choose_ports()
            self._launch()
            status = self._wait_until_listening()
            if status is None:
                return
            self.stop()
            if attempt == STARTS - 1 or not self._may_choose:
                raise RuntimeError(f"{self.name} does not listen on port {self.port} "
                                   f"(exit status {status}):\n{self.log()}")

    def _launch(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.prepare()
        command = self.command()
        if shutil.which(command[0]) is None:
            raise RuntimeError(f"{command[0]} is not installed: scripts/setup test")
        with self.log_path.open("wb") as log:
            self._process = subprocess.Popen(
                command, cwd=self.folder, stderr=log,
                stdin=subprocess.PIPE if self.pipes else subprocess.DEVNULL,
                stdout=subprocess.PIPE if self.pipes else log, bufsize=0,
                env={**os.environ, "OPENSSL_CONF": "/dev/null"})  # not the machine's own limits

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(START_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()

    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, f"{self.name} is not running"
        return self._process

    def _wait_until_listening(self) -> int | None:
        """None: it listens; else its exit status, or 0 when it does nothing at all."""
        deadline = time.monotonic() + START_S
        while not all(is_listening(port, self.process.pid) for port in self.ports()):
            status = self.process.poll()
            if status is not None or time.monotonic() > deadline:
                return status or 0
            time.sleep(POLL_S)
        return None


@dataclass(frozen=True)
class Request:
    """One line of nginx's access log: what the server itself says about a request."""

    protocol: str  # TLSv1, TLSv1.1, TLSv1.2
    cipher: str    # in OpenSSL's words
    client: str    # subject of the verified client certificate, "-" for none
    resumed: bool  # the connection took up a session of before
    status: int
    line: str


class Nginx(ServerProgram):
    """nginx with one site on 127.0.0.1 and ::1: HTTPS on `port`, plain HTTP on `plain_port`.

    `/moved/NAME` is redirected to `/NAME` on the same port, `/secure/NAME` to `/NAME` over HTTPS,
    and `/chunked/NAME` is the file NAME sent in chunks.
    """

    name = "nginx"

    def __init__(self, folder: Path, certificates: Certificates, *, certificate: str = "server",
                 files: Mapping[str, bytes] | None = None, protocols: str = "TLSv1 TLSv1.1 TLSv1.2",
                 ciphers: str = "ALL:@SECLEVEL=0", prefers_its_order: bool = False,
                 client_ca: str | None = None, keepalive_timeout: str = "75s", session_cache: str = "none",
                 port: int | None = None) -> None:
        super().__init__(folder, port)
        self.session_cache = session_cache
        self.certificates = certificates
        self.certificate = certificate
        self.files = dict(files or {"index.html": b"Hello from nginx\n"})
        self.protocols = protocols
        self.ciphers = ciphers
        self.prefers_its_order = prefers_its_order
        self.client_ca = client_ca
        self.keepalive_timeout = keepalive_timeout
        self.plain_port = 0

    def choose_ports(self) -> None:
        super().choose_ports()
        self.plain_port = free_port()

    def ports(self) -> Sequence[int]:
        return [self.port, self.plain_port]

    @property
    def access_path(self) -> Path:
        return self.folder / f"nginx-{self.port}.access"

    def command(self) -> Sequence[str]:
        program = shutil.which("nginx") or "/usr/sbin/nginx"  # sbin is not in everybody's PATH
        return [program, "-p", f"{self.folder}/", "-c", str(self._config_path), "-e", "stderr"]

    def prepare(self) -> None:
        root = self.folder / f"site-{self.port}"
        for name, content in self.files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self.access_path.write_text("")
        self._config_path.write_text(self._config(root))

    def requests(self, count: int = 0) -> list[Request]:
        """The access log; waits for `count` lines, since nginx logs after it has answered."""
        deadline = time.monotonic() + ANSWER_S
        while len(lines := self.access_path.read_text().splitlines()) < count:
            if time.monotonic() > deadline:
                raise PeerError(f"nginx logged {len(lines)} of {count} requests:\n{self.log()}")
            time.sleep(POLL_S)
        return [self._request(line) for line in lines]

    @property
    def _config_path(self) -> Path:
        return self.folder / f"nginx-{self.port}.conf"

    @staticmethod
    def _request(line: str) -> Request:
        protocol, cipher, client, reused, status, request = line.split("|", 5)
        return Request(protocol, cipher, client, reused == "r", int(status), request)

    def _config(self, root: Path) -> str:
        verify = "" if self.client_ca is None else (
            "ssl_verify_client on; "
            f"ssl_client_certificate {self.certificates.pem(self.client_ca)};")
        temp = "".join(f"{kind}_temp_path {self.folder}/temp-{self.port}-{kind};\n" for kind in
                       ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        listen_ipv6 = f"""listen [::1]:{self.port} ssl;
    listen [::1]:{self.plain_port};""" if has_ipv6() else ""
        return f"""\
daemon off;
master_process off;
pid {self.folder}/nginx-{self.port}.pid;
error_log stderr info;
events {{ worker_connections 512; }}
http {{
{temp}
log_format proof '$ssl_protocol|$ssl_cipher|$ssl_client_s_dn|$ssl_session_reused|$status|$request';
access_log {self.access_path} proof;
default_type text/plain;
keepalive_timeout {self.keepalive_timeout};
server {{
    listen 127.0.0.1:{self.port} ssl;
    listen 127.0.0.1:{self.plain_port};
    {listen_ipv6}
    root {root};
    rewrite ^/moved(/.*)$ $scheme://$http_host$1 redirect;
    rewrite ^/secure(/.*)$ https://localhost:{self.port}$1 permanent;
    location /chunked/ {{
        alias {root}/;
        ssi on;  # its length is not known before the end
        ssi_types *;
    }}
    ssl_certificate {self.certificates.chain(self.certificate)};
    ssl_certificate_key {self.certificates.key(self.certificate)};
    ssl_protocols {self.protocols};
    ssl_ciphers '{self.ciphers}';
    ssl_prefer_server_ciphers {'on' if self.prefers_its_order else 'off'};
    ssl_session_cache {self.session_cache};
    ssl_session_tickets off;
    {verify}
}}
}}
"""


@functools.cache
def has_ipv6() -> bool:
    """Whether this machine's loopback has it."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


class GnutlsServ(ServerProgram):
    """gnutls-serv; it has what OpenSSL was built without, RC4 above all."""

    name = "gnutls-serv"

    # RC4 and the old versions are off in NORMAL, and a system-wide policy may change that: say all.
    EVERYTHING = ("NONE:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:+ARCFOUR-128:+AES-128-CBC:"
                  "+AES-256-CBC:+NULL:+AES-128-GCM:+AES-256-GCM:+SHA1:+MD5:+SHA256:+SHA384:+AEAD:"
                  "+RSA:+ECDHE-RSA:+COMP-NULL:+SIGN-ALL:+GROUP-ALL:%COMPAT")

    def __init__(self, folder: Path, certificates: Certificates, *, certificate: str = "server",
                 priority: str = EVERYTHING, mode: str = "echo", client_ca: str | None = None,
                 extra: Sequence[str] = (), port: int | None = None,
                 files: tuple[Path, Path] | None = None) -> None:
        super().__init__(folder, port)
        assert mode in ("echo", "http")
        self.certificates = certificates
        self.files = files or (certificates.key(certificate), certificates.chain(certificate))
        self.priority = priority
        self.mode = mode
        self.client_ca = client_ca
        self.extra = list(extra)

    def command(self) -> Sequence[str]:
        client = ["--disable-client-cert"] if self.client_ca is None else [
            "--require-client-cert", "--verify-client-cert",
            "--x509cafile", str(self.certificates.pem(self.client_ca))]
        return ["gnutls-serv", f"--{self.mode}", "--port", str(self.port),
                "--priority", self.priority,
                "--x509certfile", str(self.files[1]), "--x509keyfile", str(self.files[0]),
                *client, *self.extra]


class PipedServer(ServerProgram):
    """A server through whose standard input and output the test holds the conversation."""

    pipes = True

    def __init__(self, folder: Path, port: int | None = None) -> None:
        super().__init__(folder, port)
        self._received = b""

    def send(self, data: bytes) -> None:
        """What is sent in one call, up to 16 kB, becomes one record."""
        self._pipe(self.process.stdin).write(data)

    def expect(self, data: bytes, seconds: float = ANSWER_S) -> None:
        """The next bytes that the client sends are these."""
        self._receive_until(lambda: len(self._received) >= len(data), seconds)
        got, self._received = self._received[:len(data)], self._received[len(data):]
        if got != data:
            raise PeerError(f"{self.name} got {got!r}, expected {data!r}\n{self.log()}")

    def read_some(self, seconds: float = ANSWER_S) -> bytes:
        """What the client has sent; waits for it."""
        self._receive_until(lambda: bool(self._received), seconds)
        got, self._received = self._received, b""
        if not got:
            raise PeerError(f"{self.name} got nothing\n{self.log()}")
        return got

    def read_until(self, end: bytes, seconds: float = ANSWER_S) -> bytes:
        """Everything that the client sends up to `end`."""
        self._receive_until(lambda: end in self._received, seconds)
        head, found, self._received = self._received.partition(end)
        if not found:
            raise PeerError(f"{self.name} got {head!r}, waited for {end!r}\n{self.log()}")
        return head + found

    def _receive_until(self, done: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        stream = self._pipe(self.process.stdout)
        while not done() and select.select([stream], [], [], seconds_left(deadline))[0]:
            data = stream.read(65536)
            if not data:
                return
            self._received += data

    @staticmethod
    def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
        assert stream is not None
        return stream


class OpensslServer(PipedServer):
    """`openssl s_server`."""

    name = "openssl-s_server"

    def __init__(self, folder: Path, certificates: Certificates, *, certificate: str = "server",
                 ciphers: str = ANY_CIPHER, client_ca: str | None = None,
                 extra: Sequence[str] = (), port: int | None = None) -> None:
        super().__init__(folder, port)
        self.certificates = certificates
        self.certificate = certificate
        self.ciphers = ciphers
        self.client_ca = client_ca
        self.extra = list(extra)

    def command(self) -> Sequence[str]:
        client = [] if self.client_ca is None else [
            "-Verify", "4", "-verify_return_error",
            "-CAfile", str(self.certificates.pem(self.client_ca))]
        return ["openssl", "s_server", "-quiet", "-accept", str(self.port), "-cipher", self.ciphers,
                "-cert", str(self.certificates.pem(self.certificate)),
                "-cert_chain", str(self.certificates.chain(self.certificate)),
                "-key", str(self.certificates.key(self.certificate)), *client, *self.extra]


class RawPeer:
    """A TCP server for one connection at a time that does what it is told."""

    def __init__(self, port: int | None = None, address: str = "127.0.0.1") -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listener = socket.create_server((address, port or 0), family=family)
        self.port: int = self._listener.getsockname()[1]
        self._connection: socket.socket | None = None

    def __enter__(self) -> RawPeer:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._listener.close()

    @property
    def connection(self) -> socket.socket:
        if self._connection is None:
            raise PeerError("the module has no connection to this peer")
        return self._connection

    def accept(self, seconds: float = ANSWER_S) -> None:
        """Takes the connection that the module makes."""
        self._listener.settimeout(seconds)
        try:
            connection, _ = self._listener.accept()
        except TimeoutError:
            raise PeerError(f"the module did not connect to port {self.port} "
                            f"within {seconds:g} s") from None
        if self._connection is not None:
            self._connection.close()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection

    def is_called(self) -> bool:
        """Whether the module has made a connection that accept() would take at once."""
        return bool(select.select([self._listener], [], [], 0)[0])

    def receive_raw(self, deadline: float) -> bytes | None:
        """Bytes as they are on the wire; empty at the end, None for nothing until `deadline`."""
        self.connection.settimeout(max(0.001, seconds_left(deadline)))
        try:
            return self.connection.recv(65536)
        except TimeoutError:
            return None
        except ConnectionResetError:
            return b""

    def send_raw(self, data: bytes) -> None:
        self.connection.settimeout(ANSWER_S)
        self.connection.sendall(data)

    def client_hello(self, seconds: float = ANSWER_S) -> bytes:
        """Waits for the module's first record and gives it as it came."""
        deadline = time.monotonic() + seconds
        record = b""
        while len(record) < 5 or len(record) < 5 + int.from_bytes(record[3:5], "big"):
            data = self.receive_raw(deadline)
            if not data:
                raise PeerError(f"no ClientHello from the module, only {record!r}")
            record += data
        return record

    def hang_up(self) -> None:
        """FIN: nothing more comes from us; what the module still sends is not answered by RST."""
        self.connection.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """RST, as from a server that was killed or a firewall that forgot the connection."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self._connection = None

    def wait_for_end(self, seconds: float = ANSWER_S) -> bytes:
        """Waits until the module closes the connection; gives the bytes that came before."""
        deadline = time.monotonic() + seconds
        received = b""
        while (data := self.receive_raw(deadline)) != b"":
            if data is None:
                raise PeerError("the module did not close its connection")
            received += data
        return received


# A ServerHello for TLS 1.0 and AES128-SHA that breaks off after half of its random bytes.
HALF_SERVER_HELLO = bytes.fromhex("16 03 01 00 31 02 00 00 2d 03 01") + bytes(range(16))

HTTP_ANSWER = (b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
               b"The plain HTTP request was sent to HTTPS port\r\n")

GARBAGE = bytes((i * 73 + 41) & 0xff for i in range(256))


class Misbehaviour:
    """Ways in which a server fails before TLS is up; each a step of a RawPeer that was called."""

    @staticmethod
    def close(peer: RawPeer) -> None:
        """Closes at once, without looking at what the module says."""
        peer.hang_up()

    @staticmethod
    def close_after_hello(peer: RawPeer) -> None:
        peer.client_hello()
        peer.hang_up()

    @staticmethod
    def reset_after_hello(peer: RawPeer) -> None:
        peer.client_hello()
        peer.reset()

    @staticmethod
    def http(peer: RawPeer) -> None:
        """A web server without TLS on this port."""
        peer.client_hello()
        peer.send_raw(HTTP_ANSWER)
        peer.hang_up()

    @staticmethod
    def garbage(peer: RawPeer) -> None:
        peer.client_hello()
        peer.send_raw(GARBAGE)
        peer.hang_up()

    @staticmethod
    def half_hello(peer: RawPeer) -> None:
        """Sends half a ServerHello and nothing more."""
        peer.client_hello()
        peer.send_raw(HALF_SERVER_HELLO)

    @staticmethod
    def silence(peer: RawPeer) -> None:
        """Accepts and never answers."""


@dataclass(frozen=True)
class Offer:
    """What a ClientHello says."""

    version: int             # highest version, 0x0301 for TLS 1.0
    suites: tuple[int, ...]  # without the signalling values
    server_name: str         # SNI, "" for none
    extensions: frozenset[int]
    is_fallback: bool        # newer versions were refused, it says


def refuse_without_name(_: object, name: str | None, __: ssl.SSLContext) -> int | None:
    return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME if name is None else None


class Peer(RawPeer):
    """A TLS server that is told each step."""

    def __init__(self, certificates: Certificates, *, certificate: str = "server",
                 client_ca: str | None = None, ciphers: str = ANY_CIPHER,
                 versions: tuple[ssl.TLSVersion, ssl.TLSVersion] = (
                     ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_2),
                 files: tuple[Path, Path] | None = None, needs_name: bool = False,
                 port: int | None = None, address: str = "127.0.0.1") -> None:
        """`files`: key and chain, instead of CERTIFICATE's; `needs_name`: refuses who says no name."""
        super().__init__(port, address)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers(ciphers)
        with warnings.catch_warnings():  # TLS 1.0 is deprecated, and it is what we are here for
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version, context.maximum_version = versions
        context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE  # the module's order is what we test
        key, chain = files or (certificates.key(certificate), certificates.chain(certificate))
        context.load_cert_chain(chain, key)
        if needs_name:
            context.sni_callback = refuse_without_name
        if client_ca is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(certificates.pem(client_ca))
        self._context = context
        self._hello = b""
        self._plain = b""
        self._tls: ssl.SSLObject | None = None
        self._at_end = False
        self._is_over = False  # one side has closed: the next handshake is on another connection

    def __enter__(self) -> Peer:
        return self

    @property
    def tls(self) -> ssl.SSLObject:
        if self._tls is None:
            raise PeerError("the module has no secure connection to this peer")
        return self._tls

    # What happened

    @property
    def version(self) -> str:
        return self.tls.version() or ""

    @property
    def cipher(self) -> str:
        """The suite in OpenSSL's words."""
        cipher = self.tls.cipher()
        return cipher[0] if cipher else ""

    @property
    def suite(self) -> int:
        """The suite's IANA code point."""
        codes = {entry["name"]: entry["id"] & 0xffff for entry in self._context.get_ciphers()}
        return codes[self.cipher]

    @property
    def client_subject(self) -> str:
        """Common name of the verified client certificate, "" for none."""
        certificate = self.tls.getpeercert() or {}
        names = [value for part in certificate.get("subject", ()) for key, value in part
                 if key == "commonName"]
        return str(names[0]) if names else ""

    @property
    def offer(self) -> Offer:
        return parse_client_hello(self._hello)

    # Steps

    def accept(self, seconds: float = ANSWER_S) -> None:
        super().accept(seconds)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = self._context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._hello = self._plain = b""
        self._at_end = self._is_over = False

    def handshake(self, seconds: float = ANSWER_S) -> None:
        """Takes a connection if there is none yet, and completes the handshake on it."""
        deadline = time.monotonic() + seconds
        if self._connection is None or self._is_over or self.is_called():
            self.accept(seconds)
        self._hello = self.client_hello(seconds_left(deadline))
        self._incoming.write(self._hello)
        while True:
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                self._flush()
                self._read_into_tls(deadline, "the handshake")
            except ssl.SSLError as error:
                self._flush()
                raise PeerError(f"the handshake failed: {error.reason or error}") from error
            else:
                self._flush()
                return

    def fail_handshake(self, seconds: float = ANSWER_S) -> str:
        """Goes through a handshake that must not succeed; gives the reason as this side sees it."""
        try:
            self.handshake(seconds)
        except PeerError as error:
            self.hang_up_quietly()
            return str(error)
        # The module may judge only after its last flight, with an alert or by closing.
        deadline = time.monotonic() + seconds
        try:
            received = self._receive_plain(deadline)
        except ssl.SSLError as error:
            return f"the module said: {error.reason}"
        except PeerError as error:
            return str(error)
        if received is None:
            raise PeerError("the handshake succeeded and the connection stays open")
        if received:
            raise PeerError(f"the handshake succeeded and the module sent {received!r}")
        return "the module closed the connection after the handshake"

    def send(self, data: bytes) -> None:
        """Sends `data`, one record for each 16 kB begun."""
        self.tls.write(data)
        self._flush()

    def expect(self, data: bytes, seconds: float = ANSWER_S) -> None:
        """The next bytes from the module are exactly these."""
        got = self.receive(len(data), seconds)
        if got != data:
            raise PeerError(f"the peer got\n  {got!r}\nexpected\n  {data!r}")

    def send_corrupt_record(self) -> None:
        """A record of application data whose bytes are noise, as if touched on the way."""
        version = {"TLSv1": 0x0301, "TLSv1.1": 0x0302}.get(self.version, 0x0303)
        noise = GARBAGE[:64]
        self.send_raw(struct.pack(">BHH", 23, version, len(noise)) + noise)

    def receive(self, count: int, seconds: float = ANSWER_S) -> bytes:
        """The next `count` bytes from the module, fewer at the end of time or of the stream."""
        deadline = time.monotonic() + seconds
        while len(self._plain) < count and not self._at_end:
            data = self._receive_plain(deadline)
            if data is None:
                break
            self._plain += data
        got, self._plain = self._plain[:count], self._plain[count:]
        return got

    def unread(self) -> bytes:
        """Bytes that have come and that no step has taken."""
        while not self._at_end and self._connection is not None and self._tls is not None:
            try:
                data = self._receive_plain(time.monotonic())
            except (ssl.SSLError, PeerError):
                break
            if not data:
                break
            self._plain += data
        return self._plain

    def expect_end(self, seconds: float = ANSWER_S) -> None:
        """The module ends the connection, with close_notify, and sends nothing before."""
        deadline = time.monotonic() + seconds
        data = b"" if self._at_end else self._receive_plain(deadline)
        if data is None:
            raise PeerError("the module did not close its connection")
        if self._plain or data:
            raise PeerError(f"the module sent {self._plain + data!r} before it closed")
        self._send_close()

    def _send_close(self) -> None:
        """close_notify: OpenSSL forgets a session that does not end so."""
        self._is_over = True
        try:
            self.tls.unwrap()
        except ssl.SSLError:
            pass
        self._flush()

    def close(self) -> None:
        """close_notify, then FIN; the module's own close_notify may not be there yet."""
        self._send_close()
        self.hang_up()

    def hang_up(self) -> None:
        self._is_over = True
        super().hang_up()

    def hang_up_quietly(self) -> None:
        try:
            self.hang_up()
        except (OSError, PeerError):
            pass  # it is closed already

    # Below

    def _receive_plain(self, deadline: float) -> bytes | None:
        """Decrypted bytes; empty after close_notify; None when nothing came until `deadline`."""
        while True:
            try:
                data = self.tls.read(65536)
            except ssl.SSLWantReadError:
                self._flush()
                raw = self.receive_raw(deadline)
                if raw is None:
                    return None
                if raw:
                    self._incoming.write(raw)
                else:
                    self._incoming.write_eof()
                continue
            except ssl.SSLZeroReturnError:
                data = b""
            except ssl.SSLEOFError:
                self._at_end = True
                raise PeerError("the module closed the connection without close_notify") from None
            self._at_end = not data
            return data

    def _read_into_tls(self, deadline: float, doing: str) -> None:
        raw = self.receive_raw(deadline)
        if raw is None:
            raise PeerError(f"nothing from the module during {doing}")
        if not raw:
            raise PeerError(f"the module closed the connection during {doing}")
        self._incoming.write(raw)

    def _flush(self) -> None:
        data = self._outgoing.read()
        if data:
            try:
                self.send_raw(data)
            except (BrokenPipeError, ConnectionResetError):
                pass  # what the test expects next will show it


FALLBACK = 0x5600
SIGNALLING_SUITES = {0x00ff, FALLBACK}  # renegotiation (RFC 5746), fallback (RFC 7507)
SERVER_NAME, SUPPORTED_VERSIONS = 0, 43


def parse_client_hello(record: bytes) -> Offer:
    """Takes a ClientHello record apart (RFC 5246, 7.4.1.2), as far as tests ask about it."""
    if len(record) < 43 or record[0] != 22 or record[5] != 1:
        raise PeerError(f"no ClientHello: {record!r}")
    version = int.from_bytes(record[9:11], "big")
    at = 43
    at += 1 + record[at]  # session id
    suites_length = int.from_bytes(record[at:at + 2], "big")
    codes = struct.unpack_from(f">{suites_length // 2}H", record, at + 2)
    at += 2 + suites_length
    at += 1 + record[at] + 2  # compression methods, length of the extensions
    name, kinds = "", set()
    while at + 4 <= len(record):
        kind, length = struct.unpack_from(">HH", record, at)
        body = record[at + 4:at + 4 + length]
        if kind == SERVER_NAME and length > 5:
            name = body[5:5 + int.from_bytes(body[3:5], "big")].decode("ascii", "replace")
        if kind == SUPPORTED_VERSIONS and length > 1:
            version = max(struct.unpack_from(f">{body[0] // 2}H", body, 1))
        kinds.add(kind)
        at += 4 + length
    return Offer(version, tuple(c for c in codes if c not in SIGNALLING_SUITES), name,
                 frozenset(kinds), FALLBACK in codes)
