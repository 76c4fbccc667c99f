// `docker load`: both kinds of archives, whiteouts, links, modes, and archives that mean harm.
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include <array>

#include "runtime/images/digest.h"
#include "runtime/images/manifest.h"
#include "tests/runtime/images/store_fixture.h"

namespace skein::images {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

std::string attribute(const std::string& path, const char* name) {
  std::array<char, 256> value{};
  const ssize_t n = ::lgetxattr(path.c_str(), name, value.data(), value.size());
  return n < 0 ? "(none)" : std::string{value.data(), static_cast<std::size_t>(n)};
}

bool hides(const std::string& path) {
  const auto st = stat_of(path);
  return S_ISCHR(st.st_mode) && st.st_rdev == makedev(0, 0);
}

struct OciLayout {
  std::map<std::string, std::string> blobs;
  json put(const std::string& bytes, const std::string& type) {
    const std::string digest = sha256_of(bytes);
    blobs["blobs/sha256/" + hex_of(digest)] = bytes;
    return {{"mediaType", type}, {"digest", digest}, {"size", bytes.size()}};
  }
  json put_image(const std::vector<LayerBytes>& layers, const json& config) {
    json manifest = {{"schemaVersion", 2}, {"layers", json::array()}};
    manifest["config"] = put(config.dump(), "application/vnd.oci.image.config.v1+json");
    for (const auto& layer : layers) {
      manifest["layers"].push_back(put(layer.packed, "application/vnd.oci.image.layer.v1.tar"));
    }
    return put(manifest.dump(), "application/vnd.oci.image.manifest.v1+json");
  }
  json put_index(const json& manifests) {
    return put(json{{"schemaVersion", 2}, {"manifests", manifests}}.dump(), "application/vnd.oci.image.index.v1+json");
  }
  std::string archive(const json& top) const {
    TarMaker tar;
    tar.file("oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
    for (const auto& [name, bytes] : blobs) tar.file(name, bytes);
    tar.file("index.json", json{{"schemaVersion", 2}, {"manifests", json::array({top})}}.dump());
    return tar.bytes();
  }
};

class ArchiveLoadTest : public StoreTest {
 protected:
  // Loads one layer as x:1 and returns its folder; empty if it was refused (`refused` then says why).
  std::string load_layer(TarMaker& tar, Compression compression = Compression::none) {
    const auto loaded = load(docker_archive({layer_of(tar.bytes(), compression)}, {"x:1"}));
    refused = refusal_text(loaded);
    return loaded ? layers("x:1").front() : std::string{};
  }
  std::string refused;
};

TEST_F(ArchiveLoadTest, DockerArchiveIsListedWithItsConfiguration) {
  TarMaker tar;
  tar.file("hello", "world");
  const auto layer = layer_of(tar.bytes());
  auto config = config_of({layer});
  config["config"]["Labels"] = {{"b", "2"}, {"a", "1"}};
  config["config"]["ExposedPorts"] = {{"80/tcp", json::object()}};
  config["config"]["Healthcheck"] = {{"Test", {"NONE"}}};
  ASSERT_TRUE(load(docker_archive({layer}, {"whoami:latest", "localhost:5000/a/b:v1"}, config)));
  const auto images = store->list();
  ASSERT_EQ(images.size(), 1u);
  EXPECT_EQ(images[0].id, sha256_of(config.dump()));
  EXPECT_THAT(images[0].tags, ElementsAre("localhost:5000/a/b:v1", "whoami:latest"));
  EXPECT_EQ(images[0].created_s, 1706933106);
  EXPECT_EQ(images[0].size_bytes, 5u);
  EXPECT_THAT(images[0].config.cmd, ElementsAre("/bin/true"));
  EXPECT_THAT(images[0].config.labels, ElementsAre(testing::Pair("a", "1"), testing::Pair("b", "2")));
  EXPECT_THAT(images[0].config.exposed_ports, ElementsAre("80/tcp"));
  EXPECT_EQ(images[0].config.healthcheck_json, R"({"Test":["NONE"]})");
  EXPECT_EQ(content_of(layers("whoami").front() + "/hello"), "world");
  EXPECT_THAT(statuses(),
              testing::IsSupersetOf({"Loaded image: whoami:latest\n", "Loaded image: localhost:5000/a/b:v1\n"}));
}

TEST_F(ArchiveLoadTest, LayersMayBeGzipZstdOrPlainAndTheUploadToo) {
  for (const auto compression : {Compression::none, Compression::gzip, Compression::zstd}) {
    TarMaker tar;
    tar.file("kind", std::to_string(static_cast<int>(compression)));
    const auto archive = docker_archive({layer_of(tar.bytes(), compression)}, {"x:1"});
    const auto loaded = load(packed(archive, compression));
    ASSERT_TRUE(loaded) << refusal_text(loaded);
    EXPECT_EQ(content_of(layers("x:1").front() + "/kind"), std::to_string(static_cast<int>(compression)));
  }
}

TEST_F(ArchiveLoadTest, WhiteoutsBecomeOverlayDevicesAndOpaqueFolders) {
  TarMaker tar;
  tar.folder("etc").file("etc/.wh.gone", "").file("deep/er/.wh.gone", "");
  tar.folder("fresh").file("fresh/.wh..wh..opq", "").file("fresh/new", "n").file(".wh..wh.plnk", "");
  const auto layer = load_layer(tar);
  ASSERT_FALSE(layer.empty()) << refused;
  EXPECT_TRUE(hides(layer + "/etc/gone"));
  EXPECT_TRUE(hides(layer + "/deep/er/gone"));
  EXPECT_EQ(attribute(layer + "/fresh", "trusted.overlay.opaque"), "y");
  EXPECT_EQ(attribute(layer + "/etc", "trusted.overlay.opaque"), "(none)");
  EXPECT_EQ(content_of(layer + "/fresh/new"), "n");
  EXPECT_EQ(entries_in(layer), 3u) << "aufs's own entries must not appear";
}

TEST_F(ArchiveLoadTest, AFolderThatTakesAWhiteoutsPlaceIsOpaque) {
  TarMaker tar;
  tar.file(".wh.a", "").folder("a").file("a/x", "1");
  tar.file(".wh.b", "").file("b/x", "2");              // the folder is implied
  tar.folder("c").file("c/x", "3").file(".wh.c", "");  // the other order
  tar.file("d", "4").file(".wh.d", "");                // speaks of lower layers only
  const auto layer = load_layer(tar);
  ASSERT_FALSE(layer.empty()) << refused;
  for (const char* name : {"/a", "/b", "/c"}) EXPECT_EQ(attribute(layer + name, "trusted.overlay.opaque"), "y") << name;
  EXPECT_EQ(content_of(layer + "/b/x"), "2");
  EXPECT_EQ(content_of(layer + "/d"), "4");
}

TEST_F(ArchiveLoadTest, OwnersModesTimesLinksAndDevicesAreKept) {
  TarMaker tar;
  tar.folder("bin", 01777);
  TarMaker::Meta meta{04755, 12, 34, 1'500'000'000, {{"user.note", "hi"}, {"trusted.overlay.redirect", "/etc"}}};
  tar.file("bin/su", "elf", meta).hard_link("bin/sudo", "bin/su").symlink("bin/sh", "/etc/passwd");
  tar.device("null", S_IFCHR, 1, 3).device("pipe", S_IFIFO, 0, 0);
  const auto layer = load_layer(tar);
  ASSERT_FALSE(layer.empty()) << refused;
  const auto su = stat_of(layer + "/bin/su");
  EXPECT_EQ(su.st_mode, static_cast<mode_t>(S_IFREG | 04755));
  EXPECT_EQ(su.st_uid, 12u);
  EXPECT_EQ(su.st_gid, 34u);
  EXPECT_EQ(su.st_mtim.tv_sec, 1'500'000'000);
  EXPECT_EQ(su.st_nlink, 2u);
  EXPECT_EQ(stat_of(layer + "/bin/sudo").st_ino, su.st_ino);
  EXPECT_EQ(std::filesystem::read_symlink(layer + "/bin/sh"), "/etc/passwd");
  EXPECT_EQ(stat_of(layer + "/bin").st_mode, static_cast<mode_t>(S_IFDIR | 01777));
  EXPECT_EQ(stat_of(layer + "/bin").st_mtim.tv_sec, 1'600'000'000);
  EXPECT_EQ(stat_of(layer + "/null").st_rdev, makedev(1, 3));
  EXPECT_TRUE(S_ISFIFO(stat_of(layer + "/pipe").st_mode));
  EXPECT_EQ(attribute(layer + "/bin/su", "user.note"), "hi");
  EXPECT_EQ(attribute(layer + "/bin/su", "trusted.overlay.redirect"), "(none)") << "it would steer overlayfs";
  EXPECT_EQ(store->list().front().size_bytes, 3u) << "a hard link counts once";
}

TEST_F(ArchiveLoadTest, NamesAreTheBytesTheyAre) {
  const std::string composed = "caf\xc3\xa9", decomposed = "cafe\xcc\x81";
  const std::string longest(120, 'n');
  TarMaker tar;
  tar.file(composed, "1").file(decomposed, "2").file("a/" + longest + "/" + composed, "3").symlink("l", decomposed);
  const auto layer = load_layer(tar);
  ASSERT_FALSE(layer.empty()) << refused;
  EXPECT_EQ(content_of(layer + "/" + composed), "1");
  EXPECT_EQ(content_of(layer + "/" + decomposed), "2");
  EXPECT_EQ(content_of(layer + "/a/" + longest + "/" + composed), "3");
  EXPECT_EQ(std::filesystem::read_symlink(layer + "/l").string(), decomposed);
}

TEST_F(ArchiveLoadTest, PathsThatClimbOutAreRefused) {
  for (const char* evil : {"../evil", "a/../../evil", "/../evil"}) {
    TarMaker tar;
    tar.file(evil, "x");
    EXPECT_EQ(load_layer(tar), "") << evil;
    EXPECT_THAT(refused, HasSubstr("leads out of the layer")) << evil;
  }
  EXPECT_TRUE(store->list().empty());
  EXPECT_EQ(entries_in(root() + "/layers"), 0u);
  EXPECT_EQ(entries_in(root() + "/tmp"), 0u);
}

TEST_F(ArchiveLoadTest, NothingIsWrittenThroughALinkThatLeadsOut) {
  const std::string victim = folder.path() + "/victim";
  std::filesystem::create_directory(victim);
  for (const std::string& target : {victim, std::string{"../../../../../../../../../.."} + victim}) {
    TarMaker tar;
    tar.symlink("out", target).file("out/evil", "x");
    EXPECT_EQ(load_layer(tar), "") << target;
  }
  TarMaker replaced;  // the link itself is replaced, its target untouched
  replaced.symlink("f", victim + "/file").file("f", "mine");
  const auto layer = load_layer(replaced);
  ASSERT_FALSE(layer.empty()) << refused;
  EXPECT_EQ(content_of(layer + "/f"), "mine");
  EXPECT_EQ(entries_in(victim), 0u);
}

TEST_F(ArchiveLoadTest, HardLinksToWhatIsOutsideAreRefused) {
  const std::string victim = folder.path() + "/secret";
  std::ofstream{victim} << "secret";
  TarMaker climbing, through, absolute;
  climbing.hard_link("mine", "../../../../../../../.." + victim);
  EXPECT_EQ(load_layer(climbing), "");
  through.symlink("out", folder.path()).hard_link("mine", "out/secret");
  EXPECT_EQ(load_layer(through), "");
  absolute.hard_link("mine", victim);
  EXPECT_EQ(load_layer(absolute), "");
  EXPECT_THAT(refused, HasSubstr("not in the layer"));
  EXPECT_EQ(stat_of(victim).st_nlink, 1u);
}

TEST_F(ArchiveLoadTest, LinksInsideTheLayerLeadInside) {
  TarMaker tar;
  tar.folder("usr/lib").symlink("lib", "/usr/lib").file("lib/x", "1").symlink("up", "../../../usr").file("up/y", "2");
  const auto layer = load_layer(tar);
  ASSERT_FALSE(layer.empty()) << refused;
  EXPECT_EQ(content_of(layer + "/usr/lib/x"), "1");
  EXPECT_EQ(content_of(layer + "/usr/y"), "2");
}

TEST_F(ArchiveLoadTest, ALaterEntryReplacesAnEarlierOne) {
  TarMaker tar;
  tar.folder("a").file("a/x", "1").file("a/y", "2").file("a", "now a file").file("b", "1").folder("b").file("b/z", "3");
  tar.folder("c").file("c/1", "1").symlink("c", "/b").file("c/2", "through the link");
  const auto layer = load_layer(tar);
  ASSERT_FALSE(layer.empty()) << refused;
  EXPECT_EQ(content_of(layer + "/a"), "now a file");
  EXPECT_EQ(content_of(layer + "/b/z"), "3");
  EXPECT_EQ(content_of(layer + "/b/2"), "through the link");
}

TEST_F(ArchiveLoadTest, ALayerWithAnotherDiffIdIsRefused) {
  TarMaker tar;
  tar.file("a", "1");
  auto layer = layer_of(tar.bytes());
  layer.diff_id = sha256_of("other");
  const auto loaded = load(docker_archive({layer}, {"x:1"}));
  EXPECT_THAT(refusal_text(loaded), HasSubstr("invalid diffID for layer: expected"));
  EXPECT_EQ(entries_in(root() + "/layers"), 0u);
  EXPECT_EQ(entries_in(root() + "/blobs/sha256"), 0u);
}

TEST_F(ArchiveLoadTest, TruncatedAndSenselessArchivesAreRefused) {
  TarMaker tar;
  tar.file("a", std::string(100'000, 'a'));
  const auto whole = docker_archive({layer_of(tar.bytes())}, {"x:1"});
  EXPECT_THAT(refusal_text(load(whole.substr(0, whole.size() / 2))), HasSubstr("invalid archive"));
  const auto gzip = packed(whole, Compression::gzip);
  EXPECT_THAT(refusal_text(load(gzip.substr(0, gzip.size() / 2))), HasSubstr("invalid archive"));
  EXPECT_THAT(refusal_text(load("no tar at all, but long enough to be looked at")), HasSubstr("invalid archive"));
  EXPECT_THAT(refusal_text(load("")), HasSubstr("neither manifest.json nor index.json"));
  EXPECT_TRUE(store->list().empty());
}

TEST_F(ArchiveLoadTest, ARefusalOfTheSourceIsWhatTheCallerHears) {
  const auto loaded = store->load(
      [](char*, std::size_t) -> Result<std::size_t> {
        return Refusal{Errc::unavailable, "client went away"};
      },
      nullptr);
  EXPECT_EQ(refusal_text(loaded), "client went away");
}

TEST_F(ArchiveLoadTest, LayersMayBeLinksToOneAnother) {
  TarMaker inner;
  inner.file("a", "1");
  const auto layer = layer_of(inner.bytes());
  TarMaker tar;
  tar.file("one/layer.tar", layer.packed)
      .symlink("two/layer.tar", "../one/layer.tar")
      .hard_link("three", "one/layer.tar");
  tar.file("c", config_of({layer, layer, layer}).dump());
  tar.file("manifest.json", R"([{"Config":"c","RepoTags":null,"Layers":["one/layer.tar","two/layer.tar","three"]}])");
  ASSERT_TRUE(load(tar.bytes()));
  ASSERT_EQ(store->list().size(), 1u);
  EXPECT_EQ(layers(store->list().front().id).size(), 3u);
  EXPECT_THAT(statuses().back(), HasSubstr("Loaded image ID: sha256:"));
}

TEST_F(ArchiveLoadTest, ANameMovesToTheNewImageAndTheOldOneStaysNameless) {
  TarMaker one, two;
  ASSERT_TRUE(load(docker_archive({layer_of(one.file("a", "1").bytes())}, {"x:1"})));
  const std::string old = store->find("x:1")->id;
  ASSERT_TRUE(load(docker_archive({layer_of(two.file("a", "2").bytes())}, {"x:1"})));
  EXPECT_NE(store->find("x:1")->id, old);
  EXPECT_TRUE(store->find(old)->tags.empty());
  EXPECT_THAT(statuses(), testing::Contains("The image x:1 already exists, renaming the old one with ID " + old +
                                            " to empty string\n"));
}

TEST_F(ArchiveLoadTest, OciLayoutWithNestedIndexPicksThisPlatform) {
  TarMaker here_tar, other_tar;
  const auto here = layer_of(here_tar.file("here", "1").bytes(), Compression::gzip);
  const auto other = layer_of(other_tar.file("other", "1").bytes());
  OciLayout layout;
  auto foreign = layout.put_image({other}, config_of({other}));
  foreign["platform"] = {{"os", "linux"}, {"architecture", "s390x"}};
  auto attestation = foreign;
  attestation["platform"] = {{"os", "unknown"}, {"architecture", "unknown"}};
  auto native = layout.put_image({here}, config_of({here}));
  native["platform"] = {{"os", "linux"}, {"architecture", this_platform().architecture}};
  auto top = layout.put_index(json::array({foreign, attestation, native}));
  top["annotations"] = {{"io.containerd.image.name", "docker.io/library/multi:2"}};
  ASSERT_TRUE(load(layout.archive(top)));
  EXPECT_EQ(content_of(layers("multi:2").front() + "/here"), "1");
  EXPECT_EQ(store->list().size(), 1u);
  auto only_foreign = layout.put_index(json::array({foreign}));
  EXPECT_THAT(refusal_text(load(layout.archive(only_foreign))), HasSubstr("no matching manifest for linux/"));
}

TEST_F(ArchiveLoadTest, AnOciBlobThatDoesNotMatchItsDigestIsRefused) {
  TarMaker tar;
  const auto layer = layer_of(tar.file("a", "1").bytes());
  OciLayout layout;
  const auto top = layout.put_image({layer}, config_of({layer}));
  for (auto& [name, bytes] : layout.blobs) {
    auto broken = layout;
    broken.blobs[name][bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    EXPECT_FALSE(load(broken.archive(top))) << name;
  }
  EXPECT_TRUE(store->list().empty());
  EXPECT_TRUE(load(layout.archive(top)));
}

}  // namespace
}  // namespace skein::images
