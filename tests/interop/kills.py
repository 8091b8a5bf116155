"""Power lost at random moments while a host stores.

What a module has answered OK to is there when it is on again; what it has not is there as it was
before, or as it was to become, and whole.

    kill_often("he910", state, certificates, count=1000, seed=1)
"""

from __future__ import annotations

import random
import re
import signal
import termios
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from itertools import count as counting, product
from pathlib import Path

from support.certs import Certificates
from support.modem import Modem, program_path
from support.patience import EXIT_S

from .driver import CA, CERTIFICATE, DELETE, KEY, READ, Driver, final
from .fibocom_driver import FibocomDriver
from .quectel_driver import QuectelDriver

STORING_S = 0.06   # a kill comes in this time of storing, which is some tens of stores
STARTING_S = 0.03  # or in this time of starting
START_KILLS = 8    # one in so many kills is followed by one of the daemon that starts

WHOLE, TORN, LOST = ENDS = "whole", "torn", "lost"  # how a change of a file ends with the program

Value = str | None  # what an entry holds; None: nothing


class Entry:
    """One thing that a module keeps.  `written` is what is known to be there, `begun` what may be:
    the module was killed before it had answered."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.written: Value = None
        self.begun: list[Value] = []

    def next_value(self, luck: random.Random) -> Value:
        raise NotImplementedError

    def prepare(self, driver: Driver, luck: random.Random) -> None:
        """What a store needs and is no part of it, for who looks at the store alone."""

    def write(self, driver: Driver, value: Value) -> None:
        """Comes back when the module has answered OK."""
        raise NotImplementedError

    def read(self, driver: Driver) -> Value:
        raise NotImplementedError

    def store(self, driver: Driver, luck: random.Random) -> None:
        value = self.next_value(luck)
        self.begun = [value]
        self.write(driver, value)
        self.written, self.begun = value, []

    def check(self, driver: Driver) -> bool:
        """Whether what had no answer is there."""
        found = self.read(driver)
        allowed = [self.written, *self.begun]
        assert found in allowed, f"{self.name} is {found!r}, may be {allowed}"
        is_new = found in self.begun
        self.written, self.begun = found, []
        return is_new


class Apn(Entry):
    """The name of a context, which the module stores by itself."""

    _numbers = counting()

    def __init__(self, cid: int) -> None:
        super().__init__(f"+CGDCONT {cid}")
        self._cid = cid

    def next_value(self, luck: random.Random) -> Value:
        return f"net{next(self._numbers)}" + "x" * luck.randrange(40)

    def write(self, driver: Driver, value: Value) -> None:
        driver.ok(f'AT+CGDCONT={self._cid},"IP","{value}"')

    def read(self, driver: Driver) -> Value:
        driver.type("AT+CGDCONT?")
        match = re.search(rf'\+CGDCONT: {self._cid},"IP","([^"]*)"', driver.result().decode())
        return match[1] if match else None


class Profile(Entry):
    """A register in the profile that &W stores."""

    def __init__(self, first: str) -> None:
        super().__init__("profile")
        self.written = first

    def next_value(self, luck: random.Random) -> Value:
        return f"{luck.randrange(20, 256):03d}"

    def write(self, driver: Driver, value: Value) -> None:
        driver.ok(f"ATS12={value};&W")

    def read(self, driver: Driver) -> Value:
        return driver.query("ATS12?")


class SecurityData(Entry):
    """A certificate or a key of a Telit."""

    def __init__(self, kind: int, texts: Sequence[bytes]) -> None:
        super().__init__(f"security data {kind}")
        self._kind = kind
        self._texts = texts

    def next_value(self, luck: random.Random) -> Value:
        return luck.choice([None, *(text.decode() for text in self._texts)])

    def write(self, driver: Driver, value: Value) -> None:
        if value is None:
            driver.ok(f"AT#SSLSECDATA=1,{DELETE},{self._kind}")
        else:
            driver.store(self._kind, value.encode())

    def read(self, driver: Driver) -> Value:
        head, tail = f"\r\n#SSLSECDATA: 1,{self._kind}\r\n".encode(), b"\r\n" + final("OK")
        driver.type(f"AT#SSLSECDATA=1,{READ},{self._kind}")
        answer = driver.host.read_until(tail)
        assert answer.startswith(head), answer
        text = answer[len(head):-len(tail)].decode()
        return None if text == "No data stored" else text


class File(Entry):
    """A file in the NVRAM of a Quectel; it is known by the checksum that the module tells."""

    def __init__(self, driver: QuectelDriver, name: str, texts: Sequence[bytes]) -> None:
        super().__init__(name)
        self._texts: dict[str, bytes] = {}
        for text in texts:
            self._texts[driver.upload(name, text)] = text
            self._delete(driver)

    def next_value(self, luck: random.Random) -> Value:
        return luck.choice([None, *self._texts])

    def write(self, driver: Driver, value: Value) -> None:
        assert isinstance(driver, QuectelDriver)
        if self.written is not None:  # a file is not written over
            self.begun.append(None)
            self._delete(driver)
            self.written, self.begun = None, [value]
        if value is not None:
            assert driver.upload(self.name, self._texts[value]) == value

    def _delete(self, driver: Driver) -> None:
        driver.ok(f'AT+QSECDEL="{self.name}"')

    def read(self, driver: Driver) -> Value:
        driver.type(f'AT+QSECREAD="{self.name}"')
        match = re.search(rb"\+QSECREAD: 1,([0-9a-f]+)", driver.result())
        return match[1].decode() if match else None


class Message(Entry):
    """A message that the host has written; the SIM has places for them."""

    _numbers = counting()

    def __init__(self) -> None:
        super().__init__("+CMGW")

    def next_value(self, luck: random.Random) -> Value:
        return None if self.written is not None and luck.randrange(3) == 0 else f"m{next(self._numbers)}" + "x" * luck.randrange(120)

    def write(self, driver: Driver, value: Value) -> None:
        if self.written is not None:  # a message is not written over
            self.begun.append(None)
            driver.ok("AT+CMGD=1,4")
            self.written, self.begun = None, [value]
        if value is None:
            return
        driver.ok("AT+CMGF=1")
        driver.type('AT+CMGW="+391234567"')
        driver.host.read_until(b"\r\n> ")
        driver.host.write(value.encode() + b"\x1a")
        assert b"+CMGW: 1\r\n" in driver.result()

    def read(self, driver: Driver) -> Value:
        driver.ok("AT+CMGF=1")
        driver.type('AT+CMGL="ALL"')
        found = re.findall(rb"\+CMGL: .*\r\n(.*)\r\n", driver.result())
        assert len(found) < 2, found
        return found[0].decode() if found else None


class Year(Entry):
    """Of the clock, which goes on while the module is off, unless a host wants the network's time."""

    def __init__(self) -> None:
        super().__init__("+CCLK")

    def store(self, driver: Driver, luck: random.Random) -> None:
        if self.written is None:  # the year of the network's
            self.written = self.read(driver)
        super().store(driver, luck)

    def check(self, driver: Driver) -> bool:
        return self.written is not None and super().check(driver)

    def next_value(self, luck: random.Random) -> Value:
        return f"{luck.randrange(30, 50)}"

    def write(self, driver: Driver, value: Value) -> None:
        driver.ok(f'AT+CCLK="{value}/05/01,12:00:00+04"')

    def read(self, driver: Driver) -> Value:
        driver.type("AT+CCLK?")
        match = re.search(rb'\+CCLK: "(\d\d)/', driver.result())
        assert match
        return match[1].decode()


