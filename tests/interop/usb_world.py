"""Runs ModemManager with one pseudo-terminal that it takes for the port of a USB modem.

    unshare --mount --propagation private python3 usb_world.py PTY VENDOR PRODUCT INTERFACE FOLDER

ModemManager knows ports by /sys alone, where a pseudo-terminal is not; so it gets a /sys of its own,
in a mount namespace, with a bus of its own.  Its plugins go by the numbers of the USB device.  Each
line on standard input is a command of mmcli, as JSON; each answer a line: status, output, errors.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={}</listen><auth>EXTERNAL</auth><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
"""
PCI = Path("/sys/devices/pci0000:00/0000:00:01.0")
POLL_S = 0.05


def make_sys(name: str, vendor: str, product: str, interface: str) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "none", "/sys"], check=True)
    device = PCI / "usb1/1-1"
    port = device / "1-1:1.0/tty" / name
    port.mkdir(parents=True)
    for folder in ("/sys/class/tty", "/sys/bus/usb/drivers/option", "/sys/bus/pci"):
        Path(folder).mkdir(parents=True)
    files = {device / "idVendor": vendor, device / "idProduct": product, device / "product": "modem",
             device / "manufacturer": "maker", device / "bcdDevice": "0000"}
    for field, value in (("Class", "ff"), ("SubClass", "ff"), ("Protocol", "ff"), ("Number", interface)):
        files[device / f"1-1:1.0/bInterface{field}"] = value
    for path, text in files.items():
        path.write_text(text + "\n")
    links = {PCI / "subsystem": "/sys/bus/pci", device / "subsystem": "/sys/bus/usb",
             device / "1-1:1.0/subsystem": "/sys/bus/usb", device / "1-1:1.0/driver": "/sys/bus/usb/drivers/option",
             port / "subsystem": "/sys/class/tty", port / "device": str(device / "1-1:1.0"),
             Path("/sys/class/tty", name): str(port)}
    for path, target in links.items():
        path.symlink_to(target)


def serve() -> None:
    for line in sys.stdin:
        done = subprocess.run(["mmcli", "--timeout=120", *json.loads(line)], capture_output=True, text=True,
                              check=False, stdin=subprocess.DEVNULL)
        print(json.dumps([done.returncode, done.stdout, done.stderr]), flush=True)


def main() -> None:
    pty, vendor, product, interface, place = sys.argv[1:]
    folder = Path(place)
    name = f"ttyTM{os.getpid()}"
    link = Path("/dev", name)
    running: list[subprocess.Popen[bytes]] = []
    make_sys(name, vendor, product, interface)
    (folder / "bus.conf").write_text(BUS.format(folder / "bus"))
    (folder / "events").write_text(f"action=add,subsystem=tty,name={name}\n")
    address = f"unix:path={folder / 'bus'}"
    os.environ.update(DBUS_SYSTEM_BUS_ADDRESS=address, DBUS_SESSION_BUS_ADDRESS=address)
    link.symlink_to(os.path.realpath(pty))
    try:
        running.append(subprocess.Popen(["dbus-daemon", f"--config-file={folder / 'bus.conf'}", "--nofork"]))
        while not (folder / "bus").exists():
            time.sleep(POLL_S)
        with open(folder / "modem-manager.log", "wb") as log:
            running.append(subprocess.Popen(
                ["ModemManager", "--test-session", "--test-no-udev", "--test-no-suspend-resume", "--no-auto-scan",
                 "--debug", f"--initial-kernel-events={folder / 'events'}"], stdout=log, stderr=log))
        serve()
    finally:
        for process in reversed(running):
            process.terminate()
            process.wait()
        link.unlink()


main()
