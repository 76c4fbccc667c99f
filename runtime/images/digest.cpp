#include "runtime/images/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "events/base/check.h"

namespace skein::images {
namespace {

constexpr std::string_view kPrefix = "sha256:";

bool is_hex_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_{EVP_MD_CTX_new()} { start(); }

void Sha256::start() { CHECK(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1); }

void Sha256::update(std::string_view bytes) {
  CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::digest() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
  unsigned int size = 0;
  CHECK(EVP_DigestFinal_ex(context_.get(), raw.data(), &size) == 1 && size == 32);
  start();
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text{kPrefix};
  for (unsigned int i = 0; i < size; ++i) {
    text += kDigits[raw.at(i) >> 4];
    text += kDigits[raw.at(i) & 15];
  }
  return text;
}

std::string sha256_of(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.digest();
}

bool is_sha256(std::string_view digest) {
  if (!digest.starts_with(kPrefix) || digest.size() != kPrefix.size() + 64) return false;
  digest.remove_prefix(kPrefix.size());
  return std::all_of(digest.begin(), digest.end(), is_hex_digit);
}

std::string hex_of(std::string_view digest) {
  CHECK(is_sha256(digest), "not a digest");
  return std::string{digest.substr(kPrefix.size())};
}

std::string short_id(std::string_view digest) {
  if (digest.starts_with(kPrefix)) digest.remove_prefix(kPrefix.size());
  return std::string{digest.substr(0, 12)};
}

std::string chain_id(const std::string& parent, const std::string& diff_id) {
  return parent.empty() ? diff_id : sha256_of(parent + " " + diff_id);
}

}  // namespace skein::images
