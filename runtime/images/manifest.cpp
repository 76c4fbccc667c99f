#include "runtime/images/manifest.h"

#include <sys/utsname.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "events/base/check.h"
#include "runtime/images/digest.h"
#include "runtime/images/json_read.h"

namespace skein::images {
namespace {

using nlohmann::json;

const std::string kOciIndex = "application/vnd.oci.image.index.v1+json";
const std::string kOciManifest = "application/vnd.oci.image.manifest.v1+json";
const std::string kDockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
const std::string kDockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
constexpr std::size_t kPartsMax = 10'000;

Result<Descriptor> read_descriptor(const json& from) {
  Descriptor descriptor{text_at(from, "mediaType"), text_at(from, "digest"), number_at(from, "size"), {}, {}};
  if (!is_sha256(descriptor.digest))
    return Refusal{Errc::invalid, "invalid manifest: a descriptor has no sha256 digest"};
  const json& platform = member(from, "platform");
  descriptor.platform = {text_at(platform, "os"), text_at(platform, "architecture"), text_at(platform, "variant")};
  const json& annotations = member(from, "annotations");
  if (!annotations.is_object()) return descriptor;
  for (const auto& item : annotations.items()) descriptor.annotations[item.key()] = text_of(item.value());
  return descriptor;
}

std::string guessed_media_type(const json& document) {
  const std::string said = text_at(document, "mediaType");
  if (!said.empty()) return said;
  if (member(document, "manifests").is_array()) return kOciIndex;
  return member(document, "layers").is_array() ? kOciManifest : "";
}

Result<void> read_parts(const json& from, Manifest& into) {
  if (!from.is_array() || from.size() > kPartsMax) return Refusal{Errc::invalid, "invalid manifest: no list of parts"};
  for (const auto& part : from) {
    auto descriptor = read_descriptor(part);
    if (!descriptor) return descriptor.refusal();
    into.parts.push_back(*std::move(descriptor));
  }
  return {};
}

// arm64 is always v8; Docker leaves the variant out or not.
std::string plain_variant(const Platform& platform) {
  return platform.architecture == "arm64" && platform.variant == "v8" ? "" : platform.variant;
}

}  // namespace

std::string Platform::text() const { return os + "/" + architecture + (variant.empty() ? "" : "/" + variant); }

Result<Manifest> parse_manifest(const std::string& bytes, const std::string& media_type) {
  const json document = parse_json(bytes);
  if (!document.is_object()) return Refusal{Errc::invalid, "invalid manifest: not a JSON object"};
  const std::string type = media_type.substr(0, media_type.find(';'));
  Manifest manifest;
  const bool is_known = type == kOciIndex || type == kOciManifest || type == kDockerList || type == kDockerManifest;
  manifest.media_type = is_known ? type : guessed_media_type(document);
  manifest.is_index = manifest.media_type == kOciIndex || manifest.media_type == kDockerList;
  if (!manifest.is_index && manifest.media_type != kOciManifest && manifest.media_type != kDockerManifest) {
    return Refusal{Errc::invalid, "unsupported manifest media type and no default available: " +
                                      (manifest.media_type.empty() ? type : manifest.media_type)};
  }
  if (auto r = read_parts(member(document, manifest.is_index ? "manifests" : "layers"), manifest); !r)
    return r.refusal();
  if (manifest.is_index) return manifest;
  auto config = read_descriptor(member(document, "config"));
  if (!config) return config.refusal();
  manifest.config = *std::move(config);
  return manifest;
}

bool runs_on(const Platform& offered, const Platform& wanted) {
  if (offered.os.empty()) return true;
  if (offered.os != wanted.os || offered.architecture != wanted.architecture) return false;
  return wanted.variant.empty() || plain_variant(offered) == plain_variant(wanted);
}

Result<Descriptor> choose_platform(const Manifest& index, const Platform& wanted) {
  CHECK(index.is_index);
  const auto found = std::find_if(index.parts.begin(), index.parts.end(),
                                  [&](const Descriptor& part) { return runs_on(part.platform, wanted); });
  if (found != index.parts.end()) return *found;
  return Refusal{Errc::not_found, "no matching manifest for " + wanted.text() + " in the manifest list entries"};
}

Platform this_platform() {
  struct utsname name {};
  CHECK(::uname(&name) == 0);
  const std::string machine = name.machine;
  if (machine == "x86_64") return {"linux", "amd64", ""};
  if (machine == "aarch64") return {"linux", "arm64", ""};
  if (machine.starts_with("armv7")) return {"linux", "arm", "v7"};
  if (machine.starts_with("armv6")) return {"linux", "arm", "v6"};
  return {"linux", machine, ""};
}

Result<Platform> parse_platform(const std::string& text) {
  if (text.empty()) return this_platform();
  std::string rest = text;
  std::transform(rest.begin(), rest.end(), rest.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= rest.size();) {
    const std::size_t end = std::min(rest.find('/', at), rest.size());
    parts.push_back(rest.substr(at, end - at));
    at = end + 1;
  }
  const bool has_gap = std::any_of(parts.begin(), parts.end(), [](const auto& part) { return part.empty(); });
  if (parts.size() < 2 || parts.size() > 3 || has_gap) {
    return Refusal{Errc::invalid, "\"" + text + "\": unknown operating system or architecture: invalid argument"};
  }
  Platform platform{parts[0], parts[1], parts.size() == 3 ? parts[2] : ""};
  if (platform.architecture == "x86_64" || platform.architecture == "x86-64") platform.architecture = "amd64";
  if (platform.architecture == "aarch64") platform.architecture = "arm64";
  return platform;
}

}  // namespace skein::images
