"""Loads of thousands of modems, whose hosts are inside of one process, on a real server; beside each
as many clients without modems, which do the same.

HTTPS: all at once; each connects, shakes hands by TLS 1.2 in full, asks nginx for one page, and has
it.  Beside it h2load.

MQTT: so many begin each second; each connects, shakes hands by TLS 1.2 in full, checks the server's
certificate, logs in to mosquitto and subscribes to a topic of its own.  Then it publishes a reading
on it, has it back and pauses, ROUNDS times.  Beside it bench/meters.c.
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

from support.broker import Mosquitto
from support.certs import Certificates
from support.servers import Nginx

MAKERS = {"telit": "he910", "quectel": "m95", "fibocom": "l610"}
TACS = {"telit": "35794102", "quectel": "86123400", "fibocom": "86123401"}
SUITE = "ECDHE-RSA-AES128-GCM-SHA256"
PAGE = b"x" * 100
HTTPS, MQTT = (Path(__file__).parent / kind for kind in ("https", "mqtt"))

# Of MQTT; rounds and pause stand in its transcripts, too.
METERS_PER_S = 200
ROUNDS = 3
PAUSE_MS = 5000
# Modules do not wait long for a broker that is kept from its work; then they dial again.
REDIAL = "on-error: redial 5s 20 times"
ERRORS_MAX = "5 %"


class ManyNginx(Nginx):
    """For so many clients, each of whom has a page of its own name."""

    def __init__(self, folder: Path, certificates: Certificates, clients: int) -> None:
        super().__init__(folder, certificates, files={"page": PAGE}, protocols="TLSv1.2", ciphers=SUITE)
        self._clients = clients

    def _config(self, root: Path) -> str:
        config = super()._config(root).replace("worker_connections 512", f"worker_connections {2 * self._clients + 100}")
        return config.replace("error_log stderr info", "error_log stderr warn").replace(
            "location /chunked/", "rewrite ^ /page break;\n    location /chunked/")


class ManyMosquitto(Mosquitto):
    """With the one suite, and without a line for each packet."""

    def __init__(self, folder: Path, certificates: Certificates) -> None:
        super().__init__(folder, certificates, secure=True)

    def command(self) -> Sequence[str]:
        return [word for word in super().command() if word != "-v"]

    def prepare(self) -> None:
        super().prepare()
        path = self.folder / "mosquitto.conf"
        path.write_text(path.read_text().replace("ciphers ALL:@SECLEVEL=0", f"ciphers {SUITE}\ntls_version tlsv1.2") +
                        "log_type error\nlog_type warning\n")


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


def write_fleet(folder: Path, count: int, transcripts: Path, of_hosts: str) -> Path:
    """`count` modems, a third of each maker, with those transcripts."""
    path = folder / "load.yaml"
    hosts = "".join(f"- {{name: {maker}, transcript: {transcripts}/{maker}.at, patience: 300s, {of_hosts}}}\n"
                    for maker in MAKERS)
    modems = "".join(f"- {{name: '{maker}-${{n}}', module: {model}, count: {(count + index) // len(MAKERS)}, "
                     f"imei: '{TACS[maker]}', host: {maker}}}\n" for index, (maker, model) in enumerate(MAKERS.items()))
    path.write_text("policy: {tls: {min: '1.2', max: '1.2', suites: library, verify: host}}\n"
                    f"defaults: {{state: none}}\nhosts:\n{hosts}modems:\n{modems}")
    return path


def of_modems(program: Path, folder: Path, fleet: Path, rounds: int, errors: str = "0") -> tuple[Cost, str]:
    """With the summary in words; RuntimeError: there were more errors, or not so many rounds."""
    bounds = [f"--fail-if={expression}" for expression in (f"errors > {errors}", f"count(round) < {rounds}")]
    cost = run([program, "--config", fleet, "--summary", folder / "load.json", *bounds], folder)
    report = subprocess.run([program, "report", folder / "load.json"], capture_output=True, text=True, check=True)
    return cost, report.stdout


def https_of_modems(program: Path, folder: Path, count: int, port: int) -> tuple[Cost, str]:
    return of_modems(program, folder, write_fleet(folder, count, HTTPS, f"values: {{port: '{port}'}}"), count)


def https_of_h2load(folder: Path, count: int, port: int) -> Cost:
    cost = run(["h2load", "--h1", "-n", str(count), "-c", str(count), f"--ciphers={SUITE}", "-H", "Connection: close",
                f"https://127.0.0.1:{port}/page"], folder)
    text = (folder / "load.log").read_text()
    if f"{count} succeeded, 0 failed" not in text:
        raise RuntimeError(text[-2000:])
    return cost


def mqtt_of_modems(program: Path, folder: Path, count: int, port: int, ca: Path) -> tuple[Cost, str]:
    more = f"values: {{port: '{port}'}}, certificates: {{ca: {ca}}}, ramp: {60 * METERS_PER_S // len(MAKERS)}/min, {REDIAL}"
    return of_modems(program, folder, write_fleet(folder, count, MQTT, more), ROUNDS * count, ERRORS_MAX)


def mqtt_of_meters(program: Path, folder: Path, count: int, port: int, ca: Path) -> Cost:
    return run([program, str(port), ca, str(count), str(METERS_PER_S), str(ROUNDS), str(PAUSE_MS)], folder)


def missing() -> str:
    """What is not installed; nothing: all is there."""
    return ", ".join(name for name in ("h2load", "mosquitto") if shutil.which(name, path="/usr/sbin:" + os.environ["PATH"]) is None)
