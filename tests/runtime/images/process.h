// Process: a program that a test runs beside itself; ended, by its own pid, with the object.
#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

namespace skein::images {

class Process {
 public:
  Process(const std::vector<std::string>& argv, const std::string& log);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  int wait();               // exit code, -1: by a signal
  bool is_running() const;  // without waiting

 private:
  pid_t pid_ = -1;
};

std::string program_path(const std::string& name);  // empty: not installed
int free_port();                                    // on loopback, free a moment ago

}  // namespace skein::images
