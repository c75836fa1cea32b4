"""pottery's redis_cache at the job of benches/benches/cache.

    cache.py PORT SECONDS  prints the median times of a hit and of a miss, in microseconds
"""

import itertools
import statistics
import sys
import time

import pottery
import redis


def measure(call, ids, seconds):
    times = []
    end = time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        number = next(ids)
        started = time.perf_counter()
        call(number)
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1e6


def main():
    client = redis.Redis(port=int(sys.argv[1]))
    seconds = float(sys.argv[2])

    @pottery.redis_cache(redis=client, key="bench:pottery", timeout=3600)
    def profile(number):
        return {
            "id": number,
            "name": "The quick brown fox jumps over the lazy dog, and then some more.",
            "email": "ada.lovelace@example.com",
            "logins": 4711,
            "score": 4.5,
            "is_active": True,
        }

    for number in range(100):
        profile(number)
    hit = measure(profile, itertools.cycle(range(100)), seconds)
    miss = measure(profile, itertools.count(1_000_000), seconds)
    print(round(hit, 1), round(miss, 1))


main()
