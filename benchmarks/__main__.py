"""Every benchmark in turn, each with ratios of its own run: `python -m benchmarks`. Exits with the bars missed."""

import subprocess
import sys

BENCHMARKS = (
    ("benchmarks.normalise",),
    ("benchmarks.price_list",),
    ("benchmarks.price_list", "--memory"),
    ("benchmarks.catalogue",),
    ("benchmarks.command_line",),
    ("benchmarks.history",),
    ("benchmarks.history", "--listings", "1000000", "--days", "8"),
    ("benchmarks.postgresql",),
    ("benchmarks.crawl",),
    ("benchmarks.crawl", "--memory"),
)


def main() -> int:
    missed = 0
    for module, *options in BENCHMARKS:
        print(f"{module} {' '.join(options)}".strip(), flush=True)
        missed += subprocess.run([sys.executable, "-m", module, *options], check=False).returncode != 0
    return missed


if __name__ == "__main__":
    sys.exit(main())
