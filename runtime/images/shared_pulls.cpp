#include "runtime/images/shared_pulls.h"

#include <condition_variable>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

namespace skein::images {

struct SharedPulls::Shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<nlohmann::json> lines;
  std::optional<Result<std::string>> outcome;
};

Result<std::string> SharedPulls::run(const std::string& key, const Progress& progress, const Work& work) {
  std::shared_ptr<Shared> shared;
  bool is_first = false;
  {
    const std::lock_guard lock{mutex_};
    auto& running = running_[key];
    is_first = !running;
    if (is_first) running = std::make_shared<Shared>();
    shared = running;
  }
  return is_first ? lead(key, *shared, progress, work) : follow(*shared, progress);
}

Result<std::string> SharedPulls::lead(const std::string& key, Shared& shared, const Progress& progress,
                                      const Work& work) {
  std::mutex telling;  // downloads tell from several threads
  auto outcome = work([&](const nlohmann::json& line) {
    const std::lock_guard one_line{telling};
    {
      const std::lock_guard lock{shared.mutex};
      shared.lines.push_back(line);
    }
    shared.changed.notify_all();
    if (progress) progress(line);
  });
  {
    const std::lock_guard lock{mutex_};
    running_.erase(key);
  }
  const std::lock_guard lock{shared.mutex};
  shared.outcome = outcome;
  shared.changed.notify_all();
  return outcome;
}

Result<std::string> SharedPulls::follow(Shared& shared, const Progress& progress) {
  std::unique_lock lock{shared.mutex};
  for (std::size_t told = 0;;) {
    shared.changed.wait(lock, [&] { return shared.outcome || told < shared.lines.size(); });
    if (told == shared.lines.size()) return *shared.outcome;
    const nlohmann::json line = shared.lines[told++];
    lock.unlock();  // a slow listener holds up nobody else
    if (progress) progress(line);
    lock.lock();
  }
}

}  // namespace skein::images
