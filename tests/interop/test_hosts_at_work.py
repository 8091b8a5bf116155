"""Hosts inside at what devices do: MQTT with a certificate for each device, over a link, a broker that
dies; HTTPS with a certificate for each, by full and by resumed handshakes."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from support.broker import Mosquitto
from support.certs import Certificates
from support.modem import REPOSITORY
from support.servers import Nginx

from .observe import wait_until
from .test_hosts import Run

METERS = 12
AUTHORITY = "basicConstraints = critical,CA:TRUE\nkeyUsage = critical,keyCertSign,cRLSign"
DEVICE = "basicConstraints = CA:FALSE\nkeyUsage = digitalSignature\nextendedKeyUsage = clientAuth"


class Broker(Mosquitto):
    """It knows its clients by their certificates, and comes back where it was."""

    def __init__(self, folder: Path, certificates: Certificates, devices: Path) -> None:
        super().__init__(folder, certificates, secure=True, client=True)
        self._devices = devices

    def prepare(self) -> None:
        super().prepare()
        path = self.folder / "mosquitto.conf"
        words = re.sub(r"(?m)^cafile .*$", f"cafile {self._devices}", path.read_text())
        path.write_text(words + "use_identity_as_username true\n")

    def start(self) -> None:
        super().start()
        self._may_choose = False

    def readings(self) -> list[str]:
        return re.findall(r"Received PUBLISH from (meter-\d+) ", self.log())


def make_devices(certificates: Certificates, folder: Path) -> None:
    certificates.make(folder, "devices", "devices", "devices", AUTHORITY)
    for number in range(METERS):
        certificates.make(folder, f"device-{number}", f"device {number}", "devices", DEVICE)


QUECTEL_MQTT = """\
> ATE0
< OK
> AT+QIFGCNT=0
< OK
> AT+QICSGP=1,"CMNET"
< OK
> AT+QIREGAPP
< OK
> AT+QIACT
< OK
> AT+QILOCIP
<~ [0-9.]+
> AT+QSSLCFG="sslversion",2,4;+QSSLCFG="ciphersuite",2,"0XFFFF";+QSSLCFG="seclevel",2,2
< OK
> AT+QSSLCFG="cacert",2,"RAM:ca.pem";+QSSLCFG="clientcert",2,"RAM:client.pem";+QSSLCFG="clientkey",2,"RAM:key.pem"
< OK
> AT+QMTCFG="SSL",0,1,2
< OK
dial
> AT+QMTCLOSE=0
<~ OK|ERROR
> AT+QMTOPEN=0,"localhost",${port}
< OK
< +QMTOPEN: 0,0
> AT+QMTCONN=0,"${name}"
< OK
< +QMTCONN: 0,0,0
connected
every 500ms ± 100ms
let reading {"id":"${imei}","number":${count},"degrees":${random:10-35}}
> AT+QMTPUB=0,${random:1-65535},1,0,"meters/${n}",${length:reading}
< prompt
> bytes "${reading}"
< OK
<~ \\+QMTPUB: 0,\\d+,0
end
"""


FIBOCOM_MQTT = """\
< AT command ready
< +SIM READY
> ATE0
< OK
> AT+MIPCALL=1,"internet"
< OK
<~ \\+MIPCALL: [0-9.]+
> AT+GTSSLMODE=1
< OK
> AT+GTSSLVER=4
< OK
> AT+MQTTUSER=1,"","","${name}"
< OK
dial
> AT+MQTTCLOSE=1
<~ OK|ERROR
> AT+MQTTOPEN=1,"localhost",${port},1,60,1
< OK
< +MQTTOPEN: 1,1
connected
every 500ms ± 100ms
let reading {"id":"${imei}","number":${count},"degrees":${random:10-35}}
> AT+MQTTPUB=1,"meters/${n}",1,0,${length:reading}
< bytes "\\r\\n>"
> bytes "${reading}"
< OK
< +MQTTPUB: 1,1
end
"""

WORK = {  # transcript, link, places of CA, certificate and key
    "m95": (QUECTEL_MQTT, "gprs", ("RAM:ca.pem", "RAM:client.pem", "RAM:key.pem")),
    "l610": (FIBOCOM_MQTT, "lte", ("TRUSTFILE", "CERTFILE", "KEYFILE")),
}


def credentials_of(certificates: Certificates, places: tuple[str, str, str]) -> str:
    """Of modem n, as a file of YAML in one line has them."""
    files = (certificates.pem("ca"), "device-${n}.pem", "device-${n}.key")
    return ", ".join(f"'{place}': '{path}'" for place, path in zip(places, files))


@pytest.mark.parametrize("model", WORK)
def test_a_certificate_for_each_over_a_link_and_a_storm(model: str, tmp_path: Path,
                                                        certificates: Certificates) -> None:
    transcript, link, places = WORK[model]
    make_devices(certificates, tmp_path)
    (tmp_path / "meter.at").write_text(transcript)
    with Broker(tmp_path / "broker", certificates, tmp_path / "devices.pem") as broker, Run(
            tmp_path, f"""\
