"""Bad input: Docker's status and message for each, nothing half-done, nothing in the log."""
import socket
import subprocess
import unittest

from lab import Lab, binary

SPEC = {"Name": "x", "TaskTemplate": {"ContainerSpec": {"Image": "skein/whoami:1"}}}


def spec(**changes):
    return dict(SPEC, **changes)


def container(**changes):
    return spec(TaskTemplate={"ContainerSpec": dict({"Image": "skein/whoami:1"}, **changes)})


# (what, method, path, body, status, part of the message)
CREATE = "/v1.44/services/create"
TABLE = [
    ("not JSON", "POST", CREATE, b"{", 400, "invalid JSON"),
    ("empty body", "POST", CREATE, b"", 400, ""),
    ("wrong type", "POST", CREATE, {"Name": 7}, 400, ""),
    ("no such path", "GET", "/v1.44/nonsense", None, 404, "page not found"),
    ("no such method", "PUT", "/v1.44/services", None, 404, "page not found"),
    ("version too new", "GET", "/v9.99/info", None, 400, "is too new"),
    ("version too old", "GET", "/v1.1/info", None, 400, "is too old"),
    ("space in name", "POST", CREATE, spec(Name="a b"), 400, "name must be valid as a DNS name component"),
    ("long name", "POST", CREATE, spec(Name="a" * 64), 400, "name must be 63 characters or fewer"),
    ("no image", "POST", CREATE, container(Image=""), 400, "image reference must be provided"),
    ("bad image", "POST", CREATE, container(Image="a b"), 400, "not a valid repository/tag"),
    ("two modes", "POST", CREATE, spec(Mode={"Replicated": {}, "Global": {}}), 400, ""),
    ("constraint", "POST", CREATE, spec(TaskTemplate=dict(SPEC["TaskTemplate"], Placement={"Constraints": ["a=b"]})),
     400, "=="),
    ("negative cpu", "POST", CREATE, spec(TaskTemplate=dict(SPEC["TaskTemplate"], Resources={
        "Limits": {"NanoCPUs": -1}})), 400, "invalid cpu value"),
    ("tiny memory", "POST", CREATE, spec(TaskTemplate=dict(SPEC["TaskTemplate"], Resources={
        "Limits": {"MemoryBytes": 1}})), 400, "invalid memory value 1: Must be at least 4MiB"),
    ("taken name", "POST", CREATE, spec(Name="taken"), 409, "name conflicts with an existing object"),
    ("taken port", "POST", CREATE, spec(EndpointSpec={"Ports": [{"TargetPort": 80, "PublishedPort": 8080}]}),
     400, "port '8080' is already in use by service 'taken'"),
    ("port twice", "POST", CREATE, spec(EndpointSpec={"Ports": [{"TargetPort": 80, "PublishedPort": 90},
                                                                {"TargetPort": 81, "PublishedPort": 90}]}),
     400, "duplicate published ports"),
    ("unknown network", "POST", CREATE, spec(TaskTemplate=dict(SPEC["TaskTemplate"], Networks=[{"Target": "nope"}])),
     404, "network nope not found"),
    ("unknown service", "GET", "/v1.44/services/nope", None, 404, "service nope not found"),
    ("unknown service removed", "DELETE", "/v1.44/services/nope", None, 404, "service nope not found"),
    ("unknown service changed", "POST", "/v1.44/services/nope/update?version=1", SPEC, 404, "service nope not found"),
    ("no version", "POST", "/v1.44/services/taken/update", spec(Name="taken"), 400, "version"),
    ("old version", "POST", "/v1.44/services/taken/update?version=1", spec(Name="taken"), 500,
     "update out of sequence"),
    ("renamed", "POST", "/v1.44/services/taken/update?version=VERSION", spec(Name="other"), 501,
     "renaming services is not supported"),
    ("unknown task", "GET", "/v1.44/tasks/nope", None, 404, "task nope not found"),
    ("unknown node", "GET", "/v1.44/nodes/nope", None, 404, "node nope not found"),
    ("unknown secret", "GET", "/v1.44/secrets/nope", None, 404, "secret nope not found"),
    ("unknown config", "DELETE", "/v1.44/configs/nope", None, 404, "config nope not found"),
    ("bad filters", "GET", "/v1.44/services?filters=x", None, 400, "invalid"),
    ("unknown filter", "GET", "/v1.44/services?filters=%7B%22a%22:%5B%22b%22%5D%7D", None, 400, "invalid filter 'a'"),
    ("second swarm", "POST", "/v1.44/swarm/init", {"AdvertiseAddr": "127.0.0.1"}, 503,
     "This node is already part of a swarm"),
    ("last manager", "POST", "/v1.44/swarm/leave", None, 503, "Use `--force`"),
    ("not an archive", "POST", "/v1.44/images/load", b"this is no tar", 400, "archive"),
    ("unknown image", "GET", "/v1.44/images/nope/json", None, 404, "No such image: nope:latest"),
    ("unknown container", "GET", "/v1.44/containers/nope/json", None, 404, "No such container: nope"),
]


class RefusalTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = Lab()
        cls.addClassCleanup(cls.lab.clean)
        cls.node = cls.lab.daemon().start().swarm()
        cls.node.create("taken", "--replicas", "0", "--publish", "8080:80")
        cls.version = cls.node.get("/v1.44/services/taken")["Version"]["Index"]

    def log(self):
        status, text = self.node.http("GET", "/skein/v1/log?from=1", raw=True)
        self.assertEqual(status, 200)
        return text

    def test_each_refusal_has_dockers_status_and_message_and_leaves_no_trace(self):
        for what, method, path, body, status, message in TABLE:
            with self.subTest(what):
                before = self.log()
                got = self.node.http(method, path.replace("VERSION", str(self.version)), body)
                self.assertEqual(got[0], status, got[1])
                text = got[1]["message"] if isinstance(got[1], dict) else got[1]
                self.assertIn(message, text)
                self.assertEqual(self.log()[len(before):], "")

    def test_garbage_instead_of_http_is_answered_and_does_no_harm(self):
        for garbage in (b"\x00\xff\x16\x03\x01 what\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 5000 + b"\r\n",
                        b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", b"GET " + b"/" * 100000):
            with socket.socket(socket.AF_UNIX) as raw:
                raw.settimeout(20)
                raw.connect(self.node.socket)
                try:
                    raw.sendall(garbage)
                    raw.shutdown(socket.SHUT_WR)
                    answer = raw.recv(65536)
                except (BrokenPipeError, ConnectionResetError):
                    answer = b""
                self.assertRegex(answer.decode() or "HTTP/1.1 400", r"^HTTP/1\.1 4\d\d")
        self.assertEqual(self.node.get("/v1.44/_ping"), "OK")

    def test_before_a_swarm_each_swarm_call_says_so(self):
        node = self.lab.daemon("alone").start()
        for path in ("/services", "/tasks", "/nodes", "/swarm", "/secrets", "/configs"):
            status, answer = node.http("GET", "/v1.44" + path)
            self.assertEqual(status, 503, path)
            self.assertIn("This node is not a swarm manager", answer["message"])

    def test_flags_that_make_no_sense_are_refused(self):
        for flags in (["--nonsense"], ["--data-root", "relative"], ["--label", "x"], ["--log-level", "loud"]):
            done = subprocess.run([binary("skeind")] + flags, capture_output=True, text=True, timeout=30, check=False)
            self.assertEqual(done.returncode, 125, flags)
            self.assertTrue(done.stderr)
