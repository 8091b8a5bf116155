"""Meters that publish by MQTT through the TLS sockets of their modules, by a real MQTT library.

    tlsmodem --config pool.yaml &        # modems m95 behind tcp-each: 127.0.0.1:21000
    python3 mqtt_meters.py --modems 127.0.0.1:21000 --broker broker.example:8883 --count 100

Each meter connects to the pool and so has a modem, types what its firmware would up to the
transparent TLS socket, and then gives the connection to paho (Debian: python3-paho-mqtt), which
speaks MQTT to the broker and knows nothing of modems.  Exit status 1 if a reading was not
acknowledged.
"""

from __future__ import annotations

import argparse
import socket
import sys
import threading
import time

import paho.mqtt.client as mqtt

ANSWER_S = 60.0
LINES = ("ATE0", "AT+QIFGCNT=0", 'AT+QICSGP=1,"CMNET"', "AT+QIREGAPP", "AT+QIACT",
         'AT+QSSLCFG="sslversion",0,4', 'AT+QSSLCFG="ciphersuite",0,"0XFFFF"',
         'AT+QSSLCFG="seclevel",0,0')


class ModemError(Exception):
    """The module did not answer as it should."""


class Module:
    """The host's side of a module's port."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.port = socket.create_connection(address, ANSWER_S)
        self.heard = b""

    def wait_for(self, end: bytes) -> bytes:
        """What came before `end`; what came behind it stays."""
        while end not in self.heard:
            if any(word in self.heard for word in (b"ERROR\r\n", b"NO CARRIER", b"+QSSLOPEN: ")):
                raise ModemError(self.heard.decode(errors="replace").strip())
            data = self.port.recv(4096)
            if not data:
                raise ModemError("the port is closed: more meters than modems?")
            self.heard += data
        before, _, self.heard = self.heard.partition(end)
        return before

    def command(self, line: str, end: bytes = b"OK\r\n") -> bytes:
        self.port.sendall(line.encode() + b"\r")
        return self.wait_for(end)

    def imei(self) -> str:
        return self.command("AT+CGSN").decode().strip()

    def dial(self, host: str, port: int) -> socket.socket:
        """The port, online: what is written comes to the server, inside of TLS."""
        for line in LINES:
            self.command(line)
        self.command("AT+QILOCIP", b".")
        self.command(f'AT+QSSLOPEN=1,0,"{host}",{port},1', b"CONNECT\r\n")
        assert not self.heard, "a broker speaks when it is spoken to"
        return self.port


class Meter(mqtt.Client):
    """A client of paho whose socket is a module's."""

    def __init__(self, modems: tuple[str, int]) -> None:
        self.module = Module(modems)
        self.module.command("ATE0")
        self.imei = self.module.imei()
        version = getattr(mqtt, "CallbackAPIVersion", None)  # from paho 2 on
        super().__init__(*([version.VERSION2] if version else []), client_id=self.imei)

    def _create_socket_connection(self) -> socket.socket:
        return self.module.dial(self._host, self._port)


def address_of(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)


def run(options: argparse.Namespace, failures: list[str]) -> None:
    try:
        meter = Meter(options.modems)
        meter.connect(*options.broker, keepalive=120)
        meter.loop_start()
        for number in range(1, options.readings + 1):
            reading = meter.publish(f"meters/{meter.imei}", f"reading {number}", qos=1)
            reading.wait_for_publish(ANSWER_S)
            if not reading.is_published():
                raise ModemError(f"reading {number} was not acknowledged")
            time.sleep(options.every if number < options.readings else 0)
        meter.disconnect()
        meter.loop_stop()
    except (ModemError, OSError, ValueError, RuntimeError) as error:
        failures.append(str(error))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--modems", type=address_of, required=True, metavar="HOST:PORT")
    parser.add_argument("--broker", type=address_of, required=True, metavar="HOST:PORT")
    parser.add_argument("--count", type=int, default=1, help="how many meters")
    parser.add_argument("--readings", type=int, default=3, help="of each")
    parser.add_argument("--every", type=float, default=1.0, help="seconds between two")
    options = parser.parse_args()
    failures: list[str] = []
    meters = [threading.Thread(target=run, args=(options, failures)) for _ in range(options.count)]
    for meter in meters:
        meter.start()
    for meter in meters:
        meter.join()
    print(f"{options.count - len(failures)} of {options.count} meters have said {options.readings} "
          "readings each")
    for failure in sorted(set(failures)):
        print(f"{failures.count(failure)} times: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
