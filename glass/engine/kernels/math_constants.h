// The constants of the functions in math.h, and of the formulas of numerics class portable-1.
//
// A vector twin reads the same constants and does the same operations in the same order as math.cpp
// (docs/reference/numerics.md, "Functions", has each sequence step by step), so every element gets
// the same bits. Polynomials stand in Horner order, the highest power first. They are minimax fits
// of this project (Remez, then rounded one after the other); only their bits matter from here on.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace glass::engine::constants {

// NOLINTBEGIN(modernize-use-std-numbers): these bits are the definition, whoever else names them.

// Adding and subtracting it rounds a float of magnitude below 2^22 to the nearest integer, ties to
// even: 1.5 * 2^23. The same for doubles below 2^51.
inline constexpr float kRound = 0x1.8p+23F;
inline constexpr double kRoundDouble = 0x1.8p+52;

inline constexpr float kLog2E = 0x1.715476p+0F;
inline constexpr float kLn2Hi = 0x1.62e43p-1F;
inline constexpr float kLn2Lo = -0x1.05c61p-29F;

// exp: the clamp keeps 2^n in reach; e^-104 rounds to zero and e^89 to infinity.
inline constexpr float kExpMin = -104.0F;
inline constexpr float kExpMax = 89.0F;
inline constexpr std::array kExp = {
    0x1.6ac6f8p-10F, 0x1.123dep-7F, 0x1.555858p-5F, 0x1.55548cp-3F, 0x1.fffffcp-2F, 1.0F, 1.0F};

// log: log(1 + f) = f + f² P(f) for f in [sqrt(1/2) - 1, sqrt(2) - 1].
inline constexpr float kSmallestNormal = 0x1p-126F;
inline constexpr float kLogScale = 0x1p+23F;          // makes denormals normal
inline constexpr int32_t kLogScaleExponent = 23;      // of kLogScale
inline constexpr int32_t kSqrtHalfBits = 0x3f3504f3;  // bits of sqrt(1/2)
inline constexpr int32_t kMantissaMask = 0x007fffff;
inline constexpr std::array kLog = {-0x1.382fd8p-4F, 0x1.084854p-3F,  -0x1.0f376cp-3F,
                                    0x1.22719ep-3F,  -0x1.54276cp-3F, 0x1.99a3f2p-3F,
                                    -0x1.000426p-2F, 0x1.55555p-2F,   -0x1.fffff8p-2F};

// tanh: a + a³ P(a²) below kTanhSmall, else by exp.
inline constexpr float kTanhSmall = 0.625F;
inline constexpr float kTanhMax = 10.0F;  // tanh rounds to 1 from 9.02 on
inline constexpr std::array kTanh = {-0x1.750ce4p-8F, 0x1.51f8cep-6F, -0x1.b835a4p-5F,
                                     0x1.1106f6p-3F, -0x1.555532p-2F};

// erf: a + a P(a²) below kErfSmall, else 1 - exp(-a Q(a)), that is Q(a) = -log(erfc(a)) / a.
inline constexpr float kErfSmall = 0.9375F;
inline constexpr float kErfMax = 4.0F;  // erf rounds to 1 from 3.84 on
inline constexpr std::array kErf = {0x1.4f8e58p-14F, -0x1.a6126ep-11F, 0x1.544aa8p-8F,
                                    -0x1.b8012p-6F,  0x1.ce2d64p-4F,   -0x1.81274p-2F,
                                    0x1.06eba8p-3F};
inline constexpr std::array kErfLarge = {0x1.8f2d9ap-17F, -0x1.59796ap-12F, 0x1.e0fbb6p-9F,
                                         -0x1.8642b8p-6F, 0x1.b36bb2p-4F,   0x1.452d3ap-1F,
                                         0x1.20efc4p+0F};

// sin, cos: x - n pi/2 in three parts; r + r³ P(r²) and 1 - r²/2 + r⁴ Q(r²) for |r| <= pi/4.
inline constexpr float kTwoOverPi = 0x1.45f306p-1F;
inline constexpr std::array kHalfPi = {0x1.921fb6p+0F, -0x1.777a5cp-25F, -0x1.ee59dap-50F};
inline constexpr std::array kSin = {-0x1.9952fap-13F, 0x1.110776p-7F, -0x1.555546p-3F};
inline constexpr std::array kCos = {0x1.99e80cp-16F, -0x1.6c0c28p-10F, 0x1.55554ap-5F};

// GELU.
inline constexpr float kGeluTanhScale = 0x1.988454p-1F;  // sqrt(2 / pi)
inline constexpr float kGeluTanhCubic = 0x1.6e4e26p-5F;  // 0.044715
inline constexpr float kGeluTanhSlope = 0x1.12ba9ep-3F;  // 3 * 0.044715
inline constexpr float kSqrtHalf = 0x1.6a09e6p-1F;       // sqrt(1 / 2)
inline constexpr float kInvSqrt2Pi = 0x1.988454p-2F;     // 1 / sqrt(2 pi)

// The double functions: Taylor polynomials, since speed does not matter to tables. log is
// 2 artanh(s) = 2 (s + s³ P(s²)).
inline constexpr double kLog2EDouble = 0x1.71547652b82fep+0;
inline constexpr double kLn2HiDouble = 0x1.62e42fefa39efp-1;
inline constexpr double kLn2LoDouble = 0x1.abc9e3b39803fp-56;
inline constexpr double kTwoOverPiDouble = 0x1.45f306dc9c883p-1;
inline constexpr double kTwoPiDouble = 0x1.921fb54442d18p+2;
inline constexpr std::array kHalfPiDouble = {0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54,
                                             -0x1.f1976b7ed8fbcp-110};

inline constexpr int64_t kSqrtHalfBitsDouble = 0x3fe6a09e667f3bcd;  // bits of sqrt(1/2)
inline constexpr int64_t kMantissaMaskDouble = 0x000fffffffffffff;
inline constexpr std::array kLogDouble = {1.0 / 23, 1.0 / 21, 1.0 / 19, 1.0 / 17,
                                          1.0 / 15, 1.0 / 13, 1.0 / 11, 1.0 / 9,
                                          1.0 / 7,  1.0 / 5,  1.0 / 3};

// (-1)^i / (2i + offset)!, for sin (offset 1) and cos (offset 0), without the leading 1.
template <int kOffset>
constexpr std::array<double, 8> circle_coefficients() {
  std::array<double, 8> result{};
  double factorial = 1;  // exact up to 18!
  for (int i = 1; i <= 8; ++i) {
    factorial *= (2 * i + kOffset - 1) * (2 * i + kOffset);
    result[static_cast<size_t>(8 - i)] = (i % 2 == 0 ? 1.0 : -1.0) / factorial;
  }
  return result;
}

inline constexpr auto kSinDouble = circle_coefficients<1>();
inline constexpr auto kCosDouble = circle_coefficients<0>();

// NOLINTEND(modernize-use-std-numbers)

}  // namespace glass::engine::constants
