"""Hosts inside: two hundred of three makers against real servers, a storm, and how a run ends."""

from __future__ import annotations

import json
import re
import signal
import socketserver
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.certs import Certificates
from support.fleet import CrowdServer
from support.modem import REPOSITORY, program_path
from support.patience import ANSWER_S, EXIT_S
from support.program import run_program
from support.servers import GnutlsServ, Nginx, free_port, refused_port

from .observe import wait_until

EXAMPLES = REPOSITORY / "examples/hosts"
MAKERS = {"telit": "he910", "quectel": "m95", "fibocom": "l610"}
TACS = {"telit": "35794102", "quectel": "86123400", "fibocom": "86123401"}
SEED = 7


class Run:
    """The program with a file of modems whose hosts are inside."""

    def __init__(self, folder: Path, config: str, *options: str) -> None:
        self.folder = folder
        (folder / "fleet.yaml").write_text(config)
        self._log = (folder / "log").open("w")
        self._process = subprocess.Popen(
            [program_path("tlsmodem", "TLSMODEM"), "--config", "fleet.yaml", *options], cwd=folder,
            stderr=self._log, stdout=subprocess.DEVNULL)

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def wait(self) -> int:
        """Until it ends by itself."""
        return self._process.wait(EXIT_S + 2 * ANSWER_S)

    def change(self, config: str) -> None:
        """The file is another; the program reads it again."""
        (self.folder / "fleet.yaml").write_text(config)
        self._process.send_signal(signal.SIGHUP)

    def stop(self) -> int:
        self._process.terminate()
        return self._process.wait(EXIT_S)


def hosts_of(maker: str, port: int, on_error: str, more: str = "") -> str:
    return f"""\
  - name: {maker}
    transcript: {maker}.at
    values: {{address: 127.0.0.1, port: "{port}"}}
    on-error: {on_error}
    seed: {SEED}
{more}"""


def modems_of(maker: str, count: int) -> str:
    return (f'  - {{name: "{maker}-${{n:03}}", module: {MAKERS[maker]}, count: {count}, '
            f'imei: "{TACS[maker]}", host: {maker}}}\n')


def fleet_of(counts: dict[str, int], port: int, on_error: str, more: str = "") -> str:
    return ("hosts:\n" + "".join(hosts_of(maker, port, on_error, more) for maker in counts) +
            "defaults: {state: none}\nmodems:\n" +
            "".join(modems_of(maker, count) for maker, count in counts.items()))


def write_examples(folder: Path, every: str) -> None:
    """The examples' transcripts with another time between two readings."""
    for maker in MAKERS:
        text = (EXAMPLES / f"{maker}.at").read_text()
        assert "every 60s ± 5s\n" in text
        (folder / f"{maker}.at").write_text(text.replace("every 60s ± 5s\n", f"{every}\n"))


@pytest.mark.parametrize("maker", MAKERS)
def test_an_example_plays_in_virtual_time(maker: str) -> None:
    subprocess.run([program_path("tlsmodem", "TLSMODEM"), "check", EXAMPLES / f"{maker}.at",
                    "--set", "imei=861234000000007"], check=True)


def test_the_example_of_a_file_is_right() -> None:
    subprocess.run([program_path("tlsmodem", "TLSMODEM"), "--config", EXAMPLES / "fleet.yaml",
                    "--check-config"], check=True)


def test_two_hundred_of_three_makers(tmp_path: Path, certificates: Certificates) -> None:
    counts = {"telit": 67, "quectel": 67, "fibocom": 66}
    write_examples(tmp_path, "repeat 3")
    with CrowdServer(certificates) as server, \
            Run(tmp_path, fleet_of(counts, server.port, "give up", "    ramp: 100/s\n")) as run:
        assert run.wait() == 0, run.log()
        said = Counter(line.split()[0] for line in server.wait_for(600))
        assert len(said) == 200 and set(said.values()) == {3}
        assert Counter(imei[:8] for imei in said) == {TACS[maker]: counts[maker] for maker in counts}
        numbers = {tuple(line.split()[1:]) for line in server.heard}
    assert {number for number, _ in numbers} == {"1", "2", "3"}
    assert all(10 <= int(degrees) <= 35 for _, degrees in numbers)


def readings(folder: Path, certificates: Certificates, seed: int) -> list[str]:
    folder.mkdir()
    write_examples(folder, "repeat 3")
    with CrowdServer(certificates) as server:
        config = fleet_of({"fibocom": 20}, server.port, "give up")
        with Run(folder, config.replace(f"seed: {SEED}", f"seed: {seed}")) as run:
            assert run.wait() == 0, run.log()
        return sorted(server.wait_for(60))


