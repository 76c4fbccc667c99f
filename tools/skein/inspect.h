// What every `inspect` does alike: objects as docker's JSON array, one per name, or in its --pretty form.
//
// A name that is not there: what was found is printed, then the refusal; exit 1. Source: docker/cli
// cli/command/inspect.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/api/json_out.h"
#include "tools/skein/session.h"

namespace skein::cli {

struct InspectFlags {
  ReadFlags read;
  bool pretty = false;
  std::vector<std::string> names;
};

struct Inspector {
  control::Kind kind;
  std::function<std::vector<Json>(const control::Answer&)> json;
  std::function<std::string(const control::Answer&)> pretty;  // empty: the kind has none
  bool with_data = false;
};

int inspect(Session& session, const InspectFlags& flags, const Inspector& inspector);
// `inspect [--pretty] [--format json] [--at MOMENT] NAME...`
void add_inspect(CLI::App& parent, Session& session, const Inspector& inspector);

}  // namespace skein::cli
