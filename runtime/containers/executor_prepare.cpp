// The executor's first half: opening over what is there, preparing and starting.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "runtime/containers/executor_core.h"
#include "runtime/containers/random_hex.h"
#include "runtime/containers/system_time.h"

namespace skein {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kRotateEveryMs = 500;

std::string first_program(const std::vector<std::string>& candidates) {
  for (const auto& path : candidates) {
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  return {};
}

Result<void> make_dirs(const CrunExecutor::Options& options) {
  for (const auto& dir :
       {options.data_root + "/containers", options.data_root + "/volumes", options.exec_root + "/crun"}) {
    std::error_code error;
    fs::create_directories(dir, error);
    if (!error) fs::permissions(dir, fs::perms::owner_all | fs::perms::group_exec, error);
    if (error) return Refusal{Errc::fault, "cannot make " + dir + ": " + error.message()};
  }
  return {};
}

void fill_programs(CrunExecutor::Options& options) {
  if (options.crun_path.empty()) options.crun_path = find_program("crun");
  if (options.conmon_path.empty()) options.conmon_path = find_program("conmon");
  if (!options.init_path.empty()) return;
  options.init_path = first_program(
      {"/usr/libexec/docker/docker-init", "/usr/bin/docker-init", "/usr/bin/tini-static", "/usr/bin/catatonit"});
}

// A namespace's name is a mount, which the mount namespace that crun runs in may not have seen; a descriptor works
// there.
Result<UniqueFd> open_netns(const std::string& path) {
  if (path.empty()) return UniqueFd{};
  UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd) return Refusal{Errc::fault, "cannot open network namespace " + path + ": " + ::strerror(errno)};
  return fd;
}

// conmon and crun carry the container's id in their arguments, and so does a container that has not been started. A
// process has no arguments for a moment while it begins a program, hence several looks without finding one.
void end_processes(const std::string& id) {
  constexpr int kLooksMax = 1000;
  constexpr int kQuietLooks = 3;
  int quiet = 0;
  for (int look = 0; look < kLooksMax && quiet < kQuietLooks; ++look) {
    const auto found = processes_naming(id);
    quiet = found.empty() ? quiet + 1 : 0;
    for (const auto& process : found) signal_process(process, SIGKILL);
    std::this_thread::yield();
  }
  if (quiet < kQuietLooks) spdlog::error("containers: processes of {} do not end", id);
}

BundleSettings bundle_settings(const CrunExecutor::Options& options) {
#if defined(__x86_64__)
  const char* architecture = "x86_64";
#elif defined(__aarch64__)
  const char* architecture = "aarch64";
#else
  const char* architecture = "unknown";
#endif
  return {{options.node_id, options.node_hostname, architecture, "linux"}, options.default_ulimits, options.init_path};
}

}  // namespace

Result<std::unique_ptr<CrunExecutor::Core>> CrunExecutor::Core::open(Options options) {
  CHECK(options.images != nullptr);
  fill_programs(options);
  if (options.crun_path.empty()) return Refusal{Errc::fault, "crun is not on PATH: install package crun"};
  if (options.conmon_path.empty()) return Refusal{Errc::fault, "conmon is not on PATH: install package conmon"};
  if (auto made = make_dirs(options); !made) return made.refusal();
  const auto cgroups = Cgroups::detect(options.cgroup_parent);
  if (!cgroups) return cgroups.refusal();
  if (auto ready = cgroups->prepare_parent(); !ready) return ready.refusal();
  auto space = RuntimeNamespace::open(cgroups->mode(), options.data_root + "/containers");
  if (!space) return space.refusal();
  auto core = std::make_unique<Core>(std::move(options), *cgroups, std::move(*space));
  core->load();
  core->rotate_logs();
  return core;
}

CrunExecutor::Core::Core(Options options, Cgroups cgroups, std::unique_ptr<RuntimeNamespace> runtime_namespace)
    : options_{std::move(options)},
      cgroups_{std::move(cgroups)},
      runtime_namespace_{std::move(runtime_namespace)},
      volumes_{options_.data_root + "/volumes"},
      builder_{bundle_settings(options_), *options_.images, cgroups_, volumes_},
      crun_{options_.crun_path, options_.conmon_path, options_.exec_root + "/crun", *runtime_namespace_},
      workers_{options_.workers},
      pullers_{options_.pullers},
      lanes_{workers_},
      checks_{crun_, watcher_} {}

CrunExecutor::Core::~Core() {
  lanes_.wait_until_idle();
  checks_.close();
  watcher_.close();  // from here on nothing posts
  lanes_.wait_until_idle();
  pullers_.close();
  workers_.close();
  for (auto& [task, done] : stops_)
    done(Refusal{Errc::unavailable, "the node is shutting down; the container runs on"});
}

void CrunExecutor::Core::load() {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator{containers_dir(), ignored}) {
    auto container = load_container(entry.path().string());
    if (container && !table_.get(container->record.task_id))
      table_.put_loaded(std::move(*container));
    else
      sweep_stray(entry.path().string());
  }
  std::set<std::string> known;
  for (const auto& container : table_.all()) known.insert(container.record.id);
  for (const auto& id : crun_.ids()) {
    if (!known.contains(id)) sweep_stray(containers_dir() + "/" + id);
  }
}

