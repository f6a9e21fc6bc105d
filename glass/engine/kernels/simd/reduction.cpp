// Element-wise sums, affine maps, and the sums of whole arrays and columns.
#include <array>
#include <cstddef>
#include <cstdint>

#include "glass/engine/kernels/simd/simd_kernels.h"
#include "glass/engine/kernels/simd/targets.h"
//
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "glass/engine/kernels/simd/reduction.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h
//
#include <hwy/highway.h>

#include "glass/engine/kernels/simd/columns-inl.h"

HWY_BEFORE_NAMESPACE();

namespace glass::engine::HWY_NAMESPACE {

void add_range(const AddArgs& a, int64_t begin, int64_t end) {
  transform(
      end - begin, a.out + begin, [](Vec x, Vec y) HWY_ATTR { return hn::Add(x, y); }, a.a + begin,
      a.b + begin);
}

void affine_range(const AffineArgs& a, int64_t begin, int64_t end) {
  const Vec factor = hn::Set(Tag(), a.factor), term = hn::Set(Tag(), a.term);
  transform(
      end - begin, a.y + begin, [&](Vec x) HWY_ATTR { return hn::MulAdd(factor, x, term); },
      a.x + begin);
}

void column_sum_range(const ColumnSumArgs& s, int64_t begin, int64_t end) {
  const auto step = [](const Vec& sum, int64_t /*row*/, const Vec& x)
                        HWY_ATTR { return hn::Add(sum, x); };
  sum_columns(s.rows, s.cols, begin, end, s.sum_C, step, s.x_NC);
}

// The node [begin, end) of the tree over the segments of a flat array.
template <typename Step>
HWY_INLINE float flat_node(const float* x, int64_t count, int64_t begin, int64_t end,
                           const Step& step) {
  const auto leaf = [&](int64_t segment) HWY_ATTR {
    const int64_t first = segment * kSegment;
    return segment_sum(std::min(count - first, kSegment), step, x + first);
  };
  const auto combine = [](float left, float right) { return left + right; };
  return fold_tree(begin, end, leaf, combine);
}

float sum_node(const float* x, int64_t count, int64_t begin, int64_t end) {
  const auto step = [](const Vec& sum, const Vec& v) HWY_ATTR { return hn::Add(sum, v); };
  return flat_node(x, count, begin, end, step);
}

float squares_node(const float* x, int64_t count, int64_t begin, int64_t end) {
  const auto step = [](const Vec& sum, const Vec& v) HWY_ATTR { return hn::MulAdd(v, v, sum); };
  return flat_node(x, count, begin, end, step);
}

}  // namespace glass::engine::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace glass::engine {

namespace {

HWY_EXPORT(add_range);
HWY_EXPORT(affine_range);
HWY_EXPORT(column_sum_range);
HWY_EXPORT(sum_node);
HWY_EXPORT(squares_node);

constexpr int64_t kGrain = 1024;
constexpr int64_t kColumnGrain = 16;  // a cache line
constexpr int kCutDepth = 6;          // a flat sum is shared out as the nodes six levels down
constexpr size_t kCutNodes = size_t{1} << kCutDepth;

// Calls visit(begin, end) for those nodes of the tree over [begin, end), ascending.
template <typename Visit>
void visit_nodes(int64_t begin, int64_t end, int depth, const Visit& visit) {
  if (depth == 0 || end - begin == 1) return visit(begin, end);
  const int64_t middle = begin + left_leaves(end - begin);
  visit_nodes(begin, middle, depth - 1, visit);
  visit_nodes(middle, end, depth - 1, visit);
}

// The root, from the values of those nodes in ascending order.
float join_nodes(int64_t begin, int64_t end, int depth, const float*& value) {
  if (depth == 0 || end - begin == 1) return *value++;
  const int64_t middle = begin + left_leaves(end - begin);
  const float left = join_nodes(begin, middle, depth - 1, value);
  return left + join_nodes(middle, end, depth - 1, value);
}

// The tree over the segments of x, where node(x, count, begin, end) is the value of a node.
template <typename Node>
float flat_sum(std::span<const float> x, Parallel& parallel, const Node& node) {
  if (x.empty()) return 0.0F;
  const int64_t segments = segment_count(std::ssize(x), kSegment);
  std::array<float, kCutNodes> values{};
  parallel.run([&](int worker) {
    size_t index = 0;
    visit_nodes(0, segments, kCutDepth, [&](int64_t begin, int64_t end) {
      const size_t mine = index++;
      if (mine % static_cast<size_t>(parallel.workers()) == static_cast<size_t>(worker))
        values.at(mine) = node(x.data(), std::ssize(x), begin, end);
    });
  });
  const float* value = values.data();
  return join_nodes(0, segments, kCutDepth, value);
}

}  // namespace

void SimdKernels::add(const AddArgs& args, Parallel& parallel) const {
  parallel.split(args.count, kGrain, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(add_range)(args, begin, end);
  });
}

void SimdKernels::affine(const AffineArgs& args, Parallel& parallel) const {
  parallel.split(args.count, kGrain, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(affine_range)(args, begin, end);
  });
}

void SimdKernels::column_sum(const ColumnSumArgs& args, Parallel& parallel) const {
  parallel.split(args.cols, kColumnGrain, [&](int64_t begin, int64_t end, int /*worker*/) {
    HWY_DYNAMIC_DISPATCH(column_sum_range)(args, begin, end);
  });
}

float SimdKernels::sum(std::span<const float> values, Parallel& parallel) const {
  return flat_sum(values, parallel, HWY_DYNAMIC_DISPATCH(sum_node));
}

float SimdKernels::sum_of_squares(std::span<const float> values, Parallel& parallel) const {
  return flat_sum(values, parallel, HWY_DYNAMIC_DISPATCH(squares_node));
}

}  // namespace glass::engine

#endif  // HWY_ONCE
