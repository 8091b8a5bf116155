"""The policy of a modem's owner (--tls-policy): the wire of today, whatever the host asks for.

Source: docs/gateway.md.
"""

from __future__ import annotations

import os
import re
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.bare_server import SSL_3_0, TLS_1_0, TLS_1_1, TLS_1_2
from support.certs import Certificates, copy_certificates
from support.control import ControlPort
from support.modem import Modem, program_path
from support.patience import ANSWER_S
from support.servers import OpensslServer, Peer, RawPeer

from .makers import MAKERS, Dialler, dialler, versions
from .test_config import Run, check, wrong

ONLY_1_3 = (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_3)
RANDOM = slice(11, 43)  # behind the heads of record and message, and the version (RFC 5246, 7.4.1.2)


def hello(host: Dialler) -> bytes:
    """The first record, but for what is random in it."""
    with RawPeer() as peer:
        host.dial(peer.port)
        peer.accept()
        said = bytearray(peer.client_hello())
        peer.hang_up()
        host.failed()
    said[RANDOM] = bytes(32)
    return bytes(said)


@pytest.mark.parametrize(("model", "version"), [
    (model, version) for model in MAKERS
    for version in versions(SSL_3_0, TLS_1_0, TLS_1_1, TLS_1_2)])
def test_module_is_the_wire_of_the_host(model: str, version: int) -> None:
    with dialler(model, version) as host:
        without = hello(host)
    with dialler(model, version, "--tls-policy", "module") as host:
        assert hello(host) == without
    with dialler(model, version, "--tls-policy", "modern", "--tls-verify", "host") as host:
        assert hello(host) != without


@contextmanager
def modern(model: str, certificates: Certificates, *options: str) -> Iterator[Dialler]:
    with dialler(model, TLS_1_0, "--tls-policy", "modern", "--tls-ca", str(certificates.pem("ca")),
                 "--log-level", "info", *options) as host:
        yield host


@pytest.mark.parametrize("model", MAKERS)
def test_raised_and_said_once(model: str, certificates: Certificates) -> None:
    with modern(model, certificates) as host, Peer(certificates, versions=ONLY_1_3) as peer:
        host.dial(peer.port)
        peer.handshake()
        host.opened()
        assert peer.offer.server_name == "localhost"
        peer.send(b"x")
        peer.close()
        host.read()
        assert host.log.text().count("raised from TLS 1.0 to TLS 1.3 by policy") == 1


@pytest.mark.parametrize("model", MAKERS)
@pytest.mark.parametrize(("certificate", "why"), [
    ("server_other_ca", "(its last issuer is CN=tlsmodem other CA; what counts is the policy's ca, --tls-ca)"),
    ("server_wrong_name", "issued for another name"),
    ("server_expired", "has expired"),
    ("server_expired_ca", "does not end at a stored CA certificate"),
])
def test_who_cannot_be_verified_is_refused(model: str, certificate: str, why: str,
                                           certificates: Certificates) -> None:
    """The host asks for none of it, and hears that the handshake has failed."""
    with modern(model, certificates) as host, \
            Peer(certificates, certificate=certificate, versions=ONLY_1_3) as peer:
        host.dial(peer.port)
        peer.fail_handshake()
        host.failed()
        assert why in host.warning()


def test_a_group_of_1536_bits_is_of_the_era(certificates: Certificates, tmp_path: Path) -> None:
    """Of Diffie and Hellman; today has 2048."""
    group = tmp_path / "group.pem"
    subprocess.run(["openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:modp_1536", "-out", group],
                   check=True, capture_output=True)
    with OpensslServer(tmp_path, certificates, ciphers="DHE:@SECLEVEL=0",
                       extra=["-tls1_2", "-dhparam", str(group)]) as server:
        with dialler("nl668-cn-00", TLS_1_2) as host:
            host.dial(server.port)
            host.opened()
        with modern("nl668-cn-00", certificates) as host:
            host.dial(server.port)
            host.failed()
            assert "Diffie-Hellman group is too small (1536 bits, at least 2048)" in host.warning()


def test_verify_host_is_the_old_trust_and_warned_of(certificates: Certificates) -> None:
    with dialler("m95", TLS_1_0, "--tls-policy", "modern", "--tls-verify", "host") as host, \
            Peer(certificates, certificate="server_other_ca", versions=ONLY_1_3) as peer:
        assert "verify: host under tls policy modern" in host.modem.log()
        host.dial(peer.port)
        peer.handshake()
        host.opened()
        host.modem.stop()
        host.modem.start()
        assert host.modem.log().count("verify: host under tls policy modern") == 2


