// What a well-behaved registry never does: broken connections, foreign redirects, tokens that run out, silence.
#include <algorithm>
#include <atomic>

#include "runtime/images/digest.h"
#include "runtime/images/http_fetch.h"
#include "runtime/images/registry_auth.h"
#include "runtime/images/registry_trust.h"
#include "tests/runtime/images/scripted_server.h"
#include "tests/runtime/images/store_fixture.h"

namespace skein::images {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

// One image as a registry would serve it: path below /v2/ -> bytes.
struct ServedImage {
  ServedImage() {
    TarMaker tar;
    std::string noise;
    for (int i = 0; noise.size() < 400'000; ++i) noise += sha256_of(std::to_string(i));
    layer = layer_of(tar.file("f", noise).bytes());
    const std::string config = config_of({layer}).dump();
    const json manifest = {{"schemaVersion", 2},
                           {"mediaType", "application/vnd.oci.image.manifest.v1+json"},
                           {"config", {{"digest", sha256_of(config)}, {"size", config.size()}}},
                           {"layers", {{{"digest", sha256_of(layer.packed)}, {"size", layer.packed.size()}}}}};
    files["/v2/app/manifests/1"] = manifest.dump();
    files["/v2/app/blobs/" + sha256_of(config)] = config;
    files["/v2/"] = "{}";
    layer_path = "/v2/app/blobs/" + sha256_of(layer.packed);
    files[layer_path] = layer.packed;
  }
  std::string serve(const SeenRequest& request) const {
    const auto found = files.find(request.target);
    return found == files.end() ? reply(404, "") : reply(200, found->second);
  }
  LayerBytes layer;
  std::string layer_path;
  std::map<std::string, std::string> files;
};

class RegistryProtocolTest : public StoreTest {
 protected:
  Result<std::string> pull(const ScriptedServer& server, RegistryCredentials credentials = {}) {
    return store->pull({server.host() + "/app:1", "", std::move(credentials)}, nullptr);
  }
  const ServedImage image;
};

TEST_F(RegistryProtocolTest, ABrokenDownloadGoesOnWhereItStopped) {
  const std::size_t size = image.layer.packed.size();
  const ScriptedServer server{[&](const SeenRequest& request) {
    if (request.target != image.layer_path) return image.serve(request);
    const auto range = request.headers.find("range");
    const std::size_t from = range == request.headers.end() ? 0 : std::stoul(range->second.substr(6));
    const std::string part = image.layer.packed.substr(from, size / 3);  // promises all, sends a third
    const std::string head = from == 0 ? "HTTP/1.1 200 OK\r\n"
                                       : "HTTP/1.1 206 Partial\r\nContent-Range: bytes " + std::to_string(from) + "-" +
                                             std::to_string(size - 1) + "/" + std::to_string(size) + "\r\n";
    return head + "Content-Length: " + std::to_string(size - from) + "\r\n\r\n" + part;
  }};
  const auto id = pull(server);
  ASSERT_TRUE(id) << refusal_text(id);
  std::vector<std::string> ranges;
  for (const auto& request : server.seen()) {
    if (request.target == image.layer_path && request.headers.contains("range"))
      ranges.push_back(request.headers.at("range"));
  }
  ASSERT_GE(ranges.size(), 2u);
  EXPECT_EQ(ranges[0], "bytes=" + std::to_string(size / 3) + "-");
}

TEST_F(RegistryProtocolTest, ARegistryThatIgnoresRangesIsReadFromTheBeginning) {
  std::atomic<int> asked{0};
  const ScriptedServer server{[&](const SeenRequest& request) {
    std::string answer = image.serve(request);
    if (request.target == image.layer_path && asked++ == 0) answer.resize(answer.size() / 2);
    return answer;
  }};
  const auto id = pull(server);
  EXPECT_TRUE(id) << refusal_text(id);
  EXPECT_EQ(asked, 2);
}

TEST_F(RegistryProtocolTest, RetriesAreBounded) {
  std::atomic<int> asked{0};
  const ScriptedServer server{[&](const SeenRequest& request) {
    if (request.target != image.layer_path) return image.serve(request);
    ++asked;
    return reply(503, "");
  }};
  EXPECT_FALSE(pull(server));
  EXPECT_EQ(asked, 5);
  EXPECT_EQ(entries_in(root() + "/tmp"), 0u);
}

TEST_F(RegistryProtocolTest, ABlobLargerThanItsDescriptorIsCutOff) {
  const ScriptedServer server{[&](const SeenRequest& request) {
    return request.target == image.layer_path ? reply(200, image.layer.packed + "more") : image.serve(request);
  }};
  EXPECT_THAT(refusal_text(pull(server)), HasSubstr("filesystem layer verification failed for digest"));
}

TEST_F(RegistryProtocolTest, BearerTokensAreFetchedAndRenewedOnce) {
  std::atomic<int> tokens{0};
  const ScriptedServer server{[&](const SeenRequest& request) {
    if (request.target.starts_with("/token")) {
      if (request.headers.at("authorization") != "Basic YW5uOnMzY3JldC13b3Jk") return reply(401, "");
      return reply(200, json{{"token", "t" + std::to_string(++tokens)}}.dump());
    }
    const auto given = request.headers.find("authorization");
    const std::string wanted = request.target == image.layer_path ? "Bearer t2" : "Bearer t";  // the first runs out
    if (given == request.headers.end() || !given->second.starts_with(wanted)) {
      return reply(401, "",
                   "WWW-Authenticate: Bearer realm=\"http://" + request.headers.at("host") +
                       "/token?a=b\",service=\"reg, istry\",scope=\"repository:app:pull\"\r\n");
    }
    return image.serve(request);
  }};
  const auto id = pull(server, {"ann", "s3cret-word", "", ""});
  ASSERT_TRUE(id) << refusal_text(id);
  EXPECT_EQ(tokens, 2);
  const auto seen = server.seen();
  const auto asked =
      std::find_if(seen.begin(), seen.end(), [](const auto& r) { return r.target.starts_with("/token"); });
  ASSERT_NE(asked, seen.end());
  EXPECT_EQ(asked->target, "/token?a=b&account=ann&service=reg%2C%20istry&scope=repository%3Aapp%3Apull");
  const auto wrong = pull(server, {"ann", "other-word", "", ""});
  EXPECT_EQ(wrong.refusal().code, Errc::unauthenticated);
}

TEST_F(RegistryProtocolTest, AnIdentityTokenIsTradedByPostAndNeverInAUrl) {
  const ScriptedServer server{[&](const SeenRequest& request) {
    if (request.target == "/token" && request.method == "POST") return reply(200, R"({"access_token":"granted"})");
    const auto given = request.headers.find("authorization");
    if (given != request.headers.end() && given->second == "Bearer granted") return image.serve(request);
    return reply(
        401, "",
        "WWW-Authenticate: Bearer realm=\"http://" + request.headers.at("host") + "/token\",service=\"s\"\r\n");
  }};
  ASSERT_TRUE(pull(server, {"", "", "identity/secret", ""}));
  for (const auto& request : server.seen()) {
    EXPECT_THAT(request.target, Not(HasSubstr("identity")));
    if (request.method == "POST") {
      EXPECT_THAT(request.body, HasSubstr("refresh_token=identity%2Fsecret"));
    }
  }
}

TEST_F(RegistryProtocolTest, ARedirectToAnotherHostLosesTheAuthorization) {
  const ScriptedServer storage{[&](const SeenRequest&) { return reply(200, image.layer.packed); }};
  const ScriptedServer server{[&](const SeenRequest& request) {
    if (!request.headers.contains("authorization")) return reply(401, "", "WWW-Authenticate: Basic realm=\"r\"\r\n");
    if (request.target != image.layer_path) return image.serve(request);
    return reply(307, "", "Location: http://" + storage.host() + "/signed?secret=1\r\n");
  }};
  const auto id = pull(server, {"ann", "word", "", ""});
  ASSERT_TRUE(id) << refusal_text(id);
  ASSERT_EQ(storage.seen().size(), 1u);
  EXPECT_FALSE(storage.seen()[0].headers.contains("authorization"));
}

TEST_F(RegistryProtocolTest, CredentialsThatARegistryRepeatsAreBlottedOut) {
  const RegistryCredentials own{"ann", "s3cret-word", "", ""};
  const ScriptedServer server{[&](const SeenRequest& request) {
    const auto given = request.headers.find("authorization");
    if (given == request.headers.end()) return reply(401, "", "WWW-Authenticate: Basic realm=\"r\"\r\n");
    const std::string message = given->second + " s3cret-word";
    return reply(400, json{{"errors", {{{"code", "UNSUPPORTED"}, {"message", message}}}}}.dump());
  }};
  const std::string text = refusal_text(pull(server, own));
  EXPECT_THAT(text, HasSubstr("***"));
  EXPECT_THAT(text, Not(HasSubstr("s3cret-word")));
  EXPECT_THAT(text, Not(HasSubstr(basic_authorization(own).substr(6))));
}

TEST_F(RegistryProtocolTest, DeniedAccessIsToldInDockersWords) {
  const ScriptedServer server{[&](const SeenRequest& request) {
    if (request.target.starts_with("/token")) return reply(200, R"({"token":"weak"})");
    return reply(401, "",
                 "WWW-Authenticate: Bearer realm=\"http://" + request.headers.at("host") +
                     "/token\",service=\"s\",error=\"insufficient_scope\"\r\n");
  }};
  const auto denied = pull(server);
  EXPECT_EQ(refusal_text(denied), "pull access denied for " + server.host() +
                                      "/app, repository does not exist or may require 'docker login': denied: "
                                      "requested access to the resource is denied");
  EXPECT_EQ(denied.refusal().code, Errc::not_found);
}

TEST_F(RegistryProtocolTest, ASilentRegistryIsGivenUp) {
  const ScriptedServer server{[](const SeenRequest&) { return std::string{"hold"}; }};
  store.reset();
  store = *ImageStore::open({root(), {}, 1});
  const auto silent = pull(server);
  EXPECT_EQ(silent.refusal().code, Errc::unavailable);
  EXPECT_THAT(refusal_text(silent), HasSubstr("Get \"http://" + server.host() + "/v2/\""));
}

TEST(RegistryTrustTest, OnlyLoopbackAndListedRegistriesGoWithoutTls) {
  const std::vector<std::string> listed{"reg.example:5000", "10.1.0.0/16", "fd00::/8"};
  for (const char* domain : {"localhost", "localhost:5000", "127.0.0.1:5000", "127.9.9.9", "[::1]:5000",
                             "reg.example:5000", "10.1.2.3:5000", "[fd00::1]:80"}) {
    EXPECT_TRUE(is_insecure_registry(domain, listed)) << domain;
  }
  for (const char* domain : {"reg.example", "reg.example:5001", "10.2.0.1", "[fe80::1]", "docker.io", "128.0.0.1"}) {
    EXPECT_FALSE(is_insecure_registry(domain, {"reg.example:5000", "10.1.0.0/16"})) << domain;
  }
}

TEST(HttpFetchTest, UrlsAreShownWithoutWhatIsSecretInThem) {
  EXPECT_EQ(shown_url("https://user:word@host:8443/path?sig=secret#x"), "https://host:8443/path");
  EXPECT_EQ(origin_of("https://user@Host/x"), "https://host:443");
  EXPECT_EQ(origin_of("ftp://host/x"), "");
}

}  // namespace
}  // namespace skein::images
