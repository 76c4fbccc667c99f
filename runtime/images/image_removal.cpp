#include "runtime/images/image_removal.h"

#include <algorithm>
#include <set>
#include <vector>

#include "runtime/images/digest.h"
#include "runtime/images/reference.h"

namespace skein::images {
namespace {

std::vector<std::string> all_names(const References& references, const std::string& id) {
  auto names = references.names_of(id);
  const auto digests = references.digests_of(id);
  names.insert(names.end(), digests.begin(), digests.end());
  return names;
}

std::string repository(const std::string& normal) {
  const auto reference = parse_reference(normal);
  return reference ? reference->name() : normal;
}

bool is_by_digest(const std::string& normal) { return normal.find('@') != std::string::npos; }

// image_delete.go, isSingleReference: one tag at most, and every digest is of the same repository.
bool is_single(const std::vector<std::string>& names) {
  if (names.size() <= 1) return true;
  const auto tags = std::count_if(names.begin(), names.end(), [](const auto& name) { return !is_by_digest(name); });
  std::set<std::string> repositories;
  for (const auto& name : names) repositories.insert(repository(name));
  return tags <= 1 && repositories.size() == 1;
}

void untag(References& references, const std::string& name, RemovedImage& removed) {
  references.names.erase(name);
  references.digests.erase(name);
  removed.untagged.push_back(familiar_reference(name));
}

Refusal conflict(const std::string& id, const std::string& what, const std::string& why) {
  return {Errc::conflict, "conflict: unable to delete " + short_id(id) + " (" + what + ") - " + why};
}

Result<RemovedImage> remove_by_id(const Removal& removal, const std::string& id, References& references) {
  const auto names = all_names(references, id);
  const std::string container = removal.in_use ? removal.in_use(id) : "";
  if (!container.empty()) {
    const char* what = removal.force ? "cannot be forced" : "must be forced";
    return conflict(id, what, "image is being used by running container " + short_id(container));
  }
  if (!is_single(names) && !removal.force) {
    return conflict(id, "must be forced", "image is referenced in multiple repositories");
  }
  RemovedImage removed;
  for (const auto& name : names) untag(references, name, removed);
  references.images.erase(id);
  removed.deleted.push_back(id);
  return removed;
}

// Digests of a repository mean nothing to people once its last tag is gone.
void untag_digests_of(const std::string& name, const std::string& id, References& references, RemovedImage& removed) {
  const std::string of = repository(name);
  for (const auto& tag : references.names_of(id)) {
    if (repository(tag) == of) return;
  }
  for (const auto& digest : references.digests_of(id)) {
    if (repository(digest) == of) untag(references, digest, removed);
  }
}

Result<RemovedImage> remove_by_name(const Removal& removal, const std::string& id, References& references) {
  auto reference = parse_tagged_reference(removal.typed);
  if (!reference) return reference.refusal();
  if (!reference->digest.empty()) reference->tag.clear();
  const std::string container = removal.in_use ? removal.in_use(id) : "";
  if (!removal.force && !container.empty() && is_single(all_names(references, id))) {
    return Refusal{Errc::conflict, "conflict: unable to remove repository reference \"" + removal.typed +
                                       "\" (must force) - container " + short_id(container) +
                                       " is using its referenced image " + short_id(id)};
  }
  RemovedImage removed;
  untag(references, reference->text(), removed);
  if (reference->digest.empty()) untag_digests_of(reference->text(), id, references, removed);
  if (!all_names(references, id).empty() || !container.empty()) return removed;
  references.images.erase(id);
  removed.deleted.push_back(id);
  return removed;
}

}  // namespace

Result<RemovedImage> plan_removal(const Removal& removal, const Catalog& catalog, References& references) {
  auto id = catalog.resolve(removal.typed);
  if (!id) return id.refusal();
  return catalog.is_id_prefix(removal.typed, *id) ? remove_by_id(removal, *id, references)
                                                  : remove_by_name(removal, *id, references);
}

}  // namespace skein::images
