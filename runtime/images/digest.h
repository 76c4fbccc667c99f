// Sha256: a running SHA-256, and the "sha256:<hex>" texts that name content.
//
// Is: the one digest algorithm of this store (OCI image-spec 1.0 "digests"). Is not: a MAC or a password hash.
// Threads: one owner each. Errors: an OpenSSL failure is a broken invariant (CHECK), bad texts are `false`.
#pragma once
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace skein::images {

class Sha256 {
 public:
  Sha256();
  void update(std::string_view bytes);
  std::string digest();  // "sha256:<hex>"; the object starts anew afterwards

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  void start();
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

std::string sha256_of(std::string_view bytes);  // "sha256:<hex>"
bool is_sha256(std::string_view digest);        // "sha256:" and 64 lower-case hex digits
std::string hex_of(std::string_view digest);    // without "sha256:"; REQUIRES is_sha256
std::string short_id(std::string_view digest);  // Docker's twelve digits, with or without "sha256:" given
// OCI image-spec 1.0, "Layer ChainID". `parent` is empty for the bottom layer.
std::string chain_id(const std::string& parent, const std::string& diff_id);

}  // namespace skein::images
