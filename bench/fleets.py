"""Fleets: thousands of modems in one process, their hosts in another, the TLS server in a third.

Each host has a modem of a pool (`tcp-each`), so that a modem with a host and an open TLS session
costs two descriptors and nothing else that people would not have.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

REST_S = 10.0  # longer than a port keeps its memory, and than a closed connection its


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and its threads, user's and kernel's."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def private_bytes(pid: int) -> int:
    """Memory that belongs to no file."""
    text = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"^RssAnon:\s+(\d+) kB", text, re.MULTILINE)
    assert found is not None
    return 1024 * int(found[1])


def descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


class Fleet:
    """tlsmodem with a pool of `count` modems."""

    def __init__(self, program: Path, folder: Path, model: str, count: int, *,
                 state: str = "none", options: Sequence[str] = ()) -> None:
        self.folder = folder
        self._config = folder / f"{model}-{count}.yaml"
        self._config.write_text(
            "modems:\n"
            f"- name: ${{n:05}}\n  module: {model}\n  count: {count}\n  state: {state}\n"
            "  ports:\n  - tcp-each: 127.0.0.1:0\n")
        self._count = count
        self._command = [str(program), "--config", str(self._config), *options]
        self.port = 0
        self.ready_seconds = 0.0
        self.process: subprocess.Popen[bytes]

    def __enter__(self) -> Fleet:
        begun = time.monotonic()
        self._log = (self.folder / "fleet.log").open("wb")
        self.process = subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=self._log)
        assert self.process.stdout is not None
        for _ in range(self._count):
            line = self.process.stdout.readline()
            if not line:
                raise RuntimeError((self.folder / "fleet.log").read_text())
        self.ready_seconds = time.monotonic() - begun
        self.port = int(line.rpartition(b":")[2])
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.process.terminate()
        assert self.process.stdout is not None
        self.process.stdout.close()
        if self.process.wait() != 0 and error is None:
            raise RuntimeError((self.folder / "fleet.log").read_text())
        self._log.close()

    @property
    def pid(self) -> int:
        return self.process.pid


class Crowd:
    """bench/crowd.c: the hosts of a fleet."""

    def __init__(self, program: Path, model: str, count: int, fleet: Fleet, ca: Path,
                 tls: int) -> None:
        self._command = [str(program), model, str(count), str(fleet.port), str(ca), str(tls)]

    def __enter__(self) -> Crowd:
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)
        self._line()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the hosts of the fleet have failed")
        return line

    def do(self, what: str) -> float:
        """All hosts do it; how many seconds until the last has its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        return float(self._line().split()[1])


