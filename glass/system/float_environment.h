// Float environment: the processor settings under which results are defined (numerics class
// portable-1): round to nearest even, denormals kept.
#pragma once

namespace glass::system {

// Of the calling thread. Another library may have changed them, for instance by -ffast-math.
[[nodiscard]] bool float_environment_is_standard();

}  // namespace glass::system
