"""What --metrics shows, by who reads it for a living: promtool and Prometheus; and by who means no good.

Sources: docs/metrics.md; docs/contract.md, "Metrics".
"""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import select
import shutil
import signal
import socket
import stat
import subprocess
import time
import tty
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.certs import Certificates
from support.modem import REPOSITORY, Modem, program_path
from support.patience import ANSWER_S, EXIT_S, START_S
from support.program import run_program
from support.servers import Nginx, RawPeer, ServerProgram, free_port, refused_port

from .driver import NO_CARRIER, Driver
from .observe import wait_until
from .test_bad_servers import black_hole
from .together import Outcomes, together

CONTRACT = (REPOSITORY / "docs" / "contract.md").read_text()
SAMPLE = re.compile(r'^(\w+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'(\w+)="([^"]*)"')

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=ANSWER_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(ANSWER_S)
        self.sock.connect(str(self._path))


def ask(at: int | Path, path: str, method: str = "GET",
        body: bytes | None = None) -> tuple[int, str, http.client.HTTPMessage]:
    connection = UnixConnection(at) if isinstance(at, Path) else \
        http.client.HTTPConnection("127.0.0.1", at, timeout=ANSWER_S)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers
    finally:
        connection.close()


def scrape(at: int | Path) -> str:
    status, text, headers = ask(at, "/metrics")
    assert status == 200
    assert headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return text


def samples(text: str) -> Samples:
    found: Samples = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        match = SAMPLE.match(line)
        assert match, line
        key = (match[1], frozenset(LABEL.findall(match[2] or "")))
        assert key not in found, line
        found[key] = float(match[3])
    return found


def value(found: Samples, family: str, **labels: str) -> float:
    """The sum of the samples that have these labels."""
    return sum(number for (key, has), number in found.items()
               if key == family and frozenset(labels.items()) <= has)


def has_own_memory() -> bool:
    """A sanitizer's allocator does not say how much is in use."""
    program = program_path("tlsmodem", "TLSMODEM").read_bytes()
    return b"__asan_init" in program or b"__tsan_init" in program


def promtool(text: str) -> None:
    judged = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True,
                            timeout=ANSWER_S, check=False)
    assert (judged.returncode, judged.stdout, judged.stderr) == (0, "", "")


def metrics_modem(port: int, *options: str, model: str = "he910", state: Path | None = None) -> Modem:
    return Modem(model, state=state, options=["--metrics", str(port), *options])


def test_a_run_is_counted(nginx: Callable[..., Nginx], tmp_path: Path) -> None:
    """Commands, bytes, look-ups, sockets and handshakes of a real session, and no name beyond the contract's."""
    server, port = nginx(), free_port()
    with metrics_modem(port, state=tmp_path / "state") as modem:
        driver = Driver(modem).begin().attach()
        before = samples(scrape(port))
        assert value(before, "tlsmodem_modems") == 1
        assert value(before, "tlsmodem_modems", maker="Telit", model="he910", state="home") == 1
        assert value(before, "tlsmodem_at_commands_total", result="cme_error") == 0
        driver.enable()
        driver.type("AT#SSLD=9,1,\"\"")
        assert b"ERROR" in driver.result()
        started = int(time.time())
        driver.dial(server.port, "localhost", online=True)
        during = samples(scrape(port))
        assert value(during, "tlsmodem_sockets", state="secure") == 1
        assert value(during, "tlsmodem_sockets", state="plain") == 0
        driver.host.write(b"GET / HTTP/1.0\r\n\r\n")
        page = driver.host.read_until(NO_CARRIER, 60)
        wait_until(lambda: value(samples(scrape(port)), "tlsmodem_last_success_timestamp_seconds") != 0)
        text = scrape(port)
        promtool(text)
    after = samples(text)
    assert value(after, "tlsmodem_at_commands_total", result="connect") == 1
    assert value(after, "tlsmodem_at_commands_total", result="ok") >= 3
    assert value(after, "tlsmodem_at_commands_total", result="cme_error") == 1
    assert value(after, "tlsmodem_bytes_total", side="host", direction="sent") > len(page)
    assert value(after, "tlsmodem_bytes_total", side="host", direction="received") > 18
    assert value(after, "tlsmodem_bytes_total", side="network", direction="received") > len(page)
    assert value(after, "tlsmodem_bytes_total", side="network", direction="sent") > 18
    assert value(after, "tlsmodem_lookups_total", outcome="found") == 1
    assert value(after, "tlsmodem_handshakes_total") == 1
    [suite] = {dict(labels)["suite"] for name, labels in after if name == "tlsmodem_handshakes_total"}
    assert value(after, "tlsmodem_handshakes_total", outcome="done", reason="none", suite=suite) == 1
    assert suite.startswith("TLS_")
    for histogram in ("tlsmodem_handshake_seconds", "tlsmodem_dial_seconds"):
        assert value(after, f"{histogram}_count") == 1
        assert value(after, f"{histogram}_bucket", le="+Inf") == 1
    assert value(after, "tlsmodem_last_success_timestamp_seconds", name="he910") >= started
    assert value(after, "tlsmodem_sockets", state="secure") == 0
    assert value(after, "tlsmodem_store_writes_total") >= 1
    memory = [number for (name, _), number in after.items() if name == "tlsmodem_modem_memory_bytes"]
    if has_own_memory():
        assert memory == []
    else:
        assert len(memory) == 1 and 1000 < memory[0] < 1_000_000
    families = set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE))
    assert families == set(re.findall(r"`(tlsmodem_\w+?)(?:\{[^`]*\})?`", CONTRACT.partition("## Metrics")[2]))


