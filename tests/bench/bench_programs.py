"""Starts and ends the programs under test, each on a CPU of its own, and reads what they used."""

import os
import shlex
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

HERE = Path(__file__).parent
STOP_SECONDS = 15.0


class ProgramFailedError(Exception):
    """A program ended or never became ready; the message holds the end of its output."""


@dataclass(frozen=True, slots=True)
class Cpus:
    """The CPU of the program under test and the one of generator and stand-ins; None: not pinned."""

    server: int | None
    load: int | None


def choose_cpus() -> Cpus:
    """Return two different CPUs where this process may use two, else no pinning at all."""
    allowed = sorted(os.sched_getaffinity(0))
    return Cpus(allowed[0], allowed[1]) if len(allowed) > 1 else Cpus(None, None)


@dataclass(slots=True)
class Program:
    """One running program and the file its output goes to."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path
    ports: dict[str, int] = field(default_factory=dict)

    def cpu_seconds(self) -> float:
        """Return user and system time used so far, from `/proc/<pid>/stat` (ticks of 10 ms)."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        # After the command's name: utime, stime, cutime, cstime are fields 14 to 17 of proc(5).
        return sum(int(ticks) for ticks in fields[11:15]) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End the program, by force when it doesn't end by itself in time."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def require_running(self) -> None:
        """Check that the program still runs.

        Raises:
            ProgramFailedError: It has ended.
        """
        if self.process.poll() is not None:
            raise ProgramFailedError(
                f"{self.name} ended by itself (exit code {self.process.returncode}); it wrote:\n{self.output_end()}"
            )

    def output_end(self) -> str:
        """Return the last 20 lines that the program wrote."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])


def start(name: str, command: list[str], settings: dict[str, str], work_dir: Path, cpu: int | None) -> Program:
    """Start a program with only these settings, pinned to `cpu`.

    Raises:
        ProgramFailedError: The command can't be started at all.
    """
    log = work_dir / f"{name}-{time.monotonic_ns()}.log"
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(work_dir), "LANG": "C.UTF-8", **settings}
    with log.open("wb") as output:
        try:
            process = spawn(command, environment, output, cpu)
        except OSError as error:
            raise ProgramFailedError(f"{name} can't be started: {shlex.join(command)}: {error}") from error
    return Program(name, process, log)


def spawn(
    command: list[str], environment: dict[str, str], output: IO[bytes] | int, cpu: int | None
) -> "subprocess.Popen[bytes]":
    """Start a process that inherits `cpu` as its only one, before its first instruction."""
    before = os.sched_getaffinity(0)
    if cpu is not None:
        os.sched_setaffinity(0, {cpu})
    try:
        return subprocess.Popen(  # noqa: S603 - The commands are the benchmark's own.
            command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    finally:
        os.sched_setaffinity(0, before)


def reference_command(name: str) -> list[str]:
    """Return the command of one of the programs beside this file."""
    return [sys.executable, str(HERE / f"{name}.py")]


def product_command() -> list[str]:
    """Return the product's command: `anchorwatch run` of the environment this interpreter is from."""
    return [str(Path(sys.executable).parent / "anchorwatch"), "run"]


def free_port() -> int:
    """Return a loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
