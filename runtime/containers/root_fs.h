// Root file systems: overlayfs over an image's layers, and walking inside a root without ever leaving it.
//
// Is: mount, unmount, open and make directories below a root as the container would see them. Is not: images.
// Layout: <dir>/upper, work, merged (the mount, in the host's mount namespace: it survives the daemon), lower/N (links
// to the layers: mount(2) takes one page of options, and short names keep 128 layers well inside it).
// Invariant: every path of a container is resolved with RESOLVE_IN_ROOT (openat2(2)), because an image may hold a
// symbolic link to anywhere.
// Threads: any at once, one container one thread. mount_root gives the calling thread its own working directory.
// Errors: Errc::fault with the kernel's reason.
#pragma once
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "events/base/result.h"
#include "runtime/containers/unique_fd.h"

namespace skein {

// `layers` bottom first, absolute.
Result<void> mount_root(const std::string& dir, const std::vector<std::string>& layers);
// Also when it is not mounted. Detached, so that a busy file cannot hold the removal up.
void unmount_root(const std::string& dir);

// Opens `path` (absolute inside) below `root`; an empty descriptor if it is not there.
UniqueFd open_in_root(const std::string& root, const std::string& path, int flags);
std::optional<std::string> read_in_root(const std::string& root, const std::string& path);
// mkdir -p; what is new belongs to uid:gid.
Result<void> make_dirs_in_root(const std::string& root, const std::string& path, uid_t uid, gid_t gid);

}  // namespace skein
