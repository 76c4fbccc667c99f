// What every `ls` and `ps` does alike: ask, show as table, JSON lines or ids, at a moment of the past if wanted.
#pragma once
#include <functional>

#include "tools/skein/rows.h"
#include "tools/skein/session.h"

namespace skein::cli {

using Rows = std::function<Listing(const control::Answer&, const RowOptions&)>;

// `ls [--quiet] [--format F] [--at MOMENT]`
void add_list(CLI::App& parent, Session& session, control::Kind kind, const Rows& rows);
// `ps [--no-trunc] ... NAME...`: tasks of services, or of nodes; without a name, of this node.
void add_ps(CLI::App& parent, Session& session, bool of_nodes);

}  // namespace skein::cli
