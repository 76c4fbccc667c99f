#include "tests/events/store/golden_records.h"

#include <fstream>

#include "events/store/chain.h"
#include "events/store/lmdb_codec.h"
#include "events/store/sealing.h"

namespace skein {
namespace {

constexpr std::int64_t kStart = 1'767'225'600'000'000'000;  // 2026-01-01T00:00:00Z

void add_cluster(Record& record) {
  Event* const founded = record.add_events();
  founded->set_id("cluster0000000000000000001");
  founded->mutable_cluster_founded()->set_root_ca_cert_pem("-----BEGIN CERTIFICATE-----\n");
  founded->mutable_cluster_founded()->add_default_addr_pool("10.0.0.0/8");
  founded->mutable_cluster_founded()->set_subnet_size(24);
  founded->mutable_cluster_founded()->set_data_path_port(4789);
  Event* const joined = record.add_events();
  joined->set_id("node00000000000000000000001");
  joined->mutable_node_joined()->set_role(MANAGER);
  joined->mutable_node_joined()->set_addr("10.1.0.1");
}

void add_tasks(Record& record) {
  for (int i = 0; i < 40; ++i) {
    Event* const event = record.add_events();
    event->set_id("task" + std::to_string(i));
    event->mutable_task_created()->set_service_id("service1");
    event->mutable_task_created()->set_slot(static_cast<std::uint64_t>(i) + 1);
  }
}

void add_from_the_future(Record& record) {
  Event* const event = record.add_events();
  event->set_id("later");
  event->set_ignorable(true);
  event->GetReflection()->MutableUnknownFields(event)->AddLengthDelimited(4000, "a kind nobody knows yet");
}

}  // namespace

std::vector<RecordPtr> golden_records() {
  std::vector<RecordPtr> out;
  LogPosition last = log_start();
  for (auto* const fill : {add_cluster, add_tasks, add_from_the_future}) {
    auto record = std::make_shared<Record>();
    record->set_index(last.index.value() + 1);
    record->set_term(1 + out.size() / 2);
    record->set_at_ns(kStart + static_cast<std::int64_t>(out.size()));
    record->mutable_origin()->set_principal("root (uid 0)");
    record->mutable_origin()->set_command_id("command" + std::to_string(out.size()));
    record->mutable_origin()->set_via("docker/24.0.7");
    fill(*record);
    record->set_digest(chain_digest(last.digest, *record));
    last = position_of(*record);
    out.push_back(std::move(record));
  }
  return out;
}

bool write_golden_records(const std::string& path) {
  const DataKey key = DataKey::random();
  const Sealer sealer{key};
  std::string plain;
  std::ofstream file{path, std::ios::binary | std::ios::trunc};
  file << key.bytes();
  for (const RecordPtr& record : golden_records()) {
    encode_record(*record, plain);
    const std::string sealed = sealer.seal({"log", encode_u64(record->index())}, plain);
    file << encode_u64(record->index()) << encode_u32(static_cast<std::uint32_t>(sealed.size())) << sealed;
  }
  return file.flush().good();
}

}  // namespace skein
