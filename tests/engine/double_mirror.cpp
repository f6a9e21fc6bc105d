#include "tests/engine/double_mirror.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numbers>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/check.h"
#include "glass/base/philox.h"
#include "glass/engine/graph/ops/heads.h"
#include "glass/engine/graph/ops/loss_options.h"
#include "glass/engine/graph/ops/scaling.h"
#include "glass/engine/graph/ops/softcap.h"

namespace glass::engine::testing {
namespace {

using Doubles = std::vector<double>;

class Mirror {
 public:
  Mirror(const Graph& graph, const Node& node, MirrorValues& values)
      : graph_(graph), node_(node), values_(values) {}

  void run() {
    static const std::map<std::string_view, void (Mirror::*)()> rules = {
        {"embedding", &Mirror::embedding},
        {"linear", &Mirror::linear},
        {"rms_norm", &Mirror::rms_norm},
        {"layer_norm", &Mirror::layer_norm},
        {"rope_table", &Mirror::rope_table},
        {"rope", &Mirror::rope},
        {"qk_norm", &Mirror::qk_norm},
        {"window_keys", &Mirror::window_keys},
        {"attention", &Mirror::attention},
        {"swiglu", &Mirror::swiglu},
        {"geglu", &Mirror::geglu},
        {"gelu", &Mirror::gelu},
        {"route", &Mirror::route},
        {"dispatch", &Mirror::dispatch},
        {"grouped_linear", &Mirror::grouped_linear},
        {"combine", &Mirror::combine},
        {"add", &Mirror::add},
        {"affine", &Mirror::affine},
        {"dropout", &Mirror::dropout},
        {"linear_cross_entropy", &Mirror::loss},
        {"weighted_linear_cross_entropy", &Mirror::loss}};  // the loss itself has no weight
    const auto rule = rules.find(node_.op);
    GLASS_CHECK(rule != rules.end());
    (this->*rule->second)();
  }

 private:
  [[nodiscard]] const Shape& shape(size_t input) const {
    return graph_.value(node_.inputs[input]).shape;
  }

  [[nodiscard]] size_t extent(size_t input, size_t dimension) const {
    return static_cast<size_t>(shape(input)[dimension]);
  }

  [[nodiscard]] const Doubles& in(size_t input) const {
    return values_.floats.at(graph_.value(node_.inputs[input]).name);
  }

  [[nodiscard]] const std::vector<int32_t>& integers(size_t input) const {
    return values_.integers.at(graph_.value(node_.inputs[input]).name);
  }

  Doubles& out() {
    const Value& value = graph_.value(node_.outputs[0]);
    return values_.floats[value.name] = Doubles(static_cast<size_t>(value.element_count()));
  }

  void embedding() {
    const size_t cols = extent(1, 1);
    Doubles& y = out();
    for (size_t i = 0; i < y.size(); ++i) {
      const size_t row = i / cols, col = i % cols;
      y[i] = in(1)[static_cast<size_t>(integers(0)[row]) * cols + col];
      if (node_.has_input(3)) y[i] += in(3)[static_cast<size_t>(integers(2)[row]) * cols + col];
    }
  }

  [[nodiscard]] double dot(const Doubles& a, size_t row_a, const Doubles& b, size_t row_b,
                           size_t k) const {
    double sum = 0;
    for (size_t i = 0; i < k; ++i) sum += a[row_a * k + i] * b[row_b * k + i];
    return sum;
  }

  void linear() {
    const size_t k = extent(0, 1), width = extent(1, 0);
    Doubles& y = out();
    for (size_t i = 0; i < y.size(); ++i) {
      y[i] = dot(in(0), i / width, in(1), i % width, k);
      if (node_.has_input(2)) y[i] += in(2)[i % width];
      if (node_.has_input(3)) y[i] += in(3)[i];
    }
  }

  void norm(bool centred) {
    const size_t rows = extent(0, 0), cols = extent(0, 1);
    const auto n = static_cast<double>(cols);
    Doubles& y = out();
    for (size_t r = 0; r < rows; ++r) {
      double mean = 0, square = 0;
      for (size_t c = 0; c < cols; ++c) mean += centred ? in(0)[r * cols + c] / n : 0;
      for (size_t c = 0; c < cols; ++c) square += std::pow(in(0)[r * cols + c] - mean, 2) / n;
      const double rstd = 1 / std::sqrt(square + node_.number_attribute("epsilon"));
      for (size_t c = 0; c < cols; ++c) {
        y[r * cols + c] = (in(0)[r * cols + c] - mean) * rstd * in(1)[c];
        if (node_.has_input(2)) y[r * cols + c] += in(2)[c];
      }
    }
  }

