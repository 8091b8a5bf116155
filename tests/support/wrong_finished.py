"""A TLS server that keeps to the protocol up to its Finished message, whose verify_data is wrong
while its record is right."""

from __future__ import annotations

from .bare_server import BareServer


class WrongFinished(BareServer):
    """serve() when the module has dialled."""

    def serve(self) -> None:
        self.hello()
        self.send_flight()
        self.finish(verify_data=bytes(12))
        self.wait_for_end()
