// Report: the facts of a run as one HTML page that needs no network and no script.
#pragma once

#include <string>

#include "glass/record/documents/facts.h"

namespace glass::record {

std::string html_report(const RunFacts& facts);

}  // namespace glass::record
