"""The log as a program that is not ours sees it: one JSON event a line, resumable, also across a restart."""
import json
import subprocess
import unittest

from lab import Lab, wait_until


class LogTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = Lab()
        cls.addClassCleanup(cls.lab.clean)
        cls.node = cls.lab.daemon().start().swarm()

    def tail(self, start, follow=False):
        url = "http://x/skein/v1/log?from=%d%s" % (start, "&follow=1" if follow else "")
        return subprocess.Popen(["curl", "-sS", "-N", "--unix-socket", self.node.socket, url], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def events(self, start=1):
        out, error = self.tail(start).communicate(timeout=30)
        self.assertEqual(error, "")
        return [json.loads(line) for line in out.splitlines()]

    def test_every_accepted_command_is_there_with_who_gave_it(self):
        self.node.create("seen", "--replicas", "1")
        self.node.wait_running("seen", 1)
        found = [e for e in self.events() if e["type"] == "ServiceCreated" and e["event"]["spec"]["name"] == "seen"]
        self.assertEqual(len(found), 1)
        self.assertEqual(found[0]["principal"], "root (uid 0)")
        self.assertEqual(found[0]["kind"], "CreateService")
        self.assertIn("ocker", found[0]["via"])
        tasks = [e for e in self.events() if e["type"] == "TaskCreated"]
        self.assertTrue(tasks)
        self.assertIn(found[0]["index"], [e["cause"] for e in tasks])

    def test_indexes_neither_skip_nor_repeat(self):
        indexes = sorted({e["index"] for e in self.events()})
        self.assertEqual(indexes, list(range(1, indexes[-1] + 1)))
        middle = indexes[len(indexes) // 2]
        self.assertEqual([e for e in self.events() if e["index"] >= middle], self.events(middle))

    def test_a_follower_resumes_after_the_daemon_was_killed(self):
        first = self.tail(1, follow=True)
        self.node.http("POST", "/v1.44/configs/create", {"Name": "before", "Data": "eA=="})
        seen = []
        while not any(e["type"] == "ConfigCreated" for e in seen):
            seen.append(json.loads(first.stdout.readline()))
        self.node.kill()
        seen += [json.loads(line) for line in first.communicate(timeout=30)[0].splitlines()]
        self.node.start()
        second = self.tail(seen[-1]["index"] + 1, follow=True)
        self.assertEqual(self.node.http("POST", "/v1.44/configs/create", {"Name": "after", "Data": "eA=="})[0], 201)
        while seen[-1]["type"] != "ConfigCreated" or seen[-1]["event"]["spec"]["name"] != "after":
            seen.append(json.loads(second.stdout.readline()))
        second.kill()
        second.communicate()
        self.assertEqual(seen, [e for e in self.events() if e["index"] <= seen[-1]["index"]])

    def test_secrets_and_keys_are_not_in_the_stream_nor_in_files(self):
        secret = "c2Vzc2FtZS1vcGVuLXRoeXNlbGY="  # of "sessame-open-thyself"
        self.assertEqual(self.node.http("POST", "/v1.44/secrets/create", {"Name": "s", "Data": secret})[0], 201)
        token = self.node.docker("swarm", "join-token", "-q", "worker")
        out, _ = self.tail(1).communicate(timeout=30)
        for hidden in (secret, "sessame-open-thyself", token, "PRIVATE KEY"):
            self.assertNotIn(hidden, out)
            self.assertNotIn(hidden, self.node.log())
        found = subprocess.run(["grep", "-rl", "-e", "sessame-open-thyself", "-e", token, self.node.data_root],
                               capture_output=True, text=True, check=False)
        self.assertEqual(found.stdout, "")

    def test_any_read_is_answered_as_of_an_index(self):
        self.node.create("then", "--replicas", "1")
        self.node.wait_running("then", 1)
        index = [e["index"] for e in self.events() if e["type"] == "ServiceCreated"][-1]
        self.assertRegex(self.node.skein("service", "ls", "--at", str(index)), r"then +replicated +0/1")
        self.assertRegex(self.node.skein("service", "ls"), r"then +replicated +1/1")
        self.assertNotIn("then", self.node.skein("service", "ls", "--at", str(index - 1)))

    def test_why_leads_back_to_the_command_and_who_gave_it(self):
        self.node.create("because")
        task = self.node.wait_running("because", 1)[0]["ID"]
        chain = self.node.skein("why", task)
        for step in ("root (uid 0)", "CreateService", "ServiceCreated", "TaskCreated", "TaskAssigned", "running"):
            self.assertIn(step, chain)

    def test_docker_events_tells_of_services_and_containers(self):
        self.node.create("told")
        self.node.wait_running("told", 1)
        lines = wait_until(lambda: self.told("told"), "both are told")
        self.assertIn(("service", "create"), lines)
        self.assertIn(("container", "start"), lines)

    def told(self, name):
        out = self.node.docker("events", "--since", "1h", "--until", "0s", "--format", "{{json .}}")
        events = [json.loads(line) for line in out.splitlines()]
        lines = [(e["Type"], e["Action"]) for e in events if name in json.dumps(e)]
        return lines if ("container", "start") in lines else None