  void rms_norm() { norm(false); }

  void layer_norm() { norm(true); }

  // Norms every run of weight.size() columns between `begin` and `end`, in every row.
  void norm_runs(Doubles& y, size_t begin, size_t end, const Doubles& weight) {
    const size_t width = extent(0, 1), cols = weight.size();
    for (size_t row = 0; row < y.size(); row += width) {
      for (size_t at = row + begin; at < row + end; at += cols) {
        double square = 0;
        for (size_t c = 0; c < cols; ++c)
          square += y[at + c] * y[at + c] / static_cast<double>(cols);
        const double rstd = 1 / std::sqrt(square + node_.number_attribute("epsilon"));
        for (size_t c = 0; c < cols; ++c) y[at + c] *= rstd * weight[c];
      }
    }
  }

  void qk_norm() {
    const Heads heads = heads_of(node_);
    const auto queries = static_cast<size_t>(heads.query * heads.head_dim);
    const auto keys = static_cast<size_t>(heads.key * heads.head_dim);
    Doubles& y = out();
    y = in(0);
    norm_runs(y, 0, queries, in(1));
    norm_runs(y, queries, queries + keys, in(2));
  }

  void window_keys() {
    const auto window = static_cast<int32_t>(node_.int_attribute("window"));
    const auto positions = static_cast<int32_t>(extent(0, 1));
    std::vector<int32_t> first = integers(0);
    for (int32_t i = 0; i < std::ssize(first); ++i) {
      int32_t& key = first[static_cast<size_t>(i)];
      key = std::max(key, i % positions + 1 - window);
    }
    values_.integers[graph_.value(node_.outputs[0]).name] = first;
  }

  // As the authors of Llama 3.1 wrote it: by wavelengths.
  [[nodiscard]] double scaled(double frequency) const {
    const RopeScaling s = scaling_of(node_);
    if (s.kind == RopeScaling::Kind::kNone) return frequency;
    if (s.kind == RopeScaling::Kind::kLinear) return frequency / s.factor;
    const double wavelength = 2 * std::numbers::pi / frequency;
    const auto context = static_cast<double>(s.context);
    if (wavelength < context / s.high_frequency) return frequency;
    if (wavelength > context / s.low_frequency) return frequency / s.factor;
    const double smooth =
        (context / wavelength - s.low_frequency) / (s.high_frequency - s.low_frequency);
    return (1 - smooth) * frequency / s.factor + smooth * frequency;
  }

  void rope_table() {
    const auto pairs = static_cast<size_t>(node_.int_attribute("rotary_dim") / 2);
    Doubles& table = out();
    for (size_t i = 0; i < table.size() / 2; ++i) {
      const double exponent = -static_cast<double>(i % pairs) / static_cast<double>(pairs);
      const double frequency = scaled(std::pow(node_.number_attribute("theta"), exponent));
      const double angle = static_cast<double>(i / pairs) * frequency;
      table[2 * i] = std::cos(angle);
      table[2 * i + 1] = std::sin(angle);
    }
  }

  void rope() {
    const auto heads = static_cast<size_t>(node_.int_attribute("heads"));
    const auto head_dim = static_cast<size_t>(node_.int_attribute("head_dim"));
    const size_t width = extent(0, 1), pairs = extent(2, 1);
    const bool interleaved = node_.bool_attribute("interleaved");
    Doubles& y = out();
    y = in(0);
    for (size_t r = 0; r < extent(0, 0); ++r) {
      for (size_t h = 0; h < heads; ++h) {
        for (size_t i = 0; i < pairs; ++i) {
          const size_t at = r * width + h * head_dim;
          double& a = y[at + (interleaved ? 2 * i : i)];
          double& b = y[at + (interleaved ? 2 * i + 1 : i + pairs)];
          const double* turn = &in(2)[(static_cast<size_t>(integers(1)[r]) * pairs + i) * 2];
          const double a0 = a, b0 = b;
          a = a0 * turn[0] - b0 * turn[1];
          b = a0 * turn[1] + b0 * turn[0];
        }
      }
    }
  }

