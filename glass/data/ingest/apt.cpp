#include "glass/data/ingest/apt.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>
#include <utility>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/data/deb822/deb822.h"
#include "glass/data/ingest/decompress.h"

namespace glass::data {
namespace {

constexpr std::string_view kHelper = "/usr/lib/apt/apt-helper";
constexpr std::string_view kNoApt =
    "this machine has no apt-get, so packages cannot be fetched; give the recipe a folder or JSONL "
    "files as its source";

// What apt says went wrong, on one line.
std::string errors_of(std::string_view output) {
  std::string errors;
  while (!output.empty()) {
    const std::string_view line = take_line(output);
    if (!line.starts_with("E: ")) continue;
    errors += (errors.empty() ? "" : "; ") + std::string(line.substr(3));
  }
  return errors.empty() ? "no reason was given" : errors;
}

std::string_view without_index_compression(std::string_view name) {
  for (const std::string_view ending : {".lz4", ".bz2", ".lzma"})
    if (name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
  return without_compression(name);
}

int digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

system::Path AptIndex::release_file() const {
  std::string ending = "_" + key;
  std::ranges::replace(ending, '/', '_');
  const std::string name(without_index_compression(file.filename().string()));
  if (!name.ends_with(ending)) return {};
  return file.parent_path() / (name.substr(0, name.size() - ending.size()) + "_InRelease");
}

Result<std::vector<AptIndex>> parse_index_targets(std::string_view output) {
  std::vector<AptIndex> indexes;
  while (!output.empty()) {
    const std::string_view line = take_line(output);
    if (line.empty()) continue;
    const size_t first = line.find('|');
    const size_t second = first == std::string_view::npos ? first : line.find('|', first + 1);
    if (second == std::string_view::npos)
      return fail(ErrorCode::kIo, fmt::format("apt-get indextargets printed '{}', which this "
                                              "program does not understand",
                                              line));
    indexes.push_back({.key = std::string(line.substr(0, first)),
                       .file = system::Path(line.substr(first + 1, second - first - 1)),
                       .repository = std::string(line.substr(second + 1))});
  }
  return indexes;
}

Result<std::vector<AptDownload>> parse_print_uris(std::string_view output) {
  std::vector<AptDownload> downloads;
  while (!output.empty()) {
    const std::string_view line = take_line(output);
    if (!line.starts_with('\'')) continue;
    const size_t quote = line.find('\'', 1);
    const std::vector<std::string> words = quote == std::string_view::npos
                                               ? std::vector<std::string>{}
                                               : split_words(line.substr(quote + 1));
    uint64_t size = 0;
    const bool sound =
        words.size() == 3 &&
        std::from_chars(words[1].data(), words[1].data() + words[1].size(), size).ec == std::errc();
    if (!sound)
      return fail(ErrorCode::kIo,
                  fmt::format("apt-get download --print-uris printed '{}', which this program does "
                              "not understand",
                              line));
    downloads.push_back({.uri = std::string(line.substr(1, quote - 1)),
                         .file = words[0],
                         .size_bytes = size,
                         .hash = words[2]});
  }
  return downloads;
}

std::string decode_percent(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
    if (!escape) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
    i += 2;
  }
  return out;
}

Result<std::string> Apt::run(const std::vector<std::string>& arguments, const system::Path& folder,
                             std::string_view doing, std::string_view way_out) {
  system::ProcessCommand command{
      .argv = {"apt-get"}, .folder = folder.string(), .environment = {"LC_ALL=C"}};
  command.argv.insert(command.argv.end(), options_.begin(), options_.end());
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  auto output = process_.run(command);
  if (!output && output.error().code == ErrorCode::kNotFound)
    return fail(ErrorCode::kNotFound, std::string(kNoApt));
  if (!output) return tl::unexpected(std::move(output).error());
  if (output->exit_status != 0)
    return fail(ErrorCode::kIo,
                fmt::format("{}: apt-get says: {}. {}", doing, errors_of(output->err), way_out));
  return std::move(output->out);
}

Result<std::vector<AptIndex>> Apt::indexes() {
  GLASS_TRY(const std::string output,
            run({"indextargets", "--format", "$(METAKEY)|$(FILENAME)|$(REPO_URI)",
                 "Created-By: Packages"},
                {}, "asking for the package lists", "Check /etc/apt/sources.list."));
  return parse_index_targets(output);
}

Status Apt::update() {
  return run({"update", "-q", "-o", "APT::Sandbox::User=root"}, {}, "fetching the package lists",
             "Check the network and /etc/apt/sources.list, or give the recipe a folder or JSONL "
             "files as its source.")
      .map([](const std::string&) {});
}

Result<std::vector<AptDownload>> Apt::downloads(const std::vector<std::string>& names) {
  std::vector<std::string> arguments = {"download", "--print-uris"};
  arguments.insert(arguments.end(), names.begin(), names.end());
  auto output = run(arguments, {}, "looking for the packages of the recipe",
                    "Correct the names in the recipe, or run 'apt-get update' if the lists are "
                    "old.");
  // apt knows its lists and does not find the package: the recipe is wrong, not the machine.
  if (!output && output.error().code == ErrorCode::kIo)
    return fail(ErrorCode::kInvalidInput, std::move(output).error().message);
  if (!output) return tl::unexpected(std::move(output).error());
  return parse_print_uris(*output);
}

Status Apt::download(const std::vector<std::string>& packages, const system::Path& folder) {
  std::vector<std::string> arguments = {"download", "-q", "-o", "Acquire::Retries=2"};
  arguments.insert(arguments.end(), packages.begin(), packages.end());
  return run(arguments, folder, "fetching packages",
             "Check the network; if the archive no longer has this version, run 'apt-get update'. "
             "What is already fetched stays in the cache.")
      .map([](const std::string&) {});
}

Result<std::string> Apt::read_index(const system::Path& file) {
  GLASS_TRY(system::ProcessOutput output,
            process_.run({.argv = {std::string(kHelper), "cat-file", file.string()},
                          .folder = "",
                          .environment = {"LC_ALL=C"}}));
  if (output.exit_status != 0)
    return fail(ErrorCode::kIo, fmt::format("{}: apt-helper cannot read it: {}", file.string(),
                                            errors_of(output.err)));
  return std::move(output.out);
}

}  // namespace glass::data
