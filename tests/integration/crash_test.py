"""Bad days: kill -9 at any moment, damaged logs, two daemons side by side."""
import base64
import contextlib
import json
import os
import random
import shutil
import subprocess
import threading
import time
import unittest

from lab import Lab, wait_until
import lmdb_file

KILLS = int(os.environ.get("SKEIN_KILLS", "100"))


class CrashTest(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()
        self.addCleanup(self.lab.clean)

    def start(self, name="node"):
        return self.lab.daemon(name).start().swarm()

    def container_pids(self, node, service):
        return {t["ID"]: (t["Status"]["ContainerStatus"]["ContainerID"], t["Status"]["ContainerStatus"]["PID"])
                for t in node.tasks(service)}

    def test_containers_outlive_a_killed_daemon_and_are_adopted(self):
        node = self.start()
        node.create("web", "--replicas", "2", "--publish", "8080:80")
        node.wait_running("web", 2)
        before = self.container_pids(node, "web")
        wait_until(lambda: node.curl("http://127.0.0.1:8080/health")[1] == "ok\n", "the port answers")
        node.kill()
        for _, pid in before.values():
            os.kill(pid, 0)
        self.assertEqual(node.curl("http://127.0.0.1:8080/health")[1], "ok\n")  # nobody is home, it answers
        node.start()
        node.wait_running("web", 2)
        self.assertEqual(self.container_pids(node, "web"), before)
        self.assertEqual(node.curl("http://127.0.0.1:8080/health")[1], "ok\n")
        node.docker("service", "update", "--detach=false", "--no-resolve-image", "--update-monitor", "0s", "--image",
                    "skein/whoami:2", "web")
        self.assertIn("Version: 2", node.curl("http://127.0.0.1:8080/")[1])

    def test_a_container_that_ended_meanwhile_is_noticed_and_replaced(self):
        node = self.start()
        node.create("web", "--replicas", "2")
        tasks = node.wait_running("web", 2)
        dies = tasks[0]
        node.kill()
        os.kill(dies["Status"]["ContainerStatus"]["PID"], 9)
        node.start()
        wait_until(lambda: len(node.tasks("web")) == 2 and dies["ID"] not in [t["ID"] for t in node.tasks("web")],
                   "another runs in its slot")
        old = node.get("/v1.44/tasks/" + dies["ID"])
        self.assertEqual(old["Status"]["State"], "failed")
        self.assertIn(tasks[1]["ID"], [t["ID"] for t in node.tasks("web")])

    def test_a_stopped_daemon_leaves_its_containers_and_finds_them_again(self):
        node = self.start()
        node.create("web")
        node.wait_running("web", 1)
        before = self.container_pids(node, "web")
        self.assertEqual(node.stop(), 0)
        self.assertFalse(os.path.exists(os.path.join(node.exec_root, "skeind.pid")))
        node.start()
        node.wait_running("web", 1)
        self.assertEqual(self.container_pids(node, "web"), before)

    def test_leaving_right_after_a_restart_ends(self):
        node = self.start()
        node.create("web", "--replicas", "3")
        node.wait_running("web", 3)
        node.stop()
        node.start()
        node.docker("swarm", "leave", "--force", timeout=30)
        node.docker("swarm", "init", "--advertise-addr", "127.0.0.1")

    def test_leaving_the_swarm_leaves_nothing_behind(self):
        node = self.start()
        base = set(node.mounts())
        node.create("web", "--replicas", "3", "--publish", "8080:80", "--mount", "type=tmpfs,dst=/tmp")
        node.wait_running("web", 3)
        pids = [pid for _, pid in self.container_pids(node, "web").values()]
        node.docker("swarm", "leave", status=1)
        self.assertIn("Use `--force`", node.stderr)
        node.docker("swarm", "leave", "--force")
        self.assertFalse([pid for pid in pids if os.path.exists("/proc/%d" % pid)])
        self.assertEqual(set(node.mounts()) - base, set())
        self.assertNotEqual(node.curl("http://127.0.0.1:8080/")[0], 0)
        self.assertEqual(node.docker("info", "--format", "{{.Swarm.LocalNodeState}}"), "inactive")
        node.docker("swarm", "init", "--advertise-addr", "127.0.0.1")
        self.assertEqual(node.docker("service", "ls", "-q"), "")

    def configs(self, node):
        return {c["Spec"]["Name"] for c in node.get("/v1.44/configs")}

    def test_no_acknowledged_command_is_lost_by_a_hundred_kills(self):
        node = self.start()
        acknowledged, number = set(), 0
        chance = random.Random(20)
        for _ in range(KILLS):
            stop = threading.Timer(chance.uniform(0.0, 0.25), node.process.kill)
            stop.start()
            try:
                while True:
                    number += 1
                    name = "c%d" % number
                    body = {"Name": name, "Data": base64.b64encode(name.encode()).decode()}
                    if node.http("POST", "/v1.44/configs/create", body)[0] == 201:
                        acknowledged.add(name)
            except (OSError, EOFError, json.JSONDecodeError):
                pass  # it died in the middle; this one was not acknowledged
            except Exception as error:  # http.client's own: a connection that broke
                if type(error).__module__ != "http.client":
                    raise
            stop.join()
            node.process.wait()
            node.start()
            lost = acknowledged - self.configs(node)
            self.assertEqual(lost, set(), "after a second: %s" % (time.sleep(1) or acknowledged - self.configs(node))
                             if lost else "")
        self.assertGreater(len(acknowledged), KILLS)
        self.assertIn("the chain is intact", node.skein("log", "verify"))
        self.assertIn("equals the live state", node.skein("log", "replay"))
        there = self.configs(node)
        self.assertLessEqual(len(there - acknowledged), KILLS)  # at most the one under way at each kill

    def test_a_flipped_byte_of_the_log_is_noticed_at_start_and_its_index_named(self):
        node = self.start()
        for number in range(50):
            status, _ = node.http("POST", "/v1.44/configs/create", {"Name": "c%d" % number, "Data": "eA=="})
            self.assertEqual(status, 201)
        self.assertEqual(node.stop(), 0)
        lmdb_file.flip_value(node.data_root + "/swarm/log/data.mdb", b"log", 10)
        node.start(wait=False)
        status = node.process.wait(timeout=30)
        said = node.log(node._log_from)
        self.assertEqual(status, 1, said)
        self.assertRegex(said, r"\b10\b")
        self.assertIn("log", said)

    def test_a_cut_log_is_refused(self):
        node = self.start()
        self.assertEqual(node.stop(), 0)
        path = node.data_root + "/swarm/log/data.mdb"
        os.truncate(path, os.path.getsize(path) // 2)
        node.start(wait=False)
        self.assertEqual(node.process.wait(timeout=30), 1, node.log(node._log_from))
        self.assertIn("log", node.log(node._log_from))

    def test_a_full_disk_refuses_commands_and_harms_nothing(self):
        node = self.lab.daemon()
        os.makedirs(node.data_root)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", node.data_root], check=True)
        node.start().swarm()
        node.create("web")
        node.wait_running("web", 1)
        ballast = node.data_root + "/ballast"
        with open(ballast, "wb", buffering=0) as file:
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(4096))
        data = base64.b64encode(os.urandom(200_000)).decode()
        answers = [node.http("POST", "/v1.44/configs/create", {"Name": "c%d" % n, "Data": data}) for n in range(5)]
        kept = {"c%d" % n for n, answer in enumerate(answers) if answer[0] == 201}
        unknown = {"c%d" % n for n, answer in enumerate(answers) if "outcome unknown" in str(answer[1])}
        self.assertEqual(answers[-1][0], 500)
        self.assertIn("no space left on the disk that holds the event log", answers[-1][1]["message"])
        self.assertTrue(node.runs(), node.log())
        os.remove(ballast)
        wait_until(lambda: node.http("POST", "/v1.44/configs/create", {"Name": "after", "Data": data})[0] == 201,
                   lambda: "a command is taken again\n" + node.log())
        node.kill()
        node.start()
        self.assertEqual(self.configs(node) - unknown, kept | {"after"})
        self.assertEqual(len(node.tasks("web")), 1)
        self.assertIn("the chain is intact", node.skein("log", "verify"))

    def test_a_lost_image_layer_is_named(self):
        node = self.start()
        node.stop()
        for entry in list(os.scandir(node.data_root + "/image/layers")):
            if entry.is_dir():
                shutil.rmtree(entry.path)
        node.start()
        node.create("web", "--restart-max-attempts", "1")
        wait_until(lambda: "layer" in node.docker("service", "ps", "--no-trunc", "web"),
                   lambda: "it is named:\n%s\n%s" % (node.docker("service", "ps", "--no-trunc", "web"), node.log()), 10)

    def test_two_daemons_live_side_by_side(self):
        nodes = [self.start("one"), self.start("two")]
        for node in nodes:
            node.create("web", "--publish", "8080:80", "--hostname", node.name)
        for node in nodes:
            node.wait_running("web", 1)
            wait_until(lambda: "Hostname: " + node.name in node.curl("http://127.0.0.1:8080/")[1],
                       node.name + " answers")
        nodes[0].docker("swarm", "leave", "--force")
        self.assertIn("Hostname: two", nodes[1].curl("http://127.0.0.1:8080/")[1])
        self.assertEqual(nodes[1].docker("ps", "-q").count("\n"), 0)

    def test_a_second_daemon_on_the_same_roots_is_refused(self):
        node = self.lab.daemon().start()
        second = self.lab.daemon()
        second.data_root = node.data_root
        second.start(wait=False)
        self.assertEqual(second.process.wait(timeout=30), 1)
        self.assertIn("is in use by another skeind", second.log())
        self.assertTrue(node.runs())