class Disk(Entry):
    """A file of UFS, which a host reads back; one of more than 8 kB is stored as several entries, in one change."""

    BYTES = 9_000

    @staticmethod
    def text_of(value: str) -> bytes:
        return (value.encode() + b"\n") * (Disk.BYTES // (len(value) + 1))

    def next_value(self, luck: random.Random) -> Value:
        return f"v{luck.randrange(1 << 30)}"

    @staticmethod
    def upload(driver: Driver, name: str, data: bytes) -> None:
        driver.type(f'AT+QFUPL="{name}",{len(data)}')
        driver.host.read_until(b"CONNECT\r\n")
        driver.host.write(data)
        assert f"+QFUPL: {len(data)},".encode() in driver.result()

    @staticmethod
    def delete(driver: Driver, name: str) -> None:
        driver.ok(f'AT+QFDEL="{name}"')

    def download(self, driver: Driver) -> bytes | None:
        driver.type(f'AT+QFLST="{self.name}"')
        if b"+QFLST: " not in driver.result():
            return None
        driver.type(f'AT+QFDWL="{self.name}"')
        driver.host.read_until(b"\r\nCONNECT\r\n")
        said = driver.host.read_until(final("OK"))
        match = re.search(rb"\r\n\+QFDWL: (\d+),[0-9a-f]+\r\n\r\nOK\r\n$", said)
        assert match and int(match[1]) == match.start(), said[-100:]
        return said[:match.start()]

    def read(self, driver: Driver) -> Value:
        data = self.download(driver)
        if data is None:
            return None
        value = data.split(b"\n")[0].decode()
        assert data == self.text_of(value), f"{self.name} is not whole: {data[:40]!r}…"
        return value


class Uploaded(Disk):
    """By +QFUPL, and deleted by +QFDEL."""

    def write(self, driver: Driver, value: Value) -> None:
        if self.written is not None:  # it is not written over
            self.begun.append(None)
            self.delete(driver, self.name)
            self.written, self.begun = None, [value]
        if value is not None:
            self.upload(driver, self.name, self.text_of(value))


class Renamed(Disk):
    """By +QFMOV: a file that lies ready gets the name of one that is there."""

    READY = "ready.txt"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._ready: Value = None  # what lies ready

    def prepare(self, driver: Driver, luck: random.Random) -> None:
        if self.written is None:
            self.begun = [self.name]
            self.upload(driver, self.name, self.text_of(self.name))
            self.written, self.begun = self.name, []
        driver.type(f'AT+QFLST="{self.READY}"')
        if b"+QFLST: " in driver.result():
            self.delete(driver, self.READY)
        value = super().next_value(luck)
        assert value is not None
        self.upload(driver, self.READY, self.text_of(value))
        self._ready = value

    def next_value(self, luck: random.Random) -> Value:
        return self._ready

    def store(self, driver: Driver, luck: random.Random) -> None:
        if self._ready is None:
            self.prepare(driver, luck)
        super().store(driver, luck)

    def write(self, driver: Driver, value: Value) -> None:
        self._ready = None
        driver.ok(f'AT+QFMOV="{self.READY}","{self.name}",0,1')


class Written(Disk):
    """By +QFWRITE in the middle, over the end of one entry and the beginning of the next."""

    PLACE, DIGITS = 8190, 9

    def __init__(self, driver: Driver, name: str) -> None:
        super().__init__(name)
        self.upload(driver, name, bytes(self.BYTES))
        self.written = "\0" * self.DIGITS

    def next_value(self, luck: random.Random) -> Value:
        return f"{luck.randrange(10 ** self.DIGITS):09d}"

    def write(self, driver: Driver, value: Value) -> None:
        assert value is not None
        driver.type(f'AT+QFOPEN="{self.name}",0')
        match = re.search(rb"\+QFOPEN: (\d+)", driver.result())
        assert match
        handle = match[1].decode()
        driver.ok(f"AT+QFSEEK={handle},{self.PLACE},0")
        driver.type(f"AT+QFWRITE={handle},{self.DIGITS},5")
        driver.host.read_until(b"CONNECT\r\n")
        driver.host.write(value.encode())
        assert f"+QFWRITE: {self.DIGITS},".encode() in driver.result()
        self.written, self.begun = value, []
        driver.ok(f"AT+QFCLOSE={handle}")

    def read(self, driver: Driver) -> Value:
        data = self.download(driver)
        assert data is not None and len(data) == self.BYTES, data and len(data)
        end = self.PLACE + self.DIGITS
        assert not any(data[:self.PLACE]) and not any(data[end:]), "bytes beside it have changed"
        return data[self.PLACE:end].decode()


class WebAddress(Entry):
    """What an NL668 asks for by HTTP."""

    _numbers = counting()

    def __init__(self) -> None:
        super().__init__("+HTTPSET")

    def next_value(self, luck: random.Random) -> Value:
        return f"http://h{next(self._numbers)}.example/" + "x" * luck.randrange(100)

    def write(self, driver: Driver, value: Value) -> None:
        driver.ok(f'AT+HTTPSET="URL","{value}"')

    def read(self, driver: Driver) -> Value:
        driver.type("AT+HTTPSET?")
        match = re.search(rb'"?URL"?,"(http[^"]*)"', driver.result())
        return match[1].decode() if match else None


def telit(driver: Driver, certificates: Certificates) -> list[Entry]:
    driver.ok("AT#SSLEN=1,1")
    driver.ok("AT#NITZ=0")
    pems = [certificates.pem(name).read_bytes() for name in ("ca", "other_ca", "client")]
    keys = [certificates.key(name).read_bytes() for name in ("client", "server")]
    return [Apn(2), Apn(3), Profile(driver.query("ATS12?")), SecurityData(CA, pems),
            SecurityData(CERTIFICATE, pems), SecurityData(KEY, keys), Message(), Year()]


def quectel(driver: Driver, certificates: Certificates) -> list[Entry]:
    assert isinstance(driver, QuectelDriver)
    pems = [certificates.pem(name).read_bytes() for name in ("ca", "other_ca", "client")]
    keys = [certificates.key(name).read_bytes() for name in ("client", "server")]
    return [Profile(driver.query("ATS12?")), File(driver, "NVRAM:CA0", pems),
            File(driver, "NVRAM:CC0", pems), File(driver, "NVRAM:CK0", keys), Message(), Year(),
            Uploaded("up.txt"), Renamed("moved.txt"), Written(driver, "written.txt")]


def fibocom(driver: Driver, _: Certificates) -> list[Entry]:
    web = [WebAddress()] if driver.modem.model.startswith("nl668") else []
    return [Apn(2), Apn(3), Profile(driver.query("ATS12?")), Message(), Year(), *web]


# Which file of src/ stores, and what shows that it does so all or nothing.
STORES: dict[str, tuple[type[Entry], ...]] = {
    "module/keep.c": (Apn, Profile, WebAddress),
    "module/messages.c": (Message,),
    "module/network_time.c": (Year,),
    "personalities/quectel/quectel_disk_store.c": (Uploaded, Renamed, Written),
    "personalities/quectel/quectel_files_part.c": (File,),
    "personalities/telit/telit_credentials.c": (SecurityData,),
}
# Not files that store: they hand on what others store.
PASS_ON = {"wrap/fault_storage.c"}

# Commands of each maker whose row says that a set is stored at once.  Those with an entry:
WITH_ENTRY = {"telit": {"+CGDCONT"}, "quectel": {"+CGDCONT"}, "fibocom": {"+CGDCONT", "+HTTPSET"}}
# The others: a set is one change of one key, as that of +CGDCONT, by the same function (keep_row() of module/keep.c).
AS_CGDCONT = {
    "telit": set("""#NITZ +CTZU +CSCA +WS46 #SELINT #SKIPESC #AUTOBND #BND #STIA #PLMNMODE #SLED #DSTO #E2SLRI #DIALMODE #SIMDET
                    #CMUXMODE #TXMONMODE #OMADMCEN #SGACTAUTH #SGACTCFG #SSLEN #SSLSECCFG #SSLSECCFG2 #SSLCFG #SCFG #SCFGEXT
                    #SCFGEXT2 #SCFGEXT3 #PADCMD #PADFWD #PKTSZ #SKTTO #SKTCT #SKTSET""".split()),
    "quectel": set("+QIURC +QNITZ +CTZU +CSCA".split()),
    "fibocom": set("+GTUSBMODE +CTZU +GTSET +CSCA".split()),
}

Maker = tuple[type[Driver], Callable[[Driver, Certificates], list[Entry]]]
MAKERS: dict[str, Maker] = {"he910": (Driver, telit), "le866": (Driver, telit),
                            "m95": (QuectelDriver, quectel), "l610": (FibocomDriver, fibocom),
                            "nl668-cn-00": (FibocomDriver, fibocom)}


@dataclass
class Counts:
    """What has happened."""

    kills: int = 0
    in_a_store: int = 0   # no answer had come
    stored: int = 0       # and the new value was there
    at_a_start: int = 0
    stores: int = 0       # answered OK

    def plus(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


def woken(modem: Modem, driver_of: type[Driver]) -> Driver:
    """A host whose echo is off, whatever the profile says."""
    driver = driver_of(modem)
    if driver_of is FibocomDriver:
        driver.host.read_until(final("+SIM READY"))
    driver.type("ATE0")
    driver.host.read_until(final("OK"))
    return driver


class Killer:
    """Kills the daemon within so many seconds, at a random moment."""

    def __init__(self, modem: Modem, luck: random.Random, within_s: float) -> None:
        self._modem = modem
        self._timer = threading.Timer(luck.uniform(0, within_s), self._kill)
        self._timer.start()

    def _kill(self) -> None:
        with suppress(AssertionError):  # there is no process yet
            self._modem.process.kill()

    def wait(self) -> None:
        self._timer.join()


class WriteKiller:
    """Has the daemon end itself at the n-th change of a file of its state (support/kill_at_write.c)."""

    def __init__(self, folder: Path, state: Path) -> None:
        self._at = folder / "kill-at"
        self._preloaded = program_path("tests/support/kill_at_write.so", "TLSMODEM_KILL_AT_WRITE")
        self.environment = {"LD_PRELOAD": str(self._preloaded), "TLSMODEM_KILL_FOLDER": str(state),
                            "TLSMODEM_KILL_AT": str(self._at)}

    def arm(self, number: int, how: str) -> None:
        whole = self._at.with_suffix(".new")
        whole.write_text(f"{number} {how}")
        whole.replace(self._at)

    def fail_power(self, modem: Modem) -> None:
        """Ends it now, with what is not on the disk yet."""
        modem.process.send_signal(signal.SIGRTMAX)
        assert modem.process.wait(EXIT_S) == -signal.SIGKILL
        modem.kill()

    def disarm(self) -> None:
        self._at.unlink(missing_ok=True)


def stored_or_killed(modem: Modem, driver: Driver, entry: Entry, luck: random.Random) -> bool:
    """Whether it is stored, and the daemon lives."""
    try:
        entry.store(driver, luck)
        return True
    except (AssertionError, OSError):
        if modem.process.wait(EXIT_S) != -9:  # it was no kill that ended the conversation
            raise
        return False


def kill_at_each_write(model: str, folder: Path, certificates: Certificates, *, seed: int) -> Iterator[Counts]:
    """For each thing that the module keeps: the daemon ends at the first change of a file that storing it makes, at the
    second, and so on to the last; then the same with a write torn, and once more with a loss of power, which takes what
    is not on the disk yet, at the last also after the OK.  Gives the counts after each kill; AssertionError when
    something is lost."""
    driver_of, make = MAKERS[model]
    luck, counts, state = random.Random(seed), Counts(), folder / "state"
    killer = WriteKiller(folder, state)
    with Modem(model, state=state, environment=killer.environment) as modem:
        entries = make(woken(modem, driver_of), certificates)
        driver: Driver | None = None
        for entry, how in product(entries, ENDS):
            for number in counting(1):
                if driver is None:
                    modem.kill()
                    modem.start()
                    driver = woken(modem, driver_of)
                    counts.stored += sum(each.check(driver) for each in entries)
                entry.prepare(driver, luck)
                killer.arm(number, how)
                is_stored = stored_or_killed(modem, driver, entry, luck)
                killer.disarm()
                driver = None
                if is_stored:
                    counts.stores += 1
                    break
                counts.kills += 1
                counts.in_a_store += 1
                yield counts
            killer.fail_power(modem) if how == LOST else modem.kill()
            modem.start()
            driver = woken(modem, driver_of)
            counts.stored += sum(each.check(driver) for each in entries)
    yield counts


def store_until_killed(modem: Modem, driver: Driver, entries: Sequence[Entry],
                       luck: random.Random) -> int:
    """Stores one thing after the other; how many of them were answered OK."""
    killer = Killer(modem, luck, STORING_S)
    for done in counting():
        try:
            luck.choice(entries).store(driver, luck)
        except (AssertionError, OSError):
            killer.wait()
            if modem.process.wait(1) != -9:  # it was no kill that ended the conversation
                raise
            return done
    raise AssertionError("never")


def kill_often(model: str, state: Path, certificates: Certificates, *, count: int,
               seed: int) -> Iterator[Counts]:
    """Kills so often, and gives the counts after each; AssertionError when something is lost."""
    driver_of, make = MAKERS[model]
    luck = random.Random(seed)
    counts = Counts()
    with Modem(model, state=state) as modem:
        entries = make(woken(modem, driver_of), certificates)
        modem.kill()
        while counts.kills < count:
            modem.start()
            driver = woken(modem, driver_of)
            for entry in entries:
                counts.stored += entry.check(driver)
            counts.stores += store_until_killed(modem, driver, entries, luck)
            counts.kills += 1
            counts.in_a_store += any(entry.begun for entry in entries)
            modem.kill()
            if luck.randrange(START_KILLS) == 0:
                counts.kills += 1
                counts.at_a_start += kill_at_start(modem, luck)
            yield counts
        modem.start()
        driver = woken(modem, driver_of)
        for entry in entries:
            counts.stored += entry.check(driver)
    yield counts


def kill_at_start(modem: Modem, luck: random.Random) -> bool:
    """Whether it was killed before it was ready."""
    killer = Killer(modem, luck, STARTING_S)
    try:
        modem.start()
        was_ready = True
    except (RuntimeError, OSError, termios.error):
        was_ready = False
    killer.wait()
    modem.kill()
    return not was_ready
