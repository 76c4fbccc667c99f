// What the container tests share: a fake image store over a busybox root file system, an executor in temporary
// directories with its own cgroup parent, and calls that wait for their answers. Everything is removed at the end.
#pragma once
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "events/base/check.h"
#include "runtime/containers/crun_executor.h"
#include "runtime/images/image_store.h"

namespace skein {

// One image, "bb:1": busybox with its applets, /etc/passwd, /etc/group and a directory for volumes to copy up.
class FakeImages final : public ImageStore {
 public:
  explicit FakeImages(const std::string& dir);
  ImageConfig config;
  std::string pulled;  // the last reference that was asked for

  std::vector<Image> list() const override { return {image()}; }
  Result<Image> find(const std::string& reference) const override;
  Result<std::string> pull(const PullRequest& request, const Progress& progress) override;
  Result<std::vector<std::string>> layers(const std::string& image_id) const override;

  Result<nlohmann::json> history(const std::string&) const override { return unused(); }
  Result<void> load(const ByteSource&, const Progress&) override { return unused(); }
  Result<std::string> import(const ByteSource&, const std::string&, const std::string&, const std::vector<std::string>&,
                             const std::string&) override {
    return unused();
  }
  Result<void> tag(const std::string&, const std::string&, const std::string&) override { return unused(); }
  Result<RemovedImage> remove(const std::string&, bool,
                              const std::function<std::string(const std::string&)>&) override {
    return unused();
  }
  Result<Distribution> distribution(const PullRequest&) override { return unused(); }

 private:
  static Refusal unused() { return {Errc::unimplemented, "not part of these tests"}; }
  Image image() const;
  std::string dir_;
};

class ExecutorTest : public ::testing::Test {
 protected:
  ExecutorTest();
  ~ExecutorTest() override;

  void open_executor();
  void drop_executor() { executor_.reset(); }
  // A task that runs `script` by sh -c.
  AssignedTask script_task(const std::string& script);
  Result<ContainerInfo> prepare(const AssignedTask& task, std::vector<TaskFile> files = {});
  Result<ContainerInfo> prepare_request(PrepareRequest request);
  Result<ContainerInfo> start(const AssignedTask& task);
  Result<ContainerInfo> stop(const AssignedTask& task);
  Result<ContainerInfo> remove(const AssignedTask& task);
  Result<int> check_health(const AssignedTask& task, std::vector<std::string> argv, std::int64_t timeout_ms);
  ContainerExit wait_exit(const AssignedTask& task);
  ContainerExit run(const AssignedTask& task, std::vector<TaskFile> files = {});
  // Runs it and gives what it wrote, both streams.
  std::string output_of(const AssignedTask& task, std::vector<TaskFile> files = {});
  std::string log_of(const AssignedTask& task, const LogQuery& query = {}) const;
  ContainerRecord record(const AssignedTask& task) const;
  // Follows the log until `text` has come.
  void wait_for_output(const AssignedTask& task, const std::string& text) const;
  CrunExecutor::Options options();

  std::filesystem::path root_;
  std::string cgroup_parent_;
  std::unique_ptr<FakeImages> images_;
  std::unique_ptr<CrunExecutor> executor_;
  std::mutex mutex_;
  std::condition_variable told_;
  std::multimap<std::string, ContainerExit> exits_;

 private:
  Result<ContainerInfo> call(const std::function<void(Executor::Done)>& begin);
};

std::string read_file(const std::string& path);
// A control file of a container's group, wherever this machine keeps it.
std::string cgroup_file(const std::string& parent, const std::string& id, const std::string& v1, const std::string& v2);

}  // namespace skein
