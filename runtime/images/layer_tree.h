// LayerTree: a directory in which every path is looked up as if it were the root of the file system.
//
// Is: how a layer being unpacked finds and makes folders. Is not: entries' kinds and modes (layer_writer.h).
// Invariants: no operation reaches outside the directory, whatever symbolic links it holds: openat2(2) with
// RESOLVE_IN_ROOT, and last components are never followed. Threads: one owner.
#pragma once
#include <string>

#include "events/base/result.h"
#include "runtime/images/files.h"

namespace skein::images {

// A cleaned path inside the layer: folder and last component; both empty for the layer's root.
struct LayerPath {
  std::string folder, name;
  std::string text() const { return folder.empty() ? name : folder + "/" + name; }
};
// Lexical, as Go's filepath.Clean; Errc::invalid if it climbs out.
Result<LayerPath> layer_path(const std::string& typed);

class LayerTree {
 public:
  static Result<LayerTree> make(const std::string& directory);  // must not exist yet
  int root() const { return root_.get(); }
  // An open folder, valid until the next call; missing ones are made, 0755, a whiteout on the way becomes an opaque
  // one.
  Result<int> folder(const std::string& path);
  Result<Fd> open(const std::string& path, int flags) const;  // follows links, inside
  // Makes room for a new entry: what has the name goes away, with all below it.
  Result<void> clear(int folder, const std::string& name);

 private:
  explicit LayerTree(Fd root) : root_{std::move(root)} {}
  Result<void> make_component(const std::string& path);
  Fd root_;
  Fd last_;  // the folder most entries in a row share
  std::string last_path_;
};

// Overlayfs: a character device 0:0 hides the name in lower layers; this attribute hides a folder's lower content.
bool is_whiteout(int folder, const std::string& name);
Result<void> make_whiteout(int folder, const std::string& name);
Result<void> make_opaque(int folder_fd, const std::string& path);

}  // namespace skein::images