def test_a_seed_says_the_same_twice(tmp_path: Path, certificates: Certificates) -> None:
    first = readings(tmp_path / "first", certificates, 1)
    assert readings(tmp_path / "again", certificates, 1) == first
    assert readings(tmp_path / "other", certificates, 2) != first


def test_against_gnutls_serv(tmp_path: Path, certificates: Certificates) -> None:
    """It says what it hears."""
    write_examples(tmp_path, "repeat 2")
    path = tmp_path / "telit.at"
    path.write_text(path.read_text().replace('"got it\\r', '"${reading}'))
    with GnutlsServ(tmp_path, certificates) as server, \
            Run(tmp_path, fleet_of({"telit": 20}, server.port, "give up"),
                "--log-level", "info") as run:
        assert run.wait() == 0, run.log()


HTTPS = """\
> ATE0
< OK
> AT+CGDCONT=1,"IP","internet"
< OK
> AT#SGACT=1,1
<~ #SGACT: .*
< OK
> AT#SSLEN=1,1
< OK
> AT#SSLSECCFG=1,0,0
< OK
repeat 3
dial
> AT#SSLD=1,${port},"127.0.0.1",0,0
< CONNECT
connected
> bytes "GET /${imei}/${count} HTTP/1.0\\r\\n\\r\\n"
< bytes "HTTP/1.1 404 Not Found\\r\\n"
disconnected
# Headers and page are nothing to this host.
< NO CARRIER
wait 50ms ± 50ms
end
"""


def test_https_against_nginx(tmp_path: Path, certificates: Certificates) -> None:
    (tmp_path / "telit.at").write_text(HTTPS)
    with Nginx(tmp_path, certificates) as nginx:
        with Run(tmp_path, fleet_of({"telit": 50}, nginx.port, "give up")) as run:
            assert run.wait() == 0, run.log()
        pages = Counter(request.line.split()[1] for request in nginx.requests(150))
    assert len(pages) == 150
    assert {page.rsplit("/", 1)[1] for page in pages} == {"1", "2", "3"}


def test_a_storm(tmp_path: Path, certificates: Certificates) -> None:
    """Their server dies and comes back: all dial again by their rule, and go on."""
    counts = {"telit": 20, "quectel": 20, "fibocom": 20}
    write_examples(tmp_path, "every 300ms ± 100ms")
    server = CrowdServer(certificates, free_port())
    server.start()
    config = fleet_of(counts, server.port, "redial 100ms x2 up to 1s ± 20 %")
    with Run(tmp_path, config, "--log-level", "info") as run:
        for _ in range(3):
            wait_until(lambda: len({line.split()[0] for line in server.heard}) == 60,
                       "a reading of each")
            server.die()
            wait_until(lambda: re.search(r"telit\.at:\d+: dial refused", run.log()) is not None, run.log)
            server.heard.clear()
            server.start()
        wait_until(lambda: len({line.split()[0] for line in server.heard}) == 60,
                   "a reading of each again")
        assert run.stop() == 0, run.log()
    server.die()
    assert "given up" not in run.log()


def test_who_gives_up_fails_the_run(tmp_path: Path, certificates: Certificates) -> None:
    write_examples(tmp_path, "repeat 1")
    with Run(tmp_path, fleet_of({"telit": 2, "quectel": 1}, refused_port(),
                                "redial 50ms 2 times")) as run:
        assert run.wait() == 1
        assert len(re.findall(r"host: it has given up", run.log())) >= 1
        lines = run.log().splitlines()
        assert re.match(r"errors +9 of \d+ \(.* %\): 9 dial refused$", lines[-2]) and lines[-1] == "failed: 3 hosts have given up"


def test_a_run_ends_by_itself_after_a_time(tmp_path: Path, certificates: Certificates) -> None:
    write_examples(tmp_path, "every 100ms")
    with CrowdServer(certificates) as server, \
            Run(tmp_path, fleet_of({"fibocom": 3}, server.port, "give up"), "--for", "3s") as run:
        assert run.wait() == 0, run.log()
        assert server.heard


def test_hosts_without_a_pause_leave_the_run_its_end(tmp_path: Path) -> None:
    (tmp_path / "busy.at").write_text("repeat\n> AT\n< OK\nend\n")
    config = ("hosts: [{name: busy, transcript: busy.at}]\n"
              "modems: [{name: 'm${n}', count: 3, module: m95, state: none, host: busy}]\n")
    with Run(tmp_path, config, "--for", "500ms", "--threads", "1") as run:
        assert run.wait() == 0, run.log()