def test_dates_are_by_the_machine_s_clock(certificates: Certificates) -> None:
    """The module's may still be that of its first day."""
    with modern("m95", certificates, "--clock", "manual") as host, \
            Peer(certificates, versions=ONLY_1_3) as peer:
        host.dial(peer.port)
        peer.handshake()
        host.opened()


def test_a_host_that_dials_an_address_hears_of_the_map(certificates: Certificates) -> None:
    with modern("m95", certificates, "--map", "192.0.2.7=127.0.0.1") as host, \
            Peer(certificates, certificate="server_wrong_name", versions=ONLY_1_3) as peer:
        host.dial(peer.port, "192.0.2.7")
        peer.fail_handshake()
        host.failed()
        assert "; a map OLD=NEW/NAME gives the name that counts)" in host.warning()


def test_a_mapped_address_has_the_name_of_the_map(certificates: Certificates) -> None:
    """A host that dials an address reaches a server of several names, and it is the right one."""
    with Peer(certificates, versions=ONLY_1_3, needs_name=True) as peer, \
            modern("m95", certificates, "--map",
                   f"192.0.2.7:443=127.0.0.1:{peer.port}/localhost") as host:
        host.dial(443, "192.0.2.7")
        peer.handshake()
        host.opened()
        assert peer.offer.server_name == "localhost"


MODEMS = """\
policy: {{tls: {{preset: modern, ca: ca.pem, cert: own.pem, key: own.key{more}}}}}
modems:
  - {{name: t, module: le866, ports: [{{unix: t.sock}}]}}
"""


def put_files(folder: Path, *sources: Path) -> None:
    """ca.pem, own.pem and own.key, each all at once, as those do that renew certificates."""
    for name, source in zip(("ca.pem", "own.pem", "own.key"), sources, strict=True):
        (folder / "new").write_bytes(source.read_bytes())
        (folder / "new").replace(folder / name)


def put_client(certificates: Certificates, folder: Path) -> None:
    put_files(folder, certificates.pem("ca"), certificates.pem("client"), certificates.key("client"))


def who_dials(run: Run, peer: Peer) -> str:
    """Whom the server sees of a host that knows of no certificate."""
    host = run.host("t")
    for line in ('AT+CGDCONT=1,"IP","x"', "AT#SGACT=1,1", "AT#SSLEN=1,1", "AT#SSLSECCFG=1,0,0"):
        assert host.asks(line).endswith("\r\nOK\r\n")
    host.send(f'AT#SSLD=1,{peer.port},"localhost",0,1\r'.encode())
    peer.handshake()
    host.until(b"\r\nOK\r\n")
    subject = peer.client_subject
    peer.close()
    host.until(b"NO CARRIER")
    host.socket.close()
    return subject


def test_a_key_need_not_come_from_the_host(certificates: Certificates, tmp_path: Path) -> None:
    """And a renewed certificate counts from the next SIGHUP on."""
    put_client(certificates, tmp_path)
    for kind in ("pem", "key"):
        (tmp_path / f"issuer.{kind}").write_bytes((certificates.folder / f"ca.{kind}").read_bytes())
    certificates.make(tmp_path, "renewed", "renewed device", "issuer", "extendedKeyUsage = clientAuth")
    with Peer(certificates, versions=ONLY_1_3, client_ca="ca") as peer, \
            Run(tmp_path, MODEMS.format(more="")) as run:
        run.wait_for_ports(1)
        assert who_dials(run, peer) == "tlsmodem test device"
        run.hang_up()
        run.wait_for("1 modems as they were, 0 closed, 0 opened")
        put_files(tmp_path, certificates.pem("ca"), tmp_path / "renewed.pem", tmp_path / "renewed.key")
        run.hang_up()
        run.wait_for("0 modems as they were, 1 closed, 1 opened")
        run.wait_for_ports(2)
        assert who_dials(run, peer) == "renewed device"


def test_a_key_that_others_may_read_is_warned_of(certificates: Certificates, tmp_path: Path) -> None:
    put_client(certificates, tmp_path)
    words = "private key of its tls policy can be read by others"
    for mode, is_open in ((0o640, True), (0o600, False)):
        (tmp_path / "own.key").chmod(mode)
        with Run(tmp_path, MODEMS.format(more="")) as run:
            run.wait_for_ports(1)
        assert (words in run.log) is is_open  # all of it, now that it has ended


