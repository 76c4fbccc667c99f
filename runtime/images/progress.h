// Progress lines in the form of Docker's jsonmessage (engine-api.md 4.4), and a byte source that tells how far it is.
//
// Source: moby pkg/jsonmessage, pkg/streamformatter. Threads: free functions, any; a Meter has one owner.
#pragma once
#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "runtime/images/image_store.h"

namespace skein::images {

void tell_status(const Progress& progress, const std::string& status, const std::string& id = "");
void tell_stream(const Progress& progress, const std::string& text);
// {"status","progressDetail":{"current","total"},"progress":"[==>   ]  1.2MB/3MB","id"}; total 0: unknown.
void tell_bytes(const Progress& progress, const std::string& status, const std::string& id, std::uint64_t current,
                std::uint64_t total);

// Tells a step in a hundred at most, and not less than half a megabyte a line, so that lines stay few.
class Meter {
 public:
  Meter(const Progress& progress, std::string status, std::string id, std::uint64_t total);
  void at(std::uint64_t current);

 private:
  const Progress& progress_;
  std::string status_, id_;
  std::uint64_t total_, step_, told_ = 0;
};

// `source`, telling `meter` (which must outlive it) how many bytes went through.
ByteSource metered(ByteSource source, Meter& meter);
std::string human_size(std::uint64_t bytes);  // go-units HumanSize: "1.234MB"

}  // namespace skein::images
