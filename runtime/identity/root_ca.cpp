#include "runtime/identity/root_ca.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>
#include <span>

namespace skein {
namespace {

constexpr long kRootDays = 20 * 365;
constexpr std::size_t kDigestDigits = 50;
constexpr std::size_t kSecretDigits = 25;

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* cert) const { X509_free(cert); }
  void operator()(BIO* bio) const { BIO_free_all(bio); }
  void operator()(BIGNUM* number) const { BN_clear_free(number); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Refusal crypto_fault(const char* what) {
  ERR_clear_error();
  return {Errc::fault, std::string{"OpenSSL could not make "} + what};
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

bool add_extension(X509* cert, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, cert, cert, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION> extension{X509V3_EXT_conf_nid(nullptr, &context, nid, value)};
  return extension && X509_add_ext(cert, extension.get(), -1) == 1;
}

bool fill_root(X509* cert, EVP_PKEY* key, WallTime now) {
  const Owned<BIGNUM> serial{BN_new()};
  if (!serial || BN_rand(serial.get(), 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) != 1) return false;
  auto name = reinterpret_cast<const unsigned char*>("swarm-ca");
  time_t begin = static_cast<time_t>(now.ns / 1'000'000'000) - 3600;  // backdated, for clocks that lag
  return X509_set_version(cert, 2) == 1 && BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(cert)) != nullptr &&
         X509_time_adj_ex(X509_getm_notBefore(cert), 0, 0, &begin) != nullptr &&
         X509_time_adj_ex(X509_getm_notAfter(cert), kRootDays, 0, &begin) != nullptr &&
         X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC, name, -1, -1, 0) == 1 &&
         X509_set_issuer_name(cert, X509_get_subject_name(cert)) == 1 && X509_set_pubkey(cert, key) == 1 &&
         add_extension(cert, NID_basic_constraints, "critical,CA:TRUE") &&
         add_extension(cert, NID_key_usage, "critical,keyCertSign,cRLSign") &&
         add_extension(cert, NID_subject_key_identifier, "hash") && X509_sign(cert, key, EVP_sha256()) > 0;
}

std::string base36(std::span<const unsigned char> bytes, std::size_t digits) {
  const Owned<BIGNUM> number{BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr)};
  std::string text(digits, '0');
  for (std::size_t at = digits; at > 0 && BN_is_zero(number.get()) == 0; --at)
    text[at - 1] = "0123456789abcdefghijklmnopqrstuvwxyz"[BN_div_word(number.get(), 36)];
  return text;
}

}  // namespace

Result<RootCa> make_root_ca(WallTime now) {
  const Owned<EVP_PKEY> key{EVP_EC_gen("P-256")};
  const Owned<X509> cert{X509_new()};
  if (!key || !cert || !fill_root(cert.get(), key.get(), now)) return crypto_fault("the root certificate");
  const Owned<BIO> cert_text{BIO_new(BIO_s_mem())};
  const Owned<BIO> key_text{BIO_new(BIO_s_secmem())};
  if (!cert_text || !key_text || PEM_write_bio_X509(cert_text.get(), cert.get()) != 1 ||
      PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return crypto_fault("the root key");
  return RootCa{text_of(cert_text.get()), text_of(key_text.get())};
}

std::string make_join_token(const std::string& root_cert_pem, Rng& rng) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(root_cert_pem.data()), root_cert_pem.size(), digest.data());
  std::array<unsigned char, 16> secret{};
  rng.fill(std::as_writable_bytes(std::span{secret}));
  return "SWMTKN-1-" + base36(digest, kDigestDigits) + "-" + base36(secret, kSecretDigits);
}

Result<IssuerInfo> issuer_of(const std::string& cert_pem) {
  const Owned<BIO> text{BIO_new_mem_buf(cert_pem.data(), static_cast<int>(cert_pem.size()))};
  const Owned<X509> cert{PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)};
  if (!cert) return crypto_fault("sense of the root certificate");
  unsigned char* der = nullptr;
  IssuerInfo info;
  if (const int size = i2d_X509_NAME(X509_get_issuer_name(cert.get()), &der); size > 0)
    info.subject.assign(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  der = nullptr;
  if (const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert.get()), &der); size > 0)
    info.public_key.assign(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return info;
}

}  // namespace skein