def test_shards_share_a_crowd(tmp_path: Path, certificates: Certificates) -> None:
    write_examples(tmp_path, "repeat 1")
    with CrowdServer(certificates) as server:
        config = fleet_of({"fibocom": 20}, server.port, "give up", "    ramp: 50/s\n")
        for shard in range(4):
            folder = tmp_path / str(shard)
            folder.mkdir()
            write_examples(folder, "repeat 1")
            with Run(folder, config, "--shard", f"{shard}/4") as run:
                assert run.wait() == 0, run.log()
        said = [line.split()[0] for line in server.wait_for(20)]
    assert len(said) == len(set(said)) == 20


PLAIN = """\
> ATE0
< OK
> AT#SGACT=1,0
< OK
> AT+CGDCONT=1,"IP","internet"
< OK
> AT#SGACT=1,1
<~ #SGACT: .*
< OK
dial
> AT#SD=1,0,${port},"127.0.0.1"
< CONNECT
connected
> bytes "${n}\\r\\n"
< bytes "got it\\r\\n"
disconnected
< NO CARRIER
"""


class Door:
    """A server of plain TCP: when each client has come, what it has said; turns away the first `refuses`."""

    def __init__(self, refuses: int = 0) -> None:
        self.came: list[float] = []
        self.said: dict[int, float] = {}  # number of a modem, when it came
        door = self

        class Client(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                now = time.monotonic()
                door.came.append(now)
                if len(door.came) <= refuses:
                    return
                door.said[int(self.rfile.readline())] = now
                self.wfile.write(b"got it\r\n")

        self.handler = Client


@contextmanager
def open_door(refuses: int = 0) -> Iterator[tuple[Door, int]]:
    door = Door(refuses)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), door.handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield door, server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def plain_fleet(folder: Path, port: int, count: int, rule: str) -> str:
    (folder / "plain.at").write_text(PLAIN)
    return (f"hosts: [{{name: plain, transcript: plain.at, values: {{port: '{port}'}}, {rule}}}]\n"
            f"modems: [{{name: 'm${{n}}', module: he910, count: {count}, state: none, host: plain}}]\n")


@pytest.mark.parametrize(("options", "numbers"), [((), range(40)), (("--shard", "1/4"), range(1, 40, 4))])
def test_a_ramp_is_never_too_early(options: tuple[str, ...], numbers: range, tmp_path: Path) -> None:
    """Host n of 20 a second comes n/20 s after the start at the soonest, whichever shard has it."""
    with open_door() as (door, port):
        begun = time.monotonic()
        with Run(tmp_path, plain_fleet(tmp_path, port, 40, "ramp: 20/s"), *options) as run:
            assert run.wait() == 0, run.log()
    assert sorted(door.said) == list(numbers)
    assert {n: at - begun for n, at in door.said.items() if at - begun < n / 20} == {}


def test_retry_begins_anew(tmp_path: Path) -> None:
    """All of the transcript, not only what follows `dial`; it gives up after as many as it may in vain."""
    with open_door(refuses=2) as (door, port), Run(
            tmp_path, plain_fleet(tmp_path, port, 1, "on-error: retry 50ms 2 times"), "--record", "recording.at") as run:
        assert run.wait() == 0, run.log()
    assert len(door.came) == 3 and list(door.said) == [0]
    assert tries(tmp_path / "recording.at") == 3
    assert door.came[2] - door.came[0] >= 2 * 0.05
    with Run(tmp_path, plain_fleet(tmp_path, refused_port(), 1, "on-error: retry 50ms 2 times"), "--record", "in-vain.at") as run:
        assert run.wait() == 1, run.log()
        assert run.log().endswith("failed: 1 host has given up\n"), run.log()
    assert tries(tmp_path / "in-vain.at") == 3


def tries(recording: Path) -> int:
    """How often a host has played all of PLAIN."""
    text = recording.read_text()
    counts = {text.count(line) for line in ("> ATE0", "> AT+CGDCONT=", "> AT#SD=")}
    assert len(counts) == 1, text
    return counts.pop()


WRONG = """\
hosts:
  - name: one
    transcript: wrong.at
    ramp: fast
    on-error: despair
    patience: long
    values: {"1x": "1", a: "${who}"}
  - {name: one, transcript: wrong.at}
  - {transcript: wrong.at}
  - {name: two}
  - {name: three, transcript: nowhere.at}
  - {name: four, transcript: wrong.at, on-error: redial 5s x2 up to 1s, patience: 0s}
defaults: {state: none}
modems:
  - {name: a, module: m95, host: one}
  - {name: b, module: m95, host: nobody}
  - {name: c, module: m95, host: one, ports: [{pty: auto}]}
"""


