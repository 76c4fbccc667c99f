#include "runtime/images/image_pull.h"

#include "runtime/images/digest.h"
#include "runtime/images/layer_downloads.h"
#include "runtime/images/plain_stream.h"
#include "runtime/images/progress.h"

namespace skein::images {

ImagePull::ImagePull(Content& content, PullWanted wanted, Progress progress)
    : content_{content},
      wanted_{std::move(wanted)},
      progress_{std::move(progress)},
      registry_{wanted_.access},
      lease_{content.leases()} {}

Result<std::string> ImagePull::run() {
  const Reference& reference = wanted_.access.reference;
  if (auto r = registry_.connect(); !r) return r.refusal();
  const std::string& wanted = reference.digest.empty() ? reference.tag : reference.digest;
  auto top = registry_.manifest(wanted);
  if (!top) return top.refusal();
  auto image = chosen(*top);
  if (!image) return image.refusal();
  tell_status(progress_, "Pulling from " + reference.path, wanted);
  lease_.add(image->digest);
  lease_.add(image->manifest.config.digest);
  if (!content_.catalog()->references.images.contains(image->manifest.config.digest)) {
    if (auto r = fetch(*image); !r) return r.refusal();
  }
  return record(*top, *image);
}

Result<ServedManifest> ImagePull::chosen(const ServedManifest& top) {
  if (!top.manifest.is_index) return top;
  auto described = choose_platform(top.manifest, wanted_.platform);
  if (!described) return described.refusal();
  auto image = registry_.manifest(described->digest);
  if (image && image->manifest.is_index) return Refusal{Errc::invalid, "invalid manifest: an index in an index"};
  return image;
}

Result<void> ImagePull::fetch(const ServedManifest& image) {
  auto config = configuration(image.manifest.config);
  if (!config) return config.refusal();
  auto document = parse_image_document(*config);
  if (!document) return document.refusal();
  if (document->chains.size() != image.manifest.parts.size()) {
    return Refusal{Errc::invalid, "layers from manifest don't match image configuration"};
  }
  for (const auto& chain : document->chains) lease_.add(chain);
  return fetch_layers(image.manifest, *document);
}

Result<std::string> ImagePull::configuration(const Descriptor& described) {
  if (content_.blobs().has(described.digest)) return content_.blobs().read(described.digest);
  auto config = registry_.small_blob(described);
  if (!config) return config.refusal();
  if (auto kept = content_.blobs().put(*config); !kept) return kept.refusal();
  return config;
}

Result<void> ImagePull::fetch_layers(const Manifest& manifest, const ImageDocument& document) {
  std::vector<std::size_t> missing;
  for (std::size_t i = 0; i < manifest.parts.size(); ++i) {
    const bool is_here = content_.layers().has(document.chains[i]);
    if (!is_here) missing.push_back(i);
    tell_status(progress_, is_here ? "Already exists" : "Pulling fs layer", short_id(manifest.parts[i].digest));
  }
  std::vector<Descriptor> wanted;
  for (const std::size_t i : missing) wanted.push_back(manifest.parts[i]);
  LayerDownloads downloads{registry_, content_.scratch(), progress_, wanted_.access.silence_s};
  downloads.start(std::move(wanted));
  for (std::size_t at = 0; at < missing.size(); ++at) {
    const std::size_t i = missing[at];
    auto file = downloads.wait(at);
    if (!file) return file.refusal();
    auto bytes = file_source(file->str());
    if (!bytes) return bytes.refusal();
    const std::string id = short_id(manifest.parts[i].digest);
    Meter meter{progress_, "Extracting", id, manifest.parts[i].size};
    auto added = content_.layers().add(i == 0 ? "" : document.chains[i - 1], document.image.diff_ids[i],
                                       metered(*std::move(bytes), meter));
    if (!added) return added.refusal();
    tell_status(progress_, "Pull complete", id);
  }
  return {};
}

Result<std::string> ImagePull::record(const ServedManifest& top, const ServedManifest& image) {
  const Reference& reference = wanted_.access.reference;
  auto config = content_.blobs().read(image.manifest.config.digest);
  if (!config) return config.refusal();
  if (auto kept = content_.blobs().put(image.bytes); !kept) return kept.refusal();
  const std::string by_digest = reference.name() + "@" + top.digest;
  NewImage added{*std::move(config), image.digest, {}, {by_digest}};
  if (reference.digest.empty()) added.names.push_back(reference.text());
  const auto before = content_.catalog();
  const auto& names = reference.digest.empty() ? before->references.names : before->references.digests;
  const auto old = names.find(reference.digest.empty() ? reference.text() : by_digest);
  const bool is_new = old == names.end() || old->second != image.manifest.config.digest;
  auto id = content_.add(added);
  if (!id) return id;
  tell_status(progress_, "Digest: " + top.digest);
  Reference shown = reference;
  if (!shown.digest.empty()) shown.tag.clear();
  tell_status(progress_, std::string{"Status: "} +
                             (is_new ? "Downloaded newer image for " : "Image is up to date for ") + shown.familiar());
  return id;
}

}  // namespace skein::images
