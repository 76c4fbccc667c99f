// SharedPulls: two pulls of one thing at one time are one pull; the later caller waits and hears the same lines.
//
// Is: the first caller works in its own thread, others replay its lines and take its outcome. Is not: a cache: once
// done, the next call works again. Threads: any. A waiting caller's progress is called in that caller's thread only.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "events/base/result.h"
#include "runtime/images/image_store.h"

namespace skein::images {

class SharedPulls {
 public:
  using Work = std::function<Result<std::string>(const Progress& progress)>;
  // `key` says what is the same work, credentials included: nobody gets what only another may read.
  Result<std::string> run(const std::string& key, const Progress& progress, const Work& work);

 private:
  struct Shared;
  Result<std::string> follow(Shared& shared, const Progress& progress);
  Result<std::string> lead(const std::string& key, Shared& shared, const Progress& progress, const Work& work);
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Shared>> running_;
};

}  // namespace skein::images
