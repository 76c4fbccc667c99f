#include "actors/plan/task_files.h"

#include <charconv>
#include <string>

namespace skein::plan {
namespace {

std::uint32_t number(const std::string& text) {
  std::uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string path_of(const AssignedFile& file) {
  const std::string& target = file.reference().file_name();
  if (!target.empty() && target.front() == '/') return target;
  return (file.secret() ? "/run/secrets/" : "/") + (target.empty() ? file.reference().name() : target);
}

}  // namespace

std::vector<TaskFile> task_files(const AssignedTask& task) {
  std::vector<TaskFile> files;
  for (const AssignedFile& assigned : task.files()) {
    if (assigned.reference().runtime_target()) continue;
    TaskFile& file = files.emplace_back();
    file.path = path_of(assigned);
    file.data = assigned.data();
    file.mode = assigned.reference().mode();
    file.uid = number(assigned.reference().uid());
    file.gid = number(assigned.reference().gid());
    file.secret = assigned.secret();
  }
  return files;
}

}  // namespace skein::plan
