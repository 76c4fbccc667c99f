"""Services from birth to end by the stock docker CLI: real daemon, real containers."""
import json
import re
import unittest

from lab import Lab, wait_until


class ServiceTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = Lab()
        cls.addClassCleanup(cls.lab.clean)
        cls.node = cls.lab.daemon().start().swarm()
        cls.me = cls.node.docker("info", "--format", "{{.Swarm.NodeID}}")

    def remove(self, name):
        self.node.docker("service", "rm", name)
        label = "label=com.docker.swarm.service.name=" + name
        wait_until(lambda: self.node.docker("ps", "-aq", "--filter", label) == "", name + "'s containers are gone")

    def answers(self, port, count=20):
        """The tasks that answered, by host name."""
        seen = []
        for _ in range(count):
            status, text = self.node.curl("http://127.0.0.1:%d/" % port)
            self.assertEqual(status, 0, text)
            seen.append(re.search("^Hostname: (.*)$", text, re.M).group(1))
        return seen

    def test_the_client_names_the_daemon_and_its_node(self):
        node = self.node
        self.assertEqual(node.docker("info", "--format", "{{.Swarm.LocalNodeState}} {{.Swarm.ControlAvailable}}"),
                         "active true")
        self.assertRegex(node.docker("version", "--format", "{{.Server.Version}}"), r"^\d+\.\d+\.\d+$")
        line = node.docker("node", "ls", "--format", "{{.Self}} {{.Status}} {{.Availability}} {{.ManagerStatus}}")
        self.assertEqual(line, "true Ready Active Leader")
        names = node.docker("network", "ls", "--format", "{{.Name}}").split()
        self.assertEqual(sorted(names), ["docker_gwbridge", "host", "ingress", "none"])
        self.assertEqual(node.docker("images", "--format", "{{.Repository}}:{{.Tag}}").split(),
                         ["skein/whoami:1", "skein/whoami:2"])

    def test_a_service_converges_while_the_client_watches(self):
        out = self.node.docker("service", "create", "--detach=false", "--name", "watched", "--replicas", "2",
                               "skein/whoami:1")
        self.addCleanup(self.remove, "watched")
        self.assertRegex(out, r"overall progress: 2 out of 2 tasks")
        self.assertRegex(out, r"verify: Service \w{25} converged")
        self.assertEqual(self.node.docker("service", "ls", "--format", "{{.Name}} {{.Mode}} {{.Replicas}} {{.Image}}"),
                         "watched replicated 2/2 skein/whoami:1")
        self.assertIn("watched scaled to 3", self.node.docker("service", "scale", "--detach=false", "watched=3"))
        self.assertEqual(len(self.node.tasks("watched")), 3)

    def test_a_published_port_balances_over_the_tasks(self):
        self.node.create("port", "--replicas", "3", "--publish", "8080:80")
        self.addCleanup(self.remove, "port")
        tasks = self.node.wait_running("port", 3)
        names = {t["Status"]["ContainerStatus"]["ContainerID"][:12] for t in tasks}
        wait_until(lambda: self.node.curl("http://127.0.0.1:8080/health")[1] == "ok\n", "the port answers")
        wait_until(lambda: set(self.answers(8080)) == names, "every task answers")
        self.node.docker("service", "scale", "--detach", "port=1")
        self.node.wait_running("port", 1)
        wait_until(lambda: len(set(self.answers(8080))) == 1, "one task answers")

    def test_an_update_and_a_rollback_change_what_answers(self):
        version = lambda: set(re.findall("^Version: (.*)$", self.node.curl("http://127.0.0.1:8090/")[1], re.M))
        self.node.create("up", "--replicas", "2", "--publish", "8090:80", "--update-monitor", "1s",
                         "--rollback-monitor", "1s")
        self.addCleanup(self.remove, "up")
        self.node.wait_running("up", 2)
        wait_until(lambda: version() == {"1"}, "version 1 answers")
        out = self.node.docker("service", "update", "--detach=false", "--no-resolve-image", "--image", "skein/whoami:2",
                               "up")
        self.assertRegex(out, "overall progress: 2 out of 2 tasks")
        self.assertEqual(version(), {"2"})
        self.assertEqual(self.update_state("up"), "completed")
        self.node.docker("service", "rollback", "--detach=false", "up")
        self.assertEqual(version(), {"1"})
        self.assertEqual(self.update_state("up"), "rollback_completed")
        history = self.node.docker("service", "ps", "up", "--format", "{{.Name}} {{.Image}} {{.DesiredState}}")
        self.assertEqual(history.count("skein/whoami:2 Shutdown"), 2, history)

    def update_state(self, name):
        """Empty while the orchestrator has not begun."""
        return json.loads(self.node.docker("service", "inspect", name))[0].get("UpdateStatus", {}).get("State", "")

    def test_an_update_of_a_published_service_loses_no_request(self):
        self.node.create("smooth", "--replicas", "2", "--publish", "8091:80", "--update-order", "start-first",
                         "--update-monitor", "0s")
        self.addCleanup(self.remove, "smooth")
        self.node.wait_running("smooth", 2)
        wait_until(lambda: self.node.curl("http://127.0.0.1:8091/health")[0] == 0, "the port answers")
        self.node.docker("service", "update", "--detach", "--no-resolve-image", "--image", "skein/whoami:2", "smooth")
        lost = []
        while self.update_state("smooth") in ("", "updating"):
            lost += [r for r in [self.node.curl("http://127.0.0.1:8091/")] if r[0] != 0]
        self.assertEqual(lost, [])
        self.assertEqual(self.update_state("smooth"), "completed")

    def test_a_task_that_ends_is_replaced_in_its_slot(self):
        self.node.create("crash", "--publish", "8092:80", "--restart-delay", "100ms")
        self.addCleanup(self.remove, "crash")
        first = self.node.wait_running("crash", 1)[0]["ID"]
        wait_until(lambda: self.node.curl("http://127.0.0.1:8092/exit/3")[0] == 0, "it was told to end")
        second = wait_until(lambda: [t for t in self.node.tasks("crash") if t["ID"] != first], "another task runs")[0]
        self.assertEqual(second["Slot"], 1)
        old = json.loads(self.node.docker("inspect", first))[0]
        self.assertEqual(old["Status"]["State"], "failed")
        self.assertEqual(old["Status"]["ContainerStatus"]["ExitCode"], 3)
        lines = self.node.docker("service", "ps", "crash").split("\n")[1:]
        self.assertEqual(len(lines), 2, lines)
        self.assertRegex(lines[1], r" \\_ crash\.1 .* Shutdown +Failed .* \"task: non-zero exit \(3\)\"")

    def test_our_own_client_makes_and_removes_networks_and_nodes(self):
        network = self.node.skein("network", "create", "--subnet", "10.99.0.0/24", "--label", "a=b", "far")
        self.assertRegex(network, r"^[0-9a-z]{25}$")
        self.assertIn("10.99.0.0/24", self.node.docker("network", "inspect", "far"))
        self.node.docker("service", "create", "--detach", "--no-resolve-image", "--name", "on-far", "--network", "far",
                         "skein/whoami:1")
        self.assertIn("overlay networks are recorded but not carried", self.node.stderr)
        self.node.skein("network", "rm", "far", status=1)
        self.remove("on-far")
        self.assertEqual(self.node.skein("network", "rm", "far"), "far")
        self.node.skein("node", "rm", "--force", self.node.docker("node", "ls", "-q"), status=1)

    def test_logs_of_all_tasks_come_together(self):
        self.node.create("talk", "--replicas", "2")
        self.addCleanup(self.remove, "talk")
        self.node.wait_running("talk", 2)
        wait_until(lambda: self.node.docker("service", "logs", "talk").count("listens on port 80") == 2, "both spoke")
        out = self.node.docker("service", "logs", "--timestamps", "--tail", "1", "talk")
        self.assertRegex(out, r"(?m)^\d{4}-\d\d-\d\dT[\d:.]+Z talk\.\d\.\w{12}@\S+ +\| whoami 1 listens on port 80$")

    def test_a_task_gets_what_its_spec_says(self):
        self.node.docker("config", "create", "greeting", __file__)
        self.addCleanup(self.node.docker, "config", "rm", "greeting")
        self.node.create("spec", "--env", "TASK={{.Task.Name}}", "--hostname", "me-{{.Task.Slot}}", "--limit-memory",
                         "64M", "--label", "a=b", "--container-label", "c=d", "--publish", "8093:80", "--config",
                         "greeting")
        self.addCleanup(self.remove, "spec")
        task = self.node.wait_running("spec", 1)[0]
        text = wait_until(lambda: self.node.curl("http://127.0.0.1:8093/")[1], "it answers")
        self.assertIn("Hostname: me-1\nTask: spec.1.%s\n" % task["ID"], text)
        container = json.loads(self.node.docker("inspect", task["Status"]["ContainerStatus"]["ContainerID"]))[0]
        self.assertEqual(container["Config"]["Labels"]["c"], "d")
        process = "/proc/%d/root" % task["Status"]["ContainerStatus"]["PID"]
        with open(process + "/greeting", encoding="utf-8") as inside, open(__file__, encoding="utf-8") as source:
            self.assertEqual(inside.read(), source.read())
        self.assertEqual(container["HostConfig"]["Memory"], 64 << 20)
        self.assertEqual(json.loads(self.node.docker("service", "inspect", "spec"))[0]["Spec"]["Labels"], {"a": "b"})

    def test_a_global_service_runs_once_on_the_node_and_is_not_scaled(self):
        self.node.create("everywhere", "--mode", "global")
        self.addCleanup(self.remove, "everywhere")
        self.node.wait_running("everywhere", 1)
        self.node.docker("service", "scale", "everywhere=2", status=1)
        self.assertIn("scale can only be used with replicated", self.node.stderr)

    def test_a_task_that_fits_nowhere_says_why(self):
        self.node.create("stuck", "--constraint", "node.labels.disk==ssd")
        self.addCleanup(self.remove, "stuck")
        wait_until(lambda: "no suitable node (scheduling constraints not satisfied on 1 node)" in
                   self.node.docker("service", "ps", "--no-trunc", "stuck"), "the reason is shown")
        self.node.docker("node", "update", "--label-add", "disk=ssd", self.me)
        self.node.wait_running("stuck", 1)
        self.node.docker("node", "update", "--label-rm", "disk", self.me)

    def test_what_cannot_be_started_says_what_is_missing(self):
        self.node.create("absent", "--entrypoint", "/no/such/program", "--restart-max-attempts", "1")
        self.addCleanup(self.remove, "absent")
        wait_until(lambda: "/no/such/program" in self.node.docker("service", "ps", "--no-trunc", "absent"),
                   lambda: "the program is named:\n" + self.node.docker("service", "ps", "--no-trunc", "absent"))
        self.node.create("unmade", "--mount", "type=bind,src=/no/such/folder,dst=/x")
        self.addCleanup(self.remove, "unmade")
        wait_until(lambda: "/no/such/folder" in self.node.docker("service", "ps", "--no-trunc", "unmade"),
                   lambda: "the folder is named:\n" + self.node.docker("service", "ps", "--no-trunc", "unmade"))

    def test_a_drained_node_runs_nothing_until_it_is_active_again(self):
        self.node.create("guest", "--replicas", "2")
        self.addCleanup(self.remove, "guest")
        self.node.wait_running("guest", 2)
        self.node.docker("node", "update", "--availability", "drain", self.me)
        wait_until(lambda: not self.node.tasks("guest"), "the node is empty")
        self.node.docker("node", "update", "--availability", "active", self.me)
        self.node.wait_running("guest", 2)
