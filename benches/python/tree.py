"""redicts at the job of benches/benches/tree.rs.

    tree.py PORT AGENTS SECONDS  prints the median times to get a leaf, to set one, and to read a subtree of 10 leaves, in
                                 microseconds
"""

import itertools
import statistics
import sys
import time
import warnings

warnings.simplefilter("ignore")

import redicts  # noqa: E402

FIELDS = ["name", "host", "state", "steps", "tokens", "score", "active", "parent", "tags", "queue"]


def measure(call, numbers, seconds):
    times = []
    end = time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        number = next(numbers)
        started = time.perf_counter()
        call(number)
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1e6


def main():
    redicts.Pool().reload(cfg={"host": "127.0.0.1", "port": int(sys.argv[1])})
    agents, seconds = min(int(sys.argv[2]), 100), float(sys.argv[3])
    root = redicts.section("agents")
    for number in range(agents):
        for field in FIELDS:
            root.set(f"{number}.{field}", number)
    numbers = itertools.cycle(range(agents))
    get = measure(lambda number: root.get(f"{number}.steps").val(), numbers, seconds)
    write = measure(lambda number: root.set(f"{number}.steps", number), numbers, seconds)
    subtree = measure(lambda number: root.get(str(number)).val(), numbers, seconds)
    print(round(get, 1), round(write, 1), round(subtree, 1))


main()
