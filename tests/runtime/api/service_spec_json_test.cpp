#include "runtime/api/service_spec_json.h"

#include <gtest/gtest.h>

#include <fstream>

#include "runtime/api/api_version.h"

namespace skein {
namespace {

nlohmann::json file(const std::string& name) {
  std::ifstream in{std::string{SKEIN_TEST_DATA} + "/api/" + name};
  return nlohmann::json::parse(in);
}

Result<ServiceSpec> read_spec(const nlohmann::json& document) {
  ReadFault fault;
  ServiceSpec spec = service_spec_from_json(JsonReader{document, "ServiceSpec", fault});
  if (auto fine = fault.result(); !fine) return fine.refusal();
  return spec;
}

nlohmann::json written(const ServiceSpec& spec) { return nlohmann::json::parse(dump(service_spec_to_json(spec))); }

std::string fault_of(const char* text) {
  auto spec = read_spec(nlohmann::json::parse(text));
  return spec ? "" : spec.refusal().text;
}

TEST(ServiceSpecJson, EveryFieldComesBackAsWritten) {
  const nlohmann::json given = file("spec_complete.json");
  auto spec = read_spec(given);
  ASSERT_TRUE(spec) << spec.refusal().text;
  EXPECT_EQ(written(*spec), given) << nlohmann::json::diff(given, written(*spec)).dump(1);
}

TEST(ServiceSpecJson, DockersOwnOutputComesBackAsWritten) {
  for (const char* name : {"service_full.json", "service_stack.json"}) {
    const nlohmann::json given = file(name).at("Spec");
    auto spec = read_spec(given);
    ASSERT_TRUE(spec) << spec.refusal().text;
    EXPECT_EQ(written(*spec), given) << nlohmann::json::diff(given, written(*spec)).dump(1);
  }
}

TEST(ServiceSpecJson, WritesInGosFieldOrder) {
  ServiceSpec spec;
  spec.set_name("n");
  spec.mutable_task()->mutable_container()->set_image("i");
  spec.mutable_replicated()->set_replicas(0);
  EXPECT_EQ(dump(service_spec_to_json(spec)),
            R"({"Name":"n","Labels":{},"TaskTemplate":{"ContainerSpec":{"Image":"i","Isolation":"default"},)"
            R"("ForceUpdate":0,"Runtime":"container"},"Mode":{"Replicated":{"Replicas":0}}})");
}

TEST(ServiceSpecJson, UnknownFieldsAreIgnoredAndKeysMatchAnyCase) {
  auto spec = read_spec(nlohmann::json::parse(R"({"name":"n","Frob":{"x":1},"MODE":{"replicated":{"replicas":4}}})"));
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->name(), "n");
  EXPECT_EQ(spec->replicated().replicas(), 4U);
}

TEST(ServiceSpecJson, AbsentNumbersGetDockersDefaults) {
  EXPECT_EQ(read_spec(nlohmann::json::parse("{}"))->replicated().replicas(), 1U);
  EXPECT_EQ(read_spec(nlohmann::json::parse(R"({"Mode":{"Replicated":{"Replicas":null}}})"))->replicated().replicas(),
            1U);
  const auto job = read_spec(nlohmann::json::parse(R"({"Mode":{"ReplicatedJob":{"MaxConcurrent":3}}})"));
  EXPECT_EQ(job->replicated_job().total_completions(), 3U);
  EXPECT_TRUE(read_spec(nlohmann::json::parse(R"({"Mode":{"GlobalJob":{}}})"))->has_global_job());
}

TEST(ServiceSpecJson, WrongTypesAreNamedAsGoDoes) {
  EXPECT_EQ(fault_of(R"({"Name":7})"),
            "invalid JSON: json: cannot unmarshal number into Go struct field ServiceSpec.Name of type string");
  EXPECT_EQ(fault_of(R"({"TaskTemplate":{"ContainerSpec":{"Env":"A=1"}}})"),
            "invalid JSON: json: cannot unmarshal string into Go struct field "
            "ServiceSpec.TaskTemplate.ContainerSpec.Env of type []string");
  EXPECT_EQ(fault_of(R"({"Mode":{"Replicated":{"Replicas":-1}}})"),
            "invalid JSON: json: cannot unmarshal number into Go struct field "
            "ServiceSpec.Mode.Replicated.Replicas of type uint64");
  EXPECT_EQ(fault_of(R"({"Labels":["x"]})"),
            "invalid JSON: json: cannot unmarshal array into Go struct field ServiceSpec.Labels of type "
            "map[string]string");
  EXPECT_NE(fault_of(R"({"TaskTemplate":"x"})"), "");
  EXPECT_NE(fault_of(R"({"EndpointSpec":{"Ports":[{"TargetPort":4294967296}]}})"), "");
}

TEST(ServiceSpecJson, UnknownWordsAreRefusedInDockersText) {
  EXPECT_EQ(fault_of(R"({"TaskTemplate":{"ContainerSpec":{"Mounts":[{"Type":"odd"}]}}})"),
            "invalid MountType: \"odd\"");
  EXPECT_NE(fault_of(R"({"UpdateConfig":{"FailureAction":"x"}})"), "");
  EXPECT_NE(fault_of(R"({"UpdateConfig":{"Order":"x"}})"), "");
  EXPECT_NE(fault_of(R"({"TaskTemplate":{"RestartPolicy":{"Condition":"x"}}})"), "");
  EXPECT_EQ(fault_of(R"({"Mode":{"Global":{},"Replicated":{}}})"), "must specify only one service mode");
}

TEST(ServiceSpecJson, TheCredentialIsNeverShown) {
  ServiceSpec spec;
  spec.mutable_task()->mutable_container()->mutable_pull()->set_auth_payload("hidden");
  EXPECT_EQ(dump(service_spec_to_json(spec)).find("hidden"), std::string::npos);
}

TEST(ServiceSpecJson, DefaultsAreThoseOfSwarmkit) {
  ServiceSpec spec;
  insert_defaults(spec);
  const nlohmann::json shown = written(spec);
  const nlohmann::json& task = shown.at("TaskTemplate");
  EXPECT_EQ(task.at("ContainerSpec").at("StopGracePeriod"), 10'000'000'000);
  EXPECT_EQ(task.at("ContainerSpec").at("DNSConfig"), nlohmann::json::object());
  EXPECT_EQ(task.at("RestartPolicy"),
            nlohmann::json::parse(R"({"Condition":"any","Delay":5000000000,"MaxAttempts":0})"));
  EXPECT_EQ(shown.at("UpdateConfig"), shown.at("RollbackConfig"));
  EXPECT_EQ(shown.at("UpdateConfig").at("Monitor"), 5'000'000'000);
  EXPECT_EQ(shown.at("EndpointSpec").at("Mode"), "vip");
}

TEST(ServiceSpecJson, DefaultsKeepWhatWasGiven) {
  auto spec = read_spec(file("spec_complete.json"));
  ServiceSpec filled = *spec;
  insert_defaults(filled);
  filled.mutable_rollback()->set_monitor_ns(0);  // the one gap that spec has
  EXPECT_EQ(written(filled), written(*spec));
}

TEST(ApiVersion, OlderClientsCannotMeanNewerFields) {
  const ServiceSpec full = *read_spec(file("spec_complete.json"));
  ServiceSpec spec = full;
  drop_newer_fields(spec, {1, 47});
  EXPECT_EQ(written(spec), written(full));
  drop_newer_fields(spec, {1, 43});
  EXPECT_EQ(spec.task().container().healthcheck().start_interval_ns(), 0);
  EXPECT_FALSE(spec.task().container().privileges().no_new_privileges());
  EXPECT_EQ(spec.task().container().cap_add_size(), 1);
  drop_newer_fields(spec, {1, 39});
  EXPECT_EQ(spec.task().container().cap_add_size(), 0);
  EXPECT_EQ(spec.task().container().sysctls_size(), 0);
  EXPECT_EQ(spec.task().placement().max_replicas(), 0U);
  EXPECT_EQ(spec.task().resources().limits().pids(), 0);
}

TEST(JsonReader, Base64IsReadAsGoWritesIt) {
  for (const char* text : {"", "a", "ab", "abc", "abcd"}) EXPECT_EQ(*from_base64(base64(text)), text);
  EXPECT_FALSE(from_base64("a*b"));
  EXPECT_FALSE(from_base64("abcde"));
}

TEST(JsonReader, DeepNestingIsRefusedBeforeItIsWalked) {
  const std::string deep(8'000'000, '[');
  EXPECT_EQ(parse_json("{\"a\":" + deep).refusal().text, "invalid JSON: exceeded max depth");
  EXPECT_FALSE(too_deep("{\"a\":\"" + deep + "\\\"" + deep + "\"}")) << "brackets inside a text do not nest";
}

TEST(JsonReader, ErrorsNeverQuoteTheBody) {
  auto bad = parse_json(R"({"Data":"c2VjcmV0" frob)");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.refusal().text.find("c2V"), std::string::npos);
  EXPECT_EQ(bad.refusal().text.find("frob"), std::string::npos);
  EXPECT_FALSE(parse_json("{} {}"));
  EXPECT_EQ(parse_json("").refusal().text, "invalid JSON: got EOF while reading request body");
}

}  // namespace
}  // namespace skein
