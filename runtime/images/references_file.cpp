#include "runtime/images/references_file.h"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "runtime/images/files.h"
#include "runtime/images/json_read.h"

namespace skein::images {
namespace {

using nlohmann::json;
using Names = std::map<std::string, std::string>;

constexpr std::uint64_t kSizeMax = std::uint64_t{256} << 20;
constexpr std::uint64_t kVersion = 1;

std::vector<std::string> keys_with(const Names& map, const std::string& value) {
  std::vector<std::string> keys;
  for (const auto& [key, id] : map) {
    if (id == value) keys.push_back(key);
  }
  return keys;
}

// False if the object is none, or leads to an image that is not listed.
bool read_names(const json& from, const Names& images, Names& into) {
  if (!from.is_object()) return false;
  for (const auto& item : from.items()) {
    if (!images.contains(text_of(item.value()))) return false;
    into[item.key()] = text_of(item.value());
  }
  return true;
}

}  // namespace

std::vector<std::string> References::names_of(const std::string& id) const { return keys_with(names, id); }
std::vector<std::string> References::digests_of(const std::string& id) const { return keys_with(digests, id); }

Result<References> load_references(const std::string& path) {
  if (::access(path.c_str(), F_OK) != 0) return References{};
  auto text = read_file(path, kSizeMax);
  if (!text) return text.refusal();
  const json from = parse_json(*text);
  const Refusal damaged{Errc::fault, path + " is damaged or of another version; restore it or remove the image folder"};
  if (number_at(from, "version") != kVersion || !member(from, "images").is_object()) return damaged;
  References references;
  for (const auto& item : from["images"].items()) references.images[item.key()] = text_at(item.value(), "manifest");
  if (!read_names(member(from, "names"), references.images, references.names)) return damaged;
  if (!read_names(member(from, "digests"), references.images, references.digests)) return damaged;
  return references;
}

Result<void> save_references(const References& references, const std::string& aside, const std::string& path) {
  json images = json::object();
  for (const auto& [id, manifest] : references.images) images[id] = {{"manifest", manifest}};
  const json file = {{"version", kVersion},
                     {"images", std::move(images)},
                     {"names", references.names},
                     {"digests", references.digests}};
  return replace_file(aside, path, file.dump(1));
}

}  // namespace skein::images
