#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "runtime/api/cluster_json.h"
#include "runtime/api/container_json.h"
#include "runtime/api/filters.h"
#include "runtime/api/query_time.h"
#include "runtime/api/record_json.h"

namespace skein {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;

// The root certificate of a real swarm, and what Docker said of it (transcripts, node inspect).
constexpr const char* kRoot =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBajCCARCgAwIBAgIUZU+le/ma+Y9d0vp9XvQFSaD+UykwCgYIKoZIzj0EAwIw\n"
    "EzERMA8GA1UEAxMIc3dhcm0tY2EwHhcNMjYxMTIwMTIwMjAwWhcNNDYxMTE1MTIw\n"
    "MjAwWjATMREwDwYDVQQDEwhzd2FybS1jYTBZMBMGByqGSM49AgEGCCqGSM49AwEH\n"
    "A0IABCos05J884cLJmC0bnTd3Dbu0C0dM83WVWl07VrBRQvCD0cU5LclYA6US/fQ\n"
    "R1qlUmuDANMsMVqBTtX2j44g4+OjQjBAMA4GA1UdDwEB/wQEAwIBBjAPBgNVHRMB\n"
    "Af8EBTADAQH/MB0GA1UdDgQWBBSt3hGiH3RZV2J+UGtjE689EJAlITAKBggqhkjO\n"
    "PQQDAgNIADBFAiBuV6X/d2By6GVYH3fzL4b2226u+/wEZ8wXGxHwEMuPrwIhAJll\n"
    "PUXsxUyk0J9fVvtEZpsCGcUUYTF7UgocoZu/JS+h\n"
    "-----END CERTIFICATE-----\n";

TEST(ClusterJson, RootCertificateIsShownAsDockerShowsIt) {
  const TlsInfo info = tls_info_of(kRoot);
  EXPECT_EQ(info.trust_root(), kRoot);
  EXPECT_EQ(base64(info.cert_issuer_subject()), "MBMxETAPBgNVBAMTCHN3YXJtLWNh");
  EXPECT_EQ(
      base64(info.cert_issuer_public_key()),
      "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEKizTknzzhwsmYLRudN3cNu7QLR0zzdZVaXTtWsFFC8IPRxTktyVgDpRL99BHWqVSa4MA0ywx"
      "WoFO1faPjiDj4w==");
  EXPECT_EQ(tls_info_of("nonsense").cert_issuer_subject(), "");
}

TEST(ClusterJson, SpecComesBackAsWritten) {
  const auto given = nlohmann::json::parse(
      R"({"Name":"default","Labels":{"a":"b"},"Orchestration":{"TaskHistoryRetentionLimit":7},
          "Raft":{"SnapshotInterval":1,"KeepOldSnapshots":2,"LogEntriesForSlowFollowers":3,"ElectionTick":4,
          "HeartbeatTick":5},"Dispatcher":{"HeartbeatPeriod":6},"CAConfig":{"NodeCertExpiry":7,"ForceRotate":8,
          "ExternalCAs":[{"Protocol":"cfssl","URL":"https://x","Options":{"o":"p"},"CACert":"pem"}]},
          "TaskDefaults":{"LogDriver":{"Name":"json-file","Options":{"k":"v"}}},
          "EncryptionConfig":{"AutoLockManagers":true}})");
  ReadFault fault;
  const ClusterSpec spec = cluster_spec_from_json(JsonReader{given, "Spec", fault}, 5);
  EXPECT_TRUE(fault.result());
  EXPECT_EQ(nlohmann::json::parse(dump(cluster_spec_to_json(spec))), given);
}

TEST(HumanDuration, SpeaksAsDockerDoes) {
  const std::vector<std::pair<std::int64_t, std::string>> cases{
      {0, "Less than a second"}, {1, "1 second"},         {59, "59 seconds"},       {60, "About a minute"},
      {3599, "59 minutes"},      {3600, "About an hour"}, {5400, "2 hours"},        {47 * 3600, "47 hours"},
      {48 * 3600, "2 days"},     {14 * 86400, "2 weeks"}, {60 * 86400, "2 months"}, {730 * 86400, "2 years"}};
  for (const auto& [seconds, words] : cases) EXPECT_EQ(human_duration(seconds * kSecondNs), words) << seconds;
}

TEST(QueryTime, ReadsUnixSecondsWithAFractionAndRfc3339) {
  EXPECT_EQ((*query_time("1700000000.5"))->ns, 1'700'000'000'500'000'000);
  EXPECT_EQ((*query_time("1700000000.000000123"))->ns, 1'700'000'000'000'000'123);
  EXPECT_EQ((*query_time("2023-11-14T22:13:20Z"))->ns, 1'700'000'000 * kSecondNs);
  EXPECT_FALSE(query_time("")->has_value());
  for (const char* bad : {"soon", "1.x", "-5", "99999999999999999999"}) EXPECT_FALSE(query_time(bad)) << bad;
}

TEST(Filters, LabelsMustAllHoldAndValuesAreAlternatives) {
  Labels labels;
  labels.Add()->set_key("a");
  labels.rbegin()->set_value("1");
  labels.Add()->set_key("b");
  const auto holds = [&](const char* json) { return Filters::parse(json, {"label"})->labels("label", labels); };
  EXPECT_TRUE(holds(R"({"label":["a"]})"));
  EXPECT_TRUE(holds(R"({"label":["a=1","b="]})"));
  EXPECT_FALSE(holds(R"({"label":["a=2"]})"));
  EXPECT_FALSE(holds(R"({"label":["a","c"]})"));
  const auto either = Filters::parse(R"({"name":{"x":true,"y":true,"z":false}})", {"name"});
  EXPECT_TRUE(either->exact("name", "y"));
  EXPECT_FALSE(either->exact("name", "z"));
}

TEST(RecordJson, KeepsFieldNamesEnumsByNameBytesAsHexAndOnlyWhatIsSet) {
  Record record;
  record.set_index(7);
  record.set_at_ns(1);
  record.mutable_origin()->set_cause_index(3);
  Event& event = *record.add_events();
  event.set_id("t1");
  event.mutable_task_observed()->mutable_status()->set_state(TASK_FAILED);
  event.mutable_task_observed()->mutable_status()->set_exit_code(-1);
  Event& erased = *record.add_events();
  erased.mutable_payload_erased()->set_payload(std::string{"\x00\xff", 2});
  const std::vector<Json> lines = record_lines(record);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(
      dump(lines[0]),
      R"({"index":7,"term":0,"time":"1970-01-01T00:00:00.000000001Z","principal":"","via":"","node":"","command":"",)"
      R"("kind":"","cause":3,"type":"TaskObserved","id":"t1",)"
      R"("event":{"status":{"state":"TASK_FAILED","exit_code":-1}}})");
  EXPECT_EQ(dump(lines[1]["event"]), R"({"payload":"00ff"})");
}

}  // namespace
}  // namespace skein