def test_failures_have_their_reason(nginx: Callable[..., Nginx], certificates: Certificates) -> None:
    """A server that speaks no TLS, one that is not there, a name that nobody has, a certificate that nobody vouches
    for, a handshake that is given up."""
    server, port = nginx(), free_port()
    with metrics_modem(port) as modem, RawPeer() as peer, RawPeer() as silent:
        driver = Driver(modem).begin().attach().enable()
        driver.type(driver.dial_line(peer.port, "127.0.0.1", online=True))
        peer.accept()
        peer.client_hello()
        wait_until(lambda: value(samples(scrape(port)), "tlsmodem_sockets", state="handshake") == 1)
        peer.send_raw(b"HTTP/1.0 400 Bad Request\r\n\r\n")
        assert b"CONNECT" not in driver.result()
        found = samples(scrape(port))
        assert value(found, "tlsmodem_handshakes_total", outcome="failed", reason="not_tls", suite="none") == 1
        driver.type(driver.dial_line(refused_port(), "127.0.0.1", online=True))
        assert b"CONNECT" not in driver.result()
        driver.type(driver.dial_line(server.port, "no-such-name.invalid", online=True))
        assert b"CONNECT" not in driver.result()
        text = scrape(port)
        found = samples(text)
        assert value(found, "tlsmodem_handshakes_total") == 1
        assert value(found, "tlsmodem_lookups_total", outcome="not_found") == 1
        assert value(found, "tlsmodem_lookups_total") == 3
        for state in ("connecting", "plain", "handshake", "secure"):
            assert value(found, "tlsmodem_sockets", state=state) == 0
        assert value(found, "tlsmodem_dial_seconds_count") == 1
        assert value(found, "tlsmodem_handshake_seconds_count") == 0
        driver.type(driver.dial_line(silent.port, "127.0.0.1", online=True, timeout_ds=20))
        silent.accept()
        assert b"CONNECT" not in driver.result()
        driver.secure(auth=1).store_all(certificates, ca="other_ca")
        driver.type(driver.dial_line(server.port, "localhost", online=True))
        assert b"CONNECT" not in driver.result()
        text = scrape(port)
        found = samples(text)
        assert value(found, "tlsmodem_handshakes_total", outcome="given_up", reason="none") == 1
        assert value(found, "tlsmodem_handshakes_total", outcome="failed", reason="unknown_ca") == 1
        assert value(found, "tlsmodem_handshakes_total") == 3
        assert value(found, "tlsmodem_handshake_seconds_count") == 0
        assert value(found, "tlsmodem_sockets") == 0
        promtool(text)


