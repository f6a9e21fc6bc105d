// The kernels once more in double precision (tests only): the textbook formulas without segments,
// trees or fused steps, against which the reference is checked for what it computes, not for bits.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <vector>

namespace glass::engine::testing {

using Doubles = std::vector<double>;

// x [rows, k], w [n, k] -> [rows, n]
inline Doubles linear(const Doubles& x, const Doubles& w, size_t rows, size_t n, size_t k) {
  Doubles y(rows * n);
  for (size_t i = 0; i < rows; ++i)
    for (size_t j = 0; j < n; ++j)
      for (size_t l = 0; l < k; ++l) y[i * n + j] += x[i * k + l] * w[j * k + l];
  return y;
}

inline Doubles rms_norm(const Doubles& x, const Doubles& w, double epsilon) {
  const size_t cols = w.size();
  Doubles y(x.size());
  for (size_t row = 0; row < x.size(); row += cols) {
    double squares = 0;
    for (size_t c = 0; c < cols; ++c) squares += x[row + c] * x[row + c];
    const double scale = 1 / std::sqrt(squares / static_cast<double>(cols) + epsilon);
    for (size_t c = 0; c < cols; ++c) y[row + c] = x[row + c] * scale * w[c];
  }
  return y;
}

inline Doubles layer_norm(const Doubles& x, const Doubles& w, const Doubles& b, double epsilon) {
  const size_t cols = w.size();
  Doubles y(x.size());
  for (size_t row = 0; row < x.size(); row += cols) {
    double mean = 0;
    double variance = 0;
    for (size_t c = 0; c < cols; ++c) mean += x[row + c] / static_cast<double>(cols);
    for (size_t c = 0; c < cols; ++c)
      variance += (x[row + c] - mean) * (x[row + c] - mean) / static_cast<double>(cols);
    const double scale = 1 / std::sqrt(variance + epsilon);
    for (size_t c = 0; c < cols; ++c)
      y[row + c] = (x[row + c] - mean) * scale * w[c] + (b.empty() ? 0 : b[c]);
  }
  return y;
}

inline Doubles swiglu(const Doubles& gate_up, size_t cols) {
  Doubles h;
  for (size_t row = 0; row < gate_up.size(); row += 2 * cols)
    for (size_t c = 0; c < cols; ++c) {
      const double gate = gate_up[row + c];
      h.push_back(gate / (1 + std::exp(-gate)) * gate_up[row + cols + c]);
    }
  return h;
}

inline double gelu_tanh(double v) {
  const double u = std::sqrt(2 / std::numbers::pi) * (v + 0.044715 * v * v * v);
  return 0.5 * v * (1 + std::tanh(u));
}

inline Doubles gelu_tanh(const Doubles& x) {
  Doubles y;
  for (const double v : x) y.push_back(gelu_tanh(v));
  return y;
}

inline Doubles geglu(const Doubles& gate_up, size_t cols) {
  Doubles h;
  for (size_t row = 0; row < gate_up.size(); row += 2 * cols)
    for (size_t c = 0; c < cols; ++c)
      h.push_back(gelu_tanh(gate_up[row + c]) * gate_up[row + cols + c]);
  return h;
}

// A cap of 0 is none.
inline double capped(double x, double cap) {
  return cap == 0 ? x : cap * std::tanh(x / cap);
}

inline Doubles gelu_erf(const Doubles& x) {
  Doubles y;
  for (const double v : x) y.push_back(0.5 * v * (1 + std::erf(v / std::numbers::sqrt2)));
  return y;
}

struct AttentionModel {
  size_t queries, q_heads, kv_heads, head_dim;  // one sequence, queries == keys
  std::vector<int32_t> first_key;
  double scale;
  double softcap = 0;

  // q [queries, q_heads * head_dim]; k and v [queries, kv_heads * head_dim]
  [[nodiscard]] Doubles operator()(const Doubles& q, const Doubles& k, const Doubles& v) const {
    Doubles out(q.size());
    for (size_t i = 0; i < queries; ++i)
      for (size_t h = 0; h < q_heads; ++h) attend(q, k, v, i, h, out);
    return out;
  }

 private:
  void attend(const Doubles& q, const Doubles& k, const Doubles& v, size_t i, size_t h,
              Doubles& out) const {
    const size_t to = (i * q_heads + h) * head_dim;
    Doubles weights;
    double total = 0;
    const auto first = static_cast<size_t>(first_key[i]);
    const auto key = [&](size_t j) { return (j * kv_heads + h * kv_heads / q_heads) * head_dim; };
    for (size_t j = first; j <= i; ++j) {
      double score = 0;
      for (size_t d = 0; d < head_dim; ++d) score += q[to + d] * k[key(j) + d];
      weights.push_back(std::exp(capped(score * scale, softcap)));
      total += weights.back();
    }
    for (size_t j = first; j <= i; ++j)
      for (size_t d = 0; d < head_dim; ++d)
        out[to + d] += weights[j - first] / total * v[key(j) + d];
  }
};

// One loss per row; masked rows have target -1.
inline Doubles cross_entropy(const Doubles& logits, const std::vector<int32_t>& target) {
  const size_t vocabulary = logits.size() / target.size();
  Doubles loss;
  for (size_t i = 0; i < target.size(); ++i) {
    const double* z = logits.data() + i * vocabulary;
    const double max = *std::max_element(z, z + vocabulary);
    double total = 0;
    for (size_t v = 0; v < vocabulary; ++v) total += std::exp(z[v] - max);
    loss.push_back(target[i] < 0 ? 0 : max + std::log(total) - z[target[i]]);
  }
  return loss;
}

}  // namespace glass::engine::testing
