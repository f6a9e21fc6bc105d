// How fast this machine reads memory that is in no cache: the other roof of a roofline.
#pragma once

#include "glass/base/parallel.h"

namespace glass::bench {

// One measurement over 512 MiB, in GB/s.
double memory_gigabytes_per_second(Parallel& parallel);

}  // namespace glass::bench
