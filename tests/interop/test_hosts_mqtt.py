"""examples/hosts/mqtt_meters.py: a real MQTT library through the modules' sockets to a real broker."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from support.broker import Mosquitto
from support.certs import Certificates
from support.fleet import Fleet
from support.modem import REPOSITORY
from support.patience import ANSWER_S

METERS = 20
READINGS = 3
PROGRAM = REPOSITORY / "examples/hosts/mqtt_meters.py"
POOL = f"""\
modems:
- name: meter-${{n:04}}
  module: m95
  count: {METERS}
  imei: "86123400"
  state: none
  ports: [{{tcp-each: 127.0.0.1:0}}]
"""


def run(fleet: Fleet, port: int, count: int) -> subprocess.CompletedProcess[str]:
    address = fleet.places["meter-0000"].split(" ", 1)[1]
    return subprocess.run([sys.executable, PROGRAM, "--modems", address, "--broker",
                           f"127.0.0.1:{port}", "--count", str(count), "--readings", str(READINGS),
                           "--every", "0.1"], capture_output=True, text=True, check=False,
                          timeout=3 * ANSWER_S)


def test_meters_publish_through_their_modules(tmp_path: Path, certificates: Certificates) -> None:
    with Mosquitto(tmp_path, certificates, secure=True) as broker, Fleet(tmp_path, POOL) as fleet:
        fleet.last = f"meter-{METERS - 1:04}"
        done = run(fleet, broker.port, METERS)
        assert done.returncode == 0, done.stdout + done.stderr + fleet.log() + broker.log()
        assert done.stdout == f"{METERS} of {METERS} meters have said {READINGS} readings each\n"
        topics = re.findall(r"Received PUBLISH from (\d{15}) .*'meters/(\d{15})'", broker.log())
    assert len(topics) == METERS * READINGS
    assert all(client == meter for client, meter in topics)
    assert len({meter for _, meter in topics}) == METERS


def test_a_broker_that_is_not_there_is_told(tmp_path: Path, certificates: Certificates) -> None:
    with Mosquitto(tmp_path, certificates, secure=True) as broker, Fleet(tmp_path, POOL) as fleet:
        broker.stop()
        done = run(fleet, broker.port, 2)
        assert done.returncode == 1
        assert done.stdout == f"0 of 2 meters have said {READINGS} readings each\n"
