// ShardFiles: the weights of one safetensors file in several, as Hugging Face splits large models.
//
//   model-00001-of-00003.safetensors, ...
//   model.safetensors.index.json   {"metadata":{"total_size":N},"weight_map":{tensor: file}}
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "glass/base/result.h"
#include "glass/system/files.h"

namespace glass::engine {

// Splits `file` into files of `folder`, tensors in the order of their names, each file with at most
// `most_bytes` of tensors, or with one tensor that has more; and reads them back: kMismatch if a
// tensor is not what it was. The names of what was written, the index last. The same file gives the
// same bytes. REQUIRES: most_bytes >= 1.
[[nodiscard]] Result<std::vector<std::string>> write_shards(system::Files& files,
                                                            const system::Path& file,
                                                            const system::Path& folder,
                                                            uint64_t most_bytes);

}  // namespace glass::engine
