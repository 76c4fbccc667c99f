// Names: look-up, tagging and removal, in Docker's words; import of a root file system.
#include "runtime/images/digest.h"
#include "tests/runtime/images/store_fixture.h"

namespace skein::images {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

class ImageNamesTest : public StoreTest {
 protected:
  std::string load_image(const std::string& tag, const std::string& content) {
    TarMaker base, top;
    const auto below = layer_of(base.file("base", "shared").bytes());
    const auto loaded = load(docker_archive({below, layer_of(top.file("f", content).bytes())}, {tag}));
    EXPECT_TRUE(loaded) << refusal_text(loaded);
    return store->find(tag)->id;
  }
};

TEST_F(ImageNamesTest, AnImageIsFoundByNameIdAndUniquePrefix) {
  const std::string id = load_image("x:1", "1");
  for (const std::string& typed : {std::string{"x:1"}, std::string{"docker.io/library/x:1"}, id, hex_of(id),
                                   hex_of(id).substr(0, 12), id.substr(0, 15)}) {
    const auto found = store->find(typed);
    ASSERT_TRUE(found) << typed << ": " << refusal_text(found);
    EXPECT_EQ(found->id, id);
  }
  EXPECT_EQ(refusal_text(store->find("x")), "No such image: x:latest");
  EXPECT_EQ(refusal_text(store->find("missing:9")), "No such image: missing:9");
  EXPECT_EQ(refusal_text(store->find("sha256:" + std::string(64, '0'))),
            "No such image: sha256:" + std::string(64, '0'));
  EXPECT_EQ(refusal_text(store->find("bad name")), "invalid reference format");
}

TEST_F(ImageNamesTest, TagsMoveAndSurviveARestart) {
  const std::string one = load_image("x:1", "1"), two = load_image("x:2", "2");
  ASSERT_TRUE(store->tag("x:1", "host:5000/y", "best"));
  ASSERT_TRUE(store->tag(hex_of(two).substr(0, 12), "x", ""));
  EXPECT_EQ(store->find("x:latest")->id, two);
  ASSERT_TRUE(store->tag("x:2", "host:5000/y", "best"));
  open();
  EXPECT_EQ(store->find("host:5000/y:best")->id, two);
  EXPECT_THAT(store->find(one)->tags, ElementsAre("x:1"));
  EXPECT_EQ(refusal_text(store->tag("nope", "y", "1")), "No such image: nope:latest");
  EXPECT_EQ(refusal_text(store->tag("x:1", "Y", "1")), "invalid reference format: repository name must be lowercase");
  EXPECT_EQ(refusal_text(store->tag("x:1", "y", "b@d")), "invalid tag format");
  EXPECT_EQ(refusal_text(store->tag("x:1", "sha256", "1")),
            "refusing to create an ambiguous tag using digest algorithm as name");
}

TEST_F(ImageNamesTest, RemovingTheLastNameRemovesImageAndUnsharedLayers) {
  const std::string one = load_image("x:1", "1");
  load_image("x:2", "2");
  ASSERT_TRUE(store->tag("x:1", "y", "1"));
  const auto untagged = store->remove("y:1", false, nobody_uses);
  ASSERT_TRUE(untagged);
  EXPECT_THAT(untagged->untagged, ElementsAre("y:1"));
  EXPECT_TRUE(untagged->deleted.empty());
  const auto removed = store->remove("x:1", false, nobody_uses);
  ASSERT_TRUE(removed);
  EXPECT_EQ(removed->deleted.size(), 2u) << "the image and its own layer, not the shared one";
  EXPECT_EQ(removed->deleted.at(0), one);
  EXPECT_EQ(layers("x:2").size(), 2u);
  EXPECT_EQ(entries_in(root() + "/blobs/sha256"), 1u);
  EXPECT_EQ(entries_in(root() + "/layers"), 4u) << "two layers and their notes";
  ASSERT_TRUE(store->remove("x:2", false, nobody_uses));
  EXPECT_EQ(entries_in(root() + "/layers"), 0u);
  EXPECT_EQ(refusal_text(store->remove("x:2", false, nobody_uses)), "No such image: x:2");
}

TEST_F(ImageNamesTest, AnImageInUseIsRefusedInDockersWords) {
  const std::string id = load_image("x:1", "1");
  const auto used = [](const std::string&) { return std::string(64, 'c'); };
  const std::string container(12, 'c'), short_form = short_id(id);
  const auto by_name = store->remove("x:1", false, used);
  EXPECT_EQ(refusal_text(by_name), "conflict: unable to remove repository reference \"x:1\" (must force) - container " +
                                       container + " is using its referenced image " + short_form);
  EXPECT_EQ(by_name.refusal().code, Errc::conflict);
  EXPECT_EQ(refusal_text(store->remove(id, true, used)), "conflict: unable to delete " + short_form +
                                                             " (cannot be forced) - image is being used by running "
                                                             "container " +
                                                             container);
  const auto forced = store->remove("x:1", true, used);
  ASSERT_TRUE(forced);
  EXPECT_THAT(forced->untagged, ElementsAre("x:1"));
  EXPECT_TRUE(forced->deleted.empty()) << "its layers are mounted";
  EXPECT_EQ(layers(id).size(), 2u);
  EXPECT_TRUE(store->remove(id, false, nobody_uses));
}

TEST_F(ImageNamesTest, RemovalByIdNeedsForceWhenSeveralRepositoriesNameIt) {
  const std::string id = load_image("x:1", "1");
  ASSERT_TRUE(store->tag("x:1", "y", "1"));
  EXPECT_EQ(refusal_text(store->remove(id, false, nobody_uses)),
            "conflict: unable to delete " + short_id(id) +
                " (must be forced) - image is referenced in multiple repositories");
  const auto removed = store->remove(id, true, nobody_uses);
  ASSERT_TRUE(removed);
  EXPECT_THAT(removed->untagged, ElementsAre("x:1", "y:1"));
  EXPECT_TRUE(store->list().empty());
}

TEST_F(ImageNamesTest, AMissingLayerIsAFaultThatNamesIt) {
  const std::string id = load_image("x:1", "1");
  const auto folders = layers(id);
  std::filesystem::remove_all(folders[1]);
  const auto missing = store->layers(id);
  EXPECT_THAT(refusal_text(missing), HasSubstr(std::filesystem::path{folders[1]}.filename().string()));
  EXPECT_EQ(missing.refusal().code, Errc::fault);
}

TEST_F(ImageNamesTest, ADamagedConfigurationOrReferencesFileIsNotGuessedAt) {
  const std::string id = load_image("x:1", "1");
  store.reset();
  const std::string blob = root() + "/blobs/sha256/" + hex_of(id);
  const std::string before = content_of(blob);
  std::ofstream{blob} << before << " ";
  EXPECT_THAT(refusal_text(ImageStore::open({root(), {}, 5})), HasSubstr("is damaged on disk"));
  std::ofstream{blob} << before;
  const std::string references = content_of(root() + "/references.json");
  std::ofstream{root() + "/references.json"} << references.substr(0, references.size() / 2);
  EXPECT_THAT(refusal_text(ImageStore::open({root(), {}, 5})), HasSubstr("references.json is damaged"));
  std::ofstream{root() + "/references.json"} << references;
  open();
  EXPECT_EQ(refusal_text(ImageStore::open({root(), {}, 5})), root() + " is in use by another process");
}

TEST_F(ImageNamesTest, HistoryIsNewestFirstAndOnlyTheTopHasAnId) {
  const std::string id = load_image("x:1", "12345");
  const auto history = store->history("x:1");
  ASSERT_TRUE(history);
  ASSERT_EQ(history->size(), 2u);
  EXPECT_EQ((*history)[0]["Id"], id);
  EXPECT_EQ((*history)[0]["Tags"], json::array({"x:1"}));
  EXPECT_EQ((*history)[0]["Size"], 5);
  EXPECT_EQ((*history)[1]["Id"], "<missing>");
  EXPECT_EQ((*history)[1]["Tags"], nullptr);
}

TEST_F(ImageNamesTest, ImportMakesOneLayerAndAppliesChanges) {
  TarMaker tar;
  const std::string rootfs = packed(tar.file("bin/app", "elf").bytes(), Compression::gzip);
  const std::vector<std::string> changes{"CMD [\"/bin/app\",\"-v\"]",
                                         "entrypoint /bin/sh run",
                                         "ENV A=1 B=\"two words\"",
                                         "ENV A 2",
                                         "EXPOSE 80 90-91/udp",
                                         "USER 1000:1000",
                                         "WORKDIR /srv",
                                         "WORKDIR data",
                                         "LABEL k=v 'long key'=x",
                                         "STOPSIGNAL SIGINT",
                                         "VOLUME [\"/data\"]",
                                         "HEALTHCHECK --interval=1m30s --retries=3 CMD curl localhost"};
  const auto id = store->import(bytes_source(rootfs), "mine/rootfs", "v1", changes, "from a tar");
  ASSERT_TRUE(id) << refusal_text(id);
  const auto image = store->find("mine/rootfs:v1");
  ASSERT_TRUE(image);
  EXPECT_EQ(image->id, *id);
  EXPECT_EQ(image->comment, "from a tar");
  const ImageConfig& config = image->config;
  EXPECT_THAT(config.cmd, ElementsAre("/bin/app", "-v"));
  EXPECT_THAT(config.entrypoint, ElementsAre("/bin/sh", "-c", "/bin/sh run"));
  EXPECT_THAT(config.env, ElementsAre("A=2", "B=two words"));
  EXPECT_THAT(config.exposed_ports, ElementsAre("80/tcp", "90/udp", "91/udp"));
  EXPECT_EQ(config.user, "1000:1000");
  EXPECT_EQ(config.working_dir, "/srv/data");
  EXPECT_THAT(config.labels, ElementsAre(testing::Pair("k", "v"), testing::Pair("long key", "x")));
  EXPECT_EQ(config.stop_signal, "SIGINT");
  EXPECT_THAT(config.volumes, ElementsAre("/data"));
  EXPECT_EQ(json::parse(config.healthcheck_json),
            json::parse(R"({"Test":["CMD-SHELL","curl localhost"],"Interval":90000000000,"Retries":3})"));
  EXPECT_EQ(content_of(layers(*id).at(0) + "/bin/app"), "elf");
}

TEST_F(ImageNamesTest, ImportRefusesOtherInstructionsAndBadNames) {
  const auto import = [&](const std::string& repository, const std::string& change) {
    return refusal_text(store->import(bytes_source(TarMaker{}.bytes()), repository, "", {change}, ""));
  };
  EXPECT_EQ(import("x", "RUN rm -rf /"), "run is not a valid change command");
  EXPECT_EQ(import("x", "ENV lonely"), "ENV must have two arguments");
  EXPECT_EQ(import("x", "EXPOSE 70000"), "Invalid containerPort: 70000");
  EXPECT_EQ(import("X", ""), "invalid reference format: repository name must be lowercase");
  EXPECT_TRUE(store->list().empty());
}

TEST(RegistryAuthHeaderTest, IsBase64UrlJsonAndNeverRepeatedInARefusal) {
  const auto credentials = parse_registry_auth("eyJ1c2VybmFtZSI6ImFubiIsInBhc3N3b3JkIjoiPz8-PiJ9");
  ASSERT_TRUE(credentials);
  EXPECT_EQ(credentials->username, "ann");
  EXPECT_EQ(credentials->password,
            "?"
            "?>>");
  EXPECT_TRUE(parse_registry_auth(""));
  EXPECT_TRUE(parse_registry_auth("e30="));
  const auto broken = parse_registry_auth("eyJ1c2VybmFtZSI6ImFubi");
  EXPECT_THAT(refusal_text(broken), HasSubstr("invalid X-Registry-Auth header"));
}

}  // namespace
}  // namespace skein::images
