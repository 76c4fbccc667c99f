// A thread that does work inside other network namespaces, so that no other thread ever changes its own.
//
// It is created in the namespace of the thread that makes it, and lives as long as this object. run_*() block until the
// work is done and the thread is home again: staying would keep a removed namespace alive.
// Work returns Result; it must not throw. Source: setns(2), namespaces(7): the network namespace belongs to a thread.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "events/base/result.h"

namespace skein::mesh {

class NamespaceThread {
 public:
  using Work = std::function<Result<void>()>;

  NamespaceThread();
  ~NamespaceThread();
  NamespaceThread(const NamespaceThread&) = delete;
  NamespaceThread& operator=(const NamespaceThread&) = delete;

  Result<void> run_in(const std::string& netns_path, Work work);
  // In a namespace made for it; `work` binds it to a file (/proc/thread-self/ns/net) or it is gone afterwards.
  Result<void> run_in_new(Work work);

 private:
  Result<void> run(Work work);
  void loop();

  std::mutex mutex_;
  std::condition_variable changed_;
  Work work_;  // set: to be done
  Result<void> outcome_;
  bool done_ = false;
  bool stopping_ = false;
  std::thread thread_;  // last: uses all of the above
};

}  // namespace skein::mesh