hosts:
  - name: meter
    transcript: meter.at
    values: {{port: "{broker.port}"}}
    ramp: 20/s
    on-error: redial 200ms x2 up to 2s ± 20 %
modems:
  - name: meter-${{n}}
    module: {model}
    count: {METERS}
    imei: "86123400"
    state: none
    link: {link}
    host: meter
    credentials: {{{credentials_of(certificates, places)}}}
""", "--log-level", "info") as run:
        for _ in range(2):
            wait_until(lambda: len(set(broker.readings())) == METERS, run.log)
            users = re.findall(r"New client connected from \S+ as (meter-\d+) \(.*u'(device \d+)'",
                               broker.log())
            assert {name.replace("meter-", "device ") == user for name, user in users} == {True}
            broker.stop()
            wait_until(lambda: re.search(r"host: meter\.at:\d+: dial ", run.log()) is not None, run.log)
            broker.start()
        wait_until(lambda: len(set(broker.readings())) == METERS, run.log)
        assert run.stop() == 0, run.log()


METERS_OF = REPOSITORY / "bench/mqtt"
MODELS = {"telit": "he910", "quectel": "m95", "fibocom": "l610"}


def test_certificates_of_the_run_in_transcripts(tmp_path: Path, certificates: Certificates) -> None:
    """Meters of three makers, each with the CA by its module's own commands: what they publish they get back."""
    for maker in MODELS:
        text = (METERS_OF / f"{maker}.at").read_text()
        assert "${ca_pem}" in text and "${ca_pem_size}" in text and "\nwait 5s\n" in text
        (tmp_path / f"{maker}.at").write_text(text.replace("\nwait 5s\n", "\nwait 50ms\n"))
    crowd = "".join(f"- {{name: {maker}, transcript: {maker}.at, certificates: {{ca: ca.pem}}, values: {{port: '%d'}}}}\n"
                    for maker in MODELS)
    modems = "".join(f"- {{name: '{maker}-${{n}}', module: {model}, count: 4, imei: '8612340{number}', host: {maker}}}\n"
                     for number, (maker, model) in enumerate(MODELS.items()))
    (tmp_path / "ca.pem").write_bytes(certificates.pem("ca").read_bytes())
    with Mosquitto(tmp_path / "broker", certificates, secure=True) as broker:
        config = (f"policy: {{tls: {{min: '1.2', max: '1.2', suites: library, verify: host}}}}\ndefaults: {{state: none}}\n"
                  f"hosts:\n{crowd}modems:\n{modems}").replace("%d", str(broker.port))
        with Run(tmp_path, config, "--fail-if", "errors > 0", "--fail-if", "count(round) < 36") as run:
            assert run.wait() == 0, run.log()
        assert len(re.findall(r"Received PUBLISH from \d{15} ", broker.log())) == 36
        (tmp_path / "ca.pem").write_bytes(certificates.pem("other_ca").read_bytes())
        with Run(tmp_path, config, "--log-level", "info") as run:
            assert run.wait() == 1, run.log()
    assert run.log().count("it has given up") >= 1
    assert re.search(r"^errors +12 of ", run.log(), re.MULTILINE), run.log()



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
dial
> AT#SSLD=1,${port},"127.0.0.1",1,0
< CONNECT
connected
> bytes "GET /${n}/full HTTP/1.0\\r\\n\\r\\n"
< bytes "HTTP/1.1 404 Not Found\\r\\n"
disconnected
< NO CARRIER
repeat 3
dial
> AT#SSLFASTD=1,0
< CONNECT
connected
> bytes "GET /${n}/resumed HTTP/1.0\\r\\n\\r\\n"
< bytes "HTTP/1.1 404 Not Found\\r\\n"
disconnected
< NO CARRIER
end
"""


def test_full_and_resumed_handshakes(tmp_path: Path, certificates: Certificates) -> None:
    (tmp_path / "meter.at").write_text(HTTPS)
    with Nginx(tmp_path, certificates, session_cache="shared:all:1m") as nginx, Run(
            tmp_path, f"""\
