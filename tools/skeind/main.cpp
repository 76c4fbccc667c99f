// skeind: the Skein daemon.
#include <fmt/core.h>

#include <cstdio>

#include "runtime/node/daemon.h"

int main(int argc, char** argv) {
  const skein::ParsedFlags flags = skein::parse_flags(argc, argv);
  if (!flags.run) {
    fmt::print(flags.status == 0 ? stdout : stderr, "{}", flags.text);
    return flags.status;
  }
  if (skein::Result<void> ran = skein::run_daemon(flags.config); !ran) {
    fmt::print(stderr, "skeind: {}\n", ran.refusal().text);
    return 1;
  }
  return 0;
}
