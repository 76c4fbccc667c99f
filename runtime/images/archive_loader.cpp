#include "runtime/images/archive_loader.h"

#include <nlohmann/json.hpp>

#include "runtime/images/digest.h"
#include "runtime/images/json_read.h"
#include "runtime/images/plain_stream.h"
#include "runtime/images/progress.h"
#include "runtime/images/reference.h"

namespace skein::images {
namespace {

using nlohmann::json;

constexpr int kDepthMax = 4;  // of indexes in indexes

// containerd writes whole names; "ref.name" may be just a tag, which says nothing of the repository.
std::string oci_name(const Descriptor& described) {
  const auto full = described.annotations.find("io.containerd.image.name");
  if (full != described.annotations.end()) return full->second;
  const auto name = described.annotations.find("org.opencontainers.image.ref.name");
  if (name == described.annotations.end()) return {};
  return name->second.find_first_of(":/") == std::string::npos ? std::string{} : name->second;
}

Result<std::vector<std::string>> normal_names(const std::vector<std::string>& typed) {
  std::vector<std::string> names;
  for (const auto& name : typed) {
    auto reference = parse_tagged_reference(name);
    if (!reference) return reference.refusal();
    if (reference->tag.empty()) return Refusal{Errc::invalid, "invalid tag \"" + name + "\""};
    reference->digest.clear();
    names.push_back(reference->text());
  }
  return names;
}

}  // namespace

ArchiveLoader::ArchiveLoader(Content& content, const Progress& progress)
    : content_{content}, progress_{progress}, lease_{content.leases()} {}

Result<void> ArchiveLoader::load(const ByteSource& upload) {
  auto archive = StagedArchive::stage(upload, content_.scratch());
  if (!archive) return archive.refusal();
  if (archive->has("manifest.json")) return load_docker(*archive);
  if (archive->has("index.json")) return load_oci(*archive);
  return Refusal{Errc::invalid, "invalid archive: neither manifest.json nor index.json is in it"};
}

Result<void> ArchiveLoader::load_docker(const StagedArchive& archive) {
  auto text = archive.text("manifest.json");
  if (!text) return text.refusal();
  const json items = parse_json(*text);
  if (!items.is_array()) return Refusal{Errc::invalid, "invalid archive: manifest.json is not a list"};
  for (const auto& item : items) {
    auto config = archive.text(text_at(item, "Config"));
    if (!config) return config.refusal();
    auto names = normal_names(texts_at(item, "RepoTags"));
    if (!names) return names.refusal();
    if (auto r = add(archive, {*config, "", *names, {}}, texts_at(item, "Layers")); !r) return r;
  }
  return {};
}

Result<void> ArchiveLoader::load_oci(const StagedArchive& archive) {
  auto text = archive.text("index.json");
  if (!text) return text.refusal();
  auto index = parse_manifest(*text, "");
  if (!index) return index.refusal();
  if (!index->is_index) return Refusal{Errc::invalid, "invalid archive: index.json is not an index"};
  bool any = false;
  for (const auto& described : index->parts) {
    if (!runs_on(described.platform, this_platform())) continue;
    if (auto r = load_oci_image(archive, described, 0); !r) return r;
    any = true;
  }
  if (any) return {};
  return Refusal{Errc::not_found,
                 "no matching manifest for " + this_platform().text() + " in the manifest list entries"};
}

Result<std::string> ArchiveLoader::oci_blob(const StagedArchive& archive, const Descriptor& described) const {
  auto bytes = archive.text("blobs/sha256/" + hex_of(described.digest));
  if (bytes && sha256_of(*bytes) != described.digest) {
    return Refusal{Errc::invalid, "invalid archive: blob " + described.digest + " does not match its digest"};
  }
  return bytes;
}

Result<void> ArchiveLoader::load_oci_image(const StagedArchive& archive, const Descriptor& described, int depth) {
  auto bytes = oci_blob(archive, described);
  if (!bytes) return bytes.refusal();
  auto manifest = parse_manifest(*bytes, described.media_type);
  if (!manifest) return manifest.refusal();
  if (manifest->is_index) {
    if (depth == kDepthMax) return Refusal{Errc::invalid, "invalid archive: indexes are nested too deep"};
    auto chosen = choose_platform(*manifest, this_platform());
    if (!chosen) return chosen.refusal();
    chosen->annotations = described.annotations;  // the outer one has the name
    return load_oci_image(archive, *chosen, depth + 1);
  }
  auto config = oci_blob(archive, manifest->config);
  if (!config) return config.refusal();
  const std::string name = oci_name(described);
  auto names = normal_names(name.empty() ? std::vector<std::string>{} : std::vector{name});
  if (!names) return names.refusal();
  lease_.add(described.digest);
  if (auto kept = content_.blobs().put(*bytes); !kept) return kept.refusal();
  std::vector<std::string> layers;
  for (const auto& layer : manifest->parts) layers.push_back("blobs/sha256/" + hex_of(layer.digest));
  return add(archive, {*config, described.digest, *names, {}}, layers);
}

Result<void> ArchiveLoader::add(const StagedArchive& archive, NewImage image, const std::vector<std::string>& layers) {
  auto document = parse_image_document(image.config);
  if (!document) return document.refusal();
  lease_.add(document->image.id);
  for (const auto& chain : document->chains) lease_.add(chain);
  if (auto r = add_layers(archive, *document, layers); !r) return r;
  const auto before = content_.catalog();
  for (const auto& name : image.names) {
    const auto old = before->references.names.find(name);
    if (old == before->references.names.end() || old->second == document->image.id) continue;
    tell_stream(progress_, "The image " + familiar_reference(name) + " already exists, renaming the old one with ID " +
                               old->second + " to empty string\n");
  }
  auto id = content_.add(image);
  if (!id) return id.refusal();
  tell_loaded(*id, image.names);
  return {};
}

Result<void> ArchiveLoader::add_layers(const StagedArchive& archive, const ImageDocument& document,
                                       const std::vector<std::string>& layers) {
  if (layers.size() != document.chains.size()) {
    return Refusal{Errc::invalid, "invalid manifest, layers length mismatch: expected " +
                                      std::to_string(document.chains.size()) + ", got " +
                                      std::to_string(layers.size())};
  }
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (content_.layers().has(document.chains[i])) continue;
    auto path = archive.path(layers[i]);
    if (!path) return path.refusal();
    auto bytes = file_source(*path);
    if (!bytes) return bytes.refusal();
    Meter meter{progress_, "Loading layer", short_id(document.image.diff_ids[i]), archive.size_bytes(layers[i])};
    auto added = content_.layers().add(i == 0 ? "" : document.chains[i - 1], document.image.diff_ids[i],
                                       metered(*std::move(bytes), meter));
    if (!added) return added.refusal();
  }
  return {};
}

void ArchiveLoader::tell_loaded(const std::string& id, const std::vector<std::string>& names) const {
  for (const auto& name : names) tell_stream(progress_, "Loaded image: " + familiar_reference(name) + "\n");
  if (names.empty()) tell_stream(progress_, "Loaded image ID: " + id + "\n");
}

}  // namespace skein::images
