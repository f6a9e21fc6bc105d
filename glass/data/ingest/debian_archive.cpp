#include "glass/data/ingest/debian_archive.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/data/deb822/deb822.h"
#include "glass/data/ingest/apt.h"

namespace glass::data {
namespace {

constexpr std::array<std::string_view, 2> kKeyrings = {
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    "/usr/share/keyrings/ubuntu-archive-keyring.gpg"};

// Downloads are asked for in groups, so that progress shows and a stop does not wait for all.
constexpr uint64_t kGroupBytes = uint64_t{16} << 20;

// apt with lists of our own, for machines that have none.
std::vector<std::string> private_options(const system::Path& folder) {
  const std::string root = std::filesystem::absolute(folder).string();
  return {"-o", "Dir::State::lists=" + root + "/lists",
          "-o", "Dir::Cache=" + root + "/cache",
          "-o", "Dir::Cache::pkgcache=",
          "-o", "Dir::Cache::srcpkgcache="};
}

bool any_present(system::Files& files, const std::vector<AptIndex>& indexes) {
  return std::ranges::any_of(indexes,
                             [&](const AptIndex& index) { return files.exists(index.file); });
}

Result<Apt> open_apt(const ArchiveServices& services, std::vector<AptIndex>& indexes) {
  Apt machine(services.process, {});
  GLASS_TRY(indexes, machine.indexes());
  if (any_present(services.files, indexes)) return machine;
  const system::Path folder = services.cache / "apt";
  GLASS_TRY_STATUS(services.files.make_folders(folder / "lists" / "partial"));
  GLASS_TRY_STATUS(services.files.make_folders(folder / "cache" / "archives" / "partial"));
  Apt own(services.process, private_options(folder));
  GLASS_TRY(indexes, own.indexes());
  if (!any_present(services.files, indexes)) {
    GLASS_TRY_STATUS(own.update());
    GLASS_TRY(indexes, own.indexes());
  }
  if (!any_present(services.files, indexes))
    return fail(ErrorCode::kNotFound,
                "apt has no package lists on this machine and none could be fetched; run 'apt-get "
                "update', or give the recipe a folder or JSONL files as its source");
  return own;
}

struct SignedRelease {
  ArchiveRelease facts;
  Release contents;
};

Result<SignedRelease> read_release(const ArchiveServices& services, const system::Path& file,
                                   const std::string& uri) {
  GLASS_TRY(const std::string message, services.files.read_text(file));
  system::ProcessCommand command{
      .argv = {"gpgv", "--status-fd", "1"}, .folder = "", .environment = {"LC_ALL=C"}};
  for (const std::string_view keyring : kKeyrings) {
    if (!services.files.exists(keyring)) continue;
    command.argv.insert(command.argv.end(), {"--keyring", std::string(keyring)});
  }
  if (command.argv.size() == 3)
    return fail(ErrorCode::kNotFound,
                "no archive keyring is in /usr/share/keyrings; install debian-archive-keyring or "
                "ubuntu-keyring");
  command.argv.push_back(file.string());
  auto output = services.process.run(command);
  if (!output && output.error().code == ErrorCode::kNotFound)
    return fail(ErrorCode::kNotFound,
                "gpgv is not installed, so the archive's signature cannot be checked; install the "
                "package gpgv");
  if (!output) return tl::unexpected(std::move(output).error());
  auto signatures = parse_gpgv_status(output->out);
  if (!signatures) return in_context(file.string(), signatures.error());
  const auto text = clearsigned_text(message);
  if (!text) return in_context(file.string(), text.error());
  auto release = parse_release(*text);
  if (!release) return in_context(file.string(), release.error());
  return SignedRelease{.facts = {.uri = uri,
                                 .sha256 = crypto::sha256(message),
                                 .origin = release->origin,
                                 .suite = release->suite,
                                 .codename = release->codename,
                                 .version = release->version,
                                 .date = release->date,
                                 .signatures = *std::move(signatures)},
                       .contents = *std::move(release)};
}

// One run of select_packages(): what apt would download, and what signed indexes say about it.
class Selector {
 public:
  Selector(const ArchiveServices& services, Apt& apt) : services_(services), apt_(apt) {}