def test_credentials_of_systemd(certificates: Certificates, tmp_path: Path,
                                monkeypatch: pytest.MonkeyPatch) -> None:
    """By their names, wherever the service manager has put them."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    put_client(certificates, folder)
    for path in folder.iterdir():
        path.chmod(0o400)
    text = re.sub(r"(ca|cert|key): (?=ca|own)", r"\1: credential:", MODEMS.format(more=""))
    path = tmp_path / "modems.yaml"
    path.write_text(text)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    [line] = wrong(path)
    assert ("ca: \"credential:ca.pem\" is wrong because there is no CREDENTIALS_DIRECTORY; allowed: a service of "
            "systemd that has LoadCredential=ca.pem:PATH, or a path") in line
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    with Peer(certificates, versions=ONLY_1_3, client_ca="ca") as peer, Run(tmp_path, text) as run:
        run.wait_for_ports(1)
        assert who_dials(run, peer) == "tlsmodem test device"
    assert "can be read by others" not in run.log


@pytest.mark.parametrize(("more", "member", "why"), [
    (", max: '1.1'", "max", "the oldest version, TLS 1.2, is newer than the newest"),
    (", ca: own.key", "ca", "it cannot be read: No certificate was found."),
    (", cert: ca.pem", "key", "it cannot be read or is another's"),
    (", cert: own.key", "cert", "it cannot be read"),
    (", key: missing.key", "key", "missing.key cannot be read: No such file or directory"),
])
def test_what_can_never_connect_has_its_line(more: str, member: str, why: str,
                                             certificates: Certificates, tmp_path: Path) -> None:
    put_client(certificates, tmp_path)
    path = tmp_path / "modems.yaml"
    text = MODEMS.format(more=more)
    for name in ("ca", "cert", "key"):
        if f", {name}: " in more:  # instead of the one before
            text = re.sub(rf", {name}: [\w.]+", "", text, count=1)
    path.write_text(text)
    column = re.search(rf"\b{member}: ", text).end() + 1  # type: ignore[union-attr]
    [line] = wrong(path)
    start = subprocess.run([program_path("tlsmodem", "TLSMODEM"), "--config", path, "--state", tmp_path / "state"],
                           capture_output=True, text=True, timeout=ANSWER_S, check=False)
    assert (start.returncode, start.stdout, start.stderr.splitlines()) == (2, "", [line])
    assert not (tmp_path / "t.sock").exists() and not (tmp_path / "state").exists(), "nothing was opened"
    assert line.startswith(f"{path}:1:{column}: {member}: ")
    assert why in line
    assert "; allowed: " in line


# ---- dates ----

NEXT_CENTURY = "21000101000000Z"


def put_dated(certificates: Certificates, folder: Path, name: str, start: str, end: str, extensions: str) -> Path:
    """A certificate of ours, signed by the CA, or by itself where it is one."""
    own = copy_certificates(certificates.folder, folder / "dated")
    signer = ["-selfsign"] if extensions == "authority" else ["-cert", "ca.pem"]
    environment = {**os.environ, "OPENSSL_CONF": str(own.folder / "openssl.cnf"), "NAMES": ""}
    for command in (["req", "-new", "-key", "ca.key" if signer == ["-selfsign"] else "client.key", "-subj", f"/CN={name}",
                     "-out", "dated.csr"],
                    ["ca", "-batch", "-notext", "-in", "dated.csr", "-extensions", extensions, "-startdate", start,
                     "-enddate", end, *signer, "-keyfile", "ca.key", "-out", str(folder / "dated.pem")]):
        subprocess.run(["openssl", *command], cwd=own.folder, env=environment, check=True, capture_output=True)
    return folder / "dated.pem"


@pytest.fixture
def future_ca(certificates: Certificates, tmp_path: Path) -> Path:
    return put_dated(certificates, tmp_path, "CA of 2100", NEXT_CENTURY, "21100101000000Z", "authority")


def column_of(text: str, member: str) -> int:
    found = re.search(rf"\b{member}: ", text)
    assert found
    return found.end() + 1


DOUBTS = [("own", "cert", "the certificate has expired: CN=localhost ended 20"),
          ("future_own", "cert", "the certificate is not valid yet: CN=localhost begins 20"),
          ("future_ca", "ca", "of the CA certificates none is valid yet: CN=CA of 2100 begins 2100-01-01")]


@pytest.mark.parametrize(("what", "member", "words"), DOUBTS)
def test_dates_that_are_not_good_have_a_warning(what: str, member: str, words: str, certificates: Certificates,
                                                future_ca: Path, tmp_path: Path) -> None:
    """At --check-config, at the start, and at SIGHUP, with file and line; the run begins, since a server may not look,
    and a machine may learn the time."""
    own = {"own": "server_expired", "future_own": "server_not_yet_valid"}.get(what, "client")
    put_client(certificates, tmp_path)
    text = MODEMS.format(more="")
    path = tmp_path / "modems.yaml"
    path.write_text(text)
    good = check(path)
    assert (good.returncode, good.stdout, good.stderr) == (0, "", "")
    with Run(tmp_path, text) as run:
        run.wait_for_ports(1)
        put_files(tmp_path, future_ca if what == "future_ca" else certificates.pem("ca"), certificates.pem(own),
                  certificates.key(own))
        run.hang_up()
        run.wait_for("0 modems as they were, 1 closed, 1 opened")
        said = f"{path}:1:{column_of(text, member)}: {member}: \"{tmp_path}/"
        assert run.log.count(words) == 1, run.log
    file = "own.pem" if member == "cert" else "ca.pem"
    [line] = check(path).stderr.splitlines()
    assert line.startswith(f"{path}:1:{column_of(text, member)}: {member}: \"{file}\": {words}"), (line, said)
    assert re.search(r"; the machine's clock says \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$", line), line
    assert check(path).returncode == 0
    with Run(tmp_path, text) as run:
        run.wait_for_ports(1)
        run.wait_for(words)
        assert re.search(rf"warning: (\S+: )?{re.escape(line.partition(' UTC')[0].rpartition(' says ')[0])} says ", run.log), run.log


def test_who_can_verify_nobody_is_refused(certificates: Certificates, tmp_path: Path) -> None:
    """All CA certificates have expired: no start, and at SIGHUP all stays as it was."""
    put_client(certificates, tmp_path)
    text, path = MODEMS.format(more=""), tmp_path / "modems.yaml"
    words = "of the CA certificates none is valid any more: CN=tlsmodem expired CA ended 20"
    with Run(tmp_path, text) as run:
        run.wait_for_ports(1)
        put_files(tmp_path, certificates.pem("expired_ca"), certificates.pem("client"), certificates.key("client"))
        run.hang_up()
        run.wait_for("is wrong: nothing was changed")
        assert words in run.log
    [line] = wrong(path)
    assert line.startswith(f"{path}:1:{column_of(text, 'ca')}: ca: \"ca.pem\" is wrong because {words}")
    assert "; allowed: certificates of CAs, one of them valid" in line
    with Run(tmp_path, text, status=2) as run:
        run.process.wait(ANSWER_S)
    assert run.log.splitlines() == [line_without_clock(line, run.log)] and run.ready == []
    (tmp_path / "ca.pem").write_bytes(certificates.pem("expired_ca").read_bytes() + certificates.pem("ca").read_bytes())
    assert check(path).returncode == 0  # one of them is


def line_without_clock(line: str, log: str) -> str:
    """The same line, at the second at which it was said."""
    said = re.search(r"clock says (.*) UTC", log)
    assert said
    return re.sub(r"clock says (.*) UTC", f"clock says {said.group(1)} UTC", line)


def ends(*options: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program_path("tlsmodem", "TLSMODEM"), "--module", "he910", "--state", "none", "--pty", "auto",
                           *options], capture_output=True, text=True, timeout=ANSWER_S, check=False)


@pytest.mark.parametrize(("ca", "why"), [
    ("expired_ca.pem", "of the CA certificates none is valid any more: CN=tlsmodem expired CA ended 20"),
    ("missing.pem", "missing.pem cannot be read: No such file or directory; allowed: a"),
    ("empty", "empty has no such file; allowed: one with *.pem, *.crt or *.cer"),
    ("empty.pem", "empty.pem is empty; allowed: PEM or DER"),
])
def test_a_ca_of_the_command_line(ca: str, why: str, certificates: Certificates, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty.pem").write_bytes(b"")
    (tmp_path / "expired_ca.pem").write_bytes(certificates.pem("expired_ca").read_bytes())
    done = ends("--tls-policy", "modern", "--tls-ca", tmp_path / ca)
    [line] = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (2, "")
    assert line.startswith(f'tlsmodem: --tls-ca: "{tmp_path / ca}" is wrong because ')
    assert why in line and "; allowed: " in line


def test_a_machine_without_ca_certificates(tmp_path: Path) -> None:
    """`ca: system` where distributions keep none: a mount namespace of the test's own takes them away."""
    hidden = ["unshare", "--map-root-user", "--mount", "sh", "-c",
              "for d in /etc/ssl /etc/pki; do test ! -d $d || mount -t tmpfs none $d || exit 77; done; exec \"$@\"", "sh"]
    if subprocess.run([*hidden, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine lets nobody have mounts of their own")
    done = subprocess.run([*hidden, program_path("tlsmodem", "TLSMODEM"), "--module", "he910", "--state", "none", "--pty", "auto",
                           "--tls-policy", "modern"], capture_output=True, text=True, timeout=ANSWER_S, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    assert "this machine has no CA certificates where distributions keep them; allowed: the package ca-certificates" in line


@pytest.mark.parametrize("verify", ["host", "chain+name"])
def test_whose_clock_says_so(verify: str, certificates: Certificates) -> None:
    """Under a policy that verifies it is the machine's, and the CA is no stored one."""
    options = ["--tls-policy", "modern", "--tls-verify", verify, "--log-level", "info"]
    if verify != "host":
        options += ["--tls-ca", str(certificates.pem("ca"))]
    with dialler("le866", TLS_1_2, *options) as host:
        host.verify(certificates.pem("ca").read_bytes())
        with Peer(certificates, certificate="server_expired", versions=ONLY_1_3) as peer:
            host.dial(peer.port)
            peer.fail_handshake()
            host.failed()
        whose = "module" if verify == "host" else "machine"
        [line] = [line for line in host.log.warnings() if "has expired" in line]
        assert f"has expired (CN=localhost ended 20" in line
        assert f"; the {whose}'s clock says 20" in line


@pytest.mark.parametrize(("files", "member", "words"), [
    (("server_expired", "ca"), "cert", "the certificate has expired: CN=localhost ended 20"),
    (("server_not_yet_valid", "ca"), "cert", "the certificate is not valid yet: CN=localhost begins 20"),
    (("server", "expired_ca"), "ca", "of the CA certificates none is valid any more: CN=tlsmodem expired CA ended 20"),
])
def test_the_dates_of_a_door(files: tuple[str, str], member: str, words: str, certificates: Certificates,
                             tmp_path: Path) -> None:
    """--tcp-tls, and `tcp-tls` of a file: hosts look at its certificate, it looks at theirs."""
    cert, key, ca = certificates.pem(files[0]), certificates.key(files[0]), certificates.pem(files[1])
    path = tmp_path / "modems.yaml"
    text = f"modems:\n  - module: m95\n    ports: [{{tcp-tls: '127.0.0.1:0', cert: {cert}, key: {key}, ca: {ca}}}]\n"
    path.write_text(text)
    done = check(path)
    [line] = done.stderr.splitlines()
    said = " is wrong because " if member == "ca" else ": "
    value = (ca if member == "ca" else cert)
    column = column_of(text.splitlines()[2], member)
    assert line.startswith(f"{path}:3:{column}: {member}: \"{str(value)[:64]}") and f"\"{said}{words}" in line, line
    assert done.returncode == (2 if member == "ca" else 0)
    done = ends("--tcp-tls", "127.0.0.1:0", "--tcp-tls-cert", cert, "--tcp-tls-key", key, "--tcp-tls-ca", ca,
                "--for", "1ms")
    assert done.returncode == (2 if member == "ca" else 0), done.stderr
    assert f"--tcp-tls-{member}: \"{value}\"{said}{words}" in done.stderr


def test_a_modem_that_is_added_has_the_warning_in_the_log(certificates: Certificates, tmp_path: Path) -> None:
    with Modem("he910", "unix", options=["--control", f"unix:{tmp_path}/control"]) as modem:
        tls = {"preset": "modern", "ca": str(certificates.pem("ca")), "cert": str(certificates.pem("server_expired")),
               "key": str(certificates.key("server_expired"))}
        entry = {"name": "other", "module": "m95", "state": "none", "ports": [{"unix": f"{tmp_path}/other"}], "policy": {"tls": tls}}
        control = ControlPort(tmp_path / "control")
        assert control.done("POST", "/v1/modems", entry)["name"] == "other"
        assert "the certificate has expired: CN=localhost ended 20" in modem.log()
        expired = entry | {"name": "third", "policy": {"tls": tls | {"ca": str(certificates.pem("expired_ca"))}}}
        assert "of the CA certificates none is valid any more" in control.refused(400, "POST", "/v1/modems", expired)
