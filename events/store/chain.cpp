#include "events/store/chain.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/unknown_field_set.h>
#include <openssl/evp.h>

#include <climits>
#include <memory>

#include "events/base/check.h"

namespace skein {
namespace {

struct ContextDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Fetched once: an implicit fetch per digest doubles its cost (measured).
const EVP_MD* algorithm() {
  static const EVP_MD* const sha = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  CHECK(sha != nullptr, "OpenSSL has no SHA-256");
  return sha;
}

EVP_MD_CTX* context() {
  thread_local const std::unique_ptr<EVP_MD_CTX, ContextDeleter> own{EVP_MD_CTX_new()};
  CHECK(own != nullptr);
  return own.get();
}

void serialise(const Record& record, std::string& out) {
  const std::size_t size = record.ByteSizeLong();
  CHECK(size <= INT_MAX, "a record must stay below 2 GiB");
  const std::size_t start = out.size();
  out.resize(start + size);
  google::protobuf::io::ArrayOutputStream array{out.data() + start, static_cast<int>(size)};
  google::protobuf::io::CodedOutputStream coded{&array};
  coded.SetSerializationDeterministic(true);
  record.SerializeWithCachedSizes(&coded);
  CHECK(!coded.HadError());
}

// `digest` has the highest number of Record's fields, so its bytes come last and can be cut off.
std::size_t digest_field_bytes(const Record& record) {
  const auto size = static_cast<std::uint32_t>(record.digest().size());
  return size == 0 ? 0 : 1 + google::protobuf::io::CodedOutputStream::VarintSize32(size) + size;
}

}  // namespace

Digest sha256(std::string_view first, std::string_view second) {
  EVP_MD_CTX* const hash = context();
  Digest digest;
  CHECK(EVP_DigestInit_ex2(hash, algorithm(), nullptr) == 1);
  CHECK(EVP_DigestUpdate(hash, first.data(), first.size()) == 1);
  CHECK(EVP_DigestUpdate(hash, second.data(), second.size()) == 1);
  CHECK(EVP_DigestFinal_ex(hash, reinterpret_cast<unsigned char*>(digest.data()), nullptr) == 1);
  return digest;
}

void append_canonical(const Record& record, std::string& out) {
  static_assert(Record::kDigestFieldNumber == 6 && Record::kEventsFieldNumber == 5);
  if (record.GetReflection()->GetUnknownFields(record).empty()) {
    serialise(record, out);
    out.resize(out.size() - digest_field_bytes(record));
    return;
  }
  Record bare = record;  // unknown fields are written after the digest: too rare to be clever about
  bare.clear_digest();
  serialise(bare, out);
}

std::string chain_digest(const std::string& previous, const Record& record) {
  CHECK(previous.size() == kDigestBytes);
  thread_local std::string bytes;
  bytes.clear();
  append_canonical(record, bytes);
  return std::string{view(sha256(previous, bytes))};
}

const std::string& chain_start() {
  static const std::string zeros(kDigestBytes, '\0');
  return zeros;
}

std::string payload_digest(std::string_view salt, std::string_view data) {
  return std::string{view(sha256(salt, data))};
}

LogPosition position_of(const Record& record) {
  return {LogIndex{record.index()}, Term{record.term()}, record.at_ns(), record.digest()};
}

LogPosition log_start() { return {LogIndex{}, Term{}, 0, chain_start()}; }

}  // namespace skein
