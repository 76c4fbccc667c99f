"""A lab for one or more daemons: a network namespace, two roots and a cgroup of its own, all gone afterwards.

A Lab starts the real skeind with real containers; tests talk to it by the stock docker CLI or by HTTP on its socket.
The daemon is started by nsenter, not by `ip netns exec`: the latter gives it a mount namespace that dies with it, and
with it would go the mounts that containers need to outlive the daemon. Processes are ended by pid only.
"""
import glob
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

BUILD = os.environ.get("SKEIN_BUILD_DIR", "")
REPOSITORY = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
READY = "Daemon has completed initialization"


def binary(name):
    path = os.path.join(BUILD, "bin", name)
    if not BUILD or not os.path.exists(path):
        raise FileNotFoundError("no %s; build first and set SKEIN_BUILD_DIR to the build tree" % (path or name))
    return path


def wait_until(condition, what, seconds=30.0):
    """Returns the first true answer of `condition`. AssertionError names `what` when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError("waited %d s in vain: %s" % (seconds, what() if callable(what) else what))
        time.sleep(0.05)


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Daemon:
    """One skeind with its roots. It may be started, stopped and killed any number of times."""

    def __init__(self, netns, name, flags=()):
        self.netns = netns
        self.name = name
        self.home = tempfile.mkdtemp(prefix="skein-%s-" % name)
        self.exec_root = tempfile.mkdtemp(prefix="sk-", dir="/run")  # short: socket paths end at 108 bytes
        self.data_root = os.path.join(self.home, "data")
        self.cgroup = "/" + os.path.basename(self.exec_root)
        self.socket = os.path.join(self.exec_root, "docker.sock")
        self.log_path = os.path.join(self.home, "skeind.log")
        self.flags = list(flags)
        self.process = None

    # ---- life ----

    def start(self, wait=True):
        command = ["nsenter", "--net=/run/netns/" + self.netns, binary("skeind"), "--data-root", self.data_root,
                   "--exec-root", self.exec_root, "--cgroup-parent", self.cgroup] + self.flags
        self._log_from = os.path.getsize(self.log_path) if os.path.exists(self.log_path) else 0
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        if wait:
            wait_until(self._ready, lambda: "skeind is ready; its log:\n" + self.log())
        return self

    def _ready(self):
        if self.process.poll() is not None:
            raise AssertionError("skeind ended with status %d:\n%s" % (self.process.returncode, self.log()))
        return READY in self.log(self._log_from)

    def log(self, offset=0):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            log.seek(offset)
            return log.read()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def runs(self):
        return self.process is not None and self.process.poll() is None

    # ---- talk ----

    def docker(self, *arguments, status=0, timeout=90):
        """Runs the stock CLI. -> stdout; `status` None: any. Its stderr is kept in `self.stderr`."""
        environment = dict(os.environ, DOCKER_HOST="unix://" + self.socket, DOCKER_CONFIG=self.home)
        done = subprocess.run(["docker"] + list(arguments), env=environment, capture_output=True, text=True,
                              timeout=timeout, check=False)
        self.stderr = done.stderr
        if status is not None and done.returncode != status:
            raise AssertionError("docker %s: status %d\n%s%s\n--- skeind ---\n%s" % (
                " ".join(arguments), done.returncode, done.stdout, done.stderr, self.log()[-4000:]))
        return done.stdout.strip()

    def skein(self, *arguments, status=0):
        """Runs our own CLI. -> stdout."""
        environment = dict(os.environ, SKEIN_HOST="unix://%s/control.sock" % self.exec_root)
        done = subprocess.run([binary("skein")] + list(arguments), env=environment, capture_output=True, text=True,
                              timeout=60, check=False)
        if done.returncode != status:
            raise AssertionError("skein %s: status %d\n%s%s" % (" ".join(arguments), done.returncode, done.stdout,
                                                                done.stderr))
        return done.stdout.strip()

    def http(self, method, path, body=None, timeout=30, raw=False):
        """-> (status, decoded JSON or text)."""
        connection = _UnixConnection(self.socket, timeout)
        try:
            data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
            connection.request(method, path, data, {"Content-Type": "application/json"} if data is not None else {})
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        if raw or "json" not in response.headers.get("Content-Type", "") or not text:
            return response.status, text.decode(errors="replace")
        try:
            return response.status, json.loads(text)
        except ValueError:
            return response.status, text.decode(errors="replace")

    def get(self, path):
        status, answer = self.http("GET", path)
        assert status == 200, (path, status, answer)
        return answer

    def curl(self, *arguments):
        """From inside the daemon's network namespace. -> (exit status, stdout)."""
        command = ["nsenter", "--net=/run/netns/" + self.netns, "curl", "-sS", "--max-time", "5"] + list(arguments)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    # ---- short forms ----

    def swarm(self):
        """Founds a swarm of one and loads the demo image."""
        self.docker("swarm", "init", "--advertise-addr", "127.0.0.1")
        self.docker("load", "-i", binary("whoami.tar"))
        return self

    def create(self, name, *arguments, image="skein/whoami:1"):
        return self.docker("service", "create", "--detach", "--no-resolve-image", "--name", name, *arguments, image)

    def tasks(self, service, running=True):
        filters = json.dumps({"service": [service]})
        tasks = self.get("/v1.44/tasks?filters=" + filters.replace('"', "%22").replace(" ", ""))
        return [t for t in tasks if not running or
                (t["Status"]["State"] == "running" and t["DesiredState"] == "running")]

    def wait_running(self, service, count, seconds=30):
        return wait_until(lambda: len(self.tasks(service)) == count and self.tasks(service),
                          lambda: "%d running tasks of %s; there are %s" % (count, service, [
                              (t["Status"], t["DesiredState"]) for t in self.tasks(service, running=False)]), seconds)

    # ---- the end ----

    def clean(self):
        """Ends and removes everything this daemon made, whatever state it is in."""
        if self.runs():
            self.kill()
        self._end_containers()
        self._unmount()
        for folder in (self.home, self.exec_root):
            shutil.rmtree(folder, ignore_errors=True)

    def cgroup_folders(self):
        found = []
        for pattern in ("/sys/fs/cgroup%s", "/sys/fs/cgroup/*%s"):
            found += [path for path in glob.glob(pattern % self.cgroup) if os.path.isdir(path)]
        return found

    def _end_containers(self):
        pids = set()
        for folder in self.cgroup_folders():
            for path, _, files in os.walk(folder):
                if "cgroup.procs" in files:
                    with open(os.path.join(path, "cgroup.procs"), encoding="ascii") as procs:
                        pids.update(int(line) for line in procs)
        pids.update(self._watchers())
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for folder in self.cgroup_folders():
            for path, _, _ in os.walk(folder, topdown=False):
                for _ in range(40):
                    try:
                        os.rmdir(path)
                        break
                    except OSError:
                        time.sleep(0.05)

    def _watchers(self):
        """The conmon processes of this daemon's containers: those that name its roots."""
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                with open(path, "rb") as file:
                    words = file.read().split(b"\0")
            except OSError:
                continue
            roots = (self.home.encode(), self.exec_root.encode())
            if words[0].endswith(b"conmon") and any(w.startswith(roots) for w in words):
                yield int(path.split("/")[2])

    def mounts(self):
        with open("/proc/self/mountinfo", encoding="utf-8") as file:
            points = [line.split()[4] for line in file]
        return [p for p in points if p.startswith((self.home + "/", self.exec_root + "/"))]

    def _unmount(self):
        for point in sorted(self.mounts(), key=len, reverse=True):
            subprocess.run(["umount", "-l", point], stderr=subprocess.DEVNULL, check=False)


class Lab:
    """Makes daemons and removes them. Use as a context, or call clean()."""

    def __init__(self):
        self.daemons = []
        self.namespaces = []

    def daemon(self, name="node", flags=()):
        netns = "skt-%08x" % random.getrandbits(32)
        subprocess.run(["ip", "netns", "add", netns], check=True)
        self.namespaces.append(netns)
        subprocess.run(["ip", "-n", netns, "link", "set", "lo", "up"], check=True)
        daemon = Daemon(netns, name, flags)
        self.daemons.append(daemon)
        return daemon

    def clean(self):
        for daemon in self.daemons:
            daemon.clean()
        for netns in self.namespaces:
            subprocess.run(["ip", "netns", "del", netns], check=False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.clean()
