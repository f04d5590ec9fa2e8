"""Tries a JupyterHub with this checkout: students with accounts of their own run lessons at once, and their memory is measured.

    sudo .venv/bin/python course/hub/trial.py                      four run lesson 1 and four lesson 5; then two 6; then the same 7
    sudo .venv/bin/python course/hub/trial.py 01:8 06:4            other rounds: lesson:students, and with a comma others at once

Needs Linux, root, and `npm run hub` before, in a checkout that everybody can read. The hub listens on 127.0.0.1 alone. The
accounts, onpa-trial-1 and so on, their homes and the hub's files are gone afterwards.
"""

import argparse
import asyncio
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tornado.httpclient import AsyncHTTPClient, HTTPRequest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from trial_lesson import run_lesson
from trial_memory import Watch, left_behind

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "onpa-trial-"

CONFIG = """
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub_port}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.ConfigurableHTTPProxy.command = ["node", "{root}/course/hub/node_modules/configurable-http-proxy/bin/configurable-http-proxy"]
c.JupyterHub.spawner_class = "localprocess"
c.Spawner.cmd = ["{root}/course/hub/start", "{bin}/jupyterhub-singleuser"]
c.Spawner.notebook_dir = "~"
c.Spawner.default_url = "/lab/tree/onpa/01-waveform.ipynb"
c.Spawner.environment = {{"PATH": "{bin}:{path}"}}
c.Spawner.start_timeout = 120
# Nobody comes in by a page: the trial has a token, and this password is told to nobody.
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "{password}"
c.Authenticator.allowed_users = {users}
c.JupyterHub.services = [{{"name": "trial", "api_token": "{token}"}}]
c.JupyterHub.load_roles = [
    {{"name": "trial", "scopes": ["admin:users", "admin:servers", "access:servers"], "services": ["trial"]}}
]
c.JupyterHub.db_url = "sqlite:///{work}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{work}/cookie_secret"
c.ConfigurableHTTPProxy.pid_file = "{work}/proxy.pid"
"""


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def read_rounds(words):
    """Each round as the lessons of its students: '01:2,05:1' is ['01', '01', '05']."""
    rounds = []
    for word in words:
        lessons = []
        for part in word.split(","):
            name, _, count = part.partition(":")
            if not name or not (count or "1").isdigit():
                sys.exit(f"{part!r} is no round: write lesson:students, for example 01:4,05:4")
            found = sorted((ROOT / "notebooks").rglob(f"{name}*.ipynb"))
            if not found:
                sys.exit(f"No lesson starts with {name}: see notebooks/")
            lessons += [str(found[0].relative_to(ROOT / "notebooks"))] * int(count or 1)
        rounds.append(lessons)
    return rounds


def problems():
    if os.getuid() != 0:
        yield "only root may make accounts: sudo .venv/bin/python course/hub/trial.py"
    if not (Path(sys.prefix) / "bin" / "jupyterhub-singleuser").exists():
        yield "JupyterHub is not installed: npm run hub"
    if not shutil.which("useradd"):
        yield "useradd is missing: apt install passwd"
    for name in [account.pw_name for account in pwd.getpwall() if account.pw_name.startswith(PREFIX)]:
        yield f"an account {name} is there already: if an earlier trial has left it, sudo userdel --remove {name}"
    for folder in [ROOT, *ROOT.parents, Path(sys.executable).resolve().parent, *Path(sys.executable).resolve().parents]:
        if folder.exists() and not folder.stat().st_mode & 0o005 == 0o005:
            yield f"others than its owner cannot read {folder}: move the checkout, or its Python, to /opt, say"


def make_accounts(count, homes, names):
    """Adds each name as its account is made: what is in `names` is the trial's, and may be removed, though the next fail."""
    for number in range(1, count + 1):
        name = f"{PREFIX}{number}"
        subprocess.run(["useradd", "--create-home", "--base-dir", homes, "--shell", "/bin/sh", name], check=True)
        names.append(name)
        os.chmod(homes / name, 0o700)