  Result<ArchiveSelection> select(const std::vector<std::string>& names,
                                  const std::vector<AptIndex>& indexes) {
    GLASS_TRY(const std::vector<AptDownload> downloads, apt_.downloads(names));
    for (const AptDownload& download : downloads) wanted_.emplace(download.package(), download);
    for (const AptIndex& index : indexes) {
      if (found_.size() == wanted_.size()) break;
      if (concerns(index) && services_.files.exists(index.file))
        GLASS_TRY_STATUS(read_index(index));
    }
    return in_order(names);
  }

 private:
  bool concerns(const AptIndex& index) const {
    return std::ranges::any_of(wanted_, [&](const auto& entry) {
      return !found_.contains(entry.first) && entry.second.uri.starts_with(index.repository);
    });
  }

  Status read_index(const AptIndex& index) {
    const system::Path file = index.release_file();
    if (file.empty() || !services_.files.exists(file))
      return fail(ErrorCode::kNotFound,
                  fmt::format("{}: there is no InRelease file beside it, so it cannot be checked; "
                              "run 'apt-get update'",
                              index.file.string()));
    if (!release_numbers_.contains(file)) {
      GLASS_TRY(SignedRelease release, read_release(services_, file, index.repository));
      release_numbers_.emplace(file, releases_.size());
      releases_.push_back(std::move(release));
    }
    const size_t number = release_numbers_.at(file);
    const auto& signed_indexes = releases_[number].contents.indexes;
    const auto entry = signed_indexes.find(index.key);
    if (entry == signed_indexes.end())
      return fail(ErrorCode::kCorruption,
                  fmt::format("{}: it does not name the index {}", file.string(), index.key));
    GLASS_TRY(const std::string text, apt_.read_index(index.file));
    if (crypto::sha256(text) != entry->second.sha256)
      return fail(ErrorCode::kCorruption,
                  fmt::format("{}: it does not have the digest that {} names; run 'apt-get update'",
                              index.file.string(), file.string()));
    return find_packages(text, index, entry->second.sha256, number);
  }

  Status find_packages(std::string_view text, const AptIndex& index, const crypto::Digest& digest,
                       size_t release) {
    constexpr std::string_view kFirstField = "Package: ";
    while (!text.empty()) {
      const std::string_view paragraph = take_paragraph(text);
      if (!paragraph.starts_with(kFirstField)) continue;
      const std::string_view name =
          paragraph.substr(kFirstField.size(), paragraph.find('\n') - kFirstField.size());
      const auto wanted = wanted_.find(name);
      if (wanted == wanted_.end() || found_.contains(name)) continue;
      auto package = read_package(paragraph, index, wanted->second);
      if (!package) return in_context(index.file.string(), package.error());
      if (!*package) continue;  // another version
      (*package)->index_sha256 = digest;
      (*package)->release = release;
      found_.emplace(name, **std::move(package));
    }
    return {};
  }

  // The package of a paragraph, if it is the very file that apt would download.
  static Result<std::optional<ArchivePackage>> read_package(std::string_view paragraph,
                                                            const AptIndex& index,
                                                            const AptDownload& download) {
    GLASS_TRY(const std::vector<Stanza> stanzas, parse_stanzas(paragraph));
    const Stanza& stanza = stanzas.at(0);
    GLASS_TRY(const std::string pool, stanza.get("Filename"));
    if (decode_percent(download.uri) != index.repository + pool) return std::nullopt;
    GLASS_TRY(const std::string digits, stanza.get("SHA256"));
    GLASS_TRY(const crypto::Digest digest, crypto::digest_from_text("sha256:" + digits));
    GLASS_TRY(const std::string size, stanza.get("Size"));
    ArchivePackage package{.name = "",
                           .version = "",
                           .architecture = "",
                           .file = download.file,
                           .pool = pool,
                           .size_bytes = download.size_bytes,
                           .sha256 = digest,
                           .index = index.key,
                           .index_sha256 = {},
                           .release = 0};
    GLASS_TRY(package.name, stanza.get("Package"));
    GLASS_TRY(package.version, stanza.get("Version"));
    GLASS_TRY(package.architecture, stanza.get("Architecture"));
    const bool other_digest =
        download.hash.starts_with("SHA256:") && download.hash.substr(7) != digits;
    if (size != std::to_string(download.size_bytes) || other_digest)
      return fail(ErrorCode::kCorruption,
                  fmt::format("{}: apt and the signed index disagree about its size or digest",
                              package.name));
    return package;
  }

