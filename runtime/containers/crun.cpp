#include "runtime/containers/crun.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace skein {
namespace {

namespace fs = std::filesystem;

constexpr int kAnswerTimeoutMs = 120'000;

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

std::string slurp(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

// conmon's answer is one line; the pipe's other end stays open for as long as it lives, so there is no end to wait for.
Result<std::string> read_answer(int fd) {
  std::string text;
  std::array<char, 4096> block;
  while (text.find('\n') == std::string::npos) {
    struct pollfd waiting = {fd, POLLIN, 0};
    if (::poll(&waiting, 1, kAnswerTimeoutMs) == 0) return Refusal{Errc::fault, "conmon does not answer"};
    const auto n = ::read(fd, block.data(), block.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    text.append(block.data(), static_cast<std::size_t>(n));
  }
  return text;
}

Result<pid_t> created_pid(const std::string& answer, const CreateCommand& command) {
  const auto line = nlohmann::json::parse(answer, nullptr, false);
  if (!line.is_object()) {
    return Refusal{Errc::fault, "conmon ended without an answer: " + trimmed(slurp(command.bundle + "/conmon.log"))};
  }
  const auto pid = line.value("data", -1);
  if (pid > 0) return pid;
  return Refusal{Errc::fault, docker_error(trimmed(line.value("message", "no reason given")), command.program)};
}

int read_pid(const std::string& path) {
  std::ifstream file{path};
  int pid = 0;
  file >> pid;
  return pid;
}

}  // namespace

Crun::Crun(std::string crun_path, std::string conmon_path, std::string root, RuntimeNamespace& runtime_namespace)
    : crun_path_{std::move(crun_path)},
      conmon_path_{std::move(conmon_path)},
      root_{std::move(root)},
      runtime_namespace_{runtime_namespace} {}

Result<Created> Crun::create(const CreateCommand& command) const {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return Refusal{Errc::fault, "no pipe for conmon"};
  const UniqueFd ours{ends[0]};
  UniqueFd theirs{ends[1]};
  const auto space = runtime_namespace_.current();
  Command conmon{.argv = {conmon_path_,
                          "--api-version",
                          "1",
                          "-c",
                          command.id,
                          "-u",
                          command.id,
                          "-n",
                          command.id,
                          "-r",
                          crun_path_,
                          "-b",
                          command.bundle,
                          "-p",
                          command.bundle + "/init.pid",
                          "-P",
                          command.bundle + "/conmon.pid",
                          "--exit-dir",
                          command.bundle,
                          "--full-attach",
                          "--no-sync-log",
                          "--log-level",
                          "error",
                          "-l",
                          command.log_path.empty() ? "none" : "k8s-file:" + command.log_path},
                 .extra_env = {"_OCI_SYNCPIPE=3"},
                 .mount_namespace = space->get(),
                 .sync_fd = theirs.get(),
                 .output_path = command.bundle + "/conmon.log"};
  if (command.tty) conmon.argv.emplace_back("-t");
  if (command.log_size_max > 0 && !command.log_path.empty()) {
    conmon.argv.insert(conmon.argv.end(), {"--log-size-max", std::to_string(command.log_size_max)});
  }
  for (const char* argument : {"--root", root_.c_str(), "--cgroup-manager", "cgroupfs"}) {
    conmon.argv.insert(conmon.argv.end(), {"--runtime-arg", argument});
  }
  const auto forked = run(conmon);  // the first conmon ends as soon as the one that stays has been forked
  theirs.reset();
  if (!forked) return forked.refusal();
  const auto answer = read_answer(ours.get());
  if (!answer) return answer.refusal();
  const auto pid = created_pid(*answer, command);
  if (!pid) return pid.refusal();
  return Created{name_process(*pid), name_process(read_pid(command.bundle + "/conmon.pid"))};
}

Command Crun::crun(const std::vector<std::string>& arguments) const {
  Command command;
  command.argv = {crun_path_, "--root", root_, "--cgroup-manager", "cgroupfs"};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  return command;
}

Result<void> Crun::start(const std::string& id, const std::string& bundle) const {
  const auto space = runtime_namespace_.current();
  auto command = crun({"start", id});
  command.mount_namespace = space->get();
  command.output_path = bundle + "/crun.log";
  const auto code = run(command);
  if (!code) return code.refusal();
  if (*code == 0) return {};
  return Refusal{Errc::fault, docker_error(trimmed(slurp(command.output_path)), {})};
}

void Crun::remove(const std::string& id) const {
  std::error_code ignored;
  if (!fs::exists(root_ + "/" + id, ignored)) return;
  const auto space = runtime_namespace_.current();
  auto command = crun({"delete", "--force", id});
  command.mount_namespace = space->get();
  (void)run(command);  // whatever is left afterwards is swept up by cgroup and directory
  fs::remove_all(root_ + "/" + id, ignored);
}

Result<pid_t> Crun::exec(const std::string& id, const std::string& process_file, const std::string& pid_file) const {
  const auto space = runtime_namespace_.current();
  auto command = crun({"exec", "--process", process_file, "--pid-file", pid_file, id});
  command.mount_namespace = space->get();
  return spawn(command);
}

std::vector<std::string> Crun::ids() const {
  std::vector<std::string> out;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator{root_, ignored}) out.push_back(entry.path().filename().string());
  return out;
}

std::string docker_error(const std::string& crun_message, const std::string& program) {
  std::string why = crun_message;
  if (crun_message.find("not found in $PATH") != std::string::npos && !program.empty()) {
    const bool path = program.find('/') != std::string::npos;
    why = "exec: \"" + program +
          "\": " + (path ? "stat " + program + ": no such file or directory" : "executable file not found in $PATH");
  } else if (crun_message.starts_with("open executable: Permission denied") && !program.empty()) {
    why = "exec: \"" + program + "\": permission denied";
  }
  return "failed to create shim task: OCI runtime create failed: crun create failed: unable to start container "
         "process: " +
         why + ": unknown";
}

std::optional<int> read_exit_code(const std::string& bundle, const std::string& id) {
  std::ifstream file{bundle + "/" + id};
  int code = 0;
  if (!(file >> code)) return std::nullopt;
  return code;
}

}  // namespace skein
