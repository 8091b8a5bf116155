"""Many modems in one process: pools, shards, and what happens to all when something runs out or
goes away.  The large figures are bench/'s."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.certs import Certificates
from support.fleet import CrowdServer, Fleet, FleetHost
from support.fleet_trials import TRIALS, trial
from support.modem import program_path

from .observe import wait_until

MODEMS = 200


@pytest.fixture
def server(certificates: Certificates) -> Iterator[CrowdServer]:
    with CrowdServer(certificates) as crowd:
        yield crowd


def fleet_of(folder: Path, count: int, ports: str, *, state: str = "none",
             options: tuple[str, ...] = (), environment: dict[str, str] | None = None,
             last: int | None = None, more: str = "") -> Fleet:
    fleet = Fleet(folder, f"""\
modems:
- name: meter-${{n:04}}
  module: he910
  count: {count}
  imei: "35794102"
  state: {state}
  ports: [{{{ports}}}]
{more}""", options, environment)
    fleet.last = f"meter-{count - 1 if last is None else last:04}"
    return fleet


def prepare(host: FleetHost) -> str:
    """Up to the secure socket; the IMEI."""
    imei = host.begin()
    for line in ('AT+CGDCONT=1,"IP","internet"', "AT#SGACT=1,1", "AT#SSLEN=1,1",
                 "AT#SSLSECCFG=1,3,0", "AT#SSLCFG=1,1,0,0,600,1"):
        host.ok(line)
    return imei


def dial_line(server: CrowdServer) -> str:
    return f'AT#SSLD=1,{server.port},"127.0.0.1",0,0'


def begin_dial(host: FleetHost, server: CrowdServer) -> None:
    host.write(dial_line(server).encode() + b"\r")


def echo(host: FleetHost, word: str) -> None:
    """Online: the server has it and answers."""
    host.write(f"{word}\r\n".encode())
    host.expect_exact(b"got it\r\n")


def test_each_connection_gets_the_lowest_free_modem(tmp_path: Path, server: CrowdServer) -> None:
    with fleet_of(tmp_path, 3, "tcp-each: 127.0.0.1:0", options=("--threads", "2")) as fleet:
        assert len(set(fleet.places.values())) == 1
        hosts = [fleet.host("meter-0000") for _ in range(3)]
        imeis = [prepare(host) for host in hosts]
        assert [imei[8:14] for imei in imeis] == ["000000", "000001", "000002"]
        for host in hosts:
            begin_dial(host, server)
        for host, imei in zip(hosts, imeis):
            host.read_until(b"CONNECT\r\n")
            echo(host, imei)
        assert sorted(server.wait_for(3)) == sorted(imeis)
        for _ in range(5):
            late = fleet.host("meter-0000")
            assert late.is_hung_up_on()
            late.close()
        hosts[1].close()  # online: the modem stays so, for who comes next
        wait_until(lambda: returns(fleet, imeis[1]), "the modem in the middle to be free")
        for host in (hosts[0], hosts[2]):
            echo(host, "still here")
            host.close()
    warnings = [line for line in fleet.log().splitlines() if "every modem of the pool" in line]
    assert re.search(r"warning: .*tcp-each 127.0.0.1:\d+: hung up on a host", warnings[0])
    assert len(warnings) == 2 and "times in" in warnings[1]


def returns(fleet: Fleet, imei: str) -> bool:
    """Whether the next host finds the modem with this IMEI, online as it was left."""
    host = fleet.host("meter-0000")
    try:
        if host.is_closed():
            return False
        host.silence(1.2)
        host.write(b"+++")
        host.read_until(b"OK\r\n")
        assert host.ok("AT+CGSN") == imei
        return True
    finally:
        host.close()


def test_each_of_a_pool_has_run_its_first_lines(tmp_path: Path) -> None:
    more = "  at-start: [AT+NONSENSE, 'AT+CGDCONT=1,\"IP\",\"${name}.test\"']\n"
    with fleet_of(tmp_path, 20, "tcp-each: 127.0.0.1:0", more=more) as fleet:
        hosts = [fleet.host("meter-0000") for _ in range(20)]
        for index, host in enumerate(hosts):
            assert int(host.begin()[8:14]) == index
            assert f'1,"IP","meter-{index:04}.test"' in host.ok("AT+CGDCONT?")
            host.close()
    assert "at-start: AT+NONSENSE was refused: " in fleet.log()


SHARDS = 4
SHARD_MODEMS = 22


def shard(folder: Path, index: int) -> Fleet:
    """By the option, by Kubernetes' variable, by ours."""
    by_variable = {"TLSMODEM_SHARDS": str(SHARDS),
                   "JOB_COMPLETION_INDEX" if index == 1 else "TLSMODEM_SHARD": str(index)}
    last = max(n for n in range(SHARD_MODEMS) if n % SHARDS == index)
    return fleet_of(folder, SHARD_MODEMS, "unix: '${name}.sock'", state="state-${shard}",
                    options=() if index in (1, 2) else ("--shard", f"{index}/{SHARDS}"),
                    environment=by_variable if index in (1, 2) else None, last=last)


def send_imei(host: FleetHost, server: CrowdServer) -> str:
    imei = prepare(host)
    assert host.say(dial_line(server)) == "CONNECT"
    echo(host, imei)
    return imei


