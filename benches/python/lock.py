"""redis-py's Lock at the jobs of benches/benches/locks.

    lock.py PORT alone SECONDS          prints the median time to acquire and release a free lock, in microseconds
    lock.py PORT crowd SECONDS WORKERS  prints how many times each of so many threads got one lock
"""

import statistics
import sys
import threading
import time

import redis


def lock(client):
    return client.lock("bench:redis-py", timeout=30)


def alone(client, seconds):
    times = []
    end = time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        started = time.perf_counter()
        with lock(client):
            pass
        times.append(time.perf_counter() - started)
    print(statistics.median(times) * 1e6)


def crowd(client, seconds, workers):
    counts = [0] * workers
    start = threading.Barrier(workers + 1)
    end = [0.0]

    def work(number):
        start.wait()
        while True:
            with lock(client):
                pass
            if time.perf_counter() >= end[0]:
                return
            counts[number] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    end[0] = time.perf_counter() + seconds
    start.wait()
    for thread in threads:
        thread.join()
    print(*counts)


def main():
    client = redis.Redis(port=int(sys.argv[1]))
    if sys.argv[2] == "alone":
        alone(client, float(sys.argv[3]))
    else:
        crowd(client, float(sys.argv[3]), int(sys.argv[4]))


main()
