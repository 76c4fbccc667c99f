#include "runtime/images/layer_store.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "runtime/images/digest.h"
#include "runtime/images/files.h"
#include "runtime/images/layer_writer.h"
#include "runtime/images/plain_stream.h"
#include "runtime/images/tar_reader.h"

namespace skein::images {
namespace {

constexpr std::uint64_t kInfoMax = 4096;

struct Unpacked {
  std::string diff_id;
  std::uint64_t size_bytes = 0;
};

Result<Unpacked> unpack(const ByteSource& archive, const std::string& directory) {
  auto writer = LayerWriter::make(directory);
  if (!writer) return writer.refusal();
  PlainStream plain{archive};
  TarReader tar{plain.source()};
  for (;;) {
    auto entry = tar.next();
    if (!entry) return entry.refusal();
    if (!*entry) break;
    if (auto r = writer->write(*entry, tar); !r) return r.refusal();
  }
  auto diff_id = plain.finish();
  if (!diff_id) return diff_id.refusal();
  if (auto r = writer->finish(); !r) return r.refusal();
  return Unpacked{*std::move(diff_id), writer->size_bytes()};
}

}  // namespace

LayerStore::LayerStore(const std::string& root, Scratch& scratch) : directory_{root + "/layers"}, scratch_{scratch} {}

std::string LayerStore::directory(const std::string& chain) const { return directory_ + "/" + hex_of(chain); }
std::string LayerStore::info_path(const std::string& chain) const { return directory(chain) + ".json"; }

Result<void> LayerStore::open() {
  if (auto r = make_directory(directory_); !r) return r;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory_, error)) {
    const std::string chain = "sha256:" + entry.path().stem().string();
    // The note of a layer whose unpacking was cut off.
    if (entry.path().extension() == ".json" && is_sha256(chain) && !has(chain)) ::unlink(entry.path().c_str());
  }
  return error ? disk_fault("read " + directory_, error.value()) : Result<void>{};
}

bool LayerStore::has(const std::string& chain) const {
  std::error_code error;
  return is_sha256(chain) && std::filesystem::is_directory(directory(chain), error);
}

Result<std::uint64_t> LayerStore::size_bytes(const std::string& chain) const {
  auto text = read_file(info_path(chain), kInfoMax);
  if (!text) return text.refusal();
  const auto info = nlohmann::json::parse(*text, nullptr, false);
  if (!info.is_object() || !info.contains("size") || !info["size"].is_number_unsigned()) {
    return Refusal{Errc::fault, "layer " + chain + ": its size note is damaged"};
  }
  return info["size"].get<std::uint64_t>();
}

Result<std::string> LayerStore::add(const std::string& parent, const std::string& diff_id, const ByteSource& archive) {
  const ScratchPath aside = scratch_.path("layer");
  auto unpacked = unpack(archive, aside.str());
  if (!unpacked) return unpacked.refusal();
  if (!diff_id.empty() && unpacked->diff_id != diff_id) {
    return Refusal{Errc::invalid,
                   "invalid diffID for layer: expected \"" + diff_id + "\", got \"" + unpacked->diff_id + "\""};
  }
  if (auto r = keep(chain_id(parent, unpacked->diff_id), aside.str(), unpacked->size_bytes); !r) return r.refusal();
  return unpacked->diff_id;
}

Result<void> LayerStore::keep(const std::string& chain, const std::string& unpacked, std::uint64_t size) {
  if (has(chain)) return {};
  const ScratchPath note = scratch_.path("note");
  if (auto r = replace_file(note.str(), info_path(chain), nlohmann::json{{"size", size}}.dump()); !r) return r;
  auto kept = rename_durably(unpacked, directory(chain), false);
  if (!kept && kept.refusal().code == Errc::already_exists) return {};  // somebody unpacked the same one meanwhile
  return kept;
}

std::vector<std::string> LayerStore::all() const {
  std::vector<std::string> chains;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory_, error)) {
    std::string chain = "sha256:" + entry.path().filename().string();
    if (is_sha256(chain)) chains.push_back(std::move(chain));
  }
  std::sort(chains.begin(), chains.end());
  return chains;
}

Result<ScratchPath> LayerStore::retire(const std::string& chain) {
  ScratchPath grave = scratch_.path("retired");
  if (auto r = rename_durably(directory(chain), grave.str(), true); !r) return r.refusal();
  ::unlink(info_path(chain).c_str());
  return grave;
}

std::vector<std::string> chain_of(const std::vector<std::string>& diff_ids) {
  std::vector<std::string> chains;
  for (const auto& diff_id : diff_ids) chains.push_back(chain_id(chains.empty() ? "" : chains.back(), diff_id));
  return chains;
}

}  // namespace skein::images
