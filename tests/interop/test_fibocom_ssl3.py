"""SSL 3.0 of M910, NL668 and L610 with a server on NSS: every suite that these products have of it.

Source: SSL V1.1.4 §1.4, §1.5.4; L610 SSL V1.0.0 §1.4.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from support.certs import Certificates
from support.modem import Modem
from support.ssl3_server import Ssl3Server

from .fibocom_driver import FibocomDriver

# cipalgID and code point; the L610 has one that is that old.
SUITES = {"nl668-cn-00": {1: "0016", 2: "0033", 3: "002f", 4: "0039", 5: "0035", 6: "000a"},
          "m910": {3: "002f"}, "l610": {14: "0039"}}
CASES = [(model, number) for model, numbers in SUITES.items() for number in numbers]


@pytest.mark.parametrize(("model", "number"), CASES)
def test_module_and_server_agree(certificates: Certificates, tmp_path: Path, model: str,
                                 number: int) -> None:
    with Modem(model) as modem, Ssl3Server(tmp_path, certificates) as server:
        host = FibocomDriver(modem).begin()
        host.load("TRUSTFILE", certificates.pem("ca").read_bytes())
        host.ok("AT+GTSSLMODE=1")
        host.ok("AT+GTSSLVER=1")
        if model != "l610":
            host.ok("AT+GTSSLCIPHER=255,0")
        host.ok(f"AT+GTSSLCIPHER={number},1")
        host.open(server.port)
        assert server.hear().split(" ")[:4] == ["version", "0300", "suite", SUITES[model][number]]
        host.send(b"from the module")
        server.expect(b"from the module")
        server.send(b"from the server")
        host.expect("+MIPRTCP: 1,0," + b"from the server".hex().upper())
        host.close()
        host.reason(0)
