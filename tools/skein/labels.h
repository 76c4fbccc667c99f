// Labels as users type them ("key=value", "key"), into the sorted lists that specs hold. Pure.
#pragma once
#include <string>
#include <vector>

#include "events/proto/types.pb.h"

namespace skein::cli {

using LabelList = google::protobuf::RepeatedPtrField<Label>;

void put_labels(const std::vector<std::string>& typed, LabelList& into);  // the last of a key wins
void change_labels(const std::vector<std::string>& add, const std::vector<std::string>& remove, LabelList& labels);

}  // namespace skein::cli
