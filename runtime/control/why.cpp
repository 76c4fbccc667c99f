#include "runtime/control/why.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "runtime/api/service_json.h"
#include "runtime/control/last_seen.h"

namespace skein {
namespace {

constexpr int kOtherEventsShown = 3;  // of a record none of whose events are about the object

// What of the object tells where to look.
struct Subject {
  std::string id, name;
  std::int64_t created_at_ns = 0;
  std::vector<std::uint64_t> known;  // records that are part of the answer
  std::uint64_t last = 0;            // the last that changed it
  bool whole_life = false;           // every record about it, from its birth on
  std::set<std::string> related;     // ids whose events matter
};

Result<Subject> task_subject(const View& view, const std::string& typed) {
  const auto task = view.find_task(typed);
  if (!task) return task.refusal();
  const Task& t = **task;
  const SpecPtr spec = view.spec_of(t);
  Subject subject{.id = t.id(),
                  .name = task_name(t, spec ? spec->spec().name() : t.service_id()),
                  .created_at_ns = t.created_at_ns(),
                  .known = {t.spec_version(), t.revision()},
                  .last = t.revision(),
                  .whole_life = true,
                  .related = {t.id(), t.service_id()}};
  if (!t.replaces().empty()) subject.related.insert(t.replaces());
  return subject;
}

Result<Subject> service_subject(const View& view, const std::string& typed) {
  const auto service = view.find_service(typed);
  if (!service) return service.refusal();
  const Service& s = **service;
  return Subject{.id = s.id(),
                 .name = s.spec().name(),
                 .created_at_ns = s.created_at_ns(),
                 .known = {s.spec_version(), s.revision()},
                 .last = s.revision(),
                 .whole_life = false,
                 .related = {s.id()}};
}

Result<Subject> node_subject(const View& view, const std::string& typed) {
  const auto node = view.find_node(typed);
  if (!node) return node.refusal();
  const Node& n = **node;
  return Subject{.id = n.id(),
                 .name = n.description().hostname(),
                 .created_at_ns = n.created_at_ns(),
                 .known = {n.revision()},
                 .last = n.revision(),
                 .whole_life = false,
                 .related = {n.id()}};
}

Result<Subject> subject_in(const View& view, control::Kind kind, const std::string& typed) {
  if (kind == control::TASKS) return task_subject(view, typed);
  if (kind == control::SERVICES) return service_subject(view, typed);
  if (kind == control::NODES) return node_subject(view, typed);
  return Refusal{Errc::invalid, "why can be asked of a task, a service or a node"};
}

Result<Subject> find_subject(Gateway& gateway, control::Kind kind, const std::string& typed, std::optional<Moment> at) {
  Result<Subject> found = Refusal{Errc::fault, "the state was not read"};
  const auto reader = [&](const View& view) { found = subject_in(view, kind, typed); };
  if (!at)
    gateway.read(reader);
  else if (auto read = gateway.read_at(*at, reader); !read)
    return read.refusal();
  return found;
}

// What is gone from the cluster: as it was just before it went, and how it went.
Result<Subject> find_gone(Gateway& gateway, control::Kind kind, const std::string& typed,
                          const std::function<bool()>& gone) {
  const auto removal = removal_of(gateway, kind, typed, gone);
  if (!removal) return removal.refusal();
  if (removal->value() == 0) return Refusal{Errc::not_found, ""};
  auto subject = find_subject(gateway, kind, typed, Moment{prev(*removal)});
  if (!subject) return subject.refusal();
  subject->known.push_back(removal->value());
  subject->last = removal->value();
  return subject;
}

bool is_about(const Record& record, const std::string& id) {
  return std::any_of(record.events().begin(), record.events().end(), [&](const Event& e) { return e.id() == id; });
}

class Chain {
 public:
  Chain(Gateway& gateway, const Subject& subject, const std::function<bool()>& gone)
      : gateway_{gateway}, subject_{subject}, gone_{gone} {}

  Result<void> collect() {
    const auto birth = first_since(subject_.created_at_ns);
    if (!birth) return birth.refusal();
    if (auto lived = take_life(*birth); !lived) return lived;
    for (const std::uint64_t index : subject_.known)
      if (auto taken = take_with_causes(index); !taken) return taken;
    return {};
  }