def test_other_results_and_states() -> None:
    """The values that a session which goes well does not have."""
    port = free_port()
    with metrics_modem(port, "--dns", f"127.0.0.1:{refused_port()}") as modem, black_hole() as hole:
        driver = Driver(modem).begin().attach().enable()
        driver.type("AT+CMGR=255")
        assert b"+CMS ERROR" in driver.result()
        driver.type("ATD*99#")
        assert b"NO CARRIER" in driver.result()
        driver.ok("AT+CMEE=0")
        driver.type("AT+NOSUCH")
        assert driver.result().endswith(b"\r\nERROR\r\n")
        driver.type(driver.dial_line(443, "name.test", online=True))
        assert b"CONNECT" not in driver.result()
        driver.type(driver.dial_line(hole, "127.0.0.1", online=True, timeout_ds=30))
        wait_until(lambda: value(samples(scrape(port)), "tlsmodem_sockets", state="connecting") == 1)
        assert b"CONNECT" not in driver.result()
        found = samples(scrape(port))
        for result, count in (("cms_error", 1), ("no_carrier", 1), ("connect", 0), ("error", 3)):
            assert value(found, "tlsmodem_at_commands_total", result=result) == count, result
        assert value(found, "tlsmodem_lookups_total", outcome="no_server") == 1
        assert value(found, "tlsmodem_sockets") == 0


def names_in(header: str, macro: str, word: str) -> set[str]:
    """What the rows of a table in a header are called."""
    text = (REPOSITORY / header).read_text().partition(f"#define {macro}(")[2]
    rows = re.match(r"(?:[^\n]*\\\n)*[^\n]*", text)
    assert rows
    found = set(re.findall(word, rows[0]))
    assert len(found) > 10, macro
    return found


def odd_servers(seed: int) -> Iterator[bytes]:
    """Answers to a ClientHello that no table has: suites, versions, alerts, kinds of records, each with a number of its own."""
    dice = random.Random(seed)
    for _ in range(8):
        suite, version = dice.randrange(0xd000, 0xe000).to_bytes(2, "big"), bytes([3, dice.randrange(20, 250)])
        yield hello_of(b"\x03\x01", suite)
        yield hello_of(version, b"\x00\x2f")
        yield bytes([21, 3, 1, 0, 2, 2, dice.randrange(130, 250)])
        yield bytes([dice.randrange(30, 70), 3, 1, 0, 40]) + dice.randbytes(40)
        yield dice.randbytes(60)
    for known in (40, 42, 47, 48, 70, 71, 80, 86, 112, 120):
        yield bytes([21, 3, 1, 0, 2, 2, known])


def hello_of(version: bytes, suite: bytes) -> bytes:
    body = version + bytes(range(32)) + b"\0" + suite + b"\0"
    return b"\x16\x03\x01" + (len(body) + 4).to_bytes(2, "big") + b"\x02" + len(body).to_bytes(3, "big") + body


def test_no_label_grows_by_what_servers_say() -> None:
    """A hundred odd servers: suite, version and reason are of the tables of the program, and fifty more bring no other."""
    port = free_port()
    suites = names_in("src/base/tls_suites.h", "TLS_SUITES", r"X\((TLS_\w+)")
    reasons = {name.lower() for name in names_in("src/iface/tls.h", "TLS_REASONS", r"X\(TLS_(\w+)")}
    seen = []
    with metrics_modem(port) as modem:
        driver = Driver(modem).begin().attach().enable()
        for seed in range(2):
            for answer in odd_servers(seed):
                with RawPeer() as peer:
                    driver.type(driver.dial_line(peer.port, "127.0.0.1", online=True, timeout_ds=300))
                    peer.accept()
                    peer.client_hello()
                    peer.send_raw(answer)
                    peer.hang_up()
                    assert b"CONNECT" not in driver.result()
            seen.append(samples(scrape(port)))
    assert value(seen[1], "tlsmodem_handshakes_total", outcome="failed") == 100
    assert set(seen[0]) == set(seen[1])
    labels = [dict(labels) for name, labels in seen[1] if name == "tlsmodem_handshakes_total"]
    assert {label["suite"] for label in labels} <= suites | {"none", "other"}
    assert {label["version"] for label in labels} <= {"ssl3", "1.0", "1.1", "1.2", "1.3"}
    assert {"alert", "no_shared_suite", "not_tls", "version_refused"} <= {label["reason"] for label in labels} <= reasons
    assert {label["outcome"] for label in labels} == {"failed"}


