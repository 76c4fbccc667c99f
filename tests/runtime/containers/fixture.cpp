#include "tests/runtime/containers/fixture.h"

#include <sys/mount.h>
#include <unistd.h>

#include <fstream>
#include <future>
#include <iterator>

#include "runtime/containers/cgroups.h"
#include "runtime/containers/random_hex.h"

namespace skein {
namespace fs = std::filesystem;

FakeImages::FakeImages(const std::string& dir) : dir_{dir} {
  config.cmd = {"sh"};
  config.env = {"FROM_IMAGE=yes"};
  for (const char* name : {"/bin", "/etc", "/tmp", "/seed", "/run"}) fs::create_directories(dir + name);
  fs::copy_file("/bin/busybox", dir + "/bin/busybox");
  for (const char* applet :
       {"sh",   "sleep",  "cat",   "echo", "id",   "env",      "stat", "ls",   "grep", "head", "wc",    "mount",
        "tail", "printf", "touch", "dd",   "kill", "hostname", "pwd",  "true", "seq",  "ps",   "mkdir", "unshare"}) {
    fs::create_symlink("busybox", dir + "/bin/" + applet);
  }
  std::ofstream{dir + "/etc/passwd"} << "root:x:0:0:root:/root:/bin/sh\nana:x:1000:1001:Ana:/home/ana:/bin/sh\n";
  std::ofstream{dir + "/etc/group"} << "root:x:0:\nstaff:x:50:ana\nana:x:1001:\n";
  std::ofstream{dir + "/seed/grain"} << "from the image\n";
}

Image FakeImages::image() const {
  Image image;
  image.id = "sha256:" + std::string(64, 'b');
  image.tags = {"bb:1"};
  image.config = config;
  return image;
}

Result<Image> FakeImages::find(const std::string& reference) const {
  if (reference == "bb:1" || reference == image().id) return image();
  return Refusal{Errc::not_found, "No such image: " + reference};
}

Result<std::string> FakeImages::pull(const PullRequest& request, const Progress&) {
  pulled = request.reference;
  return Refusal{Errc::not_found, "pull access denied"};
}

Result<std::vector<std::string>> FakeImages::layers(const std::string& image_id) const {
  if (image_id != image().id) return Refusal{Errc::fault, "no layers of " + image_id};
  return std::vector<std::string>{dir_};
}

ExecutorTest::ExecutorTest() : cgroup_parent_{"/skein-test-" + random_hex(12)} {
  CHECK(::geteuid() == 0, "these tests make real containers: run them as root");
  std::string pattern = (fs::temp_directory_path() / "skein-containers-XXXXXX").string();
  CHECK(::mkdtemp(pattern.data()) != nullptr);
  root_ = pattern;
  images_ = std::make_unique<FakeImages>((root_ / "image").string());
  open_executor();
}

ExecutorTest::~ExecutorTest() {
  if (!executor_) open_executor();
  for (const auto& left : executor_->directory().list()) {
    (void)call([&](Executor::Done done) { executor_->remove(TaskId{left.task_id}, std::move(done)); });
  }
  executor_.reset();
  ::umount2((root_ / "data/containers").c_str(), MNT_DETACH);
  Cgroups::detect(cgroup_parent_)->remove_parent();
  fs::remove_all(root_);
}

CrunExecutor::Options ExecutorTest::options() {
  CrunExecutor::Options options;
  options.data_root = (root_ / "data").string();
  options.exec_root = (root_ / "exec").string();
  options.cgroup_parent = cgroup_parent_;
  options.images = images_.get();
  options.node_id = "node1id";
  options.node_hostname = "node1";
  options.workers = 8;
  return options;
}

void ExecutorTest::open_executor() {
  auto opened = CrunExecutor::open(options());
  CHECK(static_cast<bool>(opened), opened ? "" : opened.refusal().text);
  executor_ = std::move(*opened);
  executor_->on_exit([this](const ContainerExit& exit) {
    const std::lock_guard lock{mutex_};
    exits_.emplace(exit.task.str(), exit);
    told_.notify_all();
  });
}

AssignedTask ExecutorTest::script_task(const std::string& script) {
  AssignedTask task;
  task.set_id(random_hex(25));
  task.set_service_id("service1id");
  task.set_service_name("web");
  task.set_slot(3);
  auto* container = task.mutable_spec()->mutable_container();
  container->set_image("bb:1");
  for (const char* word : {"sh", "-c", script.c_str()}) container->add_args(word);
  return task;
}

Result<ContainerInfo> ExecutorTest::call(const std::function<void(Executor::Done)>& begin) {
  std::promise<Result<ContainerInfo>> answer;
  begin([&](Result<ContainerInfo> result) { answer.set_value(std::move(result)); });
  return answer.get_future().get();
}

Result<ContainerInfo> ExecutorTest::prepare(const AssignedTask& task, std::vector<TaskFile> files) {
  PrepareRequest request;
  request.task = std::make_shared<AssignedTask>(task);
  request.files = std::move(files);
  return prepare_request(std::move(request));
}

Result<ContainerInfo> ExecutorTest::prepare_request(PrepareRequest request) {
  return call([&](Executor::Done done) { executor_->prepare(std::move(request), std::move(done)); });
}

Result<ContainerInfo> ExecutorTest::start(const AssignedTask& task) {
  return call([&](Executor::Done done) { executor_->start(TaskId{task.id()}, std::move(done)); });
}

Result<ContainerInfo> ExecutorTest::stop(const AssignedTask& task) {
  return call([&](Executor::Done done) { executor_->stop(TaskId{task.id()}, std::move(done)); });
}

Result<ContainerInfo> ExecutorTest::remove(const AssignedTask& task) {
  return call([&](Executor::Done done) { executor_->remove(TaskId{task.id()}, std::move(done)); });
}

Result<int> ExecutorTest::check_health(const AssignedTask& task, std::vector<std::string> argv,
                                       std::int64_t timeout_ms) {
  std::promise<Result<int>> answer;
  executor_->exec_health(TaskId{task.id()}, std::move(argv), timeout_ms,
                         [&](Result<int> result) { answer.set_value(std::move(result)); });
  return answer.get_future().get();
}

ContainerExit ExecutorTest::wait_exit(const AssignedTask& task) {
  std::unique_lock lock{mutex_};
  CHECK(told_.wait_for(lock, std::chrono::seconds{60}, [&] { return exits_.contains(task.id()); }), "no exit was told");
  return exits_.find(task.id())->second;
}

ContainerExit ExecutorTest::run(const AssignedTask& task, std::vector<TaskFile> files) {
  const auto prepared = prepare(task, std::move(files));
  CHECK(static_cast<bool>(prepared), prepared ? "" : prepared.refusal().text);
  const auto started = start(task);
  CHECK(static_cast<bool>(started), started ? "" : started.refusal().text);
  return wait_exit(task);
}

std::string ExecutorTest::output_of(const AssignedTask& task, std::vector<TaskFile> files) {
  run(task, std::move(files));
  return log_of(task);
}

std::string ExecutorTest::log_of(const AssignedTask& task, const LogQuery& query) const {
  std::string text;
  const auto sink = [&](const LogLine& line) {
    text += line.text;
    return true;
  };
  const auto read = executor_->directory().logs(record(task).id, query, sink, [] { return false; });
  return read ? text : read.refusal().text;
}

ContainerRecord ExecutorTest::record(const AssignedTask& task) const {
  auto found = executor_->directory().of_task(task.id());
  CHECK(static_cast<bool>(found), found ? "" : found.refusal().text);
  return std::move(*found);
}

void ExecutorTest::wait_for_output(const AssignedTask& task, const std::string& text) const {
  LogQuery query;
  query.follow = true;
  const auto sink = [&](const LogLine& line) { return line.text.find(text) == std::string::npos; };
  CHECK(static_cast<bool>(executor_->directory().logs(record(task).id, query, sink, [] { return false; })));
}

std::string read_file(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string cgroup_file(const std::string& parent, const std::string& id, const std::string& v1,
                        const std::string& v2) {
  const auto groups = *Cgroups::detect(parent);
  const auto slash = v1.find('/');
  const bool unified = groups.mode() == CgroupMode::v2;
  return groups.read(id, v1.substr(0, slash), unified ? v2 : v1.substr(slash + 1)).value_or("(none)");
}

}  // namespace skein
