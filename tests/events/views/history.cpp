#include "tests/events/views/history.h"

#include <utility>

namespace skein {

Event History::about(const std::string& id) const {
  Event event;
  event.set_id(id);
  return event;
}

Record History::next(std::size_t max_events) {
  Record record;
  record.set_index(++index_);
  record.set_term(1 + index_ / 100);
  record.set_at_ns(static_cast<std::int64_t>(index_) * 1'000);
  record.set_digest("digest of " + std::to_string(index_));
  if (rng_.below(2) == 0) record.mutable_origin()->set_command_id(random_id(rng_));
  if (index_ == 1) {
    Event founded = about(random_id(rng_));
    founded.mutable_cluster_founded()->mutable_spec()->set_name("default");
    *record.add_events() = std::move(founded);
    return record;
  }
  const std::uint64_t count = 1 + rng_.below(max_events);
  for (std::uint64_t i = 0; i < count; ++i) *record.add_events() = random_event(index_);
  return record;
}

Event History::random_event(std::uint64_t index) {
  switch (rng_.below(12)) {
    case 0:
      return node_event();
    case 1:
      return service_event(index);
    case 2:
      return network_event();
    case 3:
      return file_event();
    default:
      return services_.empty() ? service_event(index) : task_event();
  }
}

Event History::node_event() {
  const auto what = nodes_.size() < 3 ? 0 : rng_.below(5);
  if (what == 0) {
    Event event = about(nodes_.emplace_back(random_id(rng_)));
    auto& joined = *event.mutable_node_joined();
    joined.mutable_description()->set_hostname("host" + std::to_string(rng_.below(20)));
    joined.mutable_spec();
    return event;
  }
  if (what == 1) {
    Event event = about(take(nodes_));
    event.mutable_node_removed();
    return event;
  }
  Event event = about(pick(nodes_));
  event.mutable_node_status_changed()->mutable_status()->set_state(static_cast<NodeStatus::State>(rng_.below(4)));
  return event;
}

Event History::service_event(std::uint64_t index) {
  const auto what = services_.empty() ? 0 : rng_.below(6);
  if (what == 0) {
    services_.push_back({random_id(rng_), index});
    Event event = about(services_.back().id);
    event.mutable_service_created()->mutable_spec()->set_name("service-" + services_.back().id.substr(0, 6));
    event.mutable_service_created()->mutable_endpoint()->add_ports()->set_published_port(30'000);
    return event;
  }
  if (what == 1) {
    Event event = about(take(services_).id);
    event.mutable_service_removed();
    return event;
  }
  LiveService& service = pick(services_);
  Event event = about(service.id);
  if (what == 2) {
    event.mutable_service_update_progressed()->mutable_status()->set_state(UpdateStatus::UPDATING);
    return event;
  }
  service.version = index;
  auto& updated = *event.mutable_service_updated();
  updated.mutable_spec()->set_name("service-" + service.id.substr(0, 6));
  updated.mutable_spec()->mutable_task()->mutable_container()->set_image("image:" + std::to_string(rng_.below(9)));
  updated.mutable_endpoint()->add_ports()->set_published_port(static_cast<std::uint32_t>(30'000 + rng_.below(3)));
  return event;
}

Event History::task_event() {
  const auto what = tasks_.size() < 5 ? 0 : rng_.below(8);
  if (what < 2) return born_task();
  if (what == 2) {
    Event event = about(take(tasks_).id);
    event.mutable_task_reaped();
    return event;
  }
  return task_step(pick(tasks_));
}

Event History::born_task() {
  tasks_.push_back({random_id(rng_), 0});
  Event event = about(tasks_.back().id);
  LiveService& service = pick(services_);
  auto& created = *event.mutable_task_created();
  created.set_service_id(service.id);
  created.set_spec_version(service.version == index_ ? 0 : service.version);
  created.set_slot(rng_.below(6));
  if (rng_.below(3) == 0 && !nodes_.empty()) created.set_node_id(pick(nodes_));
  created.set_desired(TASK_RUNNING);
  created.set_state(TASK_PENDING);
  return event;
}

Event History::task_step(LiveTask& task) {
  Event event = about(task.id);
  switch (task.step++) {
    case 0:
      event.mutable_task_held_back()->set_reason("no suitable node");
      break;
    case 1:
      event.mutable_task_assigned()->set_node_id(nodes_.empty() ? "gone" : pick(nodes_));
      break;
    case 2:
      event.mutable_task_observed()->mutable_status()->set_state(TASK_RUNNING);
      event.mutable_task_observed()->mutable_status()->set_container_id(random_id(rng_));
      break;
    case 3:
      event.mutable_task_desired_state_set()->set_desired(TASK_SHUTDOWN);
      break;
    default:
      event.mutable_task_observed()->mutable_status()->set_state(TASK_SHUTDOWN);
      event.mutable_task_observed()->mutable_status()->set_message("step " + std::to_string(task.step));
  }
  return event;
}

Event History::network_event() {
  if (networks_.size() > 2 && rng_.below(2) == 0) {
    Event event = about(take(networks_));
    event.mutable_network_removed();
    return event;
  }
  Event event = about(networks_.emplace_back(random_id(rng_)));
  event.mutable_network_created()->mutable_spec()->set_name("net-" + networks_.back().substr(0, 6));
  return event;
}

Event History::file_event() {
  const bool secret = rng_.below(2) == 0;
  auto& files = secret ? secrets_ : configs_;
  const auto what = files.empty() ? 0 : rng_.below(3);
  Event event = about(what == 0 ? files.emplace_back(random_id(rng_)) : what == 1 ? pick(files) : take(files));
  if (what == 0) {
    auto& spec =
        secret ? *event.mutable_secret_created()->mutable_spec() : *event.mutable_config_created()->mutable_spec();
    spec.set_name("file-" + event.id().substr(0, 6));
  } else if (what == 1) {
    auto& label =
        secret ? *event.mutable_secret_relabelled()->add_labels() : *event.mutable_config_relabelled()->add_labels();
    label.set_key("k" + std::to_string(rng_.below(5)));
  } else if (secret) {
    event.mutable_secret_removed();
  } else {
    event.mutable_config_removed();
  }
  return event;
}

}  // namespace skein
