"""How long the costliest bodies take, in processor time, and as many times as a usual log file's JSON takes.

Run it in the project's folder with ``.venv/bin/python -m tests.bench.bench_bodies``, on a machine that does nothing
else. A message goes from its bytes to its answers (parts, certificates, judgement, rows), a bundle through
``inspect-ca --json``. ``--all`` prints every body and not the slowest alone.
"""

import argparse
import os
import sys

from bot.adapters.public_cas import public_cas
from tests.fuzz.costly_bundles import BUNDLES
from tests.fuzz.costly_messages import costly_messages, standard_log
from tests.fuzz.ways import only_json, read_authority, seconds_of, take_message

SLOWEST = 15


def measured() -> tuple[list[tuple[float, float, int, str]], list[tuple[float, float, int, str]]]:
    """Milliseconds, times the JSON of a log file, bytes and name of each message, and of each bundle."""
    public_cas()
    messages, bundles = [], []
    for name, body in costly_messages():
        json_seconds = seconds_of(only_json, standard_log())
        seconds = seconds_of(take_message, body)
        messages.append((seconds * 1000, seconds / json_seconds, len(body), name))
    for name, make in BUNDLES.items():
        data = make().encode()
        json_seconds = seconds_of(only_json, standard_log())
        seconds = seconds_of(read_authority, data)
        bundles.append((seconds * 1000, seconds / json_seconds, len(data), name))
    return sorted(messages, reverse=True), sorted(bundles, reverse=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="print every body")
    most = None if parser.parse_args().all else SLOWEST
    lines = [f"load average before: {os.getloadavg()[0]:.2f} on {os.cpu_count()} processors"]
    lines.append(f"JSON alone of a usual log file of 1 MiB: {seconds_of(only_json, standard_log()) * 1000:.1f} ms")
    for title, rows in zip(("messages", "bundles (inspect-ca)"), measured(), strict=True):
        lines.append(f"\n{title}: {'ms':>24}{'x JSON':>10}{'bytes':>12}  what")
        lines += [f"{ms:36.1f}{ratio:10.1f}{size:12}  {name}" for ms, ratio, size, name in rows[:most]]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
