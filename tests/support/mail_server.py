"""Exim on loopback: a mail server of the distribution with TLS, STARTTLS and a login.

It is unpacked, not installed (scripts/fetch-servers), so it needs no account and no place of the
machine's own: configuration, queue and mailboxes lie in a folder of the test's.  It insists on its
user; nss_wrapper makes whoever runs the tests that user, and `nobody` for root.
"""

from __future__ import annotations

import email
import email.policy
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path

from .certs import Certificates
from .patience import ANSWER_S, POLL_S
from .servers import PeerError, ServerProgram, free_port

USER, PASSWORD = "meter", "open sesame 7"
DOMAIN, REFUSED = "local.test", "nobody"
MAILBOXES = ("bob", "carol", "dave")

# Where scripts/fetch-servers unpacks it, and the user that it was built for.
UNPACKED = Path(__file__).resolve().parents[2] / "third_party" / "exim" / "usr" / "sbin" / "exim4"
EXIM_USER = "Debian-exim"
NOBODY = 65534

# Refuses strangers and a recipient of the test's choice.
CONFIGURATION = """\
exim_path = {program}
primary_hostname = mail.test
spool_directory = {root}/spool
log_file_path = {root}/%slog
pid_file_path = {root}/pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port} : {tls_port}
tls_on_connect_ports = {tls_port}
daemon_startup_retries = 0
tls_advertise_hosts = {advertise_tls}
tls_certificate = {root}/certificate.pem
tls_privatekey = {root}/key.pem
tls_require_ciphers = {ciphers}
auth_advertise_hosts = {advertise_auth}
host_lookup =
rfc1413_hosts =
message_size_limit = {size_limit}
deliver_drop_privilege = true
never_users =
keep_environment = LD_PRELOAD : ^NSS_WRAPPER
log_selector = +all_parents +smtp_protocol_error +smtp_syntax_error +tls_cipher
acl_smtp_mail = sender
acl_smtp_rcpt = recipient
acl_smtp_data = data

begin acl
sender:
  {login_rule}
  accept
recipient:
  deny local_parts = {refused}
       message = no such user
  accept domains = {domain}
  deny
data:
  accept

begin routers
here:
  driver = accept
  local_parts = lsearch;{root}/mailboxes
  transport = mailbox

begin transports
mailbox:
  driver = appendfile
  directory = {root}/mail/$local_part_data
  maildir_format
  create_directory
  envelope_to_add
  return_path_add

begin authenticators
{authenticators}
"""

PLAIN = """\
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{user}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2
"""

LOGIN = """\
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${{if and{{{{eq{{$auth1}}{{{user}}}}}{{eq{{$auth2}}{{{password}}}}}}}}}
  server_set_id = $auth1
"""

AUTHENTICATORS = {"PLAIN": PLAIN, "LOGIN": LOGIN}


CIPHERS = "NORMAL:+RSA:+AES-128-CBC:+SHA1:+VERS-TLS1.0:+VERS-TLS1.1:+SIGN-ALL"


class Exim(ServerProgram):
    """SMTP with STARTTLS on `port`, TLS from the first byte on `tls_port`.

    With `logins` ("PLAIN", "LOGIN") it takes mail only from USER with PASSWORD."""

    name = "exim"

    def __init__(self, certificates: Certificates, *, certificate: str = "server",
                 logins: Sequence[str] = (), starttls: bool = True,
                 size_limit: str = "10M", ciphers: str = CIPHERS) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="tlsmodem-exim-"))
        super().__init__(self.root)
        self.tls_port = 0
        self.certificates = certificates
        self.certificate = certificate
        self.logins = list(logins)
        self.starttls = starttls
        self.size_limit = size_limit
        self.ciphers = ciphers

    def choose_ports(self) -> None:
        super().choose_ports()
        self.tls_port = free_port()

    def ports(self) -> Sequence[int]:
        return [self.port, self.tls_port]

    def command(self) -> Sequence[str]:
        return ["env", "LD_PRELOAD=libnss_wrapper.so", f"NSS_WRAPPER_PASSWD={self.root}/passwd",
                f"NSS_WRAPPER_GROUP={self.root}/group", str(UNPACKED), "-C",
                str(self._config_path), "-bdf"]

    def prepare(self) -> None:
        shutil.copy(self.certificates.chain(self.certificate), self.root / "certificate.pem")
        shutil.copy(self.certificates.key(self.certificate), self.root / "key.pem")
        for folder in ("spool", "mail"):
            (self.root / folder).mkdir(exist_ok=True)
        (self.root / "mailboxes").write_text("".join(f"{box}: {box}\n" for box in MAILBOXES))
        self._config_path.write_text(self._configuration())
        self._name_user()

    def stop(self) -> None:
        super().stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def mails(self, user: str, count: int = 1, seconds: float = ANSWER_S) -> list[EmailMessage]:
        """What this user has got, oldest first; waits for `count` mails and takes them away."""
        folder = self.root / "mail" / user / "new"
        deadline = time.monotonic() + seconds
        while len(paths := sorted(folder.glob("*")) if folder.exists() else []) < count:
            if time.monotonic() > deadline:
                raise PeerError(f"{user} got {len(paths)} of {count} mails:\n{self.log()}")
            time.sleep(POLL_S)
        raw = [path.read_bytes() for path in paths]
        for path in paths:
            path.unlink()
        return [email.message_from_bytes(data, _class=EmailMessage, policy=email.policy.default)
                for data in raw]

    def log(self) -> str:
        logs = [super().log()]
        logs += [path.read_text(errors="replace") for path in self.root.glob("*log")
                 if path != self.log_path]
        return "\n".join(logs)

    @property
    def _config_path(self) -> Path:
        return self.root / "exim.conf"

    def _configuration(self) -> str:
        authenticators = "\n".join(
            AUTHENTICATORS[login].format(user=USER, password=PASSWORD) for login in self.logins)
        return CONFIGURATION.format(
            program=UNPACKED, root=self.root, port=self.port, tls_port=self.tls_port,
            domain=DOMAIN, refused=REFUSED, ciphers=self.ciphers,
            size_limit=self.size_limit, authenticators=authenticators,
            advertise_tls="*" if self.starttls else ":", advertise_auth="*",
            login_rule="deny !authenticated = *\n       message = log in first"
            if self.logins else "")

    def _name_user(self) -> None:
        """Who Exim is, and that the folder is that user's."""
        mine = os.getuid() != 0
        user, group = (os.getuid(), os.getgid()) if mine else (NOBODY, NOBODY)
        names = {EXIM_USER: (user, group), "root": (0, 0), "mail": (8, 8)}
        (self.root / "passwd").write_text("".join(
            f"{name}:x:{uid}:{gid}::/:/bin/false\n" for name, (uid, gid) in names.items()))
        (self.root / "group").write_text("".join(
            f"{name}:x:{gid}:\n" for name, (_, gid) in names.items()))
        self.root.chmod(0o755)
        for path in () if mine else (self.root, *self.root.rglob("*")):
            if path != self._config_path:  # Exim trusts none but root's
                os.chown(path, user, group)
