// The constants that docs/reference/numerics.md prints are those that the code uses.
#include <array>
#include <fstream>
#include <iterator>
#include <string>
#include <tuple>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/engine/kernels/math_constants.h"
#include "glass/testkit/test_files.h"

namespace glass::engine {
namespace {

using namespace constants;  // NOLINT(google-build-using-namespace): this file is about them

class Document {
 public:
  Document() {
    std::ifstream in(testkit::source_file("docs/reference/numerics.md"));
    text_.assign(std::istreambuf_iterator<char>(in), {});
    for (char& c : text_) c = c == '\n' ? ' ' : c;
  }

  template <typename... Numbers>
  [[nodiscard]] bool lists(Numbers... numbers) const {
    std::string list;
    ((list += fmt::format("{}`{:a}`", list.empty() ? "" : " ", numbers)), ...);
    std::string squeezed;  // a list may go on in the next line, indented
    for (const char c : text_) {
      if (c != ' ' || squeezed.empty() || squeezed.back() != ' ') squeezed.push_back(c);
    }
    return squeezed.find(list) != std::string::npos;
  }

  template <typename Array>
  [[nodiscard]] bool lists_array(const Array& numbers) const {
    return std::apply([this](auto... n) { return this->lists(n...); }, numbers);
  }

 private:
  std::string text_;
};

TEST(NumericsDocument, ListsEveryPolynomial) {
  const Document document;
  EXPECT_TRUE(document.lists_array(kExp));
  EXPECT_TRUE(document.lists_array(kLog));
  EXPECT_TRUE(document.lists_array(kTanh));
  EXPECT_TRUE(document.lists_array(kErf));
  EXPECT_TRUE(document.lists_array(kErfLarge));
  EXPECT_TRUE(document.lists_array(kSin));
  EXPECT_TRUE(document.lists_array(kCos));
}

TEST(NumericsDocument, ListsEveryNumber) {
  const Document document;
  for (const float number :
       {kRound, kLog2E, kLn2Hi, kLn2Lo, kTwoOverPi, kHalfPi[0], kHalfPi[1], kHalfPi[2],
        kGeluTanhScale, kGeluTanhCubic, kGeluTanhSlope, kSqrtHalf, kInvSqrt2Pi})
    EXPECT_TRUE(document.lists(number)) << fmt::format("{:a}", number);
  for (const double number :
       {kRoundDouble, kLog2EDouble, kLn2HiDouble, kLn2LoDouble, kTwoOverPiDouble, kTwoPiDouble,
        kHalfPiDouble[0], kHalfPiDouble[1], kHalfPiDouble[2]})
    EXPECT_TRUE(document.lists(number)) << fmt::format("{:a}", number);
}

}  // namespace
}  // namespace glass::engine
