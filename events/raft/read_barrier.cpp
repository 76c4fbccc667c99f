// Read barriers (6.4): a commit index that was current when the question was asked, without writing to the log.
#include <string>
#include <utility>

#include "events/raft/quorum.h"
#include "events/raft/raft.h"

namespace skein::raft {

// Before its own term's first commit a leader does not know what is committed; the requests wait for it.
void Raft::begin_round() {
  if (!own_term_committed() || reads_.waiting.empty() || !reads_.asked.empty()) return;
  reads_.asked = std::exchange(reads_.waiting, {});
  reads_.index = commit_;
  reads_.heard = {{config_.id, true}};
  ++reads_.round;
  if (round_confirmed()) return answer_round();
  send_heartbeats(reads_.round);
}

bool Raft::round_confirmed() const {
  return !config_.rules.confirm_lead_before_read || tally(membership_.now().voters(), reads_.heard) == Tally::won;
}

void Raft::on_round_reply(const std::string& peer, std::uint64_t round) {
  if (round == 0 || round != reads_.round || reads_.asked.empty()) return;
  reads_.heard.emplace(peer, true);
  if (!round_confirmed()) return;
  answer_round();
  begin_round();
}

void Raft::answer_round() {
  for (const ReadRequest& request : std::exchange(reads_.asked, {})) {
    if (request.from == config_.id) {
      outbox_.reads.push_back({request.context, reads_.index});
      continue;
    }
    RaftMessage reply;
    reply.mutable_read_reply()->set_context(request.context);
    reply.mutable_read_reply()->set_index(reads_.index.value());
    send(request.from, std::move(reply), Send::at_once);
  }
}

// Our own only: a follower asks again when it hears nothing.
void Raft::fail_reads() {
  for (const auto* list : {&reads_.asked, &reads_.waiting}) {
    for (const ReadRequest& request : *list) {
      if (request.from == config_.id) outbox_.reads.push_back({request.context, std::nullopt});
    }
  }
}

}  // namespace skein::raft
