"""Looks at the memory of the students' kernels and servers twice a second, and at their time, as Linux tells it in /proc."""

import os
import threading
from pathlib import Path

INTERVAL = 0.5


def owned(uids):
    """The processes of these users, with their owners."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                uid = entry.stat().st_uid
                if uid in uids:
                    yield entry, uid
            except OSError:
                # It has just ended.
                continue


def is_running(process):
    """Not one that has ended and that nobody has asked for its status yet."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def left_behind(uid):
    return sorted(int(entry.name) for entry, _ in owned({uid}) if is_running(entry))


def memory_of(process):
    """In MB: what is in memory of it, and the part that is left when each page is divided by those who share it."""
    numbers = {}
    for line in (process / "smaps_rollup").read_text().splitlines():
        words = line.split()
        if words[0] in ("Rss:", "Pss:"):
            numbers[words[0][:-1].lower()] = int(words[1]) * 1024 / 1e6
    return numbers


def time_of(process):
    """The seconds that it has computed so far, on all cores together."""
    # The name, which may have spaces, is in brackets.
    words = (process / "stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def role_of(process):
    words = (process / "cmdline").read_bytes().split(b"\0")
    if any(word.endswith(b"kernel/main.js") for word in words):
        return "kernel"
    return "server" if any(b"jupyterhub-singleuser" in word for word in words) else "other"


class Watch:
    """From `begin` to `end` it keeps the largest figures of each user's kernel and server, and of all together, in MB and s."""

    def __init__(self, uids):
        self.uids = uids
        self.peaks = {"together": 0.0}
        self.running = False
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join()

    def begin(self):
        self.peaks = {"together": 0.0}
        self.running = True

    def end(self):
        self.running = False
        return self.peaks

    def watch(self):
        while not self.stopped.wait(INTERVAL):
            if self.running:
                self.look()

    def look(self):
        together = 0.0
        peaks = self.peaks
        for process, uid in owned(self.uids):
            try:
                numbers, role = {**memory_of(process), "computed": time_of(process)}, role_of(process)
            except OSError:
                continue
            together += numbers.get("pss", 0.0)
            peak = peaks.setdefault((uid, role), {})
            for kind, value in numbers.items():
                peak[kind] = max(peak.get(kind, 0.0), value)
        peaks["together"] = max(peaks["together"], together)
