// Pulls from Debian's docker-registry on a loopback port, filled by skopeo: the real protocol, with and without users.
#include <arpa/inet.h>
#include <crypt.h>
#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "runtime/images/digest.h"
#include "runtime/images/manifest.h"
#include "tests/runtime/images/process.h"
#include "tests/runtime/images/store_fixture.h"

namespace skein::images {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

bool answers(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool ok = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return ok;
}

class RegistryTest : public StoreTest {
 protected:
  void SetUp() override {
    ASSERT_NE(program_path("docker-registry"), "") << "install Debian's docker-registry";
    ASSERT_NE(program_path("skopeo"), "") << "install Debian's skopeo";
  }

  void start(const std::string& auth = "") {
    const std::string config = folder.path() + "/registry.yml";
    const std::string log = folder.path() + "/registry.log";
    for (int tries = 0; tries < 5; ++tries) {  // somebody else may take the port in between
      port = free_port();
      std::ofstream{config} << "version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: " << data()
                            << "}, delete: {enabled: true}}\nhttp: {addr: '127.0.0.1:" << port << "'}\n"
                            << auth;
      registry =
          std::make_unique<Process>(std::vector<std::string>{program_path("docker-registry"), "serve", config}, log);
      while (registry->is_running() && !answers(port)) std::this_thread::yield();
      if (registry->is_running()) return;
    }
    FAIL() << "docker-registry does not start: " << content_of(log);
  }

  std::string data() const { return folder.path() + "/registry"; }
  std::string host() const { return "127.0.0.1:" + std::to_string(port); }

  void skopeo(const std::vector<std::string>& arguments) {
    std::vector<std::string> argv{program_path("skopeo"), "--insecure-policy", "--tmpdir", folder.path()};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    const std::string log = folder.path() + "/skopeo.log";
    ASSERT_EQ(Process(argv, log).wait(), 0) << content_of(log);
  }

  void push(const std::vector<LayerBytes>& layers, const std::string& name, const std::string& credentials = "") {
    const std::string file = folder.path() + "/push.tar";
    std::ofstream{file, std::ios::binary} << docker_archive(layers, {"pushed:1"});
    std::vector<std::string> arguments{"copy", "--dest-tls-verify=false"};
    if (!credentials.empty()) arguments.insert(arguments.end(), {"--dest-creds", credentials});
    arguments.insert(arguments.end(), {"docker-archive:" + file, "docker://" + host() + "/" + name});
    skopeo(arguments);
  }

  // skopeo makes no indexes, so this one goes up by hand.
  void put_manifest(const std::string& name, const std::string& tag, const std::string& bytes) {
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl{curl_easy_init(), curl_easy_cleanup};
    const std::string url = "http://" + host() + "/v2/" + name + "/manifests/" + tag;
    curl_slist* headers = curl_slist_append(nullptr, "Content-Type: application/vnd.oci.image.index.v1+json");
    curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
    curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, "PUT");
    curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl.get(), CURLOPT_COPYPOSTFIELDS, bytes.c_str());
    ASSERT_EQ(curl_easy_perform(curl.get()), CURLE_OK);
    long status = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    ASSERT_EQ(status, 201);
  }

  Result<std::string> pull(const std::string& name, RegistryCredentials credentials = {},
                           const std::string& platform = "") {
    lines.clear();
    return store->pull({host() + "/" + name, platform, std::move(credentials)},
                       [this](const json& line) { lines.push_back(line); });
  }

  int port = 0;
  std::unique_ptr<Process> registry;
};

LayerBytes layer_with(const std::string& name, const std::string& content) {
  TarMaker tar;
  return layer_of(tar.file(name, content).bytes());
}