hosts: [{{name: meter, transcript: meter.at, values: {{port: "{nginx.port}"}}}}]
modems: [{{name: "m${{n}}", module: gl865, count: 20, state: none, host: meter}}]
""") as run:
        assert run.wait() == 0, run.log()
        requests = nginx.requests(80)
    kinds = Counter((request.line.split()[1].rsplit("/", 1)[1], request.resumed)
                    for request in requests)
    assert kinds == {("full", False): 20, ("resumed", True): 60}


@pytest.mark.parametrize(("model", "link", "resumed"), [("gl865", "gprs", 3), ("le866", "lte-m", 0)])
def test_https_with_a_certificate_for_each_over_a_link(model: str, link: str, resumed: int, tmp_path: Path,
                                                       certificates: Certificates) -> None:
    """The server asks for them, and knows who is who; who has none gets no page. A LE866 resumes nothing."""
    make_devices(certificates, tmp_path)
    text = HTTPS.replace("AT#SSLSECCFG=1,0,0", "AT#SSLSECCFG=1,0,2").replace("127.0.0.1", "localhost")
    if not resumed:
        text = text.partition("repeat 3\n")[0].replace('"localhost",1,0', '"localhost",0,0')
    (tmp_path / "meter.at").write_text(text)
    config = """\
hosts: [{{name: meter, transcript: meter.at, values: {{port: "{port}"}}}}]
modems: [{{name: "m${{n}}", module: {model}, count: {count}, state: none, host: meter, link: {link}, credentials: {{{files}}}}}]
"""
    files = credentials_of(certificates, ("1/ca", "1/certificate", "1/key"))
    with Nginx(tmp_path, certificates, client_ca=str(tmp_path / "devices"), session_cache="shared:all:1m") as nginx:
        with Run(tmp_path, config.format(port=nginx.port, model=model, count=METERS, link=link, files=files)) as run:
            assert run.wait() == 0, run.log()
        requests = nginx.requests((1 + resumed) * METERS)
        with Run(tmp_path, config.format(port=nginx.port, model=model, count=1, link=link, files=files.partition(",")[0])) as run:
            assert run.wait() == 1, run.log()
        assert all(request.status == 400 for request in nginx.requests()[len(requests):])
    wanted = Counter({(f"CN=device {n}", f"/{n}/full", False): 1 for n in range(METERS)})
    wanted.update({(f"CN=device {n}", f"/{n}/resumed", True): resumed for n in range(METERS) if resumed})
    assert Counter((request.client, request.line.split()[1], request.resumed) for request in requests) == wanted
