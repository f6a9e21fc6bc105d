// For tests: a Debian archive on disk and a Process that plays apt-get, apt-helper and gpgv for it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/system/files.h"
#include "glass/system/process.h"

namespace glass::data::fixture {

class FakeDebian final : public system::Process {
 public:
  struct Package {
    std::string name, version, bytes;
  };

  FakeDebian(system::Files& files, system::Path folder) : files_(files), lists_(folder / "lists") {}

  // Writes the lists: an index of the packages and an InRelease that vouches for it.
  void publish(std::vector<Package> packages) {
    packages_ = std::move(packages);
    index_.clear();
    for (const Package& package : packages_)
      index_ += fmt::format(
          "Package: {}\nVersion: {}\nArchitecture: all\nFilename: pool/{}\nSize: {}\nSHA256: "
          "{}\n\n",
          package.name, package.version, file_of(package), package.bytes.size(),
          digits(package.bytes));
    write(index_file(), index_);
    write(release_file(),
          fmt::format("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nOrigin: Test\n"
                      "Suite: test\nCodename: test\nVersion: 1\nDate: Thu, 01 Jan 1970 00:00:00 "
                      "UTC\nSHA256:\n {} {} main/binary-amd64/Packages\n"
                      "-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n",
                      digits(index_), index_.size()));
  }

  [[nodiscard]] system::Path index_file() const {
    return lists_ / "archive_dists_test_main_binary-amd64_Packages";
  }

  [[nodiscard]] system::Path release_file() const {
    return lists_ / "archive_dists_test_InRelease";
  }

  void write(const system::Path& file, std::string_view text) {
    GLASS_CHECK(files_.make_folders(file.parent_path()).has_value());
    GLASS_CHECK(files_.write_atomic(file, as_bytes(text)).has_value());
  }

  Result<system::ProcessOutput> run(const system::ProcessCommand& command) override {
    ++runs[command.argv[0]];
    if (absent.contains(command.argv[0])) return fail(ErrorCode::kNotFound, "no such program");
    if (command.argv[0] == "gpgv")
      return system::ProcessOutput{.exit_status = 0, .out = signature_status, .err = ""};
    if (command.argv[0] != "apt-get") {
      GLASS_TRY(std::string text, files_.read_text(command.argv.back()));
      return system::ProcessOutput{.exit_status = 0, .out = std::move(text), .err = ""};
    }
    return apt_get(command);
  }

  // What a test may change.
  std::map<std::string, int> runs;
  std::set<std::string> absent;
  std::string signature_status =
      "[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG ABCD Test Key <t@example.org>\n"
      "[GNUPG:] VALIDSIG 0123456789ABCDEF0123456789ABCDEF01234567 2026-01-01 0 0 4 0 1 8 01 X\n";
  std::string fetched_instead;  // what `apt-get download` writes, if not the package

 private:
  static std::string digits(std::string_view text) {
    return crypto::to_text(crypto::sha256(text)).substr(7);
  }

  static std::string file_of(const Package& package) {
    return fmt::format("{}_{}_all.deb", package.name, package.version);
  }

  static system::ProcessOutput answer(std::string out) {
    return {.exit_status = 0, .out = std::move(out), .err = ""};
  }

  Result<system::ProcessOutput> apt_get(const system::ProcessCommand& command) {
    const auto has = [&](std::string_view word) {
      for (const std::string& argument : command.argv)
        if (argument == word) return true;
      return false;
    };
    if (has("indextargets"))
      return answer(
          fmt::format("main/binary-amd64/Packages|{}|http://archive/\n", index_file().string()));
    if (has("update")) return answer("");
    std::string uris;
    for (const std::string& argument : command.argv) {
      if (argument.find("nosuch") != std::string::npos)
        return system::ProcessOutput{
            .exit_status = 100, .out = "", .err = "E: Unable to locate package nosuch\n"};
      for (const Package& package : packages_) {
        if (argument.substr(0, argument.find('=')) != package.name) continue;
        uris += fmt::format("'http://archive/pool/{0}' {0} {1} SHA256:{2}\n", file_of(package),
                            package.bytes.size(), digits(package.bytes));
        if (!has("--print-uris"))
          write(system::Path(command.folder) / file_of(package),
                fetched_instead.empty() ? package.bytes : fetched_instead);
      }
    }
    return answer(uris);
  }

  system::Files& files_;
  system::Path lists_;
  std::vector<Package> packages_;
  std::string index_;
};

}  // namespace glass::data::fixture
