#include "runtime/containers/etc_files.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>

#include "runtime/containers/unique_fd.h"

namespace skein {
namespace {

Refusal fault(const std::string& what) { return {Errc::fault, what + ": " + ::strerror(errno)}; }

Result<void> write_file(const std::string& path, const std::string& data, mode_t mode) {
  const UniqueFd fd{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)};
  if (!fd) return fault("cannot make " + path);
  for (std::size_t done = 0; done < data.size();) {
    const auto n = ::write(fd.get(), data.data() + done, data.size() - done);
    if (n < 0) return fault("cannot write " + path);
    done += static_cast<std::size_t>(n);
  }
  return {};
}

std::string hosts_text(const PrepareRequest& request, const std::string& hostname) {
  std::string text =
      "127.0.0.1\tlocalhost\n"
      "::1\tlocalhost ip6-localhost ip6-loopback\n"
      "fe00::0\tip6-localnet\n"
      "ff00::0\tip6-mcastprefix\n"
      "ff02::1\tip6-allnodes\n"
      "ff02::2\tip6-allrouters\n";
  for (std::string line : request.task->spec().container().hosts()) {
    if (const auto blank = line.find(' '); blank != std::string::npos) line[blank] = '\t';
    text += line + "\n";
  }
  if (!request.address.empty()) text += request.address + "\t" + hostname + "\n";
  return text;
}

std::string host_resolv_conf() {
  std::ifstream file{"/etc/resolv.conf"};
  return {std::istreambuf_iterator<char>{file}, {}};
}

// The network plane's text is final; without one the spec's DNS settings replace the host's.
std::string resolv_text(const PrepareRequest& request) {
  if (!request.resolv_conf.empty()) return request.resolv_conf;
  const auto& dns = request.task->spec().container().dns();
  if (dns.nameservers_size() + dns.search_size() + dns.options_size() == 0) return host_resolv_conf();
  std::string text = dns.nameservers_size() == 0 ? host_resolv_conf() : "";
  for (const auto& server : dns.nameservers()) text += "nameserver " + server + "\n";
  std::string search, options;
  for (const auto& domain : dns.search()) search += " " + domain;
  for (const auto& option : dns.options()) options += " " + option;
  if (!search.empty()) text += "search" + search + "\n";
  if (!options.empty()) text += "options" + options + "\n";
  return text;
}

Result<void> mount_files(const std::string& dir) {
  if (::mkdir(dir.c_str(), 0700) != 0 && errno != EEXIST) return fault("cannot make " + dir);
  if (::mount("tmpfs", dir.c_str(), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") == 0) return {};
  return fault("cannot mount a tmpfs on " + dir);
}

}  // namespace

Result<void> write_etc_files(const PrepareRequest& request, const std::string& hostname, const std::string& dir) {
  if (auto done = write_file(dir + "/hosts", hosts_text(request, hostname), 0644); !done) return done;
  if (auto done = write_file(dir + "/hostname", hostname + "\n", 0644); !done) return done;
  return write_file(dir + "/resolv.conf", resolv_text(request), 0644);
}

Result<std::vector<std::string>> write_task_files(const std::vector<TaskFile>& files, const std::string& dir) {
  std::vector<std::string> paths;
  if (files.empty()) return paths;
  if (auto mounted = mount_files(dir); !mounted) return mounted.refusal();
  for (const auto& file : files) {
    auto path = dir + "/" + std::to_string(paths.size());
    if (auto written = write_file(path, file.data, 0600); !written) return written.refusal();
    if (::chown(path.c_str(), file.uid, file.gid) != 0) return fault("cannot give a file its owner");
    if (::chmod(path.c_str(), file.mode & 07777) != 0) return fault("cannot give a file its mode");
    paths.push_back(std::move(path));
  }
  return paths;
}

}  // namespace skein
