// NodeFile: what this node knows about its place in a swarm before it has read any log. One small 0600 JSON file under
// <data-root>/swarm, written atomically. Not secret, but nobody else's business. Any thread; one writer.
#pragma once
#include <optional>
#include <string>

#include "events/base/result.h"

namespace skein {

struct NodeFile {
  std::string node_id;
  std::string cluster_id;
  std::string addr;          // others reach this machine here
  std::string manager_addr;  // addr:port of the managers' wire
};

// nullopt: there is none. Refused: it cannot be read or makes no sense; the text names it.
Result<std::optional<NodeFile>> read_node_file(const std::string& path);
Result<void> write_node_file(const std::string& path, const NodeFile& file);

// Replaces `path` by `content` atomically and durably, mode 0600.
Result<void> replace_file(const std::string& path, const std::string& content);

}  // namespace skein
