// PlannerScript: the words in which tests/data/plan/reconcile_*.txt tell of a service. Times are seconds.
//
//   fresh                      forget everything
//   at 100                     it is second 100 now
//   service WORD...            the service's spec from here on: what is not named stays. The first creates it.
//     replicas=N | global   image=I   constraint=E
//     restart=any|on-failure|none  delay=S  attempts=N  window=S
//     [rollback-]parallelism=N  -pause=S  -monitor=S  -failure=pause|continue|rollback  -ratio=R
//     -order=stop-first|start-first
//   status STATE started=S     put a roll-out into this state (updating, paused ...)
//   service removed
//   node ID [up|down] [drain|active|pause] [label=K:V] | node ID removed
//   task ID [slot=N] [node=ID] [state=S] [desired=S] [spec=ORDINAL] [created=S] [since=S] [ended=S] [not-before=S]
//        [replaces=ID]         a task, new or changed; state=running sets `since`, if not given, to now
//   task ID gone
//   plan                       answers births (named t001...), wishes, progress; all of it then happens
#pragma once
#include <string>

#include "tests/actors/plan/service_world.h"
#include "tests/support/script_file.h"

namespace skein::plan {

class PlannerScript {
 public:
  std::string run(const std::string& line);

 private:
  void service_line(test::Words& words);
  void status_line(test::Words& words);
  void node_line(test::Words& words);
  void task_line(test::Words& words);
  void change_task(Task& task, test::Words& words);
  std::string plan_line();
  std::string text(const ReconcilePlan& plan) const;
  std::string text(const Birth& birth, const std::string& id) const;

  ServiceWorld world_;
  std::uint64_t births_ = 0;
};

}  // namespace skein::plan
