"""The package in a machine of its own: systemd in a container, as Debian installs it.

A root by mmdebstrap, started by podman with runc; the package that scripts/package has built is installed there,
started, watched, stopped in its tracks, reloaded, kept at work for as long as is said, and purged.
"""

from __future__ import annotations

import os
import re
import ssl
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from interop.driver import GUARD_REGISTER, ChangingHosts, Driver
from support.modem import REFUSED_CALL
from support.podman import limits_file
from support.servers import Peer

from .measurements import add, commit_of, number
from .part import REPOSITORY, Failed, Part, UsageError, only_amount
from .soak import Outcome, Telit, World, work, world_in

HEADING = "The service in a container"
SECONDS, MOST_SECONDS = 3600, 1_000_000
RELEASE, IMAGE, UNIT = "bookworm", "tlsmodem-trial", "tlsmodem@example"
PACKAGES = "systemd,systemd-sysv,dbus,ca-certificates,procps"
PATIENCE_S = 120.0
ONLY_1_3 = (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_3)
TYPE = """exec 3<>/run/tlsmodem/example/modem0; stty raw -echo <&3; printf '%s\\r' >&3; timeout --foreground 20 sed -u '/^OK/q' <&3"""
CONFIG = "/etc/tlsmodem/example.yaml"
RUN = "/run/tlsmodem/example"
METRICS = f"{RUN}/tlsmodem.prom"


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
        container.shell("mount --make-rshared /")  # as systemd does where it is alone: credentials come by a mount
        yield container
    finally:
        container.podman("rm", "-f", container.name, status=None)
        container.podman("rmi", "-f", f"localhost/{container.name}", status=None)


def package() -> Path:
    """Built of this tree."""
    run(REPOSITORY / "scripts" / "package", RELEASE)
    return max((REPOSITORY / "build" / "packages" / RELEASE).glob("tlsmodem_*_amd64.deb"), key=lambda path: path.stat().st_mtime)


def install(container: Container, deb: Path) -> None:
    container.podman("cp", deb, f"{container.name}:/root/{deb.name}")
    container.shell("ls -R / > /dev/null; find / -xdev -path /proc -prune -o -print 2>/dev/null | sort > /root/before")
    container.shell(f"apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends /root/{deb.name}")
    # the trial's servers are on this machine, and no CA of Debian's has issued their certificates
    container.shell(f"sed -i '/^policy:/,/^$/d' {CONFIG}; tlsmodem --config {CONFIG} --check-config")
    assert "inactive" in container.shell(f"systemctl is-active {UNIT}", None), "nothing runs that nobody has started"


def start(container: Container) -> None:
    container.shell(f"sed -i '1i metrics-file: {METRICS}' {CONFIG}")
    container.shell(f"systemctl enable --now {UNIT}")  # comes back when READY=1 has come
    assert container.property("ActiveState") == "active"
    assert container.property("StatusText") == "1 modem", container.property("StatusText")
    assert "OK" in container.said("ATE0"), "the module answers"
    user = container.shell(f"ps -o user= -p {container.property('MainPID')}").strip()
    assert user not in ("root", ""), user
    status = container.shell(f"cat /proc/{container.property('MainPID')}/status")
    assert re.search(r"^Seccomp:\t2$", status, re.MULTILINE) and re.search(r"^CapEff:\t0+$", status, re.MULTILINE)
    container.until("numbers that everybody may read", lambda: 'tlsmodem_modems{maker="Telit",model="he910",state="home"} 1' in container.shell(
        f"setpriv --reuid=65534 --regid=65534 --clear-groups cat {METRICS}", None))


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


class AtWork(ChangingHosts):
    """The modem of the service, seen from outside its container, where it is started and ended."""

    def __init__(self, container: Container, link: str) -> None:
        super().__init__("he910", "pty", program=Path("/usr/bin/tlsmodem"))
        self._container = container
        init = int(container.podman("inspect", "--format", "{{.State.Pid}}", container.name))
        self._pid = seen_from_here(init, int(container.property("MainPID")))
        device = container.shell(f"readlink -f {RUN}/{link}").strip()
        self._device = Path(f"/proc/{init}/root{device}")

    def start(self) -> None:
        self._host = self.connect()

    def stop(self) -> None:
        aside = [line for host in self.hosts for line in host.aside]
        assert not aside, f"nobody has asked for what the module said: {aside}"

    @property
    def pid(self) -> int:
        return self._pid

    @property
    def pty_path(self) -> Path:
        return self._device

    def log(self) -> str:
        return self._container.shell(f"journalctl -o cat -n 50 -u {UNIT}", None)


def seen_from_here(init: int, inside: int) -> int:
    """The process that is `inside` for the namespace of `init`."""
    space = os.readlink(f"/proc/{init}/ns/pid")
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            numbers = re.search(r"^NSpid:\t(.*)$", status.read_text(), re.MULTILINE)
            if numbers and numbers[1].split()[-1] == str(inside) and os.readlink(status.parent / "ns" / "pid") == space:
                return int(status.parent.name)
        except OSError:
            continue  # it has ended
    raise AssertionError(f"no process is {inside} in the container")


