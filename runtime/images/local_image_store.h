// LocalImageStore: the ImageStore on this machine's disk; joins the parts of this folder, holds no logic of its own.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "runtime/images/content.h"
#include "runtime/images/image_store.h"
#include "runtime/images/registry_client.h"
#include "runtime/images/shared_pulls.h"

namespace skein::images {

class LocalImageStore final : public ImageStore {
 public:
  LocalImageStore(Options options, std::unique_ptr<Content> content);

  std::vector<Image> list() const override;
  Result<Image> find(const std::string& reference) const override;
  Result<nlohmann::json> history(const std::string& reference) const override;
  Result<void> load(const ByteSource& archive, const Progress& progress) override;
  Result<std::string> import(const ByteSource& archive, const std::string& repository, const std::string& tag,
                             const std::vector<std::string>& changes, const std::string& message) override;
  Result<void> tag(const std::string& reference, const std::string& repository, const std::string& tag) override;
  Result<RemovedImage> remove(const std::string& reference, bool force,
                              const std::function<std::string(const std::string& image_id)>& in_use) override;
  Result<std::string> pull(const PullRequest& request, const Progress& progress) override;
  Result<Distribution> distribution(const PullRequest& request) override;
  Result<std::vector<std::string>> layers(const std::string& image_id) const override;

 private:
  Image view(const Catalog& catalog, const ImageDocument& document) const;
  Result<RegistryAccess> access(const PullRequest& request) const;

  Options options_;
  std::unique_ptr<Content> content_;
  SharedPulls pulls_;
};

}  // namespace skein::images
