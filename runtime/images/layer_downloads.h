// LayerDownloads: the layers of one pull, at most three at a time, handed over in order.
//
// Is: a few threads that fill scratch files. Is not: unpacking. Invariants: after the destructor no thread runs; the
// first failure stops the others at their next bytes. Progress is told by one thread at a time (moby xfer/download.go's
// lines). Threads: start, wait and destruction by one owner.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "events/base/result.h"
#include "runtime/images/image_store.h"
#include "runtime/images/registry_client.h"
#include "runtime/images/scratch.h"

namespace skein::images {

class LayerDownloads {
 public:
  LayerDownloads(RegistryClient& registry, Scratch& scratch, const Progress& progress, std::uint32_t silence_s);
  ~LayerDownloads();
  LayerDownloads(const LayerDownloads&) = delete;
  LayerDownloads& operator=(const LayerDownloads&) = delete;

  void start(std::vector<Descriptor> layers);
  Result<ScratchPath> wait(std::size_t at);  // the verified archive; REQUIRES each `at` once

 private:
  void work();
  Result<ScratchPath> download(HttpFetch& fetch, const Descriptor& layer);
  std::optional<std::size_t> take_next();
  void put(std::size_t at, Result<ScratchPath> outcome);
  Result<void> go_on();  // refuses once something failed

  RegistryClient& registry_;
  Scratch& scratch_;
  const Progress& progress_;
  std::uint32_t silence_s_;
  std::vector<Descriptor> layers_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<std::optional<ScratchPath>> done_;
  std::optional<Refusal> failure_;
  std::size_t next_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace skein::images
