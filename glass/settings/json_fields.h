// JsonWriter and JsonReader: a settings struct as a JSON object and back.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/json.h"
#include "glass/settings/fields.h"

namespace glass::settings {

class JsonWriter final : public FieldVisitor {
 public:
  void integer(std::string_view key, int64_t& value, IntRange, std::string_view) override {
    object_.emplace(key, value);
  }

  void real(std::string_view key, double& value, RealRange, std::string_view) override;

  void boolean(std::string_view key, bool& value, std::string_view) override {
    object_.emplace(key, value);
  }

  void text(std::string_view key, std::string& value, std::string_view) override {
    object_.emplace(key, value);
  }

  void choice(std::string_view key, std::string& value, Choices, std::string_view) override {
    object_.emplace(key, value);
  }

  void texts(std::string_view key, std::vector<std::string>& value, std::string_view) override;
  void tables(std::string_view key, Tables& value, std::string_view) override;

  Json::Object take() && { return std::move(object_); }

 private:
  Json::Object object_;
};

// Every key must be there, of the right type and in range: the object was written by JsonWriter.
class JsonReader final : public FieldVisitor {
 public:
  JsonReader(Json object, std::string_view path, std::vector<std::string>& problems)
      : object_(std::move(object)), path_(path), problems_(problems) {}

  void integer(std::string_view key, int64_t& value, IntRange range, std::string_view) override;
  void real(std::string_view key, double& value, RealRange range, std::string_view) override;
  void boolean(std::string_view key, bool& value, std::string_view) override;
  void text(std::string_view key, std::string& value, std::string_view) override;
  void choice(std::string_view key, std::string& value, Choices choices, std::string_view) override;
  void texts(std::string_view key, std::vector<std::string>& value, std::string_view) override;
  void tables(std::string_view key, Tables& value, std::string_view) override;

 private:
  void report(std::string_view key);

  Json object_;
  std::string path_;
  std::vector<std::string>& problems_;
};

}  // namespace glass::settings
