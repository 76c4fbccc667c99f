#include "runtime/images/rootfs_import.h"

#include <fcntl.h>

#include <nlohmann/json.hpp>

#include "runtime/images/config_changes.h"
#include "runtime/images/digest.h"
#include "runtime/images/manifest.h"
#include "runtime/images/plain_stream.h"
#include "runtime/images/reference.h"

namespace skein::images {
namespace {

using nlohmann::json;

// The diff id names the layer, so it must be known, and leased, before the layer is kept.
struct Measured {
  ScratchPath file;
  std::string diff_id;
};

Result<Measured> measure(Content& content, const ByteSource& archive) {
  ScratchPath file = content.scratch().path("rootfs");
  auto fd = open_file(file.str(), O_WRONLY | O_CREAT | O_EXCL);
  if (!fd) return fd.refusal();
  PlainStream plain{archive};
  std::vector<char> buffer(std::size_t{128} << 10);
  for (;;) {
    auto n = plain.read(buffer.data(), buffer.size());
    if (!n) return n.refusal();
    if (*n == 0) break;
    if (auto r = write_all(fd->get(), {buffer.data(), *n}, file.str()); !r) return r.refusal();
  }
  auto diff_id = plain.finish();
  if (!diff_id) return diff_id.refusal();
  return Measured{std::move(file), *std::move(diff_id)};
}

json configuration(const RootfsImport& wanted, const std::string& diff_id, json config) {
  const Platform here = this_platform();
  const std::string comment = wanted.message.empty() ? "Imported from -" : wanted.message;
  json image = {{"architecture", here.architecture},
                {"comment", wanted.message},
                {"config", std::move(config)},
                {"created", wanted.created},
                {"history", json::array({{{"created", wanted.created}, {"comment", comment}}})},
                {"os", here.os},
                {"rootfs", {{"type", "layers"}, {"diff_ids", json::array({diff_id})}}}};
  if (!here.variant.empty()) image["variant"] = here.variant;
  return image;
}

}  // namespace

Result<std::string> import_name(const std::string& repository, const std::string& tag) {
  if (repository.empty()) return std::string{};
  auto reference = parse_reference(repository);
  if (!reference) return reference.refusal();
  if (!reference->digest.empty()) return Refusal{Errc::invalid, "cannot import digest reference"};
  if (!tag.empty() && !is_tag(tag)) return Refusal{Errc::invalid, "invalid tag format"};
  if (!tag.empty()) reference->tag = tag;
  if (reference->tag.empty()) reference->tag = "latest";
  return reference->text();
}

Result<std::string> import_rootfs(Content& content, const ByteSource& archive, const RootfsImport& wanted) {
  json config = json::object();
  if (auto r = apply_changes(wanted.changes, config); !r) return r.refusal();
  auto measured = measure(content, archive);
  if (!measured) return measured.refusal();
  Lease lease{content.leases()};
  lease.add(measured->diff_id);  // the chain id of a bottom layer
  if (!content.layers().has(measured->diff_id)) {
    auto plain = file_source(measured->file.str());
    if (!plain) return plain.refusal();
    if (auto r = content.layers().add("", measured->diff_id, *plain); !r) return r.refusal();
  }
  NewImage image;
  image.config = configuration(wanted, measured->diff_id, std::move(config)).dump();
  if (!wanted.name.empty()) image.names.push_back(wanted.name);
  lease.add(sha256_of(image.config));
  return content.add(image);
}

}  // namespace skein::images
