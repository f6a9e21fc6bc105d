// The transcendental functions of numerics class portable-1: fixed sequences of IEEE additions,
// multiplications, divisions and explicit fused multiply-adds, so that no library and no machine
// enters the bits.
//
// Each sequence stands in docs/reference/numerics.md ("Functions"); the constants in
// math_constants.h. Results for infinities and NaN are unspecified unless a comment says so. All
// functions are pure and thread-safe; they are scalar, a vector twin repeats their operations.
#pragma once

namespace glass::engine {

// The errors are the largest found over every float of the domain, in units in the last place
// against double precision; the tests hold them on samples.
float exp(float x);   // 0.90 ulp; 0 below about -104, infinity above about 88.7
float log(float x);   // 0.93 ulp; REQUIRES: x > 0 and finite; denormals are exact inputs
float tanh(float x);  // 1.37 ulp, also next to zero
float erf(float x);   // 1.06 ulp, also next to zero
float sin(float x);   // 1.57 ulp; REQUIRES: |x| <= 1e5
float cos(float x);   // 1.57 ulp; REQUIRES: |x| <= 1e5

// For tables (rotary angles, learning rates), rounded to float once where they are used. Within a
// few ulp of a double. REQUIRES: |x| <= 700 for exp, x a positive normal for log, |x| <= 1e6 for
// sin and cos.
double exp(double x);
double log(double x);
double sin(double x);
double cos(double x);

}  // namespace glass::engine
