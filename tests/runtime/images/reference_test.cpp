// The grammar of image names: normal and familiar form, and Docker's words for what is none.
#include "runtime/images/reference.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "runtime/images/image_store.h"

namespace skein::images {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

TEST(ReferenceTest, NormalAndFamiliarFormsBelongTogether) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"whoami", "docker.io/library/whoami:latest"},
      {"user/whoami:v1", "docker.io/user/whoami:v1"},
      {"localhost/whoami:v1", "localhost/whoami:v1"},
      {"localhost:5000/a/b__c:V1.2-x", "localhost:5000/a/b__c:V1.2-x"},
      {"127.0.0.1:5000/x", "127.0.0.1:5000/x:latest"},
      {"[::1]:5000/x", "[::1]:5000/x:latest"},
      {"Host/x", "Host/x:latest"},
      {"x@" + kDigest, "docker.io/library/x@" + kDigest},
      {"x:v1@" + kDigest, "docker.io/library/x:v1@" + kDigest},
      {"a-b---c/d.e_f", "docker.io/a-b---c/d.e_f:latest"},
  };
  for (const auto& [typed, normal] : cases) {
    const auto parsed = normalized_reference(typed);
    ASSERT_TRUE(parsed) << typed;
    EXPECT_EQ(*parsed, normal);
    const auto again = normalized_reference(familiar_reference(normal));
    ASSERT_TRUE(again) << typed;
    EXPECT_EQ(*again, normal);
  }
  EXPECT_EQ(familiar_reference("docker.io/library/whoami:latest"), "whoami:latest");
  EXPECT_EQ(*normalized_reference("index.docker.io/x"), "docker.io/library/x:latest");
  EXPECT_EQ(*normalized_reference("docker.io/x"), "docker.io/library/x:latest");
}

TEST(ReferenceTest, RefusesInDockersWords) {
  const std::string format = "invalid reference format";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", format},
      {":tag", format},
      {"x:", format},
      {"x:-a", format},
      {"x y", format},
      {"a..b", format},
      {"a___b", format},
      {"-a", format},
      {"a-", format},
      {"a//b", format},
      {"https://a/b", format},
      {"a@b", format},
      {"x:" + std::string(129, 't'), format},
      {"-host.com/x", format},
      {"host.com:port/x", format},
      {"user/X", format + ": repository name must be lowercase"},
      {"localhost:5000/Upper", format + ": repository name must be lowercase"},
      {"x@md5:" + std::string(32, 'a'), "unsupported digest algorithm"},
      {"x@sha256:" + std::string(63, 'a'), "invalid checksum digest length"},
      {"x@sha256:" + std::string(64, 'A'), "invalid checksum digest format"},
      {std::string(256, 'a'), "repository name must not be more than 255 characters"},
      {std::string(64, 'a'),
       "invalid repository name (" + std::string(64, 'a') + "), cannot specify 64-byte hexadecimal strings"},
  };
  for (const auto& [typed, text] : cases) {
    const auto parsed = normalized_reference(typed);
    ASSERT_FALSE(parsed) << typed << " -> " << *parsed;
    EXPECT_EQ(parsed.refusal().text, text) << typed;
    EXPECT_EQ(parsed.refusal().code, Errc::invalid);
  }
}

}  // namespace
}  // namespace skein::images