TEST_F(RegistryTest, PullTellsDockersLinesAndUnpacksTheLayers) {
  start();
  push({layer_with("a", "1"), layer_with("b", std::string(3'000'000, 'b'))}, "team/app:1");
  const auto id = pull("team/app:1");
  ASSERT_TRUE(id) << refusal_text(id);
  const auto image = store->find(host() + "/team/app:1");
  ASSERT_TRUE(image);
  EXPECT_EQ(image->id, *id);
  ASSERT_EQ(image->digests.size(), 1u);
  EXPECT_THAT(image->digests[0], HasSubstr(host() + "/team/app@sha256:"));
  const auto folders = layers(*id);
  ASSERT_EQ(folders.size(), 2u);
  EXPECT_EQ(content_of(folders[0] + "/a"), "1");
  EXPECT_EQ(content_of(folders[1] + "/b").size(), 3'000'000u);
  const auto told = statuses();
  EXPECT_EQ(told.front(), "Pulling from team/app");
  EXPECT_EQ(lines.front()["id"], "1");
  EXPECT_EQ(std::count(told.begin(), told.end(), "Pulling fs layer"), 2);
  EXPECT_EQ(std::count(told.begin(), told.end(), "Download complete"), 2);
  EXPECT_EQ(std::count(told.begin(), told.end(), "Pull complete"), 2);
  EXPECT_THAT(told, testing::IsSupersetOf({"Downloading", "Verifying Checksum", "Extracting"}));
  EXPECT_EQ(told[told.size() - 2], "Digest: " + image->digests[0].substr(image->digests[0].find("sha256:")));
  EXPECT_EQ(told.back(), "Status: Downloaded newer image for " + host() + "/team/app:1");
  EXPECT_EQ(entries_in(root() + "/tmp"), 0u);
}

TEST_F(RegistryTest, ASecondPullIsUpToDateAndAMovedTagIsFollowed) {
  start();
  const auto base = layer_with("base", "1");
  push({base, layer_with("v", "1")}, "app:1");
  const auto first = pull("app:1");
  ASSERT_TRUE(first) << refusal_text(first);
  ASSERT_TRUE(pull("app:1"));
  EXPECT_EQ(statuses().back(), "Status: Image is up to date for " + host() + "/app:1");
  EXPECT_EQ(statuses().size(), 3u);
  push({base, layer_with("v", "2")}, "app:1");
  const auto second = pull("app:1");
  ASSERT_TRUE(second);
  EXPECT_NE(*first, *second);
  EXPECT_THAT(statuses(), Contains("Already exists"));
  EXPECT_EQ(store->find(host() + "/app:1")->id, *second);
  EXPECT_TRUE(store->find(*first)->tags.empty());
}

TEST_F(RegistryTest, PullByDigestGivesThatImageWithoutATag) {
  start();
  push({layer_with("a", "1")}, "app:1");
  ASSERT_TRUE(pull("app:1"));
  const std::string by_digest = store->find(host() + "/app:1")->digests.at(0);
  const std::string digest = by_digest.substr(by_digest.find("sha256:"));
  ASSERT_TRUE(store->remove(host() + "/app:1", false, nobody_uses));
  ASSERT_TRUE(store->list().empty());
  push({layer_with("a", "2")}, "app:1");
  const auto id = pull("app@" + digest);
  ASSERT_TRUE(id) << refusal_text(id);
  EXPECT_TRUE(store->find(*id)->tags.empty());
  EXPECT_EQ(store->find(by_digest)->id, *id);
  EXPECT_EQ(content_of(layers(*id).at(0) + "/a"), "1");
}

TEST_F(RegistryTest, MissingImagesAreRefusedInDockersWords) {
  start();
  const auto missing = pull("nothing:9");
  EXPECT_EQ(refusal_text(missing),
            "manifest for " + host() + "/nothing:9 not found: manifest unknown: manifest unknown");
  EXPECT_EQ(missing.refusal().code, Errc::not_found);
  EXPECT_TRUE(lines.empty()) << "a refusal before the first line can still be a status code";
  const auto distribution = store->distribution({host() + "/nothing:9", "", {}});
  EXPECT_EQ(refusal_text(distribution), refusal_text(missing));
}