class Figures:
    """What one fleet has cost, a modem."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.dial_cpu_ms = 0.0
        self.dial_seconds = 0.0  # of all
        self.bytes = 0.0
        self.quiet_percent = 0.0  # of one processor, all modems
        self.descriptors = 0


def run_fleet(modem: Path, crowd: Path, folder: Path, model: str, count: int, ca: Path,
              tls: int, quiet_s: float | None) -> Figures:
    """Dials with all at once, and lets them rest that long; without it only the dial counts."""
    figures = Figures(count)
    with Fleet(modem, folder, model, count) as fleet, \
            Crowd(crowd, model, count, fleet, ca, tls) as hosts:
        hosts.do("prepare")
        time.sleep(REST_S)
        before = cpu_seconds(fleet.pid)
        figures.dial_seconds = hosts.do("dial")
        figures.dial_cpu_ms = 1e3 * (cpu_seconds(fleet.pid) - before) / count
        figures.descriptors = descriptors(fleet.pid)
        if quiet_s is not None:
            time.sleep(REST_S)
            figures.bytes = private_bytes(fleet.pid) / count
            before = cpu_seconds(fleet.pid)
            time.sleep(quiet_s)
            figures.quiet_percent = 100 * (cpu_seconds(fleet.pid) - before) / quiet_s
        hosts.do("hang-up")
    return figures


PLOT_WIDTH, PLOT_HEIGHT, PLOT_MARGIN = 640, 320, 60
COLOURS = ("#1b6ca8", "#777777", "#b5651d", "#3a7d44")


def plot(path: Path, title: str, unit: str, curves: dict[str, list[tuple[int, float]]]) -> None:
    """Writes curves over the number of modems as SVG."""
    most_x = max(x for points in curves.values() for x, _ in points)
    most_y = 1.2 * max(y for points in curves.values() for _, y in points)
    inner_x, inner_y = PLOT_WIDTH - 2 * PLOT_MARGIN, PLOT_HEIGHT - 2 * PLOT_MARGIN

    def at(x: float, y: float) -> str:
        return (f"{PLOT_MARGIN + inner_x * x / most_x:.1f},"
                f"{PLOT_HEIGHT - PLOT_MARGIN - inner_y * y / most_y:.1f}")

    def text(x: float, y: float, words: str, anchor: str = "middle") -> str:
        return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>'

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{PLOT_WIDTH}" height="{PLOT_HEIGHT}" '
             'font-family="sans-serif" font-size="12">',
             f'<rect width="{PLOT_WIDTH}" height="{PLOT_HEIGHT}" fill="white"/>',
             f'<polyline fill="none" stroke="black" points="{at(0, most_y)} {at(0, 0)} '
             f'{at(most_x, 0)}"/>',
             text(PLOT_WIDTH / 2, PLOT_MARGIN / 2, title),
             text(PLOT_MARGIN, PLOT_MARGIN - 8, unit)]
    for mark in sorted({x for points in curves.values() for x, _ in points}):
        x, y = map(float, at(mark, 0).split(","))
        parts.append(text(x, y + 16, f"{mark:,}"))
    for step in range(1, 5):
        value = most_y * step / 4.8
        x, y = map(float, at(0, value).split(","))
        parts.append(text(x - 4, y + 4, f"{value:.2g}", "end"))
    for index, (name, points) in enumerate(curves.items()):
        colour = COLOURS[index % len(COLOURS)]
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="'
                     + " ".join(at(x, y) for x, y in points) + '"/>')
        parts.append(f'<g fill="{colour}">'
                     + text(PLOT_MARGIN + 90 + 110 * index, PLOT_HEIGHT - 12, name) + "</g>")
    path.write_text("\n".join([*parts, "</svg>", ""]))


class Patchwork:
    """What people take without a modem: one stunnel, in client mode, and a socat with a PTY for each
    session."""

    def __init__(self, folder: Path, count: int, ca: Path, tls: int, port: int) -> None:
        self._folder = folder
        self._count = count
        self._port = port
        self._log = folder / "stunnel.log"
        self._config = folder / "stunnel.conf"
        self._config.write_text(
            f"foreground = yes\npid =\ndebug = info\noutput = {self._log}\n"
            "[tls]\nclient = yes\n"
            f"accept = 127.0.0.1:{port}\nconnect = 127.0.0.1:{tls}\n"
            f"CAfile = {ca}\nverifyChain = yes\nsecurityLevel = 0\n"
            "sslVersionMin = TLSv1.2\nsslVersionMax = TLSv1.2\nciphers = AES128-SHA:@SECLEVEL=0\n")
        self._processes: list[subprocess.Popen[bytes]] = []
        self.seconds = 0.0

    def __enter__(self) -> Patchwork:
        program = shutil.which("stunnel") or shutil.which("stunnel4")
        if program is None:
            raise RuntimeError("stunnel is not installed: scripts/setup bench")
        self._start([program, str(self._config)])
        wait_until(lambda: self._log.exists() and "Configuration successful" in self._said())
        begun = time.monotonic()
        for index in range(self._count):
            self._start(["socat", f"PTY,link={self._folder}/patch{index},raw,echo=0",
                         f"TCP:127.0.0.1:{self._port}"])
        wait_until(lambda: self._said().count("TLS connected") >= self._count)
        self.seconds = time.monotonic() - begun
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait()

    def _start(self, command: Sequence[str]) -> None:
        self._processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                                stdout=subprocess.DEVNULL,
                                                stderr=subprocess.DEVNULL))

    def _said(self) -> str:
        return self._log.read_text()

    def cpu_seconds(self) -> float:
        return sum(cpu_seconds(process.pid) for process in self._processes)

    def bytes(self) -> int:
        return sum(private_bytes(process.pid) for process in self._processes)


def wait_until(is_true: Callable[[], bool], limit: float = 120.0) -> None:
    deadline = time.monotonic() + limit
    while not is_true():
        if time.monotonic() > deadline:
            raise RuntimeError("a program of the bench does not get ready")
        time.sleep(0.05)