def remove_accounts(names):
    for name in names:
        try:
            uid = pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
        for pid in left_behind(uid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # It has ended by itself meanwhile.
        done = subprocess.run(["userdel", "--remove", name], stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            print(f"The account {name} is left: {done.stderr.strip()}", file=sys.stderr)


def stop(process):
    """Asks the hub to end, then ends it."""
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def files_of_checkout():
    """What can change in it: path, size and time of each file but the packages'."""
    skipped = {"node_modules", ".venv", ".git", "build"}
    found = {}
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in skipped]
        for name in names:
            path = Path(folder, name)
            found[path] = (path.lstat().st_size, path.lstat().st_mtime_ns)
    return found


def where_files_are(name, home):
    """The size of a student's files by folder of the home, and those that are elsewhere."""
    uid = pwd.getpwnam(name).pw_uid
    listed = subprocess.run(
        ["find", "/", "-xdev", "-user", str(uid), "-type", "f", "-printf", "%p\t%s\n"], capture_output=True, text=True
    )
    inside, outside = {}, []
    for line in listed.stdout.splitlines():
        path, size = line.rsplit("\t", 1)
        if path.startswith("/proc/"):
            continue
        if path.startswith(f"{home}/"):
            folder = path[len(str(home)) + 1 :].split("/")[0]
            inside[folder] = inside.get(folder, 0) + int(size)
        else:
            outside.append(path)
    return inside, outside


class Hub:
    """The hub's REST API, with the rights of the trial."""

    def __init__(self, port, token):
        self.url = f"http://127.0.0.1:{port}"
        self.headers = {"Authorization": f"token {token}"}

    async def ask(self, method, path, body=None):
        request = HTTPRequest(
            f"{self.url}{path}",
            method=method,
            headers=self.headers,
            body=json.dumps(body) if body is not None else None,
            allow_nonstandard_methods=True,
            request_timeout=120,
        )
        response = await AsyncHTTPClient().fetch(request, raise_error=False)
        if response.code >= 400:
            raise RuntimeError(f"{method} {path}: {response.code} {response.reason} {(response.body or b'')[:300]!r}")
        return json.loads(response.body) if response.body else None

    async def until(self, what, condition, patience=120):
        end = time.monotonic() + patience
        while time.monotonic() < end:
            try:
                if await condition():
                    return
            except (OSError, RuntimeError):
                pass
            await asyncio.sleep(0.25)
        raise RuntimeError(f"{what} has not happened within {patience} s")

    async def start_server(self, name):
        await self.ask("POST", f"/hub/api/users/{name}/server", {})

        async def is_ready():
            user = await self.ask("GET", f"/hub/api/users/{name}")
            return user["servers"].get("", {}).get("ready")

        await self.until(f"The server of {name}", is_ready)


async def run_rounds(hub, process, names, rounds, watch):
    async def answers():
        if process.poll() is not None:
            sys.exit(f"The hub ended with status {process.returncode}.")
        return await hub.ask("GET", "/hub/api/")

    await hub.until("The hub's answer", answers)
    start = time.monotonic()
    await asyncio.gather(*(hub.start_server(name) for name in names))
    print(f"{len(names)} servers started at once: {time.monotonic() - start:.1f} s", flush=True)
    failed = 0
    for lessons in rounds:
        print(f"\n{', '.join(lessons)} at once", flush=True)
        start = time.monotonic()
        watch.begin()
        works = [run_lesson(hub, name, lesson) for name, lesson in zip(names, lessons)]
        results = await asyncio.gather(*works, return_exceptions=True)
        peaks = watch.end()
        for name, lesson, result in zip(names, lessons, results):
            uid = pwd.getpwnam(name).pw_uid
            kernel, server = peaks.get((uid, "kernel"), {}), peaks.get((uid, "server"), {})
            numbers = "   ".join(
                f"{role} {peak.get('rss', 0):6.0f} MB, its part {peak.get('pss', 0):6.0f} MB"
                for role, peak in (("kernel", kernel), ("server", server))
            )
            outcome = result if isinstance(result, Exception) else f"{result['cells']} cells"
            failed += isinstance(result, Exception)
            seconds = 0 if isinstance(result, Exception) else result["seconds"]
            times = f"{seconds:6.1f} s, computed {kernel.get('computed', 0):6.1f} s"
            print(f"  {name} {lesson:22} {times}   {numbers}   {outcome}", flush=True)
        print(f"  together {time.monotonic() - start:.1f} s, at most {peaks['together']:.0f} MB in all", flush=True)
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rounds", nargs="*", default=["01:4,05:4", "06:2", "07:2"], metavar="LESSON:STUDENTS")
    options = parser.parse_args()
    missing = list(dict.fromkeys(problems()))
    if missing:
        sys.exit("\n  - ".join(["The trial cannot start:", *missing]))
    rounds = read_rounds(options.rounds)
    work = Path(tempfile.mkdtemp(prefix="onpa-trial-"))
    # Students find their homes in it; the hub's own files are the hub's alone.
    work.chmod(0o711)
    (work / "hub").mkdir(mode=0o700)
    (work / "homes").mkdir()
    names, process = [], None
    before = files_of_checkout()
    try:
        make_accounts(max(map(len, rounds)), work / "homes", names)
        port, token = free_port(), secrets.token_hex(32)
        config = CONFIG.format(
            port=port,
            hub_port=free_port(),
            proxy_port=free_port(),
            root=ROOT,
            bin=Path(sys.prefix) / "bin",
            path=os.environ["PATH"],
            password=secrets.token_urlsafe(24),
            token=token,
            users=set(names),
            work=work / "hub",
        )
        (work / "hub" / "jupyterhub_config.py").write_text(config)
        log = open(ROOT / "build" / "hub-trial.log" if (ROOT / "build").is_dir() else work / "hub.log", "wb")
        command = [sys.executable, "-m", "jupyterhub", "-f", work / "hub" / "jupyterhub_config.py"]
        process = subprocess.Popen(command, cwd=work / "hub", stdout=log, stderr=log)
        with Watch({pwd.getpwnam(name).pw_uid for name in names}) as watch:
            failed = asyncio.run(run_rounds(Hub(port, token), process, names, rounds, watch))
        print("\nFiles, in MB:")
        for name in names:
            inside, outside = where_files_are(name, work / "homes" / name)
            sizes = ", ".join(f"~/{folder} {size / 1e6:.1f}" for folder, size in sorted(inside.items()) if size > 50_000)
            print(f"  {name}: {sizes}; elsewhere {', '.join(outside) or 'none'}")
        after = files_of_checkout()
        changed = [str(path) for path in before.keys() | after.keys() if before.get(path) != after.get(path)]
        print(f"  changed in the checkout: {changed or 'nothing'}")
        stop(process)
        status = process.returncode
        left = {name: left_behind(pwd.getpwnam(name).pw_uid) for name in names}
        left = {name: pids for name, pids in left.items() if pids}
        print(f"\nThe hub was stopped (status {status}). Processes that are left: {left or 'none'}")
        return 1 if failed or left or changed else 0
    finally:
        try:
            stop(process)
        finally:
            remove_accounts(names)
            shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
