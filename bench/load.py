"""A load of thousands of modems, whose hosts are inside of one process, on an HTTPS server; beside it
h2load, with as many clients.

Each does the same: it connects, shakes hands by TLS 1.2 in full, asks for one page, and has it.  All
begin at once.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from support.certs import Certificates
from support.servers import Nginx

MAKERS = {"telit": "he910", "quectel": "m95", "fibocom": "l610"}
TACS = {"telit": "35794102", "quectel": "86123400", "fibocom": "86123401"}
SUITE = "ECDHE-RSA-AES128-GCM-SHA256"
PAGE = b"x" * 100
TRANSCRIPTS = Path(__file__).parent / "https"


class ManyNginx(Nginx):
    """For so many clients, each of whom has a page of its own name."""

    def __init__(self, folder: Path, certificates: Certificates, clients: int) -> None:
        super().__init__(folder, certificates, files={"page": PAGE}, protocols="TLSv1.2", ciphers=SUITE)
        self._clients = clients

    def _config(self, root: Path) -> str:
        config = super()._config(root).replace("worker_connections 512", f"worker_connections {2 * self._clients + 100}")
        return config.replace("error_log stderr info", "error_log stderr warn").replace(
            "location /chunked/", "rewrite ^ /page break;\n    location /chunked/")


@dataclass
class Cost:
    """Of one program, from its start to its end."""

    cpu_seconds: float
    peak_bytes: int
    seconds: float


def raise_limit(descriptors: int) -> None:
    """Of this process and those that it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < descriptors:
        raise RuntimeError(f"{descriptors} descriptors are needed, {hard} are allowed: ulimit -Hn")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, descriptors), hard))


def run(command: Sequence[str | Path], folder: Path) -> Cost:
    """RuntimeError: it failed."""
    begun = time.monotonic()
    with (folder / "load.log").open("w+b") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        log.seek(0)
        if process.returncode != 0:
            raise RuntimeError(log.read()[-3000:].decode(errors="replace"))
    return Cost(usage.ru_utime + usage.ru_stime, 1024 * usage.ru_maxrss, time.monotonic() - begun)


def write_fleet(folder: Path, count: int, port: int) -> Path:
    """`count` modems, a third of each maker."""
    path = folder / "load.yaml"
    hosts = "".join(f"- {{name: {maker}, transcript: {TRANSCRIPTS}/{maker}.at, values: {{port: '{port}'}}, patience: 300s}}\n"
                    for maker in MAKERS)
    modems = "".join(f"- {{name: '{maker}-${{n}}', module: {model}, count: {(count + index) // len(MAKERS)}, "
                     f"imei: '{TACS[maker]}', host: {maker}}}\n" for index, (maker, model) in enumerate(MAKERS.items()))
    path.write_text("policy: {tls: {min: '1.2', max: '1.2', suites: library, verify: host}}\n"
                    f"defaults: {{state: none}}\nhosts:\n{hosts}modems:\n{modems}")
    return path


def of_modems(program: Path, folder: Path, count: int, port: int) -> tuple[Cost, str]:
    """With the summary in words; RuntimeError: not each has had its page."""
    cost = run([program, "--config", write_fleet(folder, count, port), "--summary", folder / "load.json"], folder)
    wanted = [f"--fail-if={expression}" for expression in ("errors > 0", f"count(round) < {count}")]
    report = subprocess.run([program, "report", folder / "load.json", *wanted], capture_output=True, text=True, check=False)
    if report.returncode != 0:
        raise RuntimeError(report.stderr)
    return cost, report.stdout


def of_h2load(folder: Path, count: int, port: int) -> Cost:
    """The same without modems."""
    cost = run(["h2load", "--h1", "-n", str(count), "-c", str(count), f"--ciphers={SUITE}", "-H", "Connection: close",
                f"https://127.0.0.1:{port}/page"], folder)
    text = (folder / "load.log").read_text()
    if f"{count} succeeded, 0 failed" not in text:
        raise RuntimeError(text[-2000:])
    return cost


def is_installed() -> bool:
    return shutil.which("h2load") is not None