def test_shards_are_disjoint_and_complete_and_come_back(tmp_path: Path,
                                                        server: CrowdServer) -> None:
    fleets = [shard(tmp_path, index) for index in range(SHARDS)]
    imeis: dict[str, str] = {}
    try:
        for index, fleet in enumerate(fleets):
            fleet.start()
            assert sorted(fleet.places) == [f"meter-{n:04}" for n in range(index, SHARD_MODEMS,
                                                                           SHARDS)]
            for name in fleet.places:
                host = fleet.host(name)
                imeis[name] = send_imei(host, server)
                host.close()
        seen = server.wait_for(SHARD_MODEMS)
        assert len(imeis) == SHARD_MODEMS
        assert sorted(seen) == sorted(imeis.values()) == sorted(set(seen))
        fleets[2].kill()
        fleets[2].start()
        for name in fleets[2].places:
            host = fleets[2].host(name)
            assert host.begin() == imeis[name]
            assert '1,"IP","internet"' in host.ok("AT+CGDCONT?")
            host.close()
        for fleet in fleets:
            fleet.stop()
    finally:
        for fleet in fleets:
            fleet.kill()


def test_a_state_folder_is_one_process(tmp_path: Path) -> None:
    with fleet_of(tmp_path, 2, "unix: '${name}.sock'", state="state", last=0,
                  options=("--shard", "0/2")):
        other = fleet_of(tmp_path, 2, "unix: '${name}.sock'", state="state",
                         options=("--shard", "1/2"))
        with pytest.raises(AssertionError, match="is in use by another process"):
            other.start()


def test_a_server_that_dies_under_all_of_them(tmp_path: Path, server: CrowdServer) -> None:
    """Each is told as the module tells it, and dials again when the server is back."""
    with fleet_of(tmp_path, MODEMS, "tcp-each: 127.0.0.1:0") as fleet:
        hosts = [fleet.host("meter-0000") for _ in range(MODEMS)]
        for host in hosts:
            prepare(host)
        for _ in range(2):
            for host in hosts:
                begin_dial(host, server)
            for host in hosts:
                host.read_until(b"\r\nCONNECT\r\n")
            for host in hosts:
                echo(host, "here")
            server.die()
            for host in hosts:
                host.expect_exact(b"\r\nNO CARRIER\r\n")
            assert hosts[0].say(dial_line(server)) != "CONNECT"
            server.start()
        idle = MODEMS + 40
        wait_until(lambda: fleet.descriptors() < idle, "the sockets to be closed")
        for host in hosts:
            host.ok("AT")
            host.close()


@pytest.mark.parametrize("model", ["he910", "m95", "l610"])
@pytest.mark.parametrize("name", sorted(TRIALS))
def test_trial(tmp_path: Path, server: CrowdServer, name: str, model: str) -> None:
    """Each maker's, of a smaller fleet than the long tier's."""
    if name == "memory" and is_sanitized():
        pytest.skip("a sanitizer's own memory is most of it")
    with trial(tmp_path, model, MODEMS, server, state=name == "disk") as at:
        at.weighs = model == "he910" and not is_sanitized()
        TRIALS[name](at)


def is_sanitized() -> bool:
    program = program_path("tlsmodem", "TLSMODEM").read_bytes()
    return b"__asan_init" in program or b"__tsan_init" in program


def test_out_of_descriptors(tmp_path: Path, server: CrowdServer) -> None:
    """A dial ends with the module's error, a host waits, and who is connected goes on; the log
    counts."""
    with fleet_of(tmp_path, MODEMS, "tcp-each: 127.0.0.1:0") as fleet:
        old = [fleet.host("meter-0000") for _ in range(MODEMS // 2)]
        for host in old:
            prepare(host)
        online, quiet = old[:10], old[10:]
        for host in online:
            assert host.say(dial_line(server)) == "CONNECT"
        fleet.limit_descriptors(3)
        answers = {host.say(dial_line(server)) for host in quiet}
        assert answers == {"ERROR"}
        new = fleet.host("meter-0000")
        new.write(b"ATE0\r")
        wait_until(lambda: "cannot accept a host: Too many open files" in fleet.log(),
                   "the host that waits")
        for host in online:
            echo(host, "still here")
        fleet.limit_descriptors(1 << 20)
        new.read_until(b"OK\r\n")
        assert quiet[0].say(dial_line(server)) == "CONNECT"
        echo(quiet[0], "now, too")
        for host in [*old, new]:
            host.close()
    lines = [line for line in fleet.log().splitlines() if "Too many open files" in line
             or "descriptor" in line]
    assert 1 <= len(lines) <= 6, "\n".join(lines)


def test_changes_of_all_at_once_are_kept(tmp_path: Path) -> None:
    """Each OK means that its own is on the disk."""
    fleet = fleet_of(tmp_path, MODEMS, "unix: '${name}.sock'", state="state")
    fleet.start()
    try:
        hosts = {name: fleet.host(name) for name in fleet.places}
        for host in hosts.values():
            host.begin()
        for name, host in hosts.items():
            host.write(f'AT+CGDCONT=2,"IP","{name}.test"\r'.encode())
        for host in hosts.values():
            host.expect_exact(b"\r\nOK\r\n")
        fleet.kill()
        for host in hosts.values():
            host.close()
        fleet.start()
        for name in fleet.places:
            host = fleet.host(name)
            host.begin()
            assert f'2,"IP","{name}.test"' in host.ok("AT+CGDCONT?")
            host.close()
        fleet.stop()
    finally:
        fleet.kill()
