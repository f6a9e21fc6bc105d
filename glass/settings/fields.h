// Fields: the one description of a settings struct from which everything else follows.
//
// Each section of a settings file has a function describe(FieldVisitor&, Section&) that names its
// keys, their ranges and what they mean. Reading a file, overriding on the command line, the
// canonical JSON that is hashed, the nearest known key of a misspelt one and the reference page are
// all visitors of that one description.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace glass::settings {

// Inclusive borders.
struct IntRange {
  int64_t min = std::numeric_limits<int64_t>::min();
  int64_t max = std::numeric_limits<int64_t>::max();
};

struct RealRange {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
};

using Choices = std::span<const std::string_view>;

class Tables;

class FieldVisitor {
 public:
  virtual ~FieldVisitor() = default;

  // `help` is one plain sentence without the key's name.
  virtual void integer(std::string_view key, int64_t& value, IntRange range,
                       std::string_view help) = 0;
  virtual void real(std::string_view key, double& value, RealRange range,
                    std::string_view help) = 0;
  virtual void boolean(std::string_view key, bool& value, std::string_view help) = 0;
  virtual void text(std::string_view key, std::string& value, std::string_view help) = 0;
  virtual void choice(std::string_view key, std::string& value, Choices choices,
                      std::string_view help) = 0;
  virtual void texts(std::string_view key, std::vector<std::string>& value,
                     std::string_view help) = 0;

  // A list of tables, [[section.key]] in the file.
  virtual void tables(std::string_view key, Tables& value, std::string_view help) = 0;
};

// A list of structs that are described themselves.
class Tables {
 public:
  virtual ~Tables() = default;
  [[nodiscard]] virtual size_t size() const = 0;
  virtual void append() = 0;
  virtual void describe_item(FieldVisitor& fields, size_t index) = 0;
};

template <typename T>
class TablesOf final : public Tables {
 public:
  explicit TablesOf(std::vector<T>& items) : items_(items) {}

  [[nodiscard]] size_t size() const override { return items_.size(); }

  void append() override { items_.emplace_back(); }

  void describe_item(FieldVisitor& fields, size_t index) override {
    describe(fields, items_[index]);
  }

 private:
  std::vector<T>& items_;
};

}  // namespace glass::settings
