// Values of flags that are little languages of their own: ports, mounts, secrets, health. Pure.
//
// Refused (invalid) with docker's texts. Source: docker/cli opts/{port,mount,secret}.go, go-connections/nat.
#pragma once
#include <string>
#include <vector>

#include "events/base/result.h"
#include "events/proto/types.pb.h"

namespace skein::cli {

// "8080:80", "8080:80/udp", "80", "8000-8002:80-82", "published=8080,target=80,protocol=tcp,mode=host".
Result<std::vector<PortConfig>> parse_ports(const std::string& text);
// "type=bind,source=/a,target=/b,readonly"
Result<Mount> parse_mount(const std::string& text);
// "name", "source=name,target=file,uid=0,gid=0,mode=0400". The id is for the caller to find.
Result<FileReference> parse_file_reference(const std::string& text, bool secret);
// "name=limit" or "name=soft:hard"
Result<Ulimit> parse_ulimit(const std::string& text);

}  // namespace skein::cli