void CrunExecutor::Core::sweep_stray(const std::string& dir) {
  const auto id = fs::path{dir}.filename().string();
  spdlog::warn("containers: sweeping up {}, which was never finished", id);
  end_processes(id);
  crun_.remove(id);
  cgroups_.remove(id);
  builder_.discard(dir, {});
}

void CrunExecutor::Core::rotate_logs() {
  table_.each_log(rotate_log);
  watcher_.after(kRotateEveryMs, [this] { rotate_logs(); });
}

void CrunExecutor::Core::prepare(PrepareRequest request, Done done) {
  const auto task = request.task->id();
  lanes_.post(task, [this, request = std::move(request), done = std::move(done)](Turn turn) {
    prepare_now(request, done, std::move(turn));
  });
}

void CrunExecutor::Core::prepare_now(const PrepareRequest& request, const Done& done, Turn turn) {
  if (const auto there = table_.get(request.task->id())) return done(there->info());
  const auto image = options_.images->find(request.task->spec().container().image());
  if (image) return done(make(request, image->id));
  pullers_.post([this, request, done, turn = std::move(turn)] { pull_then_make(request, done); });
}

// As in SwarmKit a failed pull is only logged: the create that follows says what the user needs to know.
void CrunExecutor::Core::pull_then_make(const PrepareRequest& request, const Done& done) {
  const auto& reference = request.task->spec().container().image();
  auto credentials = parse_registry_auth(request.registry_auth);
  if (!credentials) return done(credentials.refusal());
  const auto pulled = options_.images->pull({reference, {}, std::move(*credentials)}, [](const nlohmann::json&) {});
  if (!pulled) spdlog::error("containers: pulling image {} failed: {}", reference, pulled.refusal().text);
  const auto image = options_.images->find(reference);
  if (!image) return done(Refusal{Errc::not_found, "No such image: " + reference});
  done(make(request, image->id));
}

Result<ContainerInfo> CrunExecutor::Core::make(const PrepareRequest& request, const std::string& image_id) {
  const auto image = options_.images->find(image_id);
  if (!image) return Refusal{Errc::not_found, "No such image: " + request.task->spec().container().image()};
  Container container;
  container.record.id = random_hex(64);
  container.record.created = system_time();
  container.dir = containers_dir() + "/" + container.record.id;
  const auto netns = open_netns(request.netns_path);
  if (!netns) return netns.refusal();
  if (*netns) container.netns_for_crun = fmt::format("/proc/{}/fd/{}", ::getpid(), netns->get());
  if (::mkdir(container.dir.c_str(), 0700) != 0) {
    return Refusal{Errc::fault, "cannot make " + container.dir + ": " + ::strerror(errno)};
  }
  if (auto made = builder_.make(request, *image, container); !made) {
    builder_.discard(container.dir, container.anonymous_volumes);
    return made.refusal();
  }
  if (container.start_error.empty()) create(container);
  if (auto saved = table_.put(container); !saved) {
    take_down(container);
    return saved.refusal();
  }
  if (container.start_error.empty()) watch(container);
  return container.info();
}

void CrunExecutor::Core::create(Container& container) {
  const auto& spec = container.record.task->spec().container();
  for (const auto& mount : spec.mounts()) {
    if (mount.type() != Mount::BIND) continue;
    if (auto renewed = runtime_namespace_->renew(); !renewed) container.start_error = renewed.refusal().text;
    break;
  }
  const auto& argv = container.record.argv;
  const auto created = crun_.create({.id = container.record.id,
                                     .bundle = container.dir,
                                     .log_path = container.record.log_path,
                                     .log_size_max = container.log.monitor_bound(),
                                     .tty = spec.tty(),
                                     .program = argv.front()});
  if (!created) {
    container.start_error = created.refusal().text;
    crun_.remove(container.record.id);
    return;
  }
  container.init = created->init;
  container.monitor = created->monitor;
}

void CrunExecutor::Core::start(const std::string& task, Done done) {
  lanes_.post(task, [this, task, done = std::move(done)](const Turn&) { done(start_now(task)); });
}

Result<ContainerInfo> CrunExecutor::Core::start_now(const std::string& task) {
  auto container = table_.get(task);
  if (!container) return Refusal{Errc::not_found, "No such container: task " + task + " has not been prepared"};
  if (!container->record.error.empty()) return Refusal{Errc::failed_precondition, container->record.error};
  if (container->phase != Phase::created) return container->info();
  auto why = container->start_error;
  if (why.empty()) {
    if (const auto started = crun_.start(container->record.id, container->dir); !started) why = started.refusal().text;
  }
  auto& record = container->record;
  if (!why.empty()) {
    record.error = "starting container failed: " + why;
    record.exit_code = why.find("permission denied") != std::string::npos ? 126 : 127;  // as a shell says it
    record.finished = system_time();
    container->phase = Phase::ended;
    (void)table_.put(*container);
    signal_process(container->init, SIGKILL);
    return Refusal{Errc::failed_precondition, record.error};
  }
  container->phase = Phase::running;
  record.running = true;
  record.pid = container->init.pid;
  record.started = system_time();
  if (auto saved = table_.put(*container); !saved) spdlog::error("containers: {}", saved.refusal().text);
  return container->info();
}

}  // namespace skein
