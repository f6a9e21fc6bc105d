// DocumentDeduplicator: recognises a text that was seen before by its SHA-256.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <unordered_set>

namespace glass::data {

class DocumentDeduplicator {
 public:
  // True for the first document with this digest.
  bool insert(const std::array<uint8_t, 32>& sha256) { return seen_.insert(sha256).second; }

  [[nodiscard]] size_t size() const { return seen_.size(); }

 private:
  // A digest is random enough to be its own hash.
  struct FirstBytes {
    size_t operator()(const std::array<uint8_t, 32>& sha256) const {
      size_t hash = 0;
      std::memcpy(&hash, sha256.data(), sizeof(hash));
      return hash;
    }
  };

  std::unordered_set<std::array<uint8_t, 32>, FirstBytes> seen_;
};

}  // namespace glass::data
