#include "tools/skein/spec_flags.h"

#include <CLI/CLI.hpp>
#include <array>
#include <string_view>
#include <utility>

#include "tools/skein/words.h"

namespace skein::cli {
namespace {

constexpr std::int64_t kMonitor = 5'000'000'000;

using Spec = ServiceSpec;
using Text = std::string;
using Set = Result<void>;

ContainerSpec& container(Spec& spec) { return *spec.mutable_task()->mutable_container(); }
Resources& limits(Spec& spec) { return *spec.mutable_task()->mutable_resources()->mutable_limits(); }
Resources& reservations(Spec& spec) { return *spec.mutable_task()->mutable_resources()->mutable_reservations(); }
RestartPolicy& restart(Spec& spec) { return *spec.mutable_task()->mutable_restart(); }
HealthConfig& health(Spec& spec) { return *container(spec).mutable_healthcheck(); }

// A block that is asked for begins with docker's defaults.
UpdateConfig& begun(UpdateConfig& config, bool fresh) {
  if (fresh) {
    config.set_parallelism(1);
    config.set_monitor_ns(kMonitor);
  }
  return config;
}
UpdateConfig& update(Spec& spec) {
  const bool fresh = !spec.has_update();
  return begun(*spec.mutable_update(), fresh);
}
UpdateConfig& rollback(Spec& spec) {
  const bool fresh = !spec.has_rollback();
  return begun(*spec.mutable_rollback(), fresh);
}

Set mode(Spec& spec, const Text& text) {
  if (text == "replicated")
    spec.mutable_replicated()->set_replicas(1);
  else if (text == "global")
    spec.mutable_global();
  else if (text == "replicated-job")
    spec.mutable_replicated_job()->set_total_completions(1), spec.mutable_replicated_job()->set_max_concurrent(1);
  else if (text == "global-job")
    spec.mutable_global_job();
  else
    return Refusal{Errc::invalid, "Unknown mode: " + text + ", only replicated and global supported"};
  return {};
}

Set replicas(Spec& spec, const Text& text) {
  const auto count = parse_natural(text);
  if (!count) return count.refusal();
  if (spec.has_global() || spec.has_global_job())
    return Refusal{Errc::failed_precondition, "replicas can only be used with replicated or replicated-job mode"};
  if (spec.has_replicated_job()) {
    spec.mutable_replicated_job()->set_total_completions(*count);
    spec.mutable_replicated_job()->set_max_concurrent(*count);
  } else {
    spec.mutable_replicated()->set_replicas(*count);
  }
  return {};
}

Set max_concurrent(Spec& spec, const Text& text) {
  const auto count = parse_natural(text);
  if (!count) return count.refusal();
  if (!spec.has_replicated_job())
    return Refusal{Errc::failed_precondition, "max-concurrent can only be used with replicated-job mode"};
  spec.mutable_replicated_job()->set_max_concurrent(*count);
  return {};
}

Set words(const Text& text, google::protobuf::RepeatedPtrField<std::string>& into) {
  auto split = split_words(text);
  if (!split) return split.refusal();
  into.Assign(split->begin(), split->end());
  return {};
}

template <class Into>
Set put_duration(const Text& text, const Into& into) {
  const auto ns = parse_duration(text);
  if (!ns) return ns.refusal();
  into(*ns);
  return {};
}
template <class Into>
Set put_natural(const Text& text, const Into& into) {
  const auto number = parse_natural(text);
  if (!number) return number.refusal();
  into(*number);
  return {};
}
template <class Into>
Set put_size(const Text& text, const Into& into) {
  const auto bytes = parse_size(text);
  if (!bytes) return bytes.refusal();
  into(*bytes);
  return {};
}
template <class Into>
Set put_cpus(const Text& text, const Into& into) {
  const auto nano = parse_cpus(text);
  if (!nano) return nano.refusal();
  into(*nano);
  return {};
}
template <class Into>
Set put_ratio(const Text& text, const Into& into) {
  const auto nano = parse_cpus(text);
  if (!nano || *nano > 1'000'000'000)
    return Refusal{Errc::invalid, "strconv.ParseFloat: parsing \"" + text + "\": invalid syntax"};
  into(static_cast<double>(*nano) / 1e9);
  return {};
}

Set restart_condition(Spec& spec, const Text& text) {
  if (text == "any")
    restart(spec).set_condition(RestartPolicy::ANY);
  else if (text == "on-failure")
    restart(spec).set_condition(RestartPolicy::ON_FAILURE);
  else if (text == "none")
    restart(spec).set_condition(RestartPolicy::NONE);
  else
    return Refusal{Errc::failed_precondition, "invalid RestartCondition: \"" + text + "\""};
  return {};
}

Set failure_action(UpdateConfig& config, const Text& text, const char* what) {
  if (text == "pause")
    config.set_failure_action(UpdateConfig::PAUSE);
  else if (text == "continue")
    config.set_failure_action(UpdateConfig::CONTINUE);
  else if (text == "rollback")
    config.set_failure_action(UpdateConfig::ROLLBACK);
  else
    return Refusal{Errc::failed_precondition, std::string{"unrecognized "} + what + " failure action " + text};
  return {};
}

Set order(UpdateConfig& config, const Text& text) {
  if (text != "start-first" && text != "stop-first")
    return Refusal{Errc::failed_precondition, "unrecognized update order " + text};
  config.set_order(text == "start-first" ? UpdateConfig::START_FIRST : UpdateConfig::STOP_FIRST);
  return {};
}

Set endpoint_mode(Spec& spec, const Text& text) {
  if (text != "vip" && text != "dnsrr")
    return Refusal{Errc::failed_precondition, "invalid EndpointSpec Mode: \"" + text + "\""};
  spec.mutable_endpoint()->set_mode(text == "dnsrr" ? EndpointSpec::DNSRR : EndpointSpec::VIP);
  return {};
}

Set health_cmd(Spec& spec, const Text& text) {
  health(spec).clear_test();
  health(spec).add_test("CMD-SHELL");
  health(spec).add_test(text);
  return {};
}
Set no_healthcheck(Spec& spec, const Text& text) {
  if (text != "true") return {};
  health(spec).Clear();
  health(spec).add_test("NONE");
  return {};
}

constexpr auto kFlag = SpecFlag::Kind::flag;

constexpr std::array kCreateOnly{
    SpecFlag{"--name", "Service name", [](Spec& s, const Text& t) { return s.set_name(t), Set{}; }},
    SpecFlag{"--mode", "Service mode (replicated, global, replicated-job, global-job)", mode},
};

constexpr std::array kCommon{
    SpecFlag{"--replicas", "Number of tasks", replicas},
    SpecFlag{"--max-concurrent", "Number of job tasks to run concurrently", max_concurrent},
    SpecFlag{"--hostname", "Container hostname",
             [](Spec& s, const Text& t) { return container(s).set_hostname(t), Set{}; }},
    SpecFlag{"-u,--user", "Username or UID (format: <name|uid>[:<group|gid>])",
             [](Spec& s, const Text& t) { return container(s).set_user(t), Set{}; }},
    SpecFlag{"-w,--workdir", "Working directory inside the container",
             [](Spec& s, const Text& t) { return container(s).set_dir(t), Set{}; }},
    SpecFlag{"--entrypoint", "Overwrite the default ENTRYPOINT of the image",
             [](Spec& s, const Text& t) { return words(t, *container(s).mutable_command()); }},
    SpecFlag{"-t,--tty", "Allocate a pseudo-TTY",
             [](Spec& s, const Text& t) { return container(s).set_tty(t == "true"), Set{}; }, kFlag},
    SpecFlag{"--read-only", "Mount the container's root filesystem as read only",
             [](Spec& s, const Text& t) { return container(s).set_read_only(t == "true"), Set{}; }, kFlag},
    SpecFlag{"--init", "Use an init inside each service container to forward signals and reap processes",
             [](Spec& s, const Text& t) { return container(s).set_init(t == "true"), Set{}; }, kFlag},
    SpecFlag{"--stop-signal", "Signal to stop the container",
             [](Spec& s, const Text& t) { return container(s).set_stop_signal(t), Set{}; }},
    SpecFlag{
        "--stop-grace-period", "Time to wait before force killing a container (ns|us|ms|s|m|h)",
        [](Spec& s, const Text& t) { return put_duration(t, [&](auto ns) { container(s).set_stop_grace_ns(ns); }); }},
    SpecFlag{"--limit-cpu", "Limit CPUs",
             [](Spec& s, const Text& t) { return put_cpus(t, [&](auto n) { limits(s).set_nano_cpus(n); }); }},
    SpecFlag{"--limit-memory", "Limit Memory",
             [](Spec& s, const Text& t) { return put_size(t, [&](auto n) { limits(s).set_memory_bytes(n); }); }},
    SpecFlag{"--limit-pids", "Limit maximum number of processes (0 = unlimited)",
             [](Spec& s, const Text& t) {
               return put_natural(t, [&](auto n) { limits(s).set_pids(static_cast<std::int64_t>(n)); });
             }},
    SpecFlag{"--reserve-cpu", "Reserve CPUs",
             [](Spec& s, const Text& t) { return put_cpus(t, [&](auto n) { reservations(s).set_nano_cpus(n); }); }},
    SpecFlag{"--reserve-memory", "Reserve Memory",
             [](Spec& s, const Text& t) { return put_size(t, [&](auto n) { reservations(s).set_memory_bytes(n); }); }},
    SpecFlag{"--replicas-max-per-node", "Maximum number of tasks per node (default 0 = unlimited)",
             [](Spec& s, const Text& t) {
               return put_natural(t, [&](auto n) { s.mutable_task()->mutable_placement()->set_max_replicas(n); });
             }},
    SpecFlag{"--restart-condition", "Restart when condition is met (none, on-failure, any)", restart_condition},
    SpecFlag{"--restart-delay", "Delay between restart attempts",
             [](Spec& s, const Text& t) { return put_duration(t, [&](auto n) { restart(s).set_delay_ns(n); }); }},
    SpecFlag{"--restart-max-attempts", "Maximum number of restarts before giving up",
             [](Spec& s, const Text& t) { return put_natural(t, [&](auto n) { restart(s).set_max_attempts(n); }); }},
    SpecFlag{"--restart-window", "Window used to evaluate the restart policy",
             [](Spec& s, const Text& t) { return put_duration(t, [&](auto n) { restart(s).set_window_ns(n); }); }},
    SpecFlag{"--update-parallelism", "Maximum number of tasks updated simultaneously (0 to update all at once)",
             [](Spec& s, const Text& t) { return put_natural(t, [&](auto n) { update(s).set_parallelism(n); }); }},
    SpecFlag{"--update-delay", "Delay between updates",
             [](Spec& s, const Text& t) { return put_duration(t, [&](auto n) { update(s).set_delay_ns(n); }); }},
    SpecFlag{"--update-monitor", "Duration after each task update to monitor for failure",
             [](Spec& s, const Text& t) { return put_duration(t, [&](auto n) { update(s).set_monitor_ns(n); }); }},
    SpecFlag{"--update-failure-action", "Action on update failure (pause, continue, rollback)",
             [](Spec& s, const Text& t) { return failure_action(update(s), t, "update"); }},
    SpecFlag{"--update-max-failure-ratio", "Failure rate to tolerate during an update",
             [](Spec& s, const Text& t) { return put_ratio(t, [&](auto n) { update(s).set_max_failure_ratio(n); }); }},
    SpecFlag{"--update-order", "Update order (start-first, stop-first)",
             [](Spec& s, const Text& t) { return order(update(s), t); }},
    SpecFlag{"--rollback-parallelism",
             "Maximum number of tasks rolled back simultaneously (0 to roll back all at once)",
             [](Spec& s, const Text& t) { return put_natural(t, [&](auto n) { rollback(s).set_parallelism(n); }); }},
    SpecFlag{"--rollback-delay", "Delay between task rollbacks",
             [](Spec& s, const Text& t) { return put_duration(t, [&](auto n) { rollback(s).set_delay_ns(n); }); }},
    SpecFlag{"--rollback-monitor", "Duration after each task rollback to monitor for failure",
             [](Spec& s, const Text& t) { return put_duration(t, [&](auto n) { rollback(s).set_monitor_ns(n); }); }},
    SpecFlag{"--rollback-failure-action", "Action on rollback failure (pause, continue)",
             [](Spec& s, const Text& t) { return failure_action(rollback(s), t, "rollback"); }},
    SpecFlag{"--rollback-order", "Rollback order (start-first, stop-first)",
             [](Spec& s, const Text& t) { return order(rollback(s), t); }},
    SpecFlag{"--endpoint-mode", "Endpoint mode (vip or dnsrr)", endpoint_mode},
    SpecFlag{"--log-driver", "Logging driver for service",
             [](Spec& s, const Text& t) { return s.mutable_task()->mutable_log_driver()->set_name(t), Set{}; }},
    SpecFlag{"--health-cmd", "Command to run to check health", health_cmd},
    SpecFlag{"--health-interval", "Time between running the check",
             [](Spec& s, const Text& t) { return put_duration(t, [&](auto n) { health(s).set_interval_ns(n); }); }},
    SpecFlag{"--health-timeout", "Maximum time to allow one check to run",
             [](Spec& s, const Text& t) { return put_duration(t, [&](auto n) { health(s).set_timeout_ns(n); }); }},
    SpecFlag{"--health-start-period", "Start period for the container to initialize before counting retries",
             [](Spec& s, const Text& t) { return put_duration(t, [&](auto n) { health(s).set_start_period_ns(n); }); }},
    SpecFlag{"--health-retries", "Consecutive failures needed to report unhealthy",
             [](Spec& s, const Text& t) { return put_natural(t, [&](auto n) { health(s).set_retries(n); }); }},
    SpecFlag{"--no-healthcheck", "Disable any container-specified HEALTHCHECK", no_healthcheck, kFlag},
};

constexpr std::array kUpdateOnly{
    SpecFlag{"--image", "Service image tag", [](Spec& s, const Text& t) { return container(s).set_image(t), Set{}; }},
    SpecFlag{"--args", "Service command args",
             [](Spec& s, const Text& t) { return words(t, *container(s).mutable_args()); }},
    SpecFlag{"--force", "Force update even if no changes require it",
             [](Spec& s, const Text& t) {
               if (t == "true") s.mutable_task()->set_force_update(s.task().force_update() + 1);
               return Set{};
             },
             kFlag},
};

}  // namespace

std::span<const SpecFlag> create_only_flags() { return kCreateOnly; }
std::span<const SpecFlag> common_flags() { return kCommon; }
std::span<const SpecFlag> update_only_flags() { return kUpdateOnly; }

void SpecFlags::add(CLI::App& command, std::span<const SpecFlag> flags) {
  for (const SpecFlag& flag : flags) {
    Typed& typed = *typed_.emplace_back(std::make_unique<Typed>(Typed{&flag, {}}));
    if (flag.kind == SpecFlag::Kind::text)
      command.add_option(flag.name, typed.values, flag.help)->allow_extra_args(false);
    else
      command.add_flag_function(
          flag.name, [&typed](std::int64_t count) { typed.values.emplace_back(count > 0 ? "true" : "false"); },
          flag.help);
  }
}

std::shared_ptr<SpecFlags> SpecFlags::for_create(CLI::App& command) {
  auto out = std::make_shared<SpecFlags>();
  out->add(command, create_only_flags());
  out->add(command, common_flags());
  out->add(command, create_list_flags());
  return out;
}

std::shared_ptr<SpecFlags> SpecFlags::for_update(CLI::App& command) {
  auto out = std::make_shared<SpecFlags>();
  out->add(command, update_only_flags());
  out->add(command, common_flags());
  out->add(command, update_list_flags());
  return out;
}

Result<void> SpecFlags::apply(ServiceSpec& spec) const {
  for (const auto& typed : typed_)
    for (const std::string& value : typed->values) {
      const auto set = typed->flag->set(spec, value);
      if (set) continue;
      if (set.refusal().code != Errc::invalid) return set;
      const std::string_view names = typed->flag->name;
      return Refusal{Errc::invalid, "invalid argument " + in_quotes(value) + " for " +
                                        in_quotes(names.substr(names.find("--"))) + " flag: " + set.refusal().text};
    }
  return {};
}

bool SpecFlags::empty() const {
  for (const auto& typed : typed_)
    if (!typed->values.empty()) return false;
  return true;
}

Result<std::vector<std::string>> split_words(const std::string& text) {
  std::vector<std::string> out;
  bool inside = false;  // a word has begun
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      inside = false;
      continue;
    }
    if (!inside) out.emplace_back();
    inside = true;
    if (quote != '\'' && c == '\\' && i + 1 < text.size())
      out.back() += text[++i];
    else if (quote == 0 && (c == '\'' || c == '"'))
      quote = c;
    else if (quote != 0 && c == quote)
      quote = 0;
    else
      out.back() += c;
  }
  if (quote != 0) return Refusal{Errc::invalid, "invalid command line string: a quote has no end"};
  return out;
}

}  // namespace skein::cli
