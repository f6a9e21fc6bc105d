// Apt: the few questions asked of the machine's apt, and the answers taken apart. No policy here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/system/files.h"
#include "glass/system/process.h"

namespace glass::data {

// A package index apt knows of.
struct AptIndex {
  std::string key;         // "main/binary-amd64/Packages", its name in the release file
  system::Path file;       // where apt keeps it, perhaps compressed
  std::string repository;  // "http://deb.debian.org/debian/"

  // The InRelease file beside it; empty if the names do not fit together.
  [[nodiscard]] system::Path release_file() const;
};

// What `apt-get download --print-uris` says about one package.
struct AptDownload {
  std::string uri, file;
  uint64_t size_bytes;
  std::string hash;  // "SHA256:..." or "SHA512:..."

  [[nodiscard]] std::string package() const { return file.substr(0, file.find('_')); }
};

[[nodiscard]] Result<std::vector<AptIndex>> parse_index_targets(std::string_view output);
[[nodiscard]] Result<std::vector<AptDownload>> parse_print_uris(std::string_view output);

// "%2b" and the like decoded; what is no escape stays.
std::string decode_percent(std::string_view text);

class Apt {
 public:
  // `options` stand before every command of apt-get ("-o", "Dir::...=...").
  Apt(system::Process& process, std::vector<std::string> options)
      : process_(process), options_(std::move(options)) {}

  [[nodiscard]] Result<std::vector<AptIndex>> indexes();
  [[nodiscard]] Status update();
  [[nodiscard]] Result<std::vector<AptDownload>> downloads(const std::vector<std::string>& names);

  // Into `folder`. `packages`: "name=version".
  [[nodiscard]] Status download(const std::vector<std::string>& packages,
                                const system::Path& folder);

  // The contents of an index, unpacked.
  [[nodiscard]] Result<std::string> read_index(const system::Path& file);

 private:
  [[nodiscard]] Result<std::string> run(const std::vector<std::string>& arguments,
                                        const system::Path& folder, std::string_view doing,
                                        std::string_view way_out);

  system::Process& process_;
  std::vector<std::string> options_;
};

}  // namespace glass::data
