#include "runtime/api/random_name.h"

#include <array>

namespace skein {
namespace {

constexpr std::array kAdjectives{"airborne", "amber", "brave",    "calm",   "clever", "distant",  "eager",
                                 "early",    "fair",  "gentle",   "golden", "grey",   "high",     "keen",
                                 "lively",   "lofty", "lucid",    "merry",  "nimble", "northern", "patient",
                                 "quiet",    "ready", "restful",  "serene", "silver", "steady",   "swift",
                                 "tireless", "vivid", "watchful", "wise"};
constexpr std::array kNames{"barnacle", "brant",  "canada",  "cardinal", "dunlin",  "egret",  "eider",  "fulmar",
                            "gannet",   "godwit", "greylag", "grebe",    "heron",   "ibis",   "knot",   "lapwing",
                            "mallard",  "merlin", "osprey",  "petrel",   "pintail", "plover", "puffin", "redshank",
                            "ruff",     "scoter", "smew",    "snipe",    "stork",   "swan",   "tern",   "whimbrel"};

std::string draw(const ApiContext& context) {
  const std::lock_guard lock{context.rng_mutex};
  return random_service_name(context.rng);
}

}  // namespace

std::string random_service_name(Rng& rng) {
  const char* adjective = kAdjectives[rng.below(kAdjectives.size())];
  return std::string{adjective} + "_" + kNames[rng.below(kNames.size())];
}

std::string random_service_name(const ApiContext& context, Gateway& gateway) {
  const auto taken = [&](const std::string& name) {
    return read(gateway, [&](const View& view) { return view.service_named(name) != nullptr; });
  };
  std::string name = draw(context);
  for (int tries = 0; tries < 8 && taken(name); ++tries) name = draw(context);
  while (taken(name)) name += context.random_id().substr(0, 3);
  return name;
}

}  // namespace skein
