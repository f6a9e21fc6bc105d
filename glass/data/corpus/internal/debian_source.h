// Units of Debian packages: from the archive's key to the text of each file.
#pragma once

#include <cstddef>
#include <vector>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/data/corpus/corpus.h"
#include "glass/data/corpus/internal/unit.h"
#include "glass/data/ingest/debian_archive.h"

namespace glass::data {

// Selects and fetches the packages, and appends the releases they come from to `archives`.
[[nodiscard]] Result<std::vector<Unit>> debian_units(const UnitContext& context, size_t source,
                                                     const DebianSource& debian,
                                                     CorpusProgressCallback progress,
                                                     Json::Array& archives);

// Reads one package file. `archive` is the place of its release in the manifest.
[[nodiscard]] Result<UnitResult> read_package(const UnitContext& context,
                                              const DebianSource& debian,
                                              const ArchivePackage& package,
                                              const system::Path& file, size_t archive);

}  // namespace glass::data
