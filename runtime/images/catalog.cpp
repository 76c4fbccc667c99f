#include "runtime/images/catalog.h"

#include <algorithm>
#include <optional>

#include "runtime/images/digest.h"
#include "runtime/images/reference.h"

namespace skein::images {
namespace {

std::optional<std::string> by_name(const References& references, const std::string& typed) {
  auto reference = parse_tagged_reference(typed);
  if (!reference) return std::nullopt;
  if (!reference->digest.empty()) reference->tag.clear();  // the digest decides
  const auto& names = reference->digest.empty() ? references.names : references.digests;
  const auto found = names.find(reference->text());
  return found == names.end() ? std::nullopt : std::optional{found->second};
}

std::string as_id(const std::string& typed) { return typed.starts_with("sha256:") ? typed : "sha256:" + typed; }

std::optional<std::string> by_id(const References& references, const std::string& typed) {
  const std::string prefix = as_id(typed);
  if (prefix.size() <= std::string_view{"sha256:"}.size()) return std::nullopt;
  auto found = references.images.lower_bound(prefix);
  if (found == references.images.end() || !found->first.starts_with(prefix)) return std::nullopt;
  const auto after = std::next(found);
  if (after != references.images.end() && after->first.starts_with(prefix)) return std::nullopt;  // ambiguous
  return found->first;
}

}  // namespace

Refusal no_such_image(const std::string& typed) {
  const auto reference = is_sha256(typed) ? Result<Reference>{Refusal{}} : parse_tagged_reference(typed);
  return {Errc::not_found, "No such image: " + (reference ? reference->familiar() : typed)};
}

Result<std::string> Catalog::resolve(const std::string& typed) const {
  if (is_sha256(typed) || is_sha256(as_id(typed))) {
    return references.images.contains(as_id(typed)) ? Result<std::string>{as_id(typed)} : no_such_image(typed);
  }
  if (auto id = by_name(references, typed)) return *id;
  if (auto id = by_id(references, typed)) return *id;
  if (auto reference = parse_reference(typed); !reference) return reference.refusal();
  return no_such_image(typed);
}

bool Catalog::is_id_prefix(const std::string& typed, const std::string& id) const {
  return id.starts_with(as_id(typed)) && !by_name(references, typed);
}

}  // namespace skein::images
