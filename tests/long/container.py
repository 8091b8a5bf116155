"""The package in a machine of its own: systemd in a container, as Debian installs it.

A root by mmdebstrap, started by podman with runc; the package that scripts/package has built is installed there,
started, watched, stopped in its tracks, reloaded, kept at work for as long as is said, and purged.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from support.podman import limits_file

from .measurements import add, commit_of, number
from .part import REPOSITORY, Failed, Part, only_amount

HEADING = "The service in a container"
SECONDS, MOST_SECONDS = 3600, 1_000_000
RELEASE, IMAGE, UNIT = "bookworm", "tlsmodem-trial", "tlsmodem@example"
PACKAGES = "systemd,systemd-sysv,dbus,ca-certificates,procps"
PATIENCE_S = 120.0
GROWTH_KB = 512  # of a process at rest, which grew in its first minute
TYPE = """exec 3<>/run/tlsmodem/example/modem0; stty raw -echo <&3; printf '%s\\r' >&3; timeout --foreground 20 sed -u '/^OK/q' <&3"""
CONFIG = "/etc/tlsmodem/example.yaml"


class Skipped(Exception):
    """The machine does not let it be tried; the text is its reason."""


def run(*words: str | Path, status: int | None = 0, **environment: str) -> str:
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False,
                          env={**os.environ, **environment})
    if status is not None and done.returncode != status:
        raise Failed(f"container: {' '.join(map(str, words))}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


class Container:
    """A machine that runs."""

    def __init__(self, name: str, environment: dict[str, str]) -> None:
        self.name = name
        self._environment = environment

    def podman(self, *words: str | Path, status: int | None = 0) -> str:
        return run("podman", "--runtime", "runc", *words, status=status, **self._environment)

    def shell(self, script: str, status: int | None = 0) -> str:
        return self.podman("exec", self.name, "sh", "-c", script, status=status)

    def property(self, name: str) -> str:
        return self.shell(f"systemctl show -P {name} {UNIT}").strip()

    def until(self, what: str, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not is_so():
            if time.monotonic() > deadline:
                raise Failed(f"container: {what}: not within {PATIENCE_S:.0f} s\n"
                             + self.shell(f"systemctl status {UNIT}; journalctl -n 50 -u {UNIT}", None))
            time.sleep(0.2)

    def said(self, command: str) -> str:
        return self.shell(TYPE % command)


def root_of(folder: Path) -> Path:
    tar = folder / "root.tar"
    run("mmdebstrap", "--variant=apt", "--dpkgopt=force-unsafe-io", f"--include={PACKAGES}", RELEASE, tar, DEBIAN_FRONTEND="noninteractive")
    return tar


@contextmanager
def machine(folder: Path) -> Iterator[Container]:
    container = Container(f"{IMAGE}-{os.getpid()}", {"CONTAINERS_CONF": str(limits_file(folder))})
    try:
        container.podman("import", "-q", root_of(folder), container.name)
        container.podman("run", "-d", "--name", container.name, "--systemd=always", "--network", "host",
                         "--cap-add=SYS_ADMIN", "--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined",
                         f"localhost/{container.name}", "/sbin/init")
    except Failed as why:
        raise Skipped(str(why)) from None
    finally:
        (folder / "root.tar").unlink(missing_ok=True)
    try:
        container.until("the machine has begun", lambda: container.shell("systemctl is-system-running", None).strip()
                        in ("running", "degraded"))
        yield container
    finally:
        container.podman("rm", "-f", container.name, status=None)
        container.podman("rmi", "-f", f"localhost/{container.name}", status=None)


def package() -> Path:
    run(REPOSITORY / "scripts" / "package", RELEASE)
    return max((REPOSITORY / "build" / "packages" / RELEASE).glob("tlsmodem_*_amd64.deb"), key=lambda path: path.stat().st_mtime)


def install(container: Container, deb: Path) -> None:
    container.podman("cp", deb, f"{container.name}:/root/{deb.name}")
    container.shell("ls -R / > /dev/null; find / -xdev -path /proc -prune -o -print 2>/dev/null | sort > /root/before")
    container.shell(f"apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends /root/{deb.name}")
    assert "inactive" in container.shell(f"systemctl is-active {UNIT}", None), "nothing runs that nobody has started"


def start(container: Container) -> None:
    container.shell(f"systemctl enable --now {UNIT}")  # comes back when READY=1 has come
    assert container.property("ActiveState") == "active"
    assert container.property("StatusText") == "1 modem", container.property("StatusText")
    assert "OK" in container.said("ATE0"), "the module answers"
    user = container.shell(f"ps -o user= -p {container.property('MainPID')}").strip()
    assert user not in ("root", ""), user
    status = container.shell(f"cat /proc/{container.property('MainPID')}/status")
    assert re.search(r"^Seccomp:\t2$", status, re.MULTILINE) and re.search(r"^CapEff:\t0+$", status, re.MULTILINE)


def reload(container: Container) -> None:
    pid = container.property("MainPID")
    container.shell(f"printf '  - {{name: second, module: m95, ports: [{{pty: /run/tlsmodem/example/modem1}}]}}\\n' >> {CONFIG}")
    container.shell(f"systemctl reload {UNIT}")
    container.until("a second modem", lambda: container.property("StatusText") == "2 modems")
    container.shell(f"cp {CONFIG} /root/good; printf 'wrong\\n' >> {CONFIG}; systemctl reload {UNIT}; true")
    container.until("a file that is wrong", lambda: "was not taken" in container.property("StatusText"))
    errors = container.shell(f"journalctl -o cat -p err -u {UNIT}")
    assert "nothing was changed" in errors, errors
    container.shell(f"cp /root/good {CONFIG}; systemctl reload {UNIT}")
    container.until("the good file", lambda: container.property("StatusText") == "2 modems")
    assert container.property("MainPID") == pid and "OK" in container.said("AT")


def watchdog(container: Container) -> None:
    """A process that is stopped is killed, and another started; what was stored is there."""
    assert "OK" in container.said("ATS12=77;&W")
    container.shell(f"mkdir -p /etc/systemd/system/{UNIT}.service.d; printf '[Service]\\nWatchdogSec=3\\n' > "
                    f"/etc/systemd/system/{UNIT}.service.d/soon.conf; systemctl daemon-reload; systemctl restart {UNIT}")
    pid = container.property("MainPID")
    time.sleep(7)  # two times of the watchdog: a process that turns is left alone
    assert container.property("MainPID") == pid and container.property("NRestarts") == "0"
    container.shell(f"kill -STOP {pid}")
    container.until("another process", lambda: container.property("NRestarts") == "1"
                    and container.property("ActiveState") == "active" and container.property("MainPID") not in (pid, "0"))
    assert "atchdog" in container.shell(f"journalctl -o cat -u {UNIT}")
    container.until("an answer", lambda: "OK" in container.shell(TYPE % "ATE0", None))
    assert "077" in container.said("ATS12?")


def stay(container: Container, seconds: int) -> tuple[int, int]:
    """At work for so long: resident kB after a minute, or a tenth, and at the end."""
    pid, end = container.property("MainPID"), time.monotonic() + seconds
    first, kb, begun = 0, 0, time.monotonic()
    while time.monotonic() < end:
        assert "OK" in container.said("AT+CSQ;+CREG?;S12=77;&W")
        kb = int(container.shell(f"sed -n 's/^VmRSS:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/{pid}/status"))
        if first == 0 and time.monotonic() - begun > min(60.0, seconds / 10):
            first = kb
    assert container.property("MainPID") == pid and container.property("NRestarts") == "1"
    assert kb <= first + GROWTH_KB, f"it has grown from {first} to {kb} kB"
    return first, kb


def purge(container: Container) -> None:
    """What was not there before and is ours."""
    container.shell("DEBIAN_FRONTEND=noninteractive apt-get -qq -y purge tlsmodem")
    container.shell("find / -xdev -path /proc -prune -o -print 2>/dev/null | sort > /root/after")
    left = container.shell("comm -13 /root/before /root/after | grep -i tlsmodem | grep -v '^/var/cache/apt\\|^/root/'; true").split()
    assert not left, f"purge has left {left}"
    assert container.shell("getent passwd | grep tlsmodem; ps -e -o comm= | grep tlsmodem; true").strip() == ""


def trial(seconds: int) -> None:
    if os.geteuid() != 0:
        raise Skipped("podman starts systemd for root alone here")
    run(REPOSITORY / "scripts" / "setup", "container", "package")
    commit = commit_of()
    deb = package()
    with tempfile.TemporaryDirectory() as name, machine(Path(name)) as container:
        version = container.shell("systemctl --version").split()[1]
        for step in (install_deb := partial(install, deb=deb), start, reload, watchdog):
            print(f"container: {step.func.__name__ if isinstance(step, partial) else step.__name__}", flush=True)
            step(container)
        first, last = stay(container, seconds)
        purge(container)
    add(HEADING, [RELEASE, version, number(seconds), number(first), number(last), "none"], commit)
    print(f"container: {json.dumps({'seconds': seconds, 'first_kb': first, 'last_kb': last})}", flush=True)


def run_part(seconds: int) -> None:
    try:
        trial(seconds)
    except Skipped as why:
        print(f"container: skipped, as this machine does not let it be tried: {why}", flush=True)
    except AssertionError as error:
        raise Failed(f"container: {error}") from None


def prepare(words: Sequence[str]) -> Callable[[], None]:
    return partial(run_part, only_amount(words, "container", "seconds", SECONDS, MOST_SECONDS))


PART = Part("container", "container [SECONDS]",
            f"the package under systemd in a container, at work for so long ({SECONDS})", prepare)
