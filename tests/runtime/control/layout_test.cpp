// What the CLI prints, column by column, as docker does.
#include "tests/runtime/control/control_fixture.h"

namespace skein {
namespace {

class Layout : public ControlFixture {};

TEST_F(Layout, NodeLsIsDockers) {
  const Ran ran = skein({"node", "ls"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out,
            "ID                            HOSTNAME   STATUS    AVAILABILITY   MANAGER STATUS   ENGINE VERSION\n"
            "iiy9n7pqrbkzx4kf1gb0al0n0 *   node1      Ready     Active         Leader           0.1.0\n"
            "gbm78r9eiii29t0tgjeusjyfz     node4      Ready     Active                          0.1.0\n");
}

TEST_F(Layout, ServiceLsIsDockers) {
  EXPECT_EQ(skein({"service", "ls"}).out,
            "ID             NAME      MODE             REPLICAS              IMAGE     PORTS\n"
            "ckjfvh26k8tv   glob      global           0/0                   bb:1      \n"
            "vxtzcpdfwsue   job       replicated job   0/1 (0/4 completed)   bb:1      \n"
            "8d50v0kf58xg   web       replicated       3/3                   bb:1      *:18060->80/tcp\n");
}

TEST_F(Layout, ServicePsIsDockers) {
  EXPECT_EQ(skein({"service", "ps", "web"}).out,
            "ID             NAME      IMAGE     NODE      DESIRED STATE   CURRENT STATE            ERROR     PORTS\n"
            "sy43g0aqws5l   web.1     bb:1      node1     Running         Running 33 seconds ago             \n"
            "6gljkla5w2lh   web.2     bb:1      node4     Running         Running 33 seconds ago             \n"
            "ptx9tsxxpbdq   web.3     bb:1      node1     Running         Running 33 seconds ago             \n");
}

TEST_F(Layout, NetworkLsShowsTheMachinesOwnToo) {
  EXPECT_EQ(skein({"network", "ls"}).out,
            "NETWORK ID     NAME      DRIVER    SCOPE\n"
            "cdaf71fc5b28   bridge    bridge    local\n"
            "1212498c43bf   host      host      local\n"
            "xwpzmw5utv86   ingress   overlay   swarm\n"
            "96d6c5ea3353   none      null      local\n");
}

TEST_F(Layout, JsonIsOneObjectALineWithGosEscapes) {
  const Ran ran = skein({"service", "ls", "--format", "json"});
  EXPECT_EQ(ran.out.substr(ran.out.find("{\"ID\":\"8d50")),
            "{\"ID\":\"8d50v0kf58xg\",\"Image\":\"bb:1\",\"Mode\":\"replicated\",\"Name\":\"web\","
            "\"Ports\":\"*:18060-\\u003e80/tcp\",\"Replicas\":\"3/3\"}\n");
}

TEST_F(Layout, QuietPrintsIdsAlone) {
  EXPECT_EQ(skein({"node", "ls", "-q"}).out, "iiy9n7pqrbkzx4kf1gb0al0n0\ngbm78r9eiii29t0tgjeusjyfz\n");
  EXPECT_EQ(skein({"service", "ls", "-q"}).out, "ckjfvh26k8tv\nvxtzcpdfwsue\n8d50v0kf58xg\n");
}

TEST_F(Layout, LogTailTellsEveryEventInOrder) {
  const Ran ran = skein({"log", "tail"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  std::istringstream lines{ran.out};
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line.substr(0, 8), "       1");
  EXPECT_NE(line.find("root (uid 0) via Docker-Client/28.2.2"), std::string::npos) << line;
  EXPECT_NE(line.find("ClusterFounded"), std::string::npos) << line;
  EXPECT_NE(ran.out.find("TaskObserved          sy43g0aqws5l  running: started\n"), std::string::npos) << ran.out;
}

}  // namespace
}  // namespace skein
