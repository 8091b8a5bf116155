"""What every test in this tree may ask for."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from support.certs import Certificates, copy_certificates, make_certificates  # noqa: E402


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """The certificates of this session; see support/certs.py.  CTest makes them once for all."""
    folder = tmp_path_factory.mktemp("certificates")
    if made := os.environ.get("TLSMODEM_CERTIFICATES"):
        return copy_certificates(Path(made), folder)
    return make_certificates(folder)