class Service(Telit):
    """What its host does again and again.  It stays: a PTY has nobody who could tell one that leaves and comes at once."""

    def steps(self) -> list[Callable[[], None]]:
        return [self.page, self.page_in_command_mode, self.lost, self.killed, self.refused, self.much, self.service, self.kept]

    def kept(self) -> None:
        self.driver.ok(f"ATS12={GUARD_REGISTER};&W")


def gateway(container: Container, world: World) -> None:
    """A host that asks for TLS 1.0 has the wire of today, with a key that systemd has loaded and that neither it nor the
    service's user may read."""
    for name, path in (("ca.pem", world.certificates.pem("ca")), ("own.pem", world.certificates.pem("client")),
                       ("own.key", world.certificates.key("client"))):
        container.podman("cp", path, f"{container.name}:/etc/tlsmodem/{name}")
    container.shell("cd /etc/tlsmodem && chown root:root *.pem own.key && chmod 644 *.pem && chmod 600 own.key")
    container.shell(f"printf '[Service]\\nLoadCredential=own-key:/etc/tlsmodem/own.key\\n' > /etc/systemd/system/{UNIT}.service.d/key.conf")
    policy = "tls: {preset: modern, ca: /etc/tlsmodem/ca.pem, cert: /etc/tlsmodem/own.pem, key: 'credential:own-key'}"
    container.shell(f"cat >> {CONFIG} <<'END'\n  - {{name: old, module: he910, ports: [{{pty: {RUN}/modem2}}], policy: {{{policy}}}}}\nEND\n"
                    f"rm /etc/systemd/system/{UNIT}.service.d/soon.conf; systemctl daemon-reload; systemctl restart {UNIT}")
    with Peer(world.certificates, versions=ONLY_1_3, client_ca="ca") as peer, AtWork(container, "modem2") as modem:
        driver = Driver(modem).begin().attach().enable()
        driver.type(driver.dial_line(peer.port))
        peer.handshake()
        driver.expect("OK")
        assert (peer.version, peer.client_subject) == ("TLSv1.3", "tlsmodem test device")
        driver.hang_up()
    assert "can be read by others" not in container.shell(f"journalctl -o cat -u {UNIT}")


def stay(container: Container, world: World, seconds: int) -> Outcome:
    """At work for so long: memory and descriptors stay as they are."""
    outcome, process = Outcome("he910"), (container.property("MainPID"), container.property("NRestarts"))
    assert "OK" in container.said("ATE1")  # which was stored with the rest
    with AtWork(container, "modem0") as modem:
        work(seconds, Service(modem, world), outcome)
    assert (container.property("MainPID"), container.property("NRestarts")) == process
    assert REFUSED_CALL not in container.shell(f"journalctl -o cat -u {UNIT}")
    outcome.judge()
    assert not outcome.finding, outcome.finding
    return outcome


def purge(container: Container) -> None:
    """What was not there before and is ours."""
    container.shell("DEBIAN_FRONTEND=noninteractive apt-get -qq -y purge tlsmodem")
    container.shell("find / -xdev -path /proc -prune -o -print 2>/dev/null | sort > /root/after")
    left = container.shell("comm -13 /root/before /root/after | grep -i tlsmodem | grep -v '^/var/cache/apt\\|^/root/'; true").split()
    assert not left, f"purge has left {left}"
    assert container.shell("getent passwd | grep tlsmodem; ps -e -o comm= | grep tlsmodem; true").strip() == ""


def trial(seconds: int, deb: Path | None) -> None:
    if os.geteuid() != 0:
        raise Skipped("podman starts systemd for root alone here")
    run(REPOSITORY / "scripts" / "setup", "container", "package", "test")
    commit = commit_of()
    deb = deb or package()
    with tempfile.TemporaryDirectory() as name, machine(Path(name)) as container:
        version = container.shell("systemctl --version").split()[1]
        for step in (partial(install, deb=deb), start, reload, watchdog):
            print(f"container: {step.func.__name__ if isinstance(step, partial) else step.__name__}", flush=True)
            step(container)
        with world_in(Path(name)) as world:
            print("container: gateway", flush=True)
            gateway(container, world)
            print("container: stay", flush=True)
            outcome = stay(container, world, seconds)
        purge(container)
    add(HEADING, [RELEASE, version, number(seconds), number(outcome.rounds),
                  *(f"{number(kb[0])} to {number(kb[-1])}" for kb in (outcome.resident_kb, outcome.own_kb)),
                  str(outcome.files), "none"], commit)
    print(f"container: {seconds} s, {outcome.rounds} rounds, memory of its own {outcome.own_kb} kB", flush=True)


def run_part(seconds: int, deb: Path | None) -> None:
    try:
        trial(seconds, deb)
    except Skipped as why:
        print(f"container: skipped, as this machine does not let it be tried: {why}", flush=True)
    except AssertionError as error:
        raise Failed(f"container: {error}") from None


def prepare(words: Sequence[str]) -> Callable[[], None]:
    deb = None
    if len(words) == 2:
        deb = Path(words[1])
        if deb.suffix != ".deb" or not deb.is_file():
            raise UsageError(f"container: '{deb}' is no package that scripts/package has built")
        words = words[:1]
    return partial(run_part, only_amount(words, "container", "seconds", SECONDS, MOST_SECONDS), deb)


PART = Part("container", "container [SECONDS [DEB]]",
            f"the package under systemd in a container, at work for so long ({SECONDS}); builds the package unless it is given", prepare)
