#include "tools/skein/removal.h"

#include <ostream>

namespace skein::cli {

int remove_each(Session& session, control::Kind kind, const std::vector<std::string>& names, const Removal& removal) {
  int code = kDone;
  for (const std::string& name : names) {
    control::Question question;
    question.set_kind(kind);
    question.add_typed(name);
    const auto answer = session.ask(question);
    if (!answer) return session.fail(answer.refusal());
    if (report_missing(session, *answer)) {
      code = kFailed;
    } else if (auto outcome = session.client->submit(removal(*answer)); !outcome) {
      code = session.fail(outcome.refusal());
    } else {
      session.console.out << name << '\n';
    }
  }
  return code;
}

}  // namespace skein::cli