  [[nodiscard]] double capped(double x) const {
    const double cap = softcap_of(node_);
    return cap == 0 ? x : cap * std::tanh(x / cap);
  }

  void attention() {
    const Heads heads = heads_of(node_);
    const auto positions = static_cast<size_t>(shape(1)[1]);
    const size_t width = extent(0, 1), dim = static_cast<size_t>(heads.head_dim);
    const auto query = static_cast<size_t>(heads.query), key = static_cast<size_t>(heads.key);
    Doubles& y = out();
    for (size_t r = 0; r < extent(0, 0); ++r) {
      const size_t begin = r / positions * positions;
      for (size_t h = 0; h < query; ++h) {
        const double* q = &in(0)[r * width + h * dim];
        const size_t k_at = (query + h / (query / key)) * dim;
        double sum = 0;
        Doubles mixed(dim);
        for (size_t j = begin + static_cast<size_t>(integers(1)[r]); j <= r; ++j) {
          const double* k = &in(0)[j * width + k_at];
          double score = 0;
          for (size_t d = 0; d < dim; ++d) score += q[d] * k[d];
          const double weight = std::exp(capped(score * heads.scale));
          sum += weight;
          for (size_t d = 0; d < dim; ++d) mixed[d] += weight * k[key * dim + d];
        }
        for (size_t d = 0; d < dim; ++d) y[r * query * dim + h * dim + d] = mixed[d] / sum;
      }
    }
  }

  void swiglu() {
    const size_t width = extent(0, 1) / 2;
    Doubles& y = out();
    for (size_t i = 0; i < y.size(); ++i) {
      const size_t gate = i / width * 2 * width + i % width;
      y[i] = in(0)[gate] / (1 + std::exp(-in(0)[gate])) * in(0)[gate + width];
    }
  }

  static double gelu_tanh(double x) {
    return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
  }

  void geglu() {
    const size_t width = extent(0, 1) / 2;
    Doubles& y = out();
    for (size_t i = 0; i < y.size(); ++i) {
      const size_t gate = i / width * 2 * width + i % width;
      y[i] = gelu_tanh(in(0)[gate]) * in(0)[gate + width];
    }
  }

  void gelu() {
    const bool erf = node_.string_attribute("kind") == "erf";
    Doubles& y = out();
    for (size_t i = 0; i < y.size(); ++i) {
      const double x = in(0)[i];
      y[i] = erf ? 0.5 * x * (1 + std::erf(x / std::numbers::sqrt2)) : gelu_tanh(x);
    }
  }

  // What balances the experts is added to `balance`.
  void route() {
    const size_t experts = extent(0, 1), rows = extent(0, 0);
    const auto chosen = static_cast<size_t>(node_.int_attribute("chosen"));
    Doubles& weight = out();
    std::vector<int32_t> expert, token, place(rows * chosen), begin(experts + 1);
    Doubles share(experts), mean(experts);
    for (size_t r = 0; r < rows; ++r) {
      const double* z = &in(0)[r * experts];
      std::vector<size_t> order(experts);
      for (size_t e = 0; e < experts; ++e) order[e] = e;
      // Of equal logits the lower expert comes first.
      std::ranges::sort(
          order, [&](size_t a, size_t b) { return std::pair(-z[a], a) < std::pair(-z[b], b); });
      double all = 0, best = 0;
      for (size_t e = 0; e < experts; ++e) all += std::exp(z[e]);
      for (size_t k = 0; k < chosen; ++k) best += std::exp(z[order[k]]);
      for (size_t e = 0; e < experts; ++e)
        mean[e] += std::exp(z[e]) / all / static_cast<double>(rows);
      for (size_t k = 0; k < chosen; ++k) {
        weight[r * chosen + k] =
            std::exp(z[order[k]]) / (node_.bool_attribute("normalize") ? best : all);
        expert.push_back(static_cast<int32_t>(order[k]));
        share[order[k]] += 1 / static_cast<double>(rows);
      }
    }
    for (size_t e = 0; e < experts; ++e) {
      for (size_t i = 0; i < expert.size(); ++i) {
        if (expert[i] != static_cast<int32_t>(e)) continue;
        place[i] = static_cast<int32_t>(token.size());
        token.push_back(static_cast<int32_t>(i / chosen));
      }
      begin[e + 1] = static_cast<int32_t>(token.size());
    }
    const std::vector<std::vector<int32_t>> tables = {expert, {}, token, place, begin};
    for (size_t i : {0U, 2U, 3U, 4U})
      values_.integers[graph_.value(node_.outputs[i + 1]).name] = tables[i];
    if (!node_.has_input(1)) return;
    double targets = 0;
    for (const int32_t target : integers(1)) targets += target >= 0 ? 1 : 0;
    for (size_t e = 0; e < experts; ++e)
      values_.balance += node_.number_attribute("balance") * targets *
                         static_cast<double>(experts) * share[e] * mean[e];
  }

