"""A cellular module in one line of a test, and a TLS server, good or bad, for it to reach.

The fixtures `tlsmodem` and `tls_server` of tlsmodem.plugin make them; see docs/pytest.md.
"""

from .control import ControlError
from .modem import Fault, Journal, Modem, ModemFailed
from .server import Connection, TlsServer

__all__ = ["Connection", "ControlError", "Fault", "Journal", "Modem", "ModemFailed", "TlsServer"]
