#include "runtime/containers/process_plan.h"

#include <signal.h>
#include <string.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <filesystem>

namespace skein {
namespace {

constexpr const char* kDefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

void set_variable(std::vector<std::string>& env, const std::string& entry) {
  const auto key = entry.substr(0, entry.find('='));
  const auto same = [&](const std::string& each) { return each.substr(0, each.find('=')) == key; };
  const auto at = std::find_if(env.begin(), env.end(), same);
  if (entry.size() == key.size()) {
    if (at != env.end()) env.erase(at);
  } else if (at != env.end()) {
    *at = entry;
  } else {
    env.push_back(entry);
  }
}

std::vector<std::string> plan_argv(const ContainerSpec& spec, const ImageConfig& image) {
  std::vector<std::string> argv(spec.command().begin(), spec.command().end());
  const bool own_entrypoint = !argv.empty();
  if (!own_entrypoint) argv = image.entrypoint;
  if (spec.args_size() > 0) {
    argv.insert(argv.end(), spec.args().begin(), spec.args().end());
  } else if (!own_entrypoint) {
    argv.insert(argv.end(), image.cmd.begin(), image.cmd.end());
  }
  return argv;
}

std::string plan_working_dir(const std::string& spec_dir, const std::string& image_dir) {
  const std::filesystem::path typed = spec_dir.empty() ? image_dir : spec_dir;
  return (std::filesystem::path{"/"} / typed).lexically_normal().string();
}

}  // namespace

Result<ProcessPlan> plan_process(const AssignedTask& task, const ImageConfig& image, const std::string& container_id,
                                 const NodeFacts& node) {
  const auto& spec = task.spec().container();
  ProcessPlan plan;
  plan.argv = plan_argv(spec, image);
  if (plan.argv.empty()) return Refusal{Errc::invalid, "no command specified"};
  const auto hostname = expand_template(spec.hostname(), task, node);
  if (!hostname) return hostname.refusal();
  plan.hostname = hostname->empty() ? container_id.substr(0, 12) : *hostname;
  plan.env = {kDefaultPath, "HOSTNAME=" + plan.hostname};
  if (spec.tty()) plan.env.emplace_back("TERM=xterm");
  for (const auto& entry : image.env) set_variable(plan.env, entry);
  for (const auto& entry : spec.env()) {
    const auto expanded = expand_template(entry, task, node);
    if (!expanded) return expanded.refusal();
    set_variable(plan.env, *expanded);
  }
  plan.working_dir = plan_working_dir(spec.dir(), image.working_dir);
  plan.user = spec.user().empty() ? image.user : spec.user();
  plan.stop_signal = spec.stop_signal().empty() ? image.stop_signal : spec.stop_signal();
  return plan;
}

void add_home(std::vector<std::string>& env, const std::string& home) {
  const auto is_home = [](const std::string& each) { return each.starts_with("HOME="); };
  if (std::none_of(env.begin(), env.end(), is_home)) env.push_back("HOME=" + home);
}

int signal_number(const std::string& typed) {
  if (typed.empty()) return SIGTERM;
  int value = 0;
  const auto* end = typed.data() + typed.size();
  if (const auto [at, error] = std::from_chars(typed.data(), end, value); error == std::errc{} && at == end) {
    return value > 0 && value < NSIG ? value : 0;
  }
  std::string name = typed;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (name.starts_with("SIG")) name.erase(0, 3);
  for (int n = 1; n < SIGRTMIN; ++n) {
    const char* abbreviation = ::sigabbrev_np(n);
    if (abbreviation != nullptr && name == abbreviation) return n;
  }
  if (name == "RTMIN") return SIGRTMIN;
  if (name == "RTMAX") return SIGRTMAX;
  if (name.starts_with("RTMIN+")) return SIGRTMIN + std::max(0, std::atoi(name.c_str() + 6));
  if (name.starts_with("RTMAX-")) return SIGRTMAX - std::max(0, std::atoi(name.c_str() + 6));
  return 0;
}

}  // namespace skein
