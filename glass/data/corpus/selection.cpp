#include "glass/data/corpus/internal/selection.h"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <utility>

#include <fmt/core.h>

#include "glass/base/philox.h"

namespace glass::data {
namespace {

class Selector {
 public:
  explicit Selector(const std::vector<SelectionItem>& items) : items_(items), order_(items.size()) {
    std::iota(order_.begin(), order_.end(), size_t{0});
    std::ranges::sort(order_, {}, [&](size_t i) { return items[i].sha256; });
    selection_.keep.assign(items.size(), true);
    selection_.reason.resize(items.size());
  }

  // Of each group, drops what comes after `limit(group)` bytes (0: no limit).
  void limit_bytes(const std::function<size_t(const SelectionItem&)>& group,
                   const std::function<uint64_t(size_t)>& limit, const std::string& reason) {
    std::map<size_t, uint64_t> before;
    for (const size_t i : order_) {
      if (!selection_.keep[i]) continue;
      const size_t key = group(items_[i]);
      const uint64_t most = limit(key);
      if (most > 0 && before[key] >= most) {
        drop(i, reason);
      } else {
        before[key] += items_[i].bytes;
      }
    }
  }

  Status limit_count(uint64_t documents) {
    const auto left = static_cast<uint64_t>(std::ranges::count(selection_.keep, true));
    if (documents > left)
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("the recipe asks for {} documents, but only {} are left after the "
                              "filters; ask for fewer, or add sources",
                              documents, left));
    uint64_t taken = 0;
    for (const size_t i : order_) {
      if (selection_.keep[i] && ++taken > documents) drop(i, "document-limit");
    }
    return {};
  }

  Selection take() { return std::move(selection_); }

 private:
  void drop(size_t i, const std::string& reason) {
    selection_.keep[i] = false;
    selection_.reason[i] = reason;
  }

  const std::vector<SelectionItem>& items_;
  std::vector<size_t> order_;
  Selection selection_;
};

float lot_of(const crypto::Digest& digest) {
  return random_unit(0, Purpose::kHeldOut, load_little_endian<uint64_t>(digest.bytes.data()),
                     load_little_endian<uint64_t>(digest.bytes.data() + 8));
}

}  // namespace

bool has_limits(const CorpusConfig& config) {
  return config.documents > 0 || config.max_bytes_per_language > 0 ||
         std::ranges::any_of(config.sources,
                             [](const CorpusSource& source) { return source.max_bytes > 0; });
}

Result<Selection> select_documents(const CorpusConfig& config,
                                   const std::vector<SelectionItem>& items) {
  Selector selector(items);
  selector.limit_bytes([](const SelectionItem& item) { return item.source; },
                       [&](size_t source) { return config.sources[source].max_bytes; },
                       "source-limit");
  selector.limit_bytes([](const SelectionItem& item) { return item.language; },
                       [&](size_t) { return config.max_bytes_per_language; }, "language-limit");
  if (config.documents > 0) GLASS_TRY_STATUS(selector.limit_count(config.documents));
  return selector.take();
}

std::vector<uint64_t> held_out_documents(double share, const std::vector<crypto::Digest>& digests) {
  std::vector<uint64_t> held_out;
  for (uint64_t id = 0; id < digests.size(); ++id)
    if (static_cast<double>(lot_of(digests[id])) < share) held_out.push_back(id);
  if (!held_out.empty() || !(share > 0) || digests.size() < 2) return held_out;
  const auto least = std::ranges::min_element(
      digests, {}, [](const crypto::Digest& digest) { return std::pair(lot_of(digest), digest); });
  return {static_cast<uint64_t>(least - digests.begin())};
}

}  // namespace glass::data