def test_mistakes_have_their_places(tmp_path: Path) -> None:
    (tmp_path / "fleet.yaml").write_text(WRONG)
    (tmp_path / "wrong.at").write_text("> AT${who}\n< OK\nset signal=5\n")
    done = run_program("--config", "fleet.yaml", "--check-config", cwd=tmp_path)
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    for wanted in (r"fleet.yaml:4:11: ramp: \"fast\" is wrong because it is no such speed; allowed: "
                   r"100/s",
                   r"fleet.yaml:5:15: on-error: \"despair\" is wrong because .* allowed: give up, ",
                   r"fleet.yaml:6:15: patience: \"long\" is wrong because it is no time; ",
                   r"fleet.yaml:7:.*1x is no name of a variable",
                   r"fleet.yaml:7:.*there is no variable \$\{who\}",
                   r"fleet.yaml:8:.*other hosts have it",
                   r"fleet.yaml:9:.*name: hosts need one",
                   r"fleet.yaml:10:.*transcript: hosts need one",
                   r"fleet.yaml:11:31: transcript: \"nowhere.at\" is wrong because it cannot be read: No such file",
                   r"fleet.yaml:12:.*: on-error: \"redial 5s x2 up to 1s\" is wrong because \"1s\" is less than the time ",
                   r"fleet.yaml:12:.*: patience: \"0s\" is wrong because ",
                   r".*wrong.at:3: \"set signal=5\" is wrong because a host inside does no such thing",
                   r"fleet.yaml:16:.*there are no such hosts; allowed: ",
                   r"fleet.yaml:17:.*there are ports, too; allowed: a host or ports"):
        assert any(re.match(wanted, line) for line in lines), (wanted, done.stderr)


WRONG_CERTIFICATES = """\
hosts:
  - name: one
    transcript: one.at
    certificates:
      ca: nowhere.pem
      2ca: ca.pem
      device: "device-${n}.pem"
      noise: one.at
      systemd: credential:ca
modems: [{module: m95, host: one, state: none}]
"""


