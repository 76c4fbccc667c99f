#!/usr/bin/env python3
"""How long users wait: tasks created, scaled, updated, replaced and removed by one real daemon with real containers.

usage: sudo SKEIN_BUILD_DIR=build python3 tools/bench/task_times.py [ROUNDS]
Prints one line a measure: median (min - max) seconds. The same steps as the table in docs/benchmarks.md.
"""
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "integration"))
import lab  # noqa: E402


def spec(name, replicas, force=0):
    return {"Name": name, "Mode": {"Replicated": {"Replicas": replicas}},
            "TaskTemplate": {"ContainerSpec": {"Image": "skein/whoami:1", "StopSignal": "KILL"},
                             "RestartPolicy": {"Condition": "any", "Delay": 0}, "ForceUpdate": force},
            "UpdateConfig": {"Parallelism": 2, "Monitor": 1000000}}


class Bench:
    def __init__(self, daemon):
        self.daemon = daemon

    def ask(self, method, path, body=None):
        status, answer = self.daemon.http(method, path, body)
        if status >= 400:
            raise RuntimeError("%s %s: %d %s" % (method, path, status, answer))
        return answer

    def tasks(self, name):
        return self.ask("GET", '/tasks?filters={"service":{"%s":true}}' % name)

    def wait(self, condition):
        deadline = time.monotonic() + 120
        while not condition():
            if time.monotonic() > deadline:
                raise RuntimeError("waited two minutes in vain")
            time.sleep(0.005)

    def running(self, name):
        return [t for t in self.tasks(name) if t["Status"]["State"] == "running" and t["DesiredState"] == "running"]

    def create(self, name, replicas):
        began = time.monotonic()
        self.ask("POST", "/services/create", spec(name, replicas))
        self.wait(lambda: len(self.running(name)) == replicas)
        return time.monotonic() - began

    def change(self, name, replicas, force=0):
        service = self.ask("GET", "/services/" + name)
        began = time.monotonic()
        self.ask("POST", "/services/%s/update?version=%d" % (name, service["Version"]["Index"]),
                 spec(name, replicas, force))
        if force:
            old = {t["ID"] for t in self.running(name)}
            self.wait(lambda: len([t for t in self.running(name) if t["ID"] not in old]) == replicas)
        else:
            self.wait(lambda: len([t for t in self.tasks(name) if t["Status"]["State"] == "running"]) == replicas)
        return time.monotonic() - began

    def remove(self, name):
        began = time.monotonic()
        self.ask("DELETE", "/services/" + name)
        self.wait(lambda: not self.ask("GET", "/containers/json"))
        return time.monotonic() - began

    def crash(self, name):
        victim = self.running(name)[0]
        began = time.monotonic()
        os.kill(victim["Status"]["ContainerStatus"]["PID"], 9)
        self.wait(lambda: len([t for t in self.running(name) if t["ID"] != victim["ID"]]) == 1)
        return time.monotonic() - began


def one_round(bench, note):
    for replicas in (1, 10, 50, 100):
        name = "create%d" % replicas
        note("create %d tasks until all run" % replicas, bench.create(name, replicas))
        if replicas == 1:
            note("task killed -> replacement running (delay 0)", bench.crash(name))
        if replicas == 10:
            note("update 10 tasks by 2, stop-first", bench.change(name, 10, force=1))
            note("scale 10 -> 100", bench.change(name, 100))
            note("scale 100 -> 10", bench.change(name, 10))
        note("remove %d tasks until gone" % replicas, bench.remove(name))


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    times = {}
    with lab.Lab() as place:
        daemon = place.daemon()
        daemon.start().swarm()
        for _ in range(rounds):
            one_round(Bench(daemon), lambda what, seconds: times.setdefault(what, []).append(seconds))
        with open("/proc/%d/status" % daemon.process.pid, encoding="ascii") as status:
            memory = [line for line in status if line.startswith("VmRSS")][0].split()[1]
        print("daemon's memory afterwards: %.1f MiB" % (int(memory) / 1024))
        daemon.docker("swarm", "leave", "--force")
    for what, seconds in times.items():
        print("%-48s %.3f (%.3f - %.3f)" % (what, statistics.median(seconds), min(seconds), max(seconds)))


if __name__ == "__main__":
    main()
