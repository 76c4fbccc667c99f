// TarMaker: tars and images for tests, made with libarchive: whatever an honest or an evil archive may hold.
#pragma once
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "runtime/images/image_store.h"

struct archive;
struct archive_entry;

namespace skein::images {

enum class Compression { none, gzip, zstd };

class TarMaker {
 public:
  explicit TarMaker(Compression compression = Compression::none);
  ~TarMaker();
  TarMaker(const TarMaker&) = delete;
  TarMaker& operator=(const TarMaker&) = delete;

  struct Meta {
    unsigned mode = 0644;
    int uid = 0, gid = 0;
    std::int64_t mtime = 1'600'000'000;
    std::map<std::string, std::string> attributes;
  };
  TarMaker& file(const std::string& path, const std::string& content, const Meta& meta);
  TarMaker& file(const std::string& path, const std::string& content) { return file(path, content, Meta{}); }
  TarMaker& folder(const std::string& path, unsigned mode = 0755);
  TarMaker& symlink(const std::string& path, const std::string& target);
  TarMaker& hard_link(const std::string& path, const std::string& target);
  TarMaker& device(const std::string& path, unsigned kind, unsigned major, unsigned minor);
  std::string bytes();  // closes the archive

 private:
  void put(struct archive_entry* entry, const std::string& content = {});
  std::string bytes_;
  struct archive* archive_;
};

struct LayerBytes {
  std::string packed, diff_id;
};
LayerBytes layer_of(const std::string& plain, Compression compression = Compression::none);
std::string packed(const std::string& plain, Compression compression);

// The JSON of an image configuration over these layers.
nlohmann::json config_of(const std::vector<LayerBytes>& layers);
std::string docker_archive(const std::vector<LayerBytes>& layers, const std::vector<std::string>& tags,
                           const nlohmann::json& config);
std::string docker_archive(const std::vector<LayerBytes>& layers, const std::vector<std::string>& tags);
ByteSource bytes_source(std::string bytes);

}  // namespace skein::images