TEST_F(RegistryTest, AnIndexIsResolvedByPlatform) {
  start();
  push({layer_with("which", "native")}, "multi:native");
  push({layer_with("which", "other")}, "multi:other");
  json index = {
      {"schemaVersion", 2}, {"mediaType", "application/vnd.oci.image.index.v1+json"}, {"manifests", json::array()}};
  for (const auto& [tag, architecture] : {std::pair{"other", "s390x"}, {"native", "amd64"}}) {
    const auto found = store->distribution({host() + "/multi:" + tag, "", {}});
    ASSERT_TRUE(found) << refusal_text(found);
    EXPECT_THAT(found->platforms, ElementsAre(std::pair<std::string, std::string>{"amd64", "linux"}));
    index["manifests"].push_back({{"mediaType", found->media_type},
                                  {"digest", found->digest},
                                  {"size", found->size},
                                  {"platform", {{"os", "linux"}, {"architecture", architecture}}}});
  }
  put_manifest("multi", "all", index.dump());
  ASSERT_TRUE(pull("multi:all", {}, "linux/amd64"));
  EXPECT_EQ(content_of(layers(host() + "/multi:all").at(0) + "/which"), "native");
  ASSERT_TRUE(pull("multi:all", {}, "linux/s390x"));
  EXPECT_EQ(content_of(layers(host() + "/multi:all").at(0) + "/which"), "other");
  EXPECT_EQ(refusal_text(pull("multi:all", {}, "linux/riscv64")),
            "no matching manifest for linux/riscv64 in the manifest list entries");
  const auto all = store->distribution({host() + "/multi:all", "", {}});
  ASSERT_TRUE(all);
  EXPECT_EQ(all->digest, sha256_of(index.dump()));
  EXPECT_EQ(all->platforms.size(), 2u);
}

TEST_F(RegistryTest, ACorruptedBlobIsRefusedAndLeavesNothing) {
  start();
  const auto layer = layer_with("a", std::string(100'000, 'a'));
  push({layer}, "app:1");
  std::size_t broken = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{data() + "/docker/registry/v2/blobs"}) {
    if (entry.path().filename() != "data" || content_of(entry.path()).front() == '{') continue;
    std::fstream file{entry.path(), std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(60);
    file << "XXXX";
    ++broken;
  }
  ASSERT_EQ(broken, 1u);
  EXPECT_THAT(refusal_text(pull("app:1")), HasSubstr("filesystem layer verification failed for digest sha256:"));
  EXPECT_TRUE(store->list().empty());
  EXPECT_EQ(entries_in(root() + "/blobs/sha256"), 0u);
  EXPECT_EQ(entries_in(root() + "/layers"), 0u);
  EXPECT_EQ(entries_in(root() + "/tmp"), 0u);
}

TEST_F(RegistryTest, BasicAuthorizationLetsInOnlyWithTheRightPassword) {
  const std::string hash = ::crypt("correct horse", "$2y$05$abcdefghijklmnopqrstuu");
  ASSERT_THAT(hash, HasSubstr("$2y$05$"));
  std::ofstream{folder.path() + "/htpasswd"} << "ann:" << hash << "\n";
  start("auth: {htpasswd: {realm: test, path: " + folder.path() + "/htpasswd}}\n");
  push({layer_with("a", "1")}, "app:1", "ann:correct horse");
  EXPECT_THAT(refusal_text(pull("app:1")), HasSubstr("no basic auth credentials"));
  const auto wrong = pull("app:1", {"ann", "battery staple", "", ""});
  EXPECT_EQ(refusal_text(wrong), "unauthorized: authentication required");
  EXPECT_EQ(wrong.refusal().code, Errc::unauthenticated);
  EXPECT_TRUE(pull("app:1", {"ann", "correct horse", "", ""}));
  EXPECT_TRUE(store->distribution({host() + "/app:1", "", {"ann", "correct horse", "", ""}}));
}

TEST_F(RegistryTest, TwoPullsAtOnceShareTheWorkAndHearTheSameEnd) {
  start();
  std::vector<LayerBytes> many;
  for (char c = 'a'; c < 'f'; ++c) many.push_back(layer_with(std::string(1, c), std::string(1'000'000, c)));
  push(many, "app:1");
  std::vector<std::vector<std::string>> told(4);
  std::vector<std::thread> threads;
  for (auto& mine : told) {
    threads.emplace_back([&] {
      const auto id =
          store->pull({host() + "/app:1", "", {}}, [&](const json& line) { mine.push_back(line["status"]); });
      EXPECT_TRUE(id) << refusal_text(id);
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& mine : told) EXPECT_THAT(mine.back(), testing::EndsWith(" for " + host() + "/app:1"));
  EXPECT_EQ(layers(host() + "/app:1").size(), 5u);
  EXPECT_EQ(entries_in(root() + "/tmp"), 0u);
}

}  // namespace
}  // namespace skein::images