  Reasons reasons() {
    Reasons out{subject_.id, subject_.name, {}, cut_short_};
    for (auto& [index, record] : records_) out.steps.push_back(step_of(*record));
    const std::size_t too_many = out.steps.size() - std::min(out.steps.size(), kStepsMax);
    out.cut_short = out.cut_short || too_many > 0;
    out.steps.erase(out.steps.begin(), out.steps.begin() + static_cast<std::ptrdiff_t>(too_many));
    return out;
  }

 private:
  // The first record that is not older than `at_ns`, by halving.
  Result<std::uint64_t> first_since(std::int64_t at_ns) {
    std::uint64_t low = 1;
    std::uint64_t high = subject_.last;
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      const auto record = gateway_.record(LogIndex{middle});
      if (!record) return record.refusal();
      if ((*record)->at_ns() < at_ns)
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  }

  // From the record of its birth, or all of its life.
  Result<void> take_life(std::uint64_t from) {
    const auto tail = gateway_.tail(LogIndex{from});
    for (std::uint64_t at = from; at <= subject_.last && !gone_();) {
      const auto batch = tail->next(std::chrono::milliseconds{0});
      if (!batch) return batch.refusal();
      if (batch->empty()) return {};
      for (const RecordPtr& record : *batch) {
        at = record->index() + 1;
        if (record->index() > subject_.last) return {};
        if (!is_about(*record, subject_.id)) continue;
        if (auto taken = take_with_causes(record); !taken) return taken;
        if (!subject_.whole_life) return {};
      }
    }
    return {};
  }

  Result<void> take_with_causes(std::uint64_t index) {
    if (index == 0 || records_.contains(index)) return {};
    auto record = gateway_.record(LogIndex{index});
    if (!record) return record.refusal();
    return take_with_causes(*record);
  }

  Result<void> take_with_causes(RecordPtr record) {
    while (!gone_()) {
      if (!records_.emplace(record->index(), record).second) return {};
      const std::uint64_t cause = record->origin().cause_index();
      if (cause == 0 || cause >= record->index() || records_.contains(cause)) return {};
      if (records_.size() >= kStepsMax) {
        cut_short_ = true;
        return {};
      }
      auto before = gateway_.record(LogIndex{cause});
      if (!before) return before.refusal();
      record = *before;
    }
    return {};
  }

  control::WhyStep step_of(const Record& record) const {
    control::WhyStep step;
    Record& out = *step.mutable_record();
    out.set_index(record.index());
    out.set_term(record.term());
    out.set_at_ns(record.at_ns());
    *out.mutable_origin() = record.origin();
    for (const Event& event : record.events())
      if (subject_.related.contains(event.id())) *out.add_events() = event;
    const bool none = out.events().empty();
    for (int i = 0; none && i < std::min(record.events_size(), kOtherEventsShown); ++i)
      *out.add_events() = record.events(i);
    step.set_events_left_out(static_cast<std::uint32_t>(record.events_size() - out.events_size()));
    return step;
  }

  Gateway& gateway_;
  const Subject& subject_;
  const std::function<bool()>& gone_;
  std::map<std::uint64_t, RecordPtr> records_;
  bool cut_short_ = false;
};

}  // namespace

Result<Reasons> why(Gateway& gateway, control::Kind kind, const std::string& typed, std::optional<Moment> at,
                    const std::function<bool()>& gone) {
  auto subject = find_subject(gateway, kind, typed, at);
  if (!subject && !at && subject.refusal().code == Errc::not_found) {
    auto former = find_gone(gateway, kind, typed, gone);
    // One that never was is told as not found, in the words of the present.
    if (!former && former.refusal().code != Errc::not_found) return former.refusal();
    if (former) subject = std::move(former);
  }
  if (!subject) return subject.refusal();
  Chain chain{gateway, *subject, gone};
  if (auto collected = chain.collect(); !collected) return collected.refusal();
  return chain.reasons();
}

}  // namespace skein
