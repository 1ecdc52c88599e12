"""Turns the rounds into ratios with their spread, and prints them with what they were measured on."""

import importlib.metadata
import os
import platform
import shlex
import statistics
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PACKAGES = ("anchorwatch", "aiohttp", "boto3", "botocore", "cryptography", "slack_bolt", "slack_sdk")

DISTURBED_MS = 3.0
"""A generator later than this (p99) was kept off its CPU by other work; an idle machine stays below 1 ms."""

Rounds = dict[str, list[dict[str, float]]]
"""The measures of each program, one dict a round."""


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison: a measure, the program it is held against, and the goal that the project set."""

    number: str
    what: str
    measure: str
    reference: str
    goal: str = ""


ROWS = (
    Row("P1", "detections a second, queue to posted", "detections_per_second", "bare_durable_loop", "≥ 0.50x"),
    Row("P1", "CPU ms a detection", "cpu_ms_per_detection", "bare_durable_loop", "≤ 2.0x"),
    Row("P4", "click to ack, p50 ms", "ack_p50_ms", "bare_ack"),
    Row("P4", "click to ack, p99 ms", "ack_p99_ms", "bare_ack", "≤ 6x, ≤ 30 ms"),
    Row("P10", "start to ready, ms", "start_ms", "bare_import", "≤ 2.0x"),
    Row("P13", "approval to first AWS call, p50 ms", "first_call_p50_ms", "bare_handler"),
    Row("P13", "approval to first AWS call, p99 ms", "first_call_p99_ms", "bare_handler", "≤ 3x, ≤ 150 ms"),
    Row("P13", "approval to DeleteTrustAnchor, p50 ms", "delete_p50_ms", "bare_handler"),
    Row("P13", "approval to DeleteTrustAnchor, p99 ms", "delete_p99_ms", "bare_handler"),
)


def comparisons(rounds: Rounds, subjects: list[str]) -> list[dict[str, Any]]:
    """Return every row for which both sides were measured: medians, and the ratios of the rounds."""
    found = []
    for row in ROWS:
        for subject in subjects:
            mine = [r[row.measure] for r in rounds.get(subject, []) if row.measure in r]
            theirs = [r[row.measure] for r in rounds.get(row.reference, []) if row.measure in r]
            if mine and theirs:
                found.append(comparison(row, subject, mine, theirs))
    return found


def comparison(row: Row, subject: str, mine: list[float], theirs: list[float]) -> dict[str, Any]:
    """Return one row's figures; the n-th ratio is of the n-th round of both."""
    ratios = [a / b for a, b in zip(mine, theirs, strict=True)]
    return {
        "number": row.number,
        "what": row.what,
        "subject": subject,
        "reference": row.reference,
        "subject_median": statistics.median(mine),
        "reference_median": statistics.median(theirs),
        "ratio_median": statistics.median(ratios),
        "ratio_min": min(ratios),
        "ratio_max": max(ratios),
        "ratios": ratios,
        "goal": row.goal if subject == "product" else "",
    }


def table(found: list[dict[str, Any]]) -> str:
    """Return the comparisons as a readable table."""
    head = f"{'':4}{'what':38}{'program':10}{'its':>9}{'reference':>21}{'ratio':>10}  {'min..max':15}goal"
    lines = [head, "-" * len(head)]
    for row in found:
        reference = f"{row['reference']} {row['reference_median']:.2f}"
        spread = f"{row['ratio_min']:.2f}..{row['ratio_max']:.2f}"
        lines.append(
            f"{row['number']:4}{row['what']:38}{row['subject']:10}{row['subject_median']:9.2f}{reference:>26}"
            f"{row['ratio_median']:8.2f}x  {spread:14}{row['goal']}"
        )
    return "\n".join(lines)


def notes(rounds: Rounds, faults: dict[str, "Counter[str]"]) -> list[str]:
    """Return what a reader must know to trust the figures: faults, and how busy the load side was."""
    lines = [
        # The plain bot may fail at what the others must not: that is what it is there to show.
        f"{'FELL SHORT' if program == 'plain_bot' else 'NOT VALID'}: {program}: {count} {fault}"
        for program, counted in faults.items()
        for fault, count in counted.items()
        if count
    ]
    lines += disturbances(rounds)
    for measure, sentence in (
        ("standins_cpu_share", "the stand-ins used {0:.0%} of their CPU while {1} posted"),
        ("behind_seconds", "{1} answered the last click {0:.2f} s after the last one was due"),
        ("generator_late_p99_ms", "the generator sent its clicks up to {0:.2f} ms late (p99) to {1}"),
    ):
        for program, measured in rounds.items():
            values = [r[measure] for r in measured if measure in r]
            if values:
                lines.append(sentence.format(statistics.median(values), program))
    return lines


def disturbances(rounds: Rounds) -> list[str]:
    """Return the rounds whose latencies are doubtful, because the generator itself couldn't keep its times."""
    return [
        f"DISTURBED: round {number}, {program}: the generator was {measured[late]:.1f} ms late (p99); other work "
        "kept the load's CPU busy, so take the run again"
        for program, every in rounds.items()
        for number, measured in enumerate(every, start=1)
        for late in ("generator_late_p99_ms", "approver_late_p99_ms")
        if measured.get(late, 0.0) > DISTURBED_MS
    ]


def conditions(work_dir: Path, seed: int) -> dict[str, Any]:
    """Return what the run was made on and with."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": shlex.join(sys.orig_argv),
        "seed": seed,
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "kernel": platform.release(),
        "cpu": cpu_model(),
        "cpus": os.cpu_count(),
        "load_average_before": os.getloadavg()[0],
        "store_filesystem": filesystem_of(work_dir),
    }


def version(package: str) -> str:
    """Return the installed version of a package, `not installed` when there is none."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def cpu_model() -> str:
    """Return the processor's name as the kernel gives it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def filesystem_of(path: Path) -> str:
    """Return the type of the filesystem that holds a path, by the longest mount point above it."""
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    above = [(point, kind) for point, kind in mounts if path.resolve().is_relative_to(point)]
    return max(above, key=lambda mount: len(mount[0]))[1] if above else "unknown"