class Prometheus(ServerProgram):
    """Debian's, which scrapes some places, ADDRESS:PORT, each second."""

    def __init__(self, folder: Path, *scraped: str) -> None:
        super().__init__(folder)
        self._scraped = scraped

    def prepare(self) -> None:
        (self.folder / "prometheus.yml").write_text(
            "scrape_configs:\n  - job_name: tlsmodem\n    scrape_interval: 1s\n"
            f"    static_configs: [{{targets: {json.dumps(self._scraped)}}}]\n")

    def command(self) -> list[str]:
        return ["prometheus", f"--config.file={self.folder}/prometheus.yml",
                f"--storage.tsdb.path={self.folder}/data", f"--web.listen-address=127.0.0.1:{self.port}"]

    def query(self, expression: str) -> list[float]:
        url = f"http://127.0.0.1:{self.port}/api/v1/query?" + urllib.parse.urlencode({"query": expression})
        try:
            with urllib.request.urlopen(url, timeout=ANSWER_S) as answer:
                return [float(row["value"][1]) for row in json.load(answer)["data"]["result"]]
        except OSError:  # it listens before it answers
            return []


def test_prometheus_scrapes(nginx: Callable[..., Nginx], tmp_path: Path) -> None:
    server, port = nginx(), free_port()
    with metrics_modem(port) as modem, Prometheus(tmp_path, f"127.0.0.1:{port}") as prometheus:
        driver = Driver(modem).begin().attach().enable()
        driver.dial(server.port, "localhost", online=True)
        wait_until(lambda: prometheus.query('sum(tlsmodem_handshakes_total{outcome="done"})') == [1], seconds=START_S)
        assert prometheus.query('up{job="tlsmodem"}') == [1]
        assert prometheus.query('tlsmodem_modems{model="he910",state="home"}') == [1]
        assert prometheus.query('tlsmodem_sockets{state="secure"}') == [1]
        [quantile] = prometheus.query(
            "histogram_quantile(0.9, sum by (le) (tlsmodem_handshake_seconds_bucket))")
        assert 0 < quantile <= 150
        driver.host.write(b"GET / HTTP/1.0\r\n\r\n")
        driver.host.read_until(NO_CARRIER, 60)
        wait_until(lambda: prometheus.query('tlsmodem_sockets{state="secure"}') == [0])


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/ready", 200), ("HEAD", "/ready", 200), ("GET", "/live", 200), ("HEAD", "/metrics", 200),
    ("GET", "/", 404), ("GET", "/metrics/", 404), ("GET", "/metrics/../ready", 404), ("POST", "/nothing", 404),
    ("POST", "/metrics", 405), ("PUT", "/ready", 405), ("DELETE", "/live", 405), ("BREW", "/metrics", 405),
])
def test_pages_and_methods(shown: int, method: str, path: str, status: int) -> None:
    got, _, headers = ask(shown, path, method, b"some body" if method in ("POST", "PUT") else None)
    assert got == status
    if status == 405:
        assert headers["Allow"] == "GET, HEAD"


@pytest.fixture(name="shown", scope="module")
def _shown() -> object:
    port = free_port()
    with metrics_modem(port):
        yield port


