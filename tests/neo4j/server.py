"""A real Neo4j Community server without a container: its jars come from Maven Central, its data lie in one folder.

For tests `with running(folder) as server:`; by hand `make neo4j` and `make neo4j-stop`, which call `python -m tests.neo4j.server start|stop`.
Needs Java 17 or newer and, the first time, Maven.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

VERSION = "5.26.30"
ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / ".neo4j"
SETTINGS = {
    "server.default_listen_address": "127.0.0.1",
    "server.http.enabled": "false",
    "server.memory.pagecache.size": "128m",
    "dbms.usage_report.enabled": "false",
    # An empty home of 2 MB, not 516.
    "db.tx_log.preallocate": "false",
    # Stops in a second, not in eleven.
    "db.shutdown_transaction_end_timeout": "1s",
    "internal.dbms.bolt.netty_server_shutdown_quiet_period": "0",
}
_OPENS = [f"--add-opens=java.base/{p}=ALL-UNNAMED" for p in ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")]
_JVM = ["-Xms512m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dlog4j2.disable.jmx=true", *_OPENS]


class CannotStart(Exception):
    """Java or Maven is missing, or the server stopped at once; the text says which."""


@dataclass(frozen=True)
class Server:
    uri: str
    password: str | None
    home: Path
    process: subprocess.Popen

    @property
    def environment(self) -> dict[str, str]:
        """What `kg` reads user and password from."""
        return {"NEO4J_USERNAME": "neo4j", "NEO4J_PASSWORD": self.password} if self.password else {}


def jars(version: str = VERSION) -> Path:
    """The folder with the server's jars; fetched once for each version."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kg" / f"neo4j-{version}"
    if not cache.is_dir():
        if not shutil.which("mvn"):
            raise CannotStart("Maven (mvn), which fetches Neo4j's jars,")
        cache.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache.parent) as aside:
            goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={aside}/lib", f"-Dneo4j.version={version}"]
            done = subprocess.run(["mvn", "-B", "-q", "-f", str(Path(__file__).with_name("pom.xml")), *goal], capture_output=True, text=True)
            if done.returncode:
                raise CannotStart(f"Maven's copy of Neo4j {version} ({done.stdout[-500:]}{done.stderr[-500:]})")
            with contextlib.suppress(OSError):  # another process was faster
                os.rename(f"{aside}/lib", cache)
    return cache


def java(version: str = VERSION) -> list[str]:
    found = os.environ.get("NEO4J_JAVA") or shutil.which("java")
    if not found:
        raise CannotStart("Java 17 or newer, on which Neo4j runs,")
    return [found, *_JVM, "-cp", f"{jars(version)}/*"]


def admin(home: Path, *arguments: str, version: str = VERSION, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run `neo4j-admin` for the server of that home."""
    environment = os.environ | {"NEO4J_HOME": str(home), "NEO4J_CONF": str(home / "conf")}
    return subprocess.run([*java(version), "org.neo4j.cli.AdminTool", *arguments], env=environment, cwd=cwd or home, capture_output=True, text=True)


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def configure(home: Path, port: int, password: str | None, settings: Mapping[str, str] = {}, version: str = VERSION) -> None:
    """Write the settings; the password counts before the first start only."""
    own = {"server.bolt.listen_address": f"127.0.0.1:{port}", "dbms.security.auth_enabled": "true" if password else "false"}
    (home / "conf").mkdir(parents=True, exist_ok=True)
    (home / "conf/neo4j.conf").write_text("".join(f"{k}={v}\n" for k, v in (SETTINGS | own | dict(settings)).items()), encoding="utf-8")
    if password and not (home / "data/databases").exists():
        done = admin(home, "dbms", "set-initial-password", password, version=version)
        if done.returncode:
            raise CannotStart(f"Neo4j's initial password: {done.stderr[-500:]}")


def launch(
    home: Path, port: int, *, version: str = VERSION, main: str = "org.neo4j.server.CommunityEntryPoint", stay: bool = False, timeout: float = 180
) -> subprocess.Popen:
    """Start the server and wait until it answers. It ends with us, unless it is to `stay`."""
    die_with_us = (lambda: ctypes.CDLL(None).prctl(1, signal.SIGTERM)) if sys.platform == "linux" and not stay else None
    with open(home / "console.log", "ab") as log:
        process = subprocess.Popen(
            [*java(version), main, f"--home-dir={home}", f"--config-dir={home}/conf"], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            preexec_fn=die_with_us, start_new_session=stay,
        )  # fmt: skip
    end = time.time() + timeout
    while not _listens(port):
        if process.poll() is not None or time.time() > end:
            process.kill()
            raise CannotStart(f"Neo4j's server: {(home / 'console.log').read_text(errors='replace')[-2000:]}")
        time.sleep(0.1)
    return process


def _listens(port: int) -> bool:
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def running(
    home: Path, password: str | None = "only-for-tests", settings: Mapping[str, str] = {}, port: int | None = None, version: str = VERSION
) -> Iterator[Server]:
    home, port = home.resolve(), port or free_port()
    configure(home, port, password, settings, version)
    process = launch(home, port, version=version)
    try:
        yield Server(f"bolt://127.0.0.1:{port}", password, home, process)
    finally:
        process.terminate()
        process.wait(60)


def start(home: Path = HERE, port: int = 7687) -> str:
    """A server that stays, its data in `home`; what to type next."""
    secret, pid = home / "password", home / "pid"
    if not (pid.exists() and _alive(int(pid.read_text()))):
        if _listens(port):
            raise CannotStart(f"port {port}, which something else has taken,")
        home.mkdir(exist_ok=True)
        if not secret.exists():
            secret.touch(0o600)
            secret.write_text(secrets.token_hex(12))  # nothing that reads as an option
        configure(home, port, secret.read_text())
        pid.write_text(str(launch(home, port, stay=True).pid))
    uri = f"bolt://127.0.0.1:{port}"
    return f"Neo4j {VERSION} runs at {uri}\n  export NEO4J_USERNAME=neo4j NEO4J_PASSWORD={secret.read_text()}\n  .venv/bin/kg load graph --neo4j {uri}"


def stop(home: Path = HERE) -> str:
    pid = home / "pid"
    if not pid.exists() or not _alive(int(pid.read_text())):
        return "no Neo4j of `make neo4j` runs"
    number = int(pid.read_text())
    os.kill(number, signal.SIGTERM)
    end = time.time() + 60
    while _alive(number) and time.time() < end:
        time.sleep(0.1)
    pid.unlink()
    return f"Neo4j has stopped; its data stay in {home.name}"


def _alive(number: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(number, os.WNOHANG)
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    try:
        print({"start": start, "stop": stop}[sys.argv[1]]())
    except CannotStart as e:
        sys.exit(f"{e} is missing")
