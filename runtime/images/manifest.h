// Manifests and indexes: what a registry or an OCI layout says an image is made of.
//
// Source: OCI image-spec 1.0 (manifest, image-index, descriptor), Docker image manifest v2 schema 2. Schema 1 is
// refused. Invariants: every descriptor's digest is a valid sha256. Errors: Errc::invalid.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "events/base/result.h"

namespace skein::images {

struct Platform {
  std::string os, architecture, variant;  // empty os: not said
  std::string text() const;               // "linux/arm64/v8"
};

struct Descriptor {
  std::string media_type, digest;
  std::uint64_t size = 0;
  Platform platform;
  std::map<std::string, std::string> annotations;
};

struct Manifest {
  std::string media_type;
  bool is_index = false;
  Descriptor config;              // of an image
  std::vector<Descriptor> parts;  // layers, bottom first; or an index's manifests
};

// `media_type` as served or described; empty: from the document itself.
Result<Manifest> parse_manifest(const std::string& bytes, const std::string& media_type);
// The entry of an index for a platform; not_found with Docker's text.
Result<Descriptor> choose_platform(const Manifest& index, const Platform& wanted);
bool runs_on(const Platform& offered, const Platform& wanted);  // a platform that is not said runs anywhere

Platform this_platform();                                  // of this machine
Result<Platform> parse_platform(const std::string& text);  // "os/architecture[/variant]"; empty: this machine's

}  // namespace skein::images