def a_loop_that_does_not_turn(_: Path) -> None:
    """The program writes its log to a pipe that nobody reads, and waits: its ports are dead, and /live says so."""
    port, host_port = free_port(), free_port()
    process = subprocess.Popen(
        [program_path("tlsmodem", "TLSMODEM"), "--module", "he910", "--state", "none", "--tcp", str(host_port),
         "--metrics", str(port), "--trace", "at"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline().startswith(b"ready: ")
        assert ask(port, "/ready")[0] == 200
        assert ask(port, "/live")[0] == 200
        assert value(samples(scrape(port)), "tlsmodem_modems") == 1
        with socket.create_connection(("127.0.0.1", host_port), ANSWER_S) as host:
            host.setblocking(False)
            deadline = time.monotonic() + ANSWER_S
            while ask(port, "/live")[0] == 200:
                assert time.monotonic() < deadline
                try:
                    host.send(b"AT+CGMI\r" * 500)
                    host.recv(65536)
                except BlockingIOError:
                    time.sleep(0.1)
            assert value(samples(scrape(port)), "tlsmodem_modems") == 1  # as it was
            process.stderr.close()  # SIGPIPE is not deadly: it goes on
            wait_until(lambda: ask(port, "/live")[0] == 200)
    finally:
        if process.stderr is not None:
            process.stderr.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(EXIT_S) == 0


def hostile_clients(_: Path) -> None:
    """Neither a header without end, nor hundreds that say nothing, nor one that speaks a byte now and then harm
    the modem, or keep others out for long."""
    port = free_port()
    with metrics_modem(port) as modem:
        driver = Driver(modem).begin()
        with socket.create_connection(("127.0.0.1", port), ANSWER_S) as client:
            client.settimeout(ANSWER_S)
            answer = b""
            try:
                client.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 1_000_000)
                answer = client.recv(100)
            except ConnectionError:
                pass  # it had seen enough
            assert answer == b"" or answer.startswith(b"HTTP/1.1 431 ")
        with socket.create_connection(("127.0.0.1", port), ANSWER_S) as client:
            client.sendall(bytes(range(256)) * 10)
            client.settimeout(ANSWER_S)
            try:
                assert not client.recv(100).startswith(b"HTTP/1.1 200")
            except ConnectionError:
                pass
        idle = []
        try:
            for _ in range(200):
                client = socket.socket()
                client.setblocking(False)
                idle.append(client)
                client.connect_ex(("127.0.0.1", port))
            driver.is_ready()
            files = len(list(Path(f"/proc/{modem.process.pid}/fd").iterdir()))
            assert files < 100
            wait_until(lambda: answers(port), seconds=60)
            driver.is_ready()
        finally:
            for client in idle:
                client.close()
        with socket.create_connection(("127.0.0.1", port), ANSWER_S) as slow:
            slow.settimeout(1)
            deadline = time.monotonic() + ANSWER_S
            is_open = True
            while is_open:
                assert time.monotonic() < deadline
                try:
                    slow.sendall(b"G")
                    is_open = slow.recv(1) != b""
                except TimeoutError:
                    pass
                except ConnectionError:
                    is_open = False
        promtool(scrape(port))


def answers(port: int) -> bool:
    try:
        return ask(port, "/ready")[0] == 200
    except OSError:
        return False


def test_a_unix_socket_is_its_owners(tmp_path: Path) -> None:
    path = tmp_path / "metrics.sock"
    with Modem(options=["--metrics", f"unix:{path}"]):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        promtool(scrape(path))
    assert not path.exists()


@pytest.mark.parametrize("where", ["0", "99999", "x:1", "unix:", "here"])
def test_wrong_places(where: str) -> None:
    result = run_program("--module", "he910", "--stdio", "--metrics", where)
    assert result.returncode == 2
    assert result.stderr.startswith("tlsmodem: --metrics: ")
    assert "allowed: " in result.stderr


def test_a_place_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        where = f"127.0.0.1:{other.getsockname()[1]}"
        result = subprocess.run(
            [program_path("tlsmodem", "TLSMODEM"), "--module", "he910", "--stdio", "--state", "none", "--metrics", where],
            input="", capture_output=True, text=True, timeout=ANSWER_S, check=False)
        assert result.returncode == 1
        assert "cannot" in result.stderr
        assert result.stderr.count("\n") == 1


def test_a_file_says_where(tmp_path: Path) -> None:
    """`metrics:` of a file; after one more modem that cannot be opened the run is not ready, and again without it."""
    config, path = tmp_path / "modems.yaml", tmp_path / "metrics-0.sock"
    good = "metrics: 'unix:metrics-${shard}.sock'\nmodems:\n" \
        "  - {name: 'm${n}', count: 150, module: m95, state: none, ports: [{unix: '${name}.sock'}]}\n"
    more = good + "  - {name: more, module: l610, state: none, ports: [{unix: missing/folder}]}\n"
    config.write_text(good)
    with subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "--config", config, "--threads", "3"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout is not None
            for _ in range(150):
                assert process.stdout.readline().startswith(b"ready: ")
            assert ask(path, "/ready")[0] == 200
            text = scrape(path)
            promtool(text)
            assert value(samples(text), "tlsmodem_modems", model="m95") == 150
            assert "timestamp_seconds{" not in text  # too many to be named
            config.write_text(more)
            process.send_signal(signal.SIGHUP)
            wait_until(lambda: ask(path, "/ready")[0] == 503)
            config.write_text(good.replace("150", "90"))
            process.send_signal(signal.SIGHUP)
            wait_until(lambda: ask(path, "/ready")[0] == 200)
            wait_until(lambda: value(samples(scrape(path)), "tlsmodem_modems") == 90)
            assert ask(path, "/live")[0] == 200
        finally:
            process.terminate()
            assert process.wait(EXIT_S) == 0
    assert not path.exists()


class Device:
    """A serial device that a host has the other end of, and that can be pulled out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ends: tuple[int, int] | None = None

    def plug(self) -> None:
        self._ends = os.openpty()
        self._path.symlink_to(os.ttyname(self._ends[1]))
        tty.setraw(self._ends[1])

    def pull(self) -> None:
        if self._ends is None:
            return
        self._path.unlink()
        for end in self._ends:
            os.close(end)
        self._ends = None

    def answers(self) -> bool:
        """Whether a module is behind it by now."""
        assert self._ends is not None
        os.write(self._ends[0], b"AT\r")
        readable, _, _ = select.select([self._ends[0]], [], [], 0.2)
        return bool(readable) and b"OK" in os.read(self._ends[0], 4096)


def test_a_device_that_comes_and_goes(tmp_path: Path) -> None:
    """Not ready while one is away; each change is said once, and the ready line when it comes."""
    config, path, log = tmp_path / "modems.yaml", tmp_path / "metrics.sock", tmp_path / "log"
    device = Device(tmp_path / "ttyUSB0")
    config.write_text(f"metrics: 'unix:{path}'\nmodems:\n"
                      "  - {name: wired, module: m95, state: none, ports: [{uart: ttyUSB0}, {unix: s}]}\n"
                      "  - {name: other, module: m95, state: none, ports: [{unix: other}]}\n")
    with log.open("w") as words, subprocess.Popen(
            [program_path("tlsmodem", "TLSMODEM"), "--config", config, "--log-level", "info"],
            stdout=subprocess.PIPE, stderr=words, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == f"ready: wired unix {tmp_path}/s\n"
            assert process.stdout.readline() == f"ready: other unix {tmp_path}/other\n"
            assert ask(path, "/ready")[:2] == (503, "not every port is open\n")
            assert ask(path, "/live")[0] == 200
            device.plug()
            assert process.stdout.readline() == f"ready: wired uart {tmp_path}/ttyUSB0\n"
            wait_until(lambda: ask(path, "/ready")[0] == 200)
            wait_until(device.answers)
            device.pull()
            wait_until(lambda: ask(path, "/ready")[0] == 503)
            config.write_text(config.read_text().replace("ttyUSB0", "ttyUSB1"))  # away, too
            process.send_signal(signal.SIGHUP)
            wait_until(lambda: "the file was read again" in log.read_text())
            assert ask(path, "/ready")[0] == 503
            config.write_text(config.read_text().replace("{uart: ttyUSB1}, ", ""))
            process.send_signal(signal.SIGHUP)
            wait_until(lambda: ask(path, "/ready")[0] == 200)
        finally:
            device.pull()
            process.terminate()
            assert process.wait(EXIT_S) == 0
    said = log.read_text()
    assert said.count("No such file or directory; waiting for it") == 2
    assert said.count("ttyUSB0: the device is there") == said.count("ttyUSB0: the device is gone; waiting for it") == 1


@pytest.mark.parametrize(("value_", "why"), [
    ("here", "it has no port; allowed: [HOST:]PORT with PORT from 1 to 65535, or unix:PATH"),
    ("127.0.0.1:0", "nobody would know its port; allowed: [HOST:]PORT with PORT from 1 to 65535, or unix:PATH"),
    ("unix:${n}", "there is no variable ${n}; allowed: [HOST:]PORT or unix:PATH, with ${shard} in it"),
])
def test_a_wrong_place_in_a_file(tmp_path: Path, value_: str, why: str) -> None:
    config = tmp_path / "modems.yaml"
    config.write_text(f"metrics: '{value_}'\nmodems: [{{module: m95, ports: [{{pty: x}}]}}]\n")
    result = run_program("--config", config, "--check-config")
    assert result.returncode == 2
    [line] = result.stderr.splitlines()
    assert line.startswith(f'{config}:1:10: metrics: "{value_}" is wrong because ')
    assert line.endswith(why)


# ---- a file for node_exporter ----

class NodeExporter(ServerProgram):
    """Debian's, with nothing but its collector of text files."""

    def command(self) -> list[str]:
        return ["prometheus-node-exporter", "--collector.disable-defaults", "--collector.textfile",
                f"--collector.textfile.directory={self.folder}", f"--web.listen-address=127.0.0.1:{self.port}"]


def a_file_is_what_a_scrape_is(tmp_path: Path) -> None:
    """From the first moment on, for everybody, and gone at the end."""
    file, port = tmp_path / "tlsmodem.prom", free_port()
    with metrics_modem(port, "--metrics-file", str(file)):
        wait_until(lambda: value(samples(file.read_text()), "tlsmodem_modems", model="he910") == 1)
        text = file.read_text()
        assert stat.S_IMODE(file.stat().st_mode) == 0o644
        promtool(text)
        assert set(samples(text)) == set(samples(scrape(port)))
        assert [path.name for path in tmp_path.iterdir()] == ["tlsmodem.prom"]
    assert list(tmp_path.iterdir()) == []


def node_exporter_takes_it(tmp_path: Path) -> None:
    if shutil.which("prometheus-node-exporter") is None:
        pytest.skip("no prometheus-node-exporter")
    with Modem("m95", options=["--metrics-file", str(tmp_path / "tlsmodem.prom")]), NodeExporter(tmp_path) as exporter:
        file = tmp_path / "tlsmodem.prom"
        wait_until(lambda: value(samples(file.read_text()), "tlsmodem_modems", model="m95") == 1)
        with urllib.request.urlopen(f"http://127.0.0.1:{exporter.port}/metrics", timeout=ANSWER_S) as answer:
            text = answer.read().decode()
        assert re.search(r"^node_textfile_scrape_error 0$", text, re.MULTILINE), text
        assert len(re.findall(r'^tlsmodem_modems\{.*model="m95".*\} 1$', text, re.MULTILINE)) == 1


def a_file_is_written_again_and_again(tmp_path: Path) -> None:
    """Also where it could not be for a while, of which the log has one line each."""
    folder = tmp_path / "folder"
    folder.mkdir()
    file = folder / "tlsmodem.prom"
    with Modem("m95", options=["--metrics-file", str(file)]) as modem:
        folder.rename(tmp_path / "away")
        wait_until(lambda: "it keeps its old numbers" in modem.log())
        (tmp_path / "away").rename(folder)
        wait_until(lambda: "is written again" in modem.log())
        assert modem.log().count("tlsmodem.prom") == 2


@pytest.mark.parametrize("name, status, why", [
    ("tlsmodem.txt", 2, "nobody reads a file of this name; allowed: one that ends in .prom"), (".prom", 2, "allowed"),
    ("none/tlsmodem.prom", 1, "No such file or directory")])
def test_a_wrong_file_is_told(name: str, status: int, why: str, tmp_path: Path) -> None:
    done = run_program("--module", "he910", "--stdio", "--state", "none", "--metrics-file", name, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (status, "")
    assert why in done.stderr and done.stderr.startswith("tlsmodem: --metrics-file: ")


def test_a_file_of_modems_names_a_file(tmp_path: Path) -> None:
    config = tmp_path / "modems.yaml"
    config.write_text("metrics-file: numbers-${shard}.prom\nmodems: [{module: he910, state: none, ports: [{pty: ./one}]}]\n")
    with subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "--config", config], stdout=subprocess.PIPE,
                          text=True) as process:
        assert process.stdout is not None and process.stdout.readline().startswith("ready: ")
        promtool((tmp_path / "numbers-0.prom").read_text())
        process.terminate()
        assert process.wait(EXIT_S) == 0
    config.write_text("metrics-file: numbers.txt\nmodems: [{module: he910, state: none, ports: [{pty: ./one}]}]\n")
    done = run_program("--config", config, "--check-config")
    assert done.returncode == 2 and f"{config}:1:15: metrics-file" in done.stderr and ".prom" in done.stderr


# Some wait for what the program does after 10 or 15 seconds: they do so together.

SLOW = [a_loop_that_does_not_turn, hostile_clients, a_file_is_what_a_scrape_is, node_exporter_takes_it, a_file_is_written_again_and_again]


@pytest.fixture(scope="module", name="outcomes")
def fixture_outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcomes]:
    def run(slow: Callable[[Path], None]) -> None:
        slow(tmp_path_factory.mktemp(slow.__name__, numbered=False))

    with together(request, run, len(SLOW)) as outcomes:
        yield outcomes


@pytest.mark.parametrize("slow", SLOW, ids=lambda slow: slow.__name__)
def test_it_is_waited_for(slow: Callable[[Path], None], request: pytest.FixtureRequest, outcomes: Outcomes) -> None:
    del slow
    outcomes(request).result()
