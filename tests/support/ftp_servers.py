"""FTP servers of the distribution on loopback: vsftpd, and ProFTPD with mod_tls.

Each serves one folder to one user with a password of the test's own, needs no account of the
machine, and runs as whoever runs the tests.  Debian lets only one of the two be installed;
scripts/fetch-servers unpacks the other.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from .certs import Certificates
from .patience import ANSWER_S, POLL_S
from .servers import PeerError, ServerProgram

USER, PASSWORD = "anonymous", "open sesame"

CIPHERS = "ALL:@SECLEVEL=0"  # TLS 1.0 and SHA-1, as modules of 2013 speak


# Where scripts/fetch-servers unpacks what cannot be installed beside vsftpd.
UNPACKED = Path(__file__).resolve().parents[2] / "third_party" / "proftpd"


class FtpServer(ServerProgram):
    """What both servers have: a folder, and whether they want TLS."""

    user = USER

    def __init__(self, folder: Path, certificates: Certificates, *, secure: bool = False,
                 certificate: str = "server", client_ca: str | None = None,
                 passive_address: str | None = None, port: int | None = None) -> None:
        super().__init__(folder, port)
        self.certificates = certificates
        self.secure = secure
        self.certificate = certificate
        self.client_ca = client_ca
        self.passive_address = passive_address

    @property
    def root(self) -> Path:
        return self.folder / f"{self.name}-{self.port}-files"

    def put(self, name: str, content: bytes) -> None:
        (self.root / name).write_bytes(content)

    def get(self, name: str) -> bytes:
        return (self.root / name).read_bytes()

    def wait_for(self, name: str, content: bytes, seconds: float = ANSWER_S) -> None:
        """The file gets these bytes."""
        deadline = time.monotonic() + seconds
        path = self.root / name
        while not path.exists() or path.read_bytes() != content:
            if time.monotonic() > deadline:
                raise PeerError(f"{path} is not what was sent:\n{self.log()}")
            time.sleep(POLL_S)

    def prepare(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        self._config_path.write_text("\n".join(self.config()) + "\n")
        self._config_path.chmod(0o600)

    def config(self) -> Sequence[str]:
        raise NotImplementedError

    @property
    def _config_path(self) -> Path:
        return self.folder / f"{self.name}-{self.port}.conf"

    def _helper(self, what: str) -> Path:
        return self.folder / f"{self.name}-{self.port}.{what}"


class Vsftpd(FtpServer):
    """vsftpd; its anonymous user gets a password, which needs no account."""

    name = "vsftpd"

    def command(self) -> Sequence[str]:
        return [shutil.which("vsftpd") or "/usr/sbin/vsftpd", str(self._config_path)]

    def config(self) -> Sequence[str]:
        self._helper("passwords").write_text(PASSWORD + "\n")
        me = pwd.getpwuid(os.getuid()).pw_name
        lines = [
            "background=NO", "listen=YES", "listen_address=127.0.0.1", f"listen_port={self.port}",
            "run_as_launching_user=YES", "seccomp_sandbox=NO", "isolate=NO", "isolate_network=NO",
            "anonymous_enable=YES", "local_enable=NO", f"ftp_username={me}",
            f"anon_root={self.root}", "secure_email_list_enable=YES",
            f"email_password_file={self._helper('passwords')}", "write_enable=YES",
            "anon_upload_enable=YES", "anon_mkdir_write_enable=YES", "anon_other_write_enable=YES",
            "anon_world_readable_only=NO", "anon_umask=022", "connect_from_port_20=NO",
            "ascii_download_enable=YES", "ascii_upload_enable=YES", "use_localtime=NO",
            "xferlog_enable=YES", "log_ftp_protocol=YES", "dual_log_enable=YES",
            f"vsftpd_log_file={self._helper('protocol')}",
            f"xferlog_file={self._helper('transfers')}",
            "async_abor_enable=NO", "max_clients=0", "max_per_ip=0",
            f"secure_chroot_dir={self.folder}",
        ]
        if self.passive_address is not None:
            lines.append(f"pasv_address={self.passive_address}")
        return lines + (self._tls() if self.secure else [])

    def _tls(self) -> list[str]:
        lines = [
            "ssl_enable=YES", "allow_anon_ssl=YES", "force_anon_logins_ssl=YES",
            "force_anon_data_ssl=YES", "ssl_tlsv1=YES", "ssl_sslv2=NO", "ssl_sslv3=NO",
            "require_ssl_reuse=NO", f"ssl_ciphers={CIPHERS}", "strict_ssl_read_eof=YES",
            "debug_ssl=YES",
            f"rsa_cert_file={self.certificates.chain(self.certificate)}",
            f"rsa_private_key_file={self.certificates.key(self.certificate)}",
        ]
        if self.client_ca is not None:
            lines += ["require_cert=YES", "validate_cert=YES",
                      f"ca_certs_file={self.certificates.pem(self.client_ca)}"]
        return lines


# What ProFTPD has in itself on Debian 12, and in files on Debian 13.
PARTS = ("mod_xfer", "mod_ls", "mod_delay", "mod_ident", "mod_site_misc")


class Proftpd(FtpServer):
    """ProFTPD with mod_tls, and a file of users of its own."""

    name = "proftpd"
    user = "guest"

    def command(self) -> Sequence[str]:
        return [str(self._installed / "usr/sbin/proftpd"), "-n", "-c", str(self._config_path)]

    @property
    def _installed(self) -> Path:
        return Path("/") if Path("/usr/sbin/proftpd").exists() else UNPACKED

    def config(self) -> Sequence[str]:
        me = pwd.getpwuid(os.getuid())
        word = subprocess.run(["openssl", "passwd", "-6", PASSWORD], capture_output=True, text=True,
                              check=True).stdout.strip()
        passwords = self._helper("passwords")
        passwords.write_text(f"{self.user}:{word}:{me.pw_uid}:{me.pw_gid}::{self.root}:/bin/sh\n")
        passwords.chmod(0o600)
        groups = self._helper("groups")
        groups.write_text(f"{self.user}:*:{me.pw_gid}:{self.user}\n")
        groups.chmod(0o600)
        modules = self._installed / "usr/lib/proftpd"
        lines = [
            f"ModulePath {modules}", "LoadModule mod_tls.c",
            *(f"LoadModule {name}.c" for name in PARTS if (modules / f"{name}.so").exists()),
            "ServerType standalone", f"Port {self.port}", "DefaultAddress 127.0.0.1",
            "SocketBindTight on", "UseIPv6 off", f"User {me.pw_name}",
            f"PidFile {self._helper('pid')}", f"ScoreboardFile {self._helper('board')}",
            "<IfModule mod_delay.c>", f"DelayTable {self._helper('delay')}", "DelayEngine off",
            "</IfModule>", "WtmpLog off",
            f"AuthUserFile {passwords}", f"AuthGroupFile {groups}", "AuthOrder mod_auth_file.c",
            "RequireValidShell off", "RootLogin on", "UseReverseDNS off",
            "AllowOverwrite on", "AllowRetrieveRestart on", "AllowStoreRestart on",
            f"SystemLog {self._helper('system')}", f"TransferLog {self._helper('transfers')}",
            "DebugLevel 3", "TimeoutLinger 5",
            f"Group {grp.getgrgid(me.pw_gid).gr_name}",
        ]
        if self.passive_address is not None:
            lines.append(f"MasqueradeAddress {self.passive_address}")
        return lines + (self._tls() if self.secure else [])

    def _tls(self) -> list[str]:
        lines = [
            "TLSEngine on", f"TLSLog {self._helper('tls')}", "TLSProtocol TLSv1 TLSv1.1 TLSv1.2",
            f"TLSCipherSuite {CIPHERS}", "TLSRequired on",
            f"TLSRSACertificateFile {self.certificates.chain(self.certificate)}",
            f"TLSRSACertificateKeyFile {self.certificates.key(self.certificate)}",
            "TLSOptions NoSessionReuseRequired NoEmptyFragments", "TLSSessionCache off",
        ]
        if self.client_ca is not None:
            lines += ["TLSVerifyClient on",
                      f"TLSCACertificateFile {self.certificates.pem(self.client_ca)}"]
        return lines
