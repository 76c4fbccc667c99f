// The hand for nftables: reads table `skein` of one family as a RuleSet, carries out rule edits as one atomic
// transaction.
//
// Over libnftables' JSON commands (libnftables-json(5)); only that table is ever named. Bound to the network
// namespace of the thread that opened it; one thread at a time.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "events/base/result.h"
#include "netmesh/rules.h"

struct nft_ctx;

namespace skein::mesh {

class Nft {
 public:
  static Result<Nft> open(std::string family);

  Result<RuleSet> read();  // no table: an empty RuleSet
  Result<void> write(const std::vector<RuleEdit>& edits);
  Result<void> drop();  // the whole table; absent is fine

 private:
  struct Free {
    void operator()(nft_ctx* context) const;
  };
  Nft(nft_ctx* context, std::string family) : context_{context}, family_{std::move(family)} {}
  Result<std::string> run(const std::string& command);
  std::unique_ptr<nft_ctx, Free> context_;
  std::string family_;
};

}  // namespace skein::mesh
