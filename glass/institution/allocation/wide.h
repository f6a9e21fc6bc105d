// Wide: the product of two numbers of 64 bits, exactly.
#pragma once

namespace glass::institution {

__extension__ using Wide = unsigned __int128;

}  // namespace glass::institution
