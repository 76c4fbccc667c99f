#include "events/views/spec_table.h"

#include <algorithm>
#include <utility>

#include "events/base/check.h"

namespace skein {
namespace {

SpecVersion spec_version_of(const Service& service) {
  SpecVersion spec;
  spec.set_service_id(service.id());
  spec.set_version(service.spec_version());
  *spec.mutable_spec() = service.spec();
  if (service.has_endpoint()) *spec.mutable_endpoint() = service.endpoint();
  return spec;
}

bool same_endpoint(const SpecVersion& spec, const Service& service) {
  return spec.has_endpoint() == service.has_endpoint() &&
         spec.endpoint().SerializeAsString() == service.endpoint().SerializeAsString();
}

}  // namespace

void SpecTable::service_is(const Service& service) {
  ServiceSpecs& specs = services_[service.id()];
  if (specs.current != service.spec_version() || specs.previous != service.previous_spec_version()) {
    specs.current = service.spec_version();
    specs.previous = service.previous_spec_version();
    to_check_.push_back(service.id());
  }
  Version& version = specs.versions[service.spec_version()];
  if (!version.spec || !same_endpoint(*version.spec, service)) put(version, spec_version_of(service));
}

void SpecTable::service_gone(const std::string& service_id) {
  const auto at = services_.find(service_id);
  CHECK(at != services_.end());
  at->second.current = 0;
  at->second.previous = 0;
  to_check_.push_back(service_id);
}

void SpecTable::task_born(const Task& task) {
  if (task.service_id().empty()) return;
  const auto service = services_.find(task.service_id());
  CHECK(service != services_.end(), "a task was born to a service that is not there");
  const auto version = service->second.versions.find(task.spec_version());
  CHECK(version != service->second.versions.end(), "a task was born with a spec that is not there");
  ++version->second.uses;
}

void SpecTable::task_gone(const Task& task) {
  if (task.service_id().empty()) return;
  Version& version = services_.find(task.service_id())->second.versions.at(task.spec_version());
  CHECK(version.uses > 0);
  if (--version.uses == 0) to_check_.push_back(task.service_id());
}

void SpecTable::drop_unnamed() {
  for (const std::string& service_id : to_check_) drop_unnamed(service_id);
  to_check_.clear();
}

void SpecTable::drop_unnamed(const std::string& service_id) {
  const auto at = services_.find(service_id);
  if (at == services_.end()) return;
  ServiceSpecs& specs = at->second;
  std::erase_if(specs.versions, [&](const auto& entry) {
    const bool named = entry.second.uses > 0 || entry.first == specs.current || entry.first == specs.previous;
    if (!named) sum_ -= entry.second.counted;
    return !named;
  });
  if (specs.versions.empty()) services_.erase(at);
}

void SpecTable::put(Version& version, SpecVersion spec) {
  sum_ -= version.counted;
  version.counted = DigestSum::of(DigestKind::spec, spec);
  sum_ += version.counted;
  version.spec = std::make_shared<const SpecVersion>(std::move(spec));
}

void SpecTable::restore(const SpecVersion& spec) { put(services_[spec.service_id()].versions[spec.version()], spec); }

std::shared_ptr<const SpecVersion> SpecTable::find(std::string_view service_id, std::uint64_t version) const {
  const auto service = services_.find(service_id);
  if (service == services_.end()) return nullptr;
  const auto at = service->second.versions.find(version);
  return at == service->second.versions.end() ? nullptr : at->second.spec;
}

std::vector<std::shared_ptr<const SpecVersion>> SpecTable::all() const {
  std::vector<std::shared_ptr<const SpecVersion>> out;
  for (const auto& [id, specs] : services_) {
    for (const auto& [number, version] : specs.versions) out.push_back(version.spec);
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return std::pair{std::string_view{a->service_id()}, a->version()} <
           std::pair{std::string_view{b->service_id()}, b->version()};
  });
  return out;
}

}  // namespace skein
