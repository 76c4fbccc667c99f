// DaemonConfig: what skeind was told on its command line. dockerd's flags and words where it has them.
//
// Defaults: -H unix:///run/skein/docker.sock, --data-root /var/lib/skein, --exec-root /run/skein. Everything this
// daemon keeps lives under the two roots and the sockets given, so several daemons share a machine by giving each its
// own.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "events/base/result.h"

namespace skein {

struct DaemonConfig {
  std::vector<std::string> hosts;  // unix://PATH or tcp://127.0.0.1:PORT
  std::string control;             // unix://PATH
  std::string data_root = "/var/lib/skein";
  std::string exec_root = "/run/skein";
  std::string pidfile;  // empty: <exec-root>/skeind.pid
  std::string log_level = "info";
  std::vector<std::string> labels;  // key=value
  std::string cgroup_parent = "/skein";
  std::vector<std::string> insecure_registries;
  std::string metrics_addr;  // 127.0.0.1:PORT; empty: off
  std::string hostname;      // empty: the machine's
};

// What to do after parsing: run, or print `text` and exit with `status`.
struct ParsedFlags {
  DaemonConfig config;
  bool run = true;
  int status = 0;
  std::string text;
};
ParsedFlags parse_flags(int argc, const char* const* argv);

// The path of unix://PATH; refused when it is something else.
Result<std::string> unix_path(const std::string& host);

}  // namespace skein