  Result<ArchiveSelection> in_order(const std::vector<std::string>& names) {
    ArchiveSelection out;
    for (SignedRelease& release : releases_) out.releases.push_back(std::move(release.facts));
    for (const std::string& name : names) {
      const auto found = found_.find(name);
      if (found == found_.end())
        return fail(ErrorCode::kInvalidInput,
                    fmt::format("the package {} is in no signed package list of this machine; "
                                "correct the name in the recipe, or run 'apt-get update'",
                                name));
      out.packages.push_back(found->second);
    }
    return out;
  }

  const ArchiveServices& services_;
  Apt& apt_;
  std::map<std::string, AptDownload, std::less<>> wanted_;
  std::map<std::string, ArchivePackage, std::less<>> found_;
  std::map<system::Path, size_t> release_numbers_;
  std::vector<SignedRelease> releases_;
};

bool is_cached(const ArchiveServices& services, const ArchivePackage& package) {
  const system::Path file = cached_file(services, package);
  const auto size = services.files.size_bytes(file);
  if (!size || *size != package.size_bytes) return false;
  const auto mapped = services.files.map(file);
  return mapped && crypto::sha256((*mapped)->bytes()) == package.sha256;
}

Status fetch_group(const ArchiveServices& services, Apt& apt,
                   const std::vector<ArchivePackage>& group) {
  const system::Path folder = services.cache / "partial";
  GLASS_TRY_STATUS(services.files.remove_all(folder));
  GLASS_TRY_STATUS(services.files.make_folders(folder));
  std::vector<std::string> wanted;
  for (const ArchivePackage& package : group)
    wanted.push_back(package.name + "=" + package.version);
  GLASS_TRY_STATUS(apt.download(wanted, folder));
  for (const ArchivePackage& package : group) {
    const system::Path file = folder / package.file;
    GLASS_TRY(const auto mapped, services.files.map(file));
    if (crypto::sha256(mapped->bytes()) != package.sha256)
      return fail(ErrorCode::kCorruption,
                  fmt::format("{}: the file fetched does not have the digest of the signed index",
                              package.file));
    GLASS_TRY_STATUS(services.files.publish(file, cached_file(services, package)));
  }
  return services.files.remove_all(folder);
}

}  // namespace

Result<ArchiveSelection> select_packages(const ArchiveServices& services,
                                         const std::vector<std::string>& names) {
  std::vector<AptIndex> indexes;
  GLASS_TRY(Apt apt, open_apt(services, indexes));
  return Selector(services, apt).select(names, indexes);
}

Status fetch_packages(const ArchiveServices& services, const std::vector<ArchivePackage>& packages,
                      FunctionRef<bool(uint64_t, uint64_t, const std::string&)> progress) {
  std::vector<AptIndex> indexes;
  std::optional<Apt> apt;
  uint64_t done = 0, total = 0;
  std::vector<ArchivePackage> missing;
  for (const ArchivePackage& package : packages) {
    if (is_cached(services, package)) continue;
    missing.push_back(package);
    total += package.size_bytes;
  }
  while (!missing.empty()) {
    std::vector<ArchivePackage> group;
    uint64_t group_bytes = 0;
    while (group.size() < missing.size() && group_bytes < kGroupBytes) {
      group.push_back(missing[group.size()]);
      group_bytes += group.back().size_bytes;
    }
    if (!progress(done, total, group.front().file))
      return fail(ErrorCode::kInterrupted, "stopped while fetching packages");
    if (!apt) {
      GLASS_TRY(Apt opened, open_apt(services, indexes));
      apt.emplace(std::move(opened));
    }
    GLASS_TRY_STATUS(fetch_group(services, *apt, group));
    missing.erase(missing.begin(), missing.begin() + static_cast<std::ptrdiff_t>(group.size()));
    done += group_bytes;
  }
  return {};
}

system::Path cached_file(const ArchiveServices& services, const ArchivePackage& package) {
  return services.cache / package.file;
}

}  // namespace glass::data
