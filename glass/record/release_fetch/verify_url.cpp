#include "glass/record/release_fetch/verify_url.h"

#include <memory>
#include <string>

#include "glass/base/result.h"
#include "glass/record/release/verify_release.h"
#include "glass/record/release_fetch/fetch_release.h"
#include "glass/record/release_fetch/release_url.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::record {

Result<EvidenceNode> verify_url(system::Files& files, const std::string& url,
                                const system::Path& to, const Trust& trust, Parallel& parallel,
                                const FetchWatch& watch) {
  GLASS_TRY(const std::string base, release_base(url));
  std::unique_ptr<system::TemporaryFolder> temporary;
  if (to.empty()) {
    GLASS_TRY(temporary, system::TemporaryFolder::on_disk());
  }
  const system::Path& folder = to.empty() ? temporary->path() : to;
  GLASS_TRY_STATUS(fetch_release(files, base, folder, watch));
  watch.tell("checking what was fetched");
  GLASS_TRY(EvidenceNode root, verify_release(files, folder, trust, parallel));
  root.detail = base;
  return root;
}

}  // namespace glass::record
