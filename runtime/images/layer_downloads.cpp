#include "runtime/images/layer_downloads.h"

#include <algorithm>

#include "runtime/images/digest.h"
#include "runtime/images/progress.h"

namespace skein::images {
namespace {

constexpr std::size_t kAtOnce = 3;  // Docker's max-concurrent-downloads

}  // namespace

LayerDownloads::LayerDownloads(RegistryClient& registry, Scratch& scratch, const Progress& progress,
                               std::uint32_t silence_s)
    : registry_{registry}, scratch_{scratch}, progress_{progress}, silence_s_{silence_s} {}

LayerDownloads::~LayerDownloads() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  for (auto& thread : threads_) thread.join();
}

void LayerDownloads::start(std::vector<Descriptor> layers) {
  layers_ = std::move(layers);
  done_.resize(layers_.size());
  for (std::size_t i = kAtOnce; i < layers_.size(); ++i) tell_status(progress_, "Waiting", short_id(layers_[i].digest));
  const std::size_t count = std::min(kAtOnce, layers_.size());
  for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
}

Result<ScratchPath> LayerDownloads::wait(std::size_t at) {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [&] { return failure_ || done_[at]; });
  if (!done_[at]) return *failure_;
  return ScratchPath{*std::move(done_[at])};
}

std::optional<std::size_t> LayerDownloads::take_next() {
  const std::lock_guard lock{mutex_};
  if (failure_ || stopping_ || next_ == layers_.size()) return std::nullopt;
  return next_++;
}

void LayerDownloads::put(std::size_t at, Result<ScratchPath> outcome) {
  const std::lock_guard lock{mutex_};
  if (outcome) {
    done_[at].emplace(*std::move(outcome));
  } else if (!failure_) {
    failure_ = outcome.refusal();
  }
  changed_.notify_all();
}

Result<void> LayerDownloads::go_on() {
  const std::lock_guard lock{mutex_};
  if (failure_ || stopping_) return Refusal{Errc::failed_precondition, "download stopped: another part of it failed"};
  return {};
}

void LayerDownloads::work() {
  HttpFetch fetch{silence_s_};  // one connection a thread
  while (const auto at = take_next()) put(*at, download(fetch, layers_[*at]));
}

Result<ScratchPath> LayerDownloads::download(HttpFetch& fetch, const Descriptor& layer) {
  const std::string id = short_id(layer.digest);
  ScratchPath file = scratch_.path("download");
  Meter meter{progress_, "Downloading", id, layer.size};
  const auto moved = [&](std::uint64_t bytes) {
    meter.at(bytes);
    return go_on();
  };
  if (auto r = registry_.blob(fetch, layer, file.str(), moved); !r) return r.refusal();
  tell_status(progress_, "Verifying Checksum", id);
  tell_status(progress_, "Download complete", id);
  return file;
}

}  // namespace skein::images