def test_wrong_certificates_have_their_places(tmp_path: Path) -> None:
    (tmp_path / "fleet.yaml").write_text(WRONG_CERTIFICATES)
    (tmp_path / "one.at").write_text("> AT+CGMM=${ca_der_size}\n< OK\n")
    command = [program_path("tlsmodem", "TLSMODEM"), "--config", "fleet.yaml", "--check-config"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    for wanted in (r"fleet.yaml:5:11: ca: \"nowhere.pem\" is wrong because it cannot be read: No such file or directory; "
                   r"allowed: a file of at most 65536 bytes",
                   r"fleet.yaml:6:12: 2ca: .* cannot be the beginning of a variable's name; allowed: letters, digits and _, 55",
                   r"fleet.yaml:7:15: device: .* all modems of these hosts have the same file; allowed: .* credentials",
                   r"fleet.yaml:8:14: noise: .* neither a certificate nor a private key in it .*; allowed: one in PEM or DER",
                   r"fleet.yaml:9:16: systemd: .* there is no CREDENTIALS_DIRECTORY; allowed: "):
        assert any(re.match(wanted, line) for line in lines), (wanted, done.stderr)
    (tmp_path / "fleet.yaml").write_text("hosts: [{name: one, transcript: one.at}]\n"
                                         "modems: [{module: m95, host: one, state: none}]\n")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert re.match(r"one.at:1: there is no variable \$\{ca_der_size\}; allowed: those of the host's values and certificates",
                    done.stderr), done.stderr


CERTIFICATES = """\
> ATE0
< OK
> AT+CGDCONT=1,"IP","${ca_pem_size}.${ca_der_size}.${length:ca_der}.${key_key_der_size}.${length:key_key_pem}"
< OK
"""


def test_certificates_are_variables(tmp_path: Path, certificates: Certificates) -> None:
    """In PEM as the file has them, in DER what they are; of a file in DER the PEM of it."""
    (tmp_path / "telit.at").write_text(CERTIFICATES.replace(".${key", ".${bin_pem_size}.${key"))
    pem, key = certificates.pem("ca"), certificates.key("ca")
    der = certificates.der("ca").read_bytes()
    key_der = subprocess.run(["openssl", "rsa", "-traditional", "-in", key, "-outform", "DER"], check=True, capture_output=True).stdout
    (tmp_path / "ca.der").write_bytes(der)
    config = fleet_of({"telit": 1}, 1, "give up", f"    certificates: {{ca: {pem}, bin: ca.der, key_key: {key}}}\n")
    with Run(tmp_path, config, "--record", "recording.at") as run:
        assert run.wait() == 0, run.log()
    sizes = (pem.stat().st_size, len(der), len(der), len(pem.read_text()[pem.read_text().index("-----BEGIN"):]), len(key_der),
             key.stat().st_size)
    assert ".".join(map(str, sizes)) in (tmp_path / "recording.at").read_text()


TALK = """\
> ATE0
< OK
repeat 3
let id ${random:8}
> AT+CGDCONT=1,"IP","${id}"
< OK
end
"""


def test_a_recording_of_a_host_plays(tmp_path: Path) -> None:
    (tmp_path / "telit.at").write_text(TALK)
    program = program_path("tlsmodem", "TLSMODEM")
    with Run(tmp_path, fleet_of({"telit": 1}, 1, "give up"), "--record", "recording.at") as run:
        assert run.wait() == 0, run.log()
    text = (tmp_path / "recording.at").read_text()
    assert len(set(re.findall(r'> AT\+CGDCONT=1,"IP","([0-9a-f]{8})"', text))) == 3
    subprocess.run([program, "check", tmp_path / "recording.at"], check=True)


def test_what_is_missing_is_written_into_rounds(tmp_path: Path) -> None:
    path = tmp_path / "rounds.at"
    path.write_text("model he910\nsource it\n\n> ATE0\nrepeat 2\n> AT+CGMM\nend\n> AT\n< wrong\n")
    program = program_path("tlsmodem", "TLSMODEM")
    subprocess.run([program, "check", "--rewrite", path], check=True)
    assert path.read_text().endswith("> ATE0\n< OK\nrepeat 2\n> AT+CGMM\n< HE910\n< OK\nend\n"
                                     "> AT\n< OK\n")
    subprocess.run([program, "check", path], check=True)


def test_a_file_that_changes_changes_its_hosts(tmp_path: Path, certificates: Certificates) -> None:
    """Hosts of which nothing has changed go on where they are."""
    write_examples(tmp_path, "every 100ms")
    with CrowdServer(certificates) as server, \
            Run(tmp_path, fleet_of({"fibocom": 2}, server.port, "give up"),
                "--log-level", "info") as run:
        wait_until(lambda: len(server.heard) >= 4, "readings")
        run.change(fleet_of({"fibocom": 3}, server.port, "give up"))
        wait_until(lambda: "2 modems as they were, 0 closed, 1 opened" in run.log(), run.log)
        path = tmp_path / "fibocom.at"
        path.write_text(path.read_text().replace("${imei} ${count}", "new ${imei} ${count}"))
        run.change(fleet_of({"fibocom": 3}, server.port, "give up"))
        wait_until(lambda: "0 modems as they were, 3 closed, 3 opened" in run.log(), run.log)
        wait_until(lambda: server.heard[-1].startswith("new "), "readings of the new transcript")
        with_ca = fleet_of({"fibocom": 4}, server.port, "give up", "    certificates: {ca: ca.pem}\n")
        for name, closed in (("ca", 3), ("other_ca", 4)):  # the file is another, though its name is not
            (tmp_path / "ca.pem").write_bytes(certificates.pem(name).read_bytes())
            run.change(with_ca)
            wait_until(lambda closed=closed: f"0 modems as they were, {closed} closed, 4 opened" in run.log(), run.log)
        path.write_text("> AT\nnonsense\n")
        run.change(fleet_of({"fibocom": 3}, server.port, "give up"))
        wait_until(lambda: "fleet.yaml is wrong: nothing was changed" in run.log(), run.log)
        assert run.stop() == 0, run.log()


def test_a_summary_counts_what_hosts_did(tmp_path: Path, certificates: Certificates) -> None:
    write_examples(tmp_path, "repeat 3")
    with CrowdServer(certificates) as server, \
            Run(tmp_path, fleet_of({"quectel": 20}, server.port, "give up"),
                "--summary", "summary.json") as run:
        assert run.wait() == 0, run.log()
        assert len(server.heard) == 60
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["seen-by"] == "hosts"
    assert summary["runs"][0]["seed"] == str(SEED)
    assert summary["times"]["dial"]["count"] == 20
    assert summary["times"]["round"]["count"] == 60