  void dispatch() {
    const size_t cols = extent(0, 1);
    Doubles& y = out();
    for (size_t i = 0; i < y.size(); ++i)
      y[i] = in(0)[static_cast<size_t>(integers(1)[i / cols]) * cols + i % cols];
  }

  void grouped_linear() {
    const size_t width = extent(1, 1), k = extent(1, 2);
    Doubles& y = out();
    for (size_t e = 0; e < extent(1, 0); ++e) {
      const auto begin = static_cast<size_t>(integers(2)[e]);
      const auto end = static_cast<size_t>(integers(2)[e + 1]);
      for (size_t i = begin * width; i < end * width; ++i)
        y[i] = dot(in(0), i / width, in(1), e * width + i % width, k);
    }
  }

  void combine() {
    const size_t cols = extent(0, 1), chosen = extent(1, 1);
    Doubles& y = out();
    for (size_t i = 0; i < y.size(); ++i) {
      for (size_t k = i / cols * chosen; k < (i / cols + 1) * chosen; ++k)
        y[i] += in(2)[k] * in(0)[static_cast<size_t>(integers(1)[k]) * cols + i % cols];
      if (node_.has_input(3)) y[i] += in(3)[i];
    }
  }

  void add() {
    Doubles& y = out();
    for (size_t i = 0; i < y.size(); ++i) y[i] = in(0)[i] + in(1)[i];
  }

  void affine() {
    const double factor = node_.number_attribute("factor"), term = node_.number_attribute("term");
    Doubles& y = out();
    for (size_t i = 0; i < y.size(); ++i) y[i] = factor * in(0)[i] + term;
  }

  void dropout() {
    const std::vector<int32_t>& random = integers(1);
    const auto number = [&](size_t at) {
      return uint64_t{static_cast<uint32_t>(random[at + 1])} << 32 |
             static_cast<uint32_t>(random[at]);
    };
    const auto site = static_cast<uint64_t>(node_.int_attribute("site"));
    const double share = node_.number_attribute("share");
    Doubles& y = out();
    for (size_t i = 0; i < y.size(); ++i) {
      const uint64_t element = number(4) * y.size() + i;
      const PhiloxBlock words =
          random_block(number(0), Purpose::kDropout, number(2) << 20 | site, element / 4);
      const bool kept = static_cast<double>(words[element % 4]) * 0x1p-32 >= share;
      y[i] = kept ? in(0)[i] / (1 - share) : 0;
    }
  }

  void loss() {
    const size_t k = extent(0, 1), vocabulary = extent(1, 0);
    const LossOptions options = loss_options_of(node_);
    Doubles& y = out();
    for (size_t r = 0; r < y.size(); ++r) {
      const int32_t target = integers(2)[r];
      if (target < 0) continue;
      const auto logit = [&](size_t v) { return capped(dot(in(0), r, in(1), v, k)); };
      double sum = 0, mean = 0;
      for (size_t v = 0; v < vocabulary; ++v) {
        sum += std::exp(logit(v));
        mean += logit(v) / static_cast<double>(vocabulary);
      }
      const double smoothing = options.label_smoothing;
      y[r] = std::log(sum) - (1 - smoothing) * logit(static_cast<size_t>(target)) -
             smoothing * mean + options.z_loss * std::pow(std::log(sum), 2);
    }
  }

  const Graph& graph_;
  const Node& node_;
  MirrorValues& values_;
};

}  // namespace

void evaluate(const Graph& graph, MirrorValues& values) {
  values.balance = 0;
  for (const Node& node : graph.nodes()) Mirror(graph, node, values).run();
}

}  // namespace glass::engine::testing
