// The cluster's root certificate authority and its join tokens.
//
// Root: ECDSA P-256, CN swarm-ca, 20 years, self-signed. Token: SWMTKN-1-<digest>-<secret>, digest = SHA-256 of the
// root's PEM bytes in base36 padded to 50, secret = 16 random bytes in base36 padded to 25, so that a joiner can tell
// the right root before it trusts anything. Source: swarmkit ca/certificates.go, ca/config.go (swarm-features 13).
// Keys and tokens are secrets: they leave here only into a command's detached payloads. Threads: any.
#pragma once
#include <string>

#include "events/base/clock.h"
#include "events/base/result.h"
#include "events/base/rng.h"

namespace skein {

struct RootCa {
  std::string cert_pem;
  std::string key_pem;  // secret
};

Result<RootCa> make_root_ca(WallTime now);
std::string make_join_token(const std::string& root_cert_pem, Rng& rng);

// What the API shows of a certificate: DER of its issuer's name and public key.
struct IssuerInfo {
  std::string subject;
  std::string public_key;
};
Result<IssuerInfo> issuer_of(const std::string& cert_pem);

}  // namespace skein
