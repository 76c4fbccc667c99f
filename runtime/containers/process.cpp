#include "runtime/containers/process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace skein {
namespace {

constexpr std::size_t kStackBytes = 64 * 1024;
constexpr const char* kPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// Everything the child needs, made ready before it exists: between clone and exec it may only make system calls.
struct ChildPlan {
  pid_t parent;
  char* const* argv;
  char* const* envp;
  int mount_namespace;
  int sync_fd;
  int in_fd;
  int out_fd;
  int failed_errno;  // written by the child; its memory is ours until exec
};

void default_signals() {
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  for (int n = 1; n < NSIG; ++n) ::sigaction(n, &action, nullptr);  // SIGKILL and SIGSTOP refuse; that is fine
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

int child_main(void* argument) {
  auto* plan = static_cast<ChildPlan*>(argument);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != plan->parent) ::_exit(127);  // it died before that took hold
  default_signals();
  ::setsid();
  bool ok = plan->mount_namespace < 0 || ::setns(plan->mount_namespace, CLONE_NEWNS) == 0;
  ok = ok && ::dup2(plan->in_fd, 0) == 0 && ::dup2(plan->out_fd, 1) == 1 && ::dup2(plan->out_fd, 2) == 2;
  if (plan->sync_fd >= 0) ok = ok && (plan->sync_fd == 3 || ::dup2(plan->sync_fd, 3) == 3);
  ok = ok && ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
  if (plan->sync_fd >= 0) ok = ok && ::fcntl(3, F_SETFD, 0) == 0;
  if (ok) ::execve(plan->argv[0], plan->argv, plan->envp);
  plan->failed_errno = errno;
  ::_exit(127);
}

std::vector<char*> c_strings(const std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (const auto& s : strings) out.push_back(const_cast<char*>(s.c_str()));
  out.push_back(nullptr);
  return out;
}

Refusal fault_of(const std::string& program, int error) {
  return {Errc::fault, "cannot start " + program + ": " + ::strerror(error)};
}

// No signal may run one of our handlers inside the child, which shares our memory.
pid_t clone_child(ChildPlan& plan) {
  void* stack = ::mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return -1;
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid =
      ::clone(child_main, static_cast<char*>(stack) + kStackBytes, CLONE_VM | CLONE_VFORK | SIGCHLD, &plan);
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::munmap(stack, kStackBytes);
  errno = error;
  return pid;
}

}  // namespace

Result<pid_t> spawn(const Command& command) {
  const auto& program = command.argv.at(0);
  UniqueFd null{::open("/dev/null", O_RDWR | O_CLOEXEC)};
  UniqueFd output;
  if (!command.output_path.empty()) {
    output.reset(::open(command.output_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!output) return fault_of(program, errno);
  }
  std::vector<std::string> env = command.extra_env;
  env.emplace_back(kPath);
  const auto argv = c_strings(command.argv);
  const auto envp = c_strings(env);
  ChildPlan plan{::getpid(),
                 argv.data(),
                 envp.data(),
                 command.mount_namespace,
                 command.sync_fd,
                 null.get(),
                 output ? output.get() : null.get(),
                 0};
  const pid_t pid = clone_child(plan);
  if (pid < 0) return fault_of(program, errno);
  if (plan.failed_errno == 0) return pid;
  wait_for(pid);
  return fault_of(program, plan.failed_errno);
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return 255;
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

Result<int> run(const Command& command) {
  auto pid = spawn(command);
  if (!pid) return pid.refusal();
  return wait_for(*pid);
}

std::uint64_t start_time_of(pid_t pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
  std::string line;
  if (!std::getline(file, line)) return 0;
  const auto name_end = line.rfind(')');  // the name may hold anything, also spaces and brackets
  if (name_end == std::string::npos) return 0;
  std::istringstream fields{line.substr(name_end + 1)};
  std::string field;
  for (int n = 3; n <= 22 && fields >> field; ++n) {  // proc(5): field 3 is the state, field 22 the start time
    if (n == 3 && (field == "Z" || field == "X")) return 0;
  }
  return std::strtoull(field.c_str(), nullptr, 10);
}

ProcessName name_process(pid_t pid) { return {pid, pid > 0 ? start_time_of(pid) : 0}; }

UniqueFd open_process(const ProcessName& name) {
  if (name.pid <= 0) return {};
  UniqueFd fd{static_cast<int>(::syscall(SYS_pidfd_open, name.pid, 0))};
  if (!fd || !name.alive()) return {};  // checked after opening: from here on the descriptor means that process
  return fd;
}

bool signal_process(const ProcessName& name, int signal_number) {
  const UniqueFd fd = open_process(name);
  return fd && ::syscall(SYS_pidfd_send_signal, fd.get(), signal_number, nullptr, 0) == 0;
}

std::vector<ProcessName> processes_naming(const std::string& word) {
  std::vector<ProcessName> out;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc", ignored}) {
    const int pid = std::atoi(entry.path().filename().c_str());
    std::ifstream file{pid > 0 ? entry.path() / "cmdline" : std::filesystem::path{"/dev/null"}};
    for (std::string argument; std::getline(file, argument, '\0');) {
      if (argument != word) continue;
      if (const auto name = name_process(pid); name.start_time != 0) out.push_back(name);
      break;
    }
  }
  return out;
}

std::string find_program(const std::string& name) {
  const char* path = ::getenv("PATH");
  std::istringstream dirs{path != nullptr ? path : kPath + 5};
  for (std::string dir; std::getline(dirs, dir, ':');) {
    const auto candidate = dir + "/" + name;
    if (!dir.empty() && ::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return {};
}

}  // namespace skein
