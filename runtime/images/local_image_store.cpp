#include "runtime/images/local_image_store.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <set>

#include "events/base/clock.h"
#include "runtime/images/archive_loader.h"
#include "runtime/images/digest.h"
#include "runtime/images/image_pull.h"
#include "runtime/images/image_removal.h"
#include "runtime/images/json_read.h"
#include "runtime/images/reference.h"
#include "runtime/images/registry_trust.h"
#include "runtime/images/rootfs_import.h"

namespace skein {
namespace images {
namespace {

using nlohmann::json;

std::string now_rfc3339() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return rfc3339(WallTime{std::chrono::duration_cast<std::chrono::nanoseconds>(since).count()});
}

std::vector<std::string> familiar(const std::vector<std::string>& normal) {
  std::vector<std::string> names;
  for (const auto& name : normal) names.push_back(familiar_reference(name));
  std::sort(names.begin(), names.end());
  return names;
}

json history_line(const HistoryStep& step, std::uint64_t size) {
  return {{"Id", "<missing>"},
          {"Created", unix_seconds(step.created)},
          {"CreatedBy", step.created_by},
          {"Tags", nullptr},
          {"Size", size},
          {"Comment", step.comment}};
}

// Refuses names that nobody could tell from an id.
Result<std::string> tag_target(const std::string& repository, const std::string& tag) {
  auto reference = parse_reference(repository);
  if (!reference) return reference.refusal();
  if (!reference->digest.empty()) return Refusal{Errc::invalid, "refusing to create a tag with a digest reference"};
  if (!tag.empty() && !is_tag(tag)) return Refusal{Errc::invalid, "invalid tag format"};
  if (!tag.empty()) reference->tag = tag;
  if (reference->tag.empty()) reference->tag = "latest";
  if (reference->familiar_name() == "sha256") {
    return Refusal{Errc::invalid, "refusing to create an ambiguous tag using digest algorithm as name"};
  }
  return reference->text();
}

Result<Distribution> describe(RegistryClient& registry, const ServedManifest& top) {
  Distribution distribution{top.manifest.media_type, top.digest, top.bytes.size(), {}};
  if (top.manifest.is_index) {
    for (const auto& part : top.manifest.parts) {
      if (!part.platform.os.empty()) distribution.platforms.emplace_back(part.platform.architecture, part.platform.os);
    }
    return distribution;
  }
  auto config = registry.small_blob(top.manifest.config);
  if (!config) return config.refusal();
  const json document = parse_json(*config);
  distribution.platforms.emplace_back(text_at(document, "architecture"), text_at(document, "os"));
  return distribution;
}

}  // namespace

LocalImageStore::LocalImageStore(Options options, std::unique_ptr<Content> content)
    : options_{std::move(options)}, content_{std::move(content)} {}

Image LocalImageStore::view(const Catalog& catalog, const ImageDocument& document) const {
  Image image = document.image;
  image.tags = familiar(catalog.references.names_of(image.id));
  image.digests = familiar(catalog.references.digests_of(image.id));
  for (const auto& chain : document.chains) {
    const auto size = content_->layers().size_bytes(chain);
    if (size) image.size_bytes += *size;  // a layer that went missing is layers()'s to report
  }
  return image;
}

std::vector<Image> LocalImageStore::list() const {
  const auto catalog = content_->catalog();
  std::vector<Image> images;
  for (const auto& [id, document] : catalog->documents) images.push_back(view(*catalog, *document));
  std::stable_sort(images.begin(), images.end(),
                   [](const Image& a, const Image& b) { return a.created_s > b.created_s; });
  return images;
}

Result<Image> LocalImageStore::find(const std::string& reference) const {
  const auto catalog = content_->catalog();
  auto id = catalog->resolve(reference);
  if (!id) return id.refusal();
  return view(*catalog, *catalog->documents.at(*id));
}

Result<nlohmann::json> LocalImageStore::history(const std::string& reference) const {
  const auto catalog = content_->catalog();
  auto id = catalog->resolve(reference);
  if (!id) return id.refusal();
  const ImageDocument& document = *catalog->documents.at(*id);
  json lines = json::array();
  std::size_t layer = 0;
  for (const auto& step : document.history) {
    std::uint64_t size = 0;
    if (!step.empty_layer && layer < document.chains.size()) {
      if (const auto known = content_->layers().size_bytes(document.chains[layer++])) size = *known;
    }
    lines.insert(lines.begin(), history_line(step, size));
  }
  if (lines.empty()) return lines;
  lines[0]["Id"] = *id;
  const auto tags = familiar(catalog->references.names_of(*id));
  if (!tags.empty()) lines[0]["Tags"] = tags;
  return lines;
}

Result<void> LocalImageStore::load(const ByteSource& archive, const Progress& progress) {
  auto loaded = ArchiveLoader{*content_, progress}.load(archive);
  if (!loaded) content_->collect();  // what it had unpacked so far
  return loaded;
}

Result<std::string> LocalImageStore::import(const ByteSource& archive, const std::string& repository,
                                            const std::string& tag, const std::vector<std::string>& changes,
                                            const std::string& message) {
  auto name = import_name(repository, tag);
  if (!name) return name.refusal();
  return import_rootfs(*content_, archive, {*name, changes, message, now_rfc3339()});
}

Result<void> LocalImageStore::tag(const std::string& reference, const std::string& repository, const std::string& tag) {
  auto name = tag_target(repository, tag);
  if (!name) return name.refusal();
  return content_->change([&](References& references) -> Result<void> {
    auto id = content_->catalog()->resolve(reference);
    if (!id) return id.refusal();
    references.names[*name] = *id;
    return {};
  });
}

Result<RemovedImage> LocalImageStore::remove(const std::string& reference, bool force,
                                             const std::function<std::string(const std::string& image_id)>& in_use) {
  RemovedImage removed;
  const auto changed = content_->change([&](References& references) -> Result<void> {
    const auto before = content_->catalog();
    auto planned = plan_removal({reference, force, in_use}, *before, references);
    if (!planned) return planned.refusal();
    removed = *std::move(planned);
    if (removed.deleted.empty()) return {};
    std::set<std::string> kept;
    for (const auto& [id, document] : before->documents) {
      if (references.images.contains(id)) kept.insert(document->chains.begin(), document->chains.end());
    }
    const auto& chains = before->documents.at(removed.deleted.front())->chains;
    for (auto chain = chains.rbegin(); chain != chains.rend(); ++chain) {
      if (!kept.contains(*chain)) removed.deleted.push_back(*chain);
    }
    return {};
  });
  if (!changed) return changed.refusal();
  if (!removed.deleted.empty()) content_->collect();
  return removed;
}

Result<RegistryAccess> LocalImageStore::access(const PullRequest& request) const {
  auto reference = parse_tagged_reference(request.reference);
  if (!reference) return reference.refusal();
  const bool insecure = is_insecure_registry(reference->domain, options_.insecure_registries);
  return RegistryAccess{*std::move(reference), request.credentials, insecure, options_.registry_silence_s};
}

Result<std::string> LocalImageStore::pull(const PullRequest& request, const Progress& progress) {
  auto to = access(request);
  if (!to) return to.refusal();
  auto platform = parse_platform(request.platform);
  if (!platform) return platform.refusal();
  const auto& own = request.credentials;
  const std::string key = to->reference.text() + '\0' + platform->text() + '\0' + own.username + '\0' + own.password +
                          '\0' + own.identity_token + '\0' + own.registry_token;
  auto id = pulls_.run(key, progress, [&](const Progress& shared) {
    return ImagePull{*content_, {*to, *platform}, shared}.run();
  });
  if (!id) content_->collect();
  return id;
}

Result<Distribution> LocalImageStore::distribution(const PullRequest& request) {
  auto to = access(request);
  if (!to) return to.refusal();
  RegistryClient registry{*to};
  if (auto r = registry.connect(); !r) return r.refusal();
  auto top = registry.manifest(to->reference.digest.empty() ? to->reference.tag : to->reference.digest);
  if (!top) return top.refusal();
  return describe(registry, *top);
}

Result<std::vector<std::string>> LocalImageStore::layers(const std::string& image_id) const {
  const auto catalog = content_->catalog();
  const auto found = catalog->documents.find(image_id);
  if (found == catalog->documents.end()) return no_such_image(image_id);
  std::vector<std::string> directories;
  for (const auto& chain : found->second->chains) {
    if (!content_->layers().has(chain)) {
      return Refusal{Errc::fault, "layer " + chain + " of image " + image_id + " is missing"};
    }
    directories.push_back(content_->layers().directory(chain));
  }
  return directories;
}

}  // namespace images

Result<std::unique_ptr<ImageStore>> ImageStore::open(Options options) {
  auto content = images::Content::open(options.root);
  if (!content) return content.refusal();
  return std::unique_ptr<ImageStore>{
      std::make_unique<images::LocalImageStore>(std::move(options), *std::move(content))};
}

}  // namespace skein
