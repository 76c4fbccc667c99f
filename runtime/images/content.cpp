#include "runtime/images/content.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>

#include <set>

#include "runtime/images/digest.h"

namespace skein::images {

Content::Content(const std::string& root)
    : root_{root}, scratch_{root + "/tmp"}, blobs_{root, scratch_}, layers_{root, scratch_} {}

Result<std::unique_ptr<Content>> Content::open(const std::string& root) {
  std::unique_ptr<Content> content{new Content{root}};
  if (auto r = content->start(); !r) return r.refusal();
  return content;
}

Result<void> Content::start() {
  if (auto r = make_directory(root_); !r) return r;
  auto owner = open_file(root_ + "/lock", O_RDWR | O_CREAT);
  if (!owner) return owner.refusal();
  if (::flock(owner->get(), LOCK_EX | LOCK_NB) != 0) {
    return Refusal{Errc::unavailable, root_ + " is in use by another process"};
  }
  owner_ = *std::move(owner);
  if (auto r = scratch_.empty(); !r) return r;
  if (auto r = blobs_.open(); !r) return r;
  if (auto r = layers_.open(); !r) return r;
  auto references = load_references(references_path());
  if (!references) return references.refusal();
  auto catalog = std::make_shared<Catalog>();
  catalog->references = *std::move(references);
  for (const auto& [id, manifest] : catalog->references.images) {
    auto read = document(*catalog, id);
    if (!read) return read.refusal();
    catalog->documents[id] = *read;
  }
  catalog_ = std::move(catalog);
  collect();
  return {};
}

std::shared_ptr<const Catalog> Content::catalog() const {
  const std::lock_guard lock{catalog_mutex_};
  return catalog_;
}

Result<std::shared_ptr<const ImageDocument>> Content::document(const Catalog& before, const std::string& id) const {
  if (const auto known = before.documents.find(id); known != before.documents.end()) return known->second;
  auto config = blobs_.read(id);
  if (!config) return Refusal{Errc::fault, "image " + id + ": " + config.refusal().text};
  auto parsed = parse_image_document(*config);
  if (!parsed) return parsed.refusal();
  return std::shared_ptr<const ImageDocument>{std::make_shared<ImageDocument>(*std::move(parsed))};
}

Result<std::string> Content::add(const NewImage& image) {
  auto parsed = parse_image_document(image.config);
  if (!parsed) return parsed.refusal();
  for (const auto& chain : parsed->chains) {
    if (!layers_.has(chain)) return Refusal{Errc::fault, "layer " + chain + " is missing"};
  }
  auto id = blobs_.put(image.config);
  if (!id) return id.refusal();
  auto changed = change([&](References& references) -> Result<void> {
    std::string& manifest = references.images[*id];
    if (!image.manifest.empty()) manifest = image.manifest;
    for (const auto& name : image.names) references.names[name] = *id;
    for (const auto& digest : image.digests) references.digests[digest] = *id;
    return {};
  });
  if (!changed) return changed.refusal();
  return id;
}

Result<void> Content::change(const std::function<Result<void>(References&)>& edit) {
  const std::lock_guard one_at_a_time{change_mutex_};
  const auto before = catalog();
  auto after = std::make_shared<Catalog>();
  after->references = before->references;
  if (auto r = edit(after->references); !r) return r;
  for (const auto& [id, manifest] : after->references.images) {
    auto read = document(*before, id);
    if (!read) return read.refusal();
    after->documents[id] = *read;
  }
  const ScratchPath aside = scratch_.path("references");
  if (auto r = save_references(after->references, aside.str(), references_path()); !r) return r;
  const std::lock_guard lock{catalog_mutex_};
  catalog_ = std::move(after);
  return {};
}

void Content::collect() {
  std::vector<ScratchPath> graves;  // emptied after the lock is gone: large trees take long
  const auto lock = leases_.exclusive();
  const auto now = catalog();
  std::set<std::string> wanted;
  for (const auto& [id, manifest] : now->references.images) {
    wanted.insert(id);
    wanted.insert(manifest);
  }
  for (const auto& [id, document] : now->documents) wanted.insert(document->chains.begin(), document->chains.end());
  const auto is_garbage = [&](const std::string& digest) { return !wanted.contains(digest) && !leases_.holds(digest); };
  for (const auto& digest : blobs_.all()) {
    if (!is_garbage(digest)) continue;
    if (auto r = blobs_.drop(digest); !r) spdlog::warn("images: {}", r.refusal().text);
  }
  for (const auto& chain : layers_.all()) {
    if (!is_garbage(chain)) continue;
    auto grave = layers_.retire(chain);
    if (grave) {
      graves.push_back(*std::move(grave));
    } else {
      spdlog::warn("images: {}", grave.refusal().text);
    }
  }
}

}  // namespace skein::images
