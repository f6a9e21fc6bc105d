// DebianArchive: packages through the machine's own apt, with a chain of evidence of our own.
//
// The chain of a package: the archive's key signs InRelease (gpgv), InRelease holds the digest of
// the Packages index (main/binary-ARCH/Packages), the index holds the digest of the .deb. Which
// version is taken is apt's decision, as `apt-get download` takes it; that its digest is the one in
// a signed index is ours. Nothing is installed and nothing needs root.
//
// Life of a package: select_packages() names it with its digests, fetch_packages() puts the file
// into the cache unless it is there already; a file of the cache is used only with the right
// digest.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/ingest/release.h"
#include "glass/system/files.h"
#include "glass/system/process.h"

namespace glass::data {

struct ArchiveRelease {
  std::string uri;        // of the archive, "http://deb.debian.org/debian/"
  crypto::Digest sha256;  // of InRelease
  std::string origin, suite, codename, version, date;
  std::vector<ReleaseSignature> signatures;
};

struct ArchivePackage {
  std::string name, version, architecture;
  std::string file;  // "manpages-pl_1%3a4.18.1-1_all.deb", its name in the cache
  std::string pool;  // "pool/main/m/...", its place in the archive
  uint64_t size_bytes;
  crypto::Digest sha256;
  std::string index;            // "main/binary-amd64/Packages"
  crypto::Digest index_sha256;  // of the index, unpacked
  size_t release;               // in ArchiveSelection::releases
};

struct ArchiveSelection {
  std::vector<ArchiveRelease> releases;
  std::vector<ArchivePackage> packages;  // in the order asked for
};

struct ArchiveServices {
  system::Files& files;
  system::Process& process;
  system::Path cache;
};

// Where the machine has no package lists, they are fetched into the cache folder first.
// kNotFound without apt; kInvalidInput for a package no list has; kCorruption for a broken chain.
[[nodiscard]] Result<ArchiveSelection> select_packages(const ArchiveServices& services,
                                                       const std::vector<std::string>& names);

// Fetches what the cache lacks, a few packages at a time. `progress` gets bytes done and in all
// and the next file's name; it returns false to stop (kInterrupted). kIo if a download fails.
[[nodiscard]] Status fetch_packages(
    const ArchiveServices& services, const std::vector<ArchivePackage>& packages,
    FunctionRef<bool(uint64_t, uint64_t, const std::string&)> progress);

// The package's place in the cache.
system::Path cached_file(const ArchiveServices& services, const ArchivePackage& package);

}  // namespace glass::data
