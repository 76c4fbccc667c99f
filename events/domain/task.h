// The task aggregate: one attempt to run one container. Never restarted, never moved; a replacement is a new task.
//
//   created         TaskCreated            by the service's actor, in the same record as what caused it
//   admit           NEW -> PENDING         its networks exist
//   assign          TaskAssigned           scheduler; only while pending
//   hold_back       TaskHeldBack           scheduler: why it still waits
//   desire          TaskDesiredStateSet    orchestrators; only ever grows
//   observe         TaskObserved           reports of its node; only ever grows
//   orphan          TaskObserved           its node is gone for good
//   reap            TaskReaped             the reaper, or a removal, once it has ended
//
// Invariants: observed and desired state never get smaller; a state that is_terminal() is final, only its details may
// still be filled in; node_id never changes once assigned; a task without a node that is asked to stop ends at once,
// because nobody would ever report its end.
// A task taken off the books is revision 0 or unknown to the View; a decision about it is refused as not_found.
// Source: swarm-features section 4, docs/design/task-model.md. Pure: any thread, no clock, no I/O.
#pragma once
#include <string>
#include <vector>

#include "events/base/ids.h"
#include "events/domain/decision.h"
#include "events/proto/events.pb.h"
#include "events/proto/state.pb.h"

namespace skein::task {

using TaskBirth = TaskCreated;  // the event's own fields say all there is to say about a birth

// The first event of a task. REQUIRES state NEW or PENDING; desired READY, RUNNING or COMPLETE.
Event created(const TaskId& id, TaskBirth birth);

// Nothing if it is past NEW.
Result<Decision> admit(const Task& state);
// Refused unless pending and still wanted; a preset node can only be confirmed.
Result<Decision> assign(const Task& state, const NodeId& node, std::vector<TaskNetwork> networks,
                        std::vector<GenericResource> generic);
// Nothing if the reason is the one shown already. Refused unless pending.
Result<Decision> hold_back(const Task& state, const std::string& reason);
// Nothing unless `desired` is larger than what is desired now. REQUIRES one of READY RUNNING COMPLETE SHUTDOWN REMOVE.
Result<Decision> desire(const Task& state, TaskState desired);
// Nothing if the report is older or says nothing new. Refused: not assigned; not a state a node can report.
Result<Decision> observe(const Task& state, const TaskStatus& report);
// Nothing if it has ended. `message` says why, for people.
Result<Decision> orphan(const Task& state, const std::string& message, const DecideContext& context);
// Refused while a node may still hold it.
Result<Decision> reap(const Task& state);

void evolve(Task& state, const Event& event, const RecordHead& head);

}  // namespace skein::task
